"""General building blocks of the portal, each package or module named by its subject.

Imports no domain app, only Django, libraries and itself. Start with the packages: `dates`, `text`, `files`,
`postgresql`, `http`, `rest` (Django REST framework) and `mail`.
"""
