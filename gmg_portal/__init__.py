"""The project package: settings, root URLs, and the packages that span several apps.

Imports all other packages; none of them imports it.
Start with `urls`, then `website`, `api`, `open_data`, `syndication`, `editors`, `audit`, `revision`, `trial` or
`http`.
"""
