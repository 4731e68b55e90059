"""The editor area: admin site, ModelAdmin classes of all apps, their forms and pages, dashboard, review, spreadsheets.

Imports the apps below the roof, which do not import it.
Start with `admin_site`, then `context` and `admin_base`; `model_admins` declares, `views` has the pages beside
Django's own.
"""
