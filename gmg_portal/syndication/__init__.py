"""What other sites and programs subscribe to or show: feeds, calendar, embeds, oEmbed, sitemaps.

Imports the apps below the roof.
Start with `urls`, then `feeds`.
"""
