"""Mail: settings read from the environment, the queue in the database, checks, and the messages themselves.

Imports `foundation` only. Start with `backend`, the e-mail backend that writes every message into the queue.
"""
