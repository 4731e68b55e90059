"""The register as readers and programs see it: status of each commitment, search, filters, facets, statistics, changes.

It only reads; the database keeps its read model, `standings`. Imports `reporting` and what lies below.
Start with `querysets`, then `views` for pages and `api` for programs.
"""
