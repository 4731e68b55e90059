"""Pages of agencies, agenda points, groups and recommendations, each with the commitments that belong to it.

The views of commitments are in `register`. Their addresses are here, because their templates show charts and embeds,
which `register` may not import.
Imports the apps, `register` and `foundation`. Start with `urls`.
"""
