"""Forms of the editor area and the form by which readers report a mistake; prefilling them and saving them as typed.

Imports `reporting.models`, `reporting.rules` and what is below reporting. Start with `report`.
"""
