"""The audit log: who wrote or was refused what, when, and by which request.

Imports `foundation`, the models it reads, and the editor area, in which `table` shows it.
Start with `request_context`, which tags database writes, then `recording`.
"""
