"""Importers of the data that was public before the portal: reference data and commitments, from files.

Loading a file again updates rows that were not edited in the portal. A row counts as edited if its history has a record
with another reason than the load. Rows that a file no longer has are never deleted.
"""
