"""The members of the group: their names of today and before, their memberships, and who chaired when.

Imports `foundation` only.
Start with `models`, then `names_of_day`.
"""
