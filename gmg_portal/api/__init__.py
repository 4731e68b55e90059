"""The REST API: root, base classes, renderers, description (OpenAPI) and drafts by token.

Imports every app below the roof; no other room imports it except for the base classes that settings name.
Start with `urls`, then `base`, which every endpoint shares.
"""
