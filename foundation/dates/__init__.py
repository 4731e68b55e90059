"""Dates as people write them, dates known only to the month or year, and the columns that hold them.

Imports `foundation` only. Start with `parsing`, which reads every date that comes from a person, a file or a program.
"""
