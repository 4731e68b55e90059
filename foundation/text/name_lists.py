"""Lists of names as text: one rule for forms, imported files and exports, under which every name comes back whole.

Names are separated by semicolons or line breaks. A name that holds a semicolon or a line break, that begins with a
quotation mark or that has spaces around it is put in double quotes, with those inside doubled:
'Jordan;"Place; with a semicolon";Iran, Islamic Republic of'.
"""

import re
from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from foundation.dates.parsing import shortened

SEPARATOR, QUOTE = ";", '"'
ITEM = re.compile(r'[^\S\n]*(?:"((?:[^"]|"")*)"[^\S\n]*|([^;\n]*))(;|\n|\Z)')


def join_names(names: Iterable[object], separator: str = SEPARATOR) -> str:
    """Write names as one text, which `split_names` reads; `separator` is a semicolon or a line break."""
    return separator.join(quoted(str(name)) for name in names)


def quoted(name: str) -> str:
    """Return a name as it stands in a list."""
    if name.startswith(QUOTE) or name != name.strip() or re.search(r"[;\r\n]", name):
        return QUOTE + name.replace(QUOTE, QUOTE * 2) + QUOTE
    return name


def split_names(text: str) -> list[str]:
    """Read the names of a list, in their order; '' stands for an empty place between semicolons.

    Empty lines are no names. Raises ValueError with a sentence where a quotation mark is not closed.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return []
    names, place, after = [], 0, ""
    while True:
        match = ITEM.match(text, place)
        if match is None or (match[1] is None and match[2].lstrip().startswith(QUOTE)):
            raise ValueError(_unclosed(text[place:]))
        name = match[1].replace(QUOTE * 2, QUOTE) if match[1] is not None else match[2].strip()
        if name or match[1] is not None or SEPARATOR in (after, match[3]):
            names.append(name)
        if not match[3]:
            return names
        place, after = match.end(), match[3]


def tidy(name: str) -> str:
    """Return a name on one line, without spaces around it or twice within."""
    return " ".join(name.split())


def _unclosed(text: str) -> str:
    words = {"text": shortened(text.strip().split("\n")[0])}
    return _("%(text)s: a name that begins with a quotation mark ends with one, and has those inside doubled.") % words


class NameListField(forms.CharField):
    """A list of names, one on each line; `base_field` is the field of one name, whose length is kept."""

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
            return [name for name in map(tidy, split_names(super().to_python(value))) if name]
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None

    def run_validators(self, value):
        super().run_validators("\n".join(value))
        problems = too_long(value, self.name_length) if self.name_length else []
        if problems:
            raise ValidationError(problems)

    def has_changed(self, initial, data):
        try:
            return list(initial or []) != self.to_python(data)
        except ValidationError:
            return True


def too_long(names: Iterable[str], most: int) -> list[str]:
    """Say of each name that it is longer than `most` characters."""
    return [
        _("‘%(name)s’ is longer than %(most)d characters.") % {"name": name, "most": most}
        for name in names
        if len(name) > most
    ]
