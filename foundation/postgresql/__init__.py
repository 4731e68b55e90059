"""PostgreSQL: triggers, functions, roles and limits of sessions, and an embedded server under `var/`."""
