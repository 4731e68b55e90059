"""The REST API: root, base classes, renderers, description (OpenAPI) and drafts by token.

Imports all apps. No other package of `gmg_portal` imports it; settings name its base classes.
Start with `urls`, then `base`, which every endpoint shares.
"""
