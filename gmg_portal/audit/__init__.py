"""The audit log: who wrote or was refused what, when, and by which request.

Imports `foundation` and the models it reads.
Start with `request_context`, which tags database writes, then `recording`.
"""
