"""The members of the group, the people who act for them, and their access tokens.

Imports `foundation` only.
Start with `models`, then `permissions`, which defines the roles.
"""
