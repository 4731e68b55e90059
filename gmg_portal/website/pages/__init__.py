"""Pages of agencies, agenda points, groups and recommendations, each with the commitments that belong to it.

Imports the apps, `register` and `foundation`. Start with `urls`.
"""
