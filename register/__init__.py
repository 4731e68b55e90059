"""The register as readers and programs see it: status of each commitment, search, filters, facets, statistics, changes.

It only reads. Imports `reporting`, the packages below it and `foundation`.
Start with `querysets`, then `views` for pages and `api` for programs.
"""
