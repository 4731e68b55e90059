"""Review: the queue, and the content of the review page: a submitted row beside its previous state, and remarks.

Start with `queue`, then `comparison`; `display_values` says how each kind of row is shown. The review page itself is in
`editors.views`.
"""
