"""Lists of names as text: one format for forms, imports and exports, which preserves every name.

Names are separated by semicolons or line breaks. A name that contains one, begins with a quotation mark or has spaces
around it is put in double quotes, and quotes inside are doubled:
'Jordan;"Place; with a semicolon";Iran, Islamic Republic of'.
"""

import re
from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from foundation.dates.parsing import shorten

SEPARATOR, QUOTE = ";", '"'
ITEM = re.compile(r'[^\S\n]*(?:"((?:[^"]|"")*)"[^\S\n]*|([^;\n]*))(;|\n|\Z)')


def join_names(names: Iterable[object], separator: str = SEPARATOR) -> str:
    """Join names into a text that `split_names` reads; `separator` is a semicolon or a line break."""
    return separator.join(quote_name(str(name)) for name in names)


def quote_name(name: str) -> str:
    """Return a name with quotes if a list needs them."""
    if name.startswith(QUOTE) or name != name.strip() or re.search(r"[;\r\n]", name):
        return QUOTE + name.replace(QUOTE, QUOTE * 2) + QUOTE
    return name


def split_names(text: str) -> list[str]:
    """Return the names of a list in their order; '' for an empty item between semicolons.

    Empty lines are skipped. Raises ValueError with a message if a quotation mark is not closed.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return []
    names, position, previous_separator = [], 0, ""
    while True:
        match = ITEM.match(text, position)
        if match is None or (match[1] is None and match[2].lstrip().startswith(QUOTE)):
            raise ValueError(_unclosed_quote_error(text[position:]))
        name = match[1].replace(QUOTE * 2, QUOTE) if match[1] is not None else match[2].strip()
        if name or match[1] is not None or SEPARATOR in (previous_separator, match[3]):
            names.append(name)
        if not match[3]:
            return names
        position, previous_separator = match.end(), match[3]


def normalize_spaces(name: str) -> str:
    """Return a name on one line, stripped and with single spaces."""
    return " ".join(name.split())


def _unclosed_quote_error(text: str) -> str:
    params = {"text": shorten(text.strip().split("\n")[0])}
    return _("%(text)s: a name that begins with a quotation mark ends with one, and has those inside doubled.") % params


class NameListField(forms.CharField):
    """A form field for a list of names, one on each line; `base_field` sets the maximum length of a name."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 40})

    def __init__(self, *, base_field: forms.CharField | None = None, **kwargs):
        super().__init__(**kwargs)
        self.name_length = base_field.max_length if base_field else None

    def prepare_value(self, value):
        return join_names(value, "\n") if isinstance(value, list | tuple) else value

    def to_python(self, value):
        if isinstance(value, list | tuple):
            return list(value)
        try:
            return [name for name in map(normalize_spaces, split_names(super().to_python(value))) if name]
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None

    def run_validators(self, value):
        super().run_validators("\n".join(value))
        problems = length_errors(value, self.name_length) if self.name_length else []
        if problems:
            raise ValidationError(problems)

    def has_changed(self, initial, data):
        try:
            return list(initial or []) != self.to_python(data)
        except ValidationError:
            return True


def length_errors(names: Iterable[str], max_length: int) -> list[str]:
    """Return an error for each name that is longer than `max_length` characters."""
    return [
        _("‘%(name)s’ is longer than %(most)d characters.") % {"name": name, "most": max_length}
        for name in names
        if len(name) > max_length
    ]
