"""Database backend for installations without a database server: an embedded PostgreSQL under `var/`."""
