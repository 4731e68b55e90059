"""The history of a row as its editors read it: who did what, and which fields changed.

Start with `entries`.
"""
