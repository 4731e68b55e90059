"""The register as files: data files, data package, catalogue (DCAT) and frozen editions.

Imports the apps below the roof.
Start with `tables`, which declares every column, then `views`.
"""
