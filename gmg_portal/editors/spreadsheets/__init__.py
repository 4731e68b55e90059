"""Drafts out to a spreadsheet and back: export, template, import.

An import changes only drafts that the person may edit. It takes a whole file or nothing of it, and refuses rows that
another person changed meanwhile. `permissions` decides which rows may be written; `actions.write_draft` writes them.
Start with `drafts`, then `resources`. The pages are in `editors.views`.
"""
