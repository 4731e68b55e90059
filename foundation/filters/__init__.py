"""Query parameters read strictly: form fields, filter classes, comma lists and error messages that know no model.

Imports `foundation.dates`, `foundation.text` and `foundation.clock` alone. Start with `forms.StrictForm`
and `form_fields`.
"""
