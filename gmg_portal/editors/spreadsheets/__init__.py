"""Drafts out to a spreadsheet and back: export, template, import.

An import changes drafts of the person's own and nothing else, all of a file or none of it, and never over somebody
else's change. What may be written is asked of `permissions` through the querysets; `actions.write_draft` writes it.
Start with `drafts`, then `resources`. The pages are in `editors.views`.
"""
