"""Middleware of all requests: conditional requests by revision, as_of, identifiers, rate limits, health checks.

Imports the apps below the roof.
Start with `middleware`; `settings.MIDDLEWARE` gives the order.
"""
