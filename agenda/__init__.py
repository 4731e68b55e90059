"""The eight points, frameworks, alignments, statements and events.

Imports `foundation` only.
Start with `models`.
"""
