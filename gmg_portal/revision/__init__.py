"""The revision: one number that moves with every public change; ETags and caches are built on it.

Imports the models below the roof, whose tables move it.
Start with `current`, which reads it, then `triggers`, by which the database moves it.
"""
