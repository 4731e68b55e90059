"""A trial on one machine: accounts of all roles, an open reporting cycle, a small web server.

Imports the apps.
Start with `setup`; `manage.py run` runs all steps.
"""
