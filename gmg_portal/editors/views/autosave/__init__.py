"""Autosave of the editor area's forms: autosaved forms are saved while typing and offered again.

`open_forms` names the form that a copy belongs to, `pages` has the addresses for the script and for a colleague's copy,
`filling` fills the form with its copy. The rules are in `gmg_portal.editors.forms.autosave`.
"""
