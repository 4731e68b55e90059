"""The members of the group: their names of today and of past days, when they belonged to it, and who chaired.

Imports `foundation` only.
Start with `models`, then `names_of_day`.
"""
