"""Further facts of one commitment for its page: related commitments, and how to cite it.

Imports `querysets`. Start with `facts`.
"""
