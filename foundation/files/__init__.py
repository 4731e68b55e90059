"""Files that only the account of the portal may read: secrets and uploads.

Imports `foundation` only. Start with `storage`, which saves uploaded files.
"""
