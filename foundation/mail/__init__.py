"""Mail: settings from the environment, the queue in the database, checks and the builder of messages.

Imports `foundation` only. Start with `backend`, the e-mail backend that queues every message.
"""
