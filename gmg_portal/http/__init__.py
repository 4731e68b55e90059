"""Middleware of all requests: conditional requests by revision, as_of, identifiers, rate limits, health checks.

Imports all apps, and other packages of `gmg_portal`.
Start with `middleware`; `settings.MIDDLEWARE` gives the order. `response_cache` answers before Django, in `wsgi`.
"""
