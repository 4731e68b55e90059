"""Public pages that span several apps: home, gaps, timeline, comparison, charts.

Imports the apps below the roof.
Start with `views`; charts are drawn in `charts`.
"""
