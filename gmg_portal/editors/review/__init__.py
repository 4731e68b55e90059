"""The content of the review page: a submitted row beside its previous state, and remarks for the reviewer.

Start with `comparison`; `display_values` says how each kind of row is shown. The page is in `editors.views`.
"""
