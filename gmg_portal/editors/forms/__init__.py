"""The forms of the editor area, with their rules, autosave, edit conflicts, errors, and forms that are sent twice.

Start with `versioned`, the base class of all forms, then `report`. `autosave` saves forms as they are typed, `prefill`
fills a new report with the values of the last one.
"""
