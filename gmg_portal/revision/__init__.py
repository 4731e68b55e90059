"""The revision: one number that increases with every public change; ETags and caches are built on it.

Imports the models of all apps, because a change in their tables increases it.
Start with `current`, which reads it, then `triggers`, by which the database increases it.
"""
