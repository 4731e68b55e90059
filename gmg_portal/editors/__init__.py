"""The editor area: admin site, tables and their pages, dashboard, review queue, response rates, handover.

Imports the apps below the roof, which know nothing of it: the tables of all apps stand here.
Start with `admin_site`, then `context` and `model_admin`; `tables` declares, `views` has the pages beside Django's own.
"""
