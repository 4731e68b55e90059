"""The changes of the register: as a list, between two days, on the page of one commitment, and from report to report.

Imports `register.querysets`, `register.statistics` and what lies below. Start with `published.changes`.
"""
