"""The dashboard of the editor area: a person's task lists, most urgent first, with the agencies they act for.

Start with `building`, which puts the lists in their order. `tasks` says what a list and a task are; the other modules
have the lists of one subject each.
"""
