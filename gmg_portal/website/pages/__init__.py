"""Pages of agencies, agenda points, groups and recommendations, each with the commitments that belong to it.

The views of commitments stand in `register`; their addresses are here, because their templates show charts and embeds.
Imports the apps, `register` and `foundation`. Start with `urls`.
"""
