"""Texts: web addresses, lists of names, choices, differences between two wordings, and cells of spreadsheets.

Imports `foundation` only. Each module stands alone; `diff` and `closest_match` are used most.
"""
