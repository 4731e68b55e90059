"""Database backend for an installation without a server: its own PostgreSQL under `var/`, started when needed."""
