"""The register: commitments, reports, evidence, reporting cycles, review, search, statistics and changes.

Imports every domain app below it and `foundation`.
Start with `models`, then `workflow`, `permissions` and `actions`.
"""
