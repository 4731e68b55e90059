"""The editor area: admin site, tables and their pages, dashboard, review queue, response rates, handover.

Imports the apps below the roof; they reach its base classes through the admin site alone.
Start with `admin_site`, then `context` and `model_admin`; `tables` declares, `views` has the pages beside Django's own.
"""
