"""The editor area: admin site, base classes of its tables, dashboard, review queue, response rates, handover.

Imports the apps below the roof; they reach its base classes through the admin site alone.
Start with `admin_site`, then `model_admin`.
"""
