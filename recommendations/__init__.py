"""Recommendations at four levels.

Imports `agencies`, `agenda` and `foundation`.
Start with `models`.
"""
