"""Public pages that span several apps: home, gaps, timeline, comparison, charts.

Imports all apps and the other packages of `gmg_portal` that it links to.
Start with `views`; charts are drawn in `charts`.
"""
