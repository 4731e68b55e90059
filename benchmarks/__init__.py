"""Measurements of the portal, run by hand. The portal imports none of them.

`figures` measures the code: lengths, shares, types, docstrings, imports, duplicates.
"""
