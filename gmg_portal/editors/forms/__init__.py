"""The forms of the editor area: edit conflicts, the error summary, and forms that are sent twice.

Start with `versioned`, the base class of all forms.
"""
