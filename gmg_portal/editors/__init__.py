"""The editor area: admin site, tables of all apps, their forms and pages, dashboard, review, spreadsheets.

Imports the apps below the roof, which know nothing of it.
Start with `admin_site`, then `context` and `model_admin`; `tables` declares, `views` has the pages beside Django's own.
"""
