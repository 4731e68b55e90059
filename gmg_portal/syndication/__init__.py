"""Formats for other sites and programs to subscribe to or embed: feeds, calendar, embeds, oEmbed, sitemaps.

Imports the apps below the roof.
Start with `urls`, then `feeds`.
"""
