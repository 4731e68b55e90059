"""A trial on one machine: accounts of all roles, an open reporting cycle, a small web server.

Imports the apps below the roof.
Start with `setup`; `manage.py run` puts it all together.
"""
