"""The query of an address of the register: its filters, facet counts, sort keys, and addresses of similar queries.

Imports `register.querysets`, `register.search` and what lies below. Start with `commitment_filters.CommitmentFilter`.
"""
