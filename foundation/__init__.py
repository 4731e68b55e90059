"""General building blocks of the portal. Each package or module is named by its subject.

Imports no domain app, only Django, libraries and itself. Start with the packages: `dates`, `text`, `files`,
`filters` (query parameters), `postgresql`, `http`, `rest` (Django REST framework) and `mail`.
"""
