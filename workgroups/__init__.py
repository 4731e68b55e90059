"""Working groups and task forces, their participations and work plans.

Imports `agencies` and `foundation`.
Start with `models`.
"""
