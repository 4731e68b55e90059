"""What happens to every request around its view: validators by revision, as_of, identifiers, rates, health.

Imports the apps below the roof.
Start with `middleware`; `settings.MIDDLEWARE` gives the order.
"""
