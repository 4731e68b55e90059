"""Charts as SVG, drawn on the server from figures that `register.statistics` counts.

Imports `commitments` and `foundation`; drawing never asks the database.
Start with `registry`, which lists every chart.
"""
