"""The read model of the register: one row per commitment and period of days in which nothing of it changed in public.

The database rebuilds the rows when a transaction that touches a commitment ends. Imports the models of `reporting` and
what lies below. Start with `models`, then `rebuild`, which computes the rows, and `triggers`, which start it.
"""
