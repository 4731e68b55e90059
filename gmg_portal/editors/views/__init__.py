"""The pages of a table beside Django's list and form: each a class-based view around one `EditorContext`.

A table lists them in `extra_views`. Start with `base`, then `review` as an example.
"""
