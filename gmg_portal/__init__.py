"""The roof: settings, addresses, and the rooms that span several apps.

Imports everything below it; nothing imports it.
Start with `urls`, then a room: `website`, `api`, `open_data`, `syndication`, `editors`, `audit`, `trial`, `http`.
"""
