"""Widgets: read a cell of a file as a value, and report its errors.

A widget reads a changed cell and raises ValidationError with all its errors. A cell that is as it was exported is not
read, because the row that it names may have been retired since.
"""

from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.widgets import Widget

from commitments.models.commitment import PLACE_LENGTH
from commitments.rules import exactly_one_lead
from foundation.dates.parsing import read_day
from foundation.dates.partial import PartialDate
from foundation.text.choice_lookup import find_code
from foundation.text.name_lists import SEPARATOR, join_names, length_errors, normalize_spaces, split_names
from foundation.text.numbers import is_whole_number
from foundation.text.spreadsheet_cells import MAX_CELL_LENGTH, normalize_line_endings, replace_unprintable
from foundation.text.unknown_words import unknown_value
from foundation.text.web_addresses import MAX_ADDRESS_LENGTH, normalize_address, validate_location
from workgroups.models import WorkGroup

MAX_LISTED_VALUES = 40  # the most values that an error message lists
MAX_ROWS = 1000  # the most rows of a growing table in a drop-down list


def in_cell(text: str) -> str:
    """Return the text for a cell; a text that is too long for any cell is replaced by a note of its length."""
    text = replace_unprintable(normalize_line_endings(text))
    if len(text) <= MAX_CELL_LENGTH:
        return text
    return _("[Too long for a cell: %(count)d characters, kept as they are while this stands here.]") % {
        "count": len(text)
    }


def read_list(cell: str) -> list[str]:
    """Read the names of a cell; raises ValidationError where one is empty or a quotation mark is not closed."""
    try:
        names = [normalize_spaces(name) for name in split_names(cell)]
    except ValueError as error:
        raise ValidationError(str(error)) from None
    if "" in names:
        raise ValidationError(_("Leave nothing empty between semicolons."))
    return names


class TextWidget(Widget):
    """Text; with `length` on one line and no longer than that."""

    how = gettext_lazy("Text.")
    many = False
    day = False

    def __init__(self, length: int | None = None):
        super().__init__()
        self.length = length

    def clean(self, value, row=None, **kwargs):
        text = value.strip()
        most = self.length or MAX_CELL_LENGTH
        problems = []
        if len(text) > most:
            counts = {"count": len(text), "most": most}
            problems.append(_("This has %(count)d characters, and at most %(most)d are allowed.") % counts)
        if self.length and "\n" in text:
            problems.append(_("This must stand on one line."))
        if problems:
            raise ValidationError(problems)
        return text

    def render(self, value, obj=None, **kwargs):
        return in_cell(value or "")

    def allowed(self, row_choices) -> list[tuple[str, str]]:
        """Return the allowed values, each with its meaning; [] where anything may be written."""
        return []


class LocationWidget(TextWidget):
    """A public web address, or the symbol of a document."""

    def __init__(self):
        super().__init__(MAX_ADDRESS_LENGTH)

    def clean(self, value, row=None, **kwargs):
        location = normalize_address(super().clean(value, row, **kwargs))
        validate_location(location)
        return location


class ChoiceWidget(TextWidget):
    """A choice, by its code or label."""

    how = gettext_lazy("One of the allowed values.")

    def __init__(self, choices: Iterable[tuple[str, str]]):
        super().__init__()
        self.choices = [(code, label) for code, label in choices if code]

    def clean(self, value, row=None, **kwargs):
        word = value.strip()
        code = find_code(word, self.choices) if word else ""
        if code is None:
            raise ValidationError(unknown_value(word, dict(self.choices)))
        return code

    def allowed(self, row_choices):
        return [(code, str(label)) for code, label in self.choices]


class NumberWidget(TextWidget):
    """A whole number that is not negative."""

    how = gettext_lazy("A whole number: 1500.")

    def clean(self, value, row=None, **kwargs):
        text = value.strip()
        if text and not is_whole_number(text):
            raise ValidationError(_("‘%(value)s’ is not a whole number from 0.") % {"value": text})
        return int(text) if text else None

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(value)


class CodeWidget(TextWidget):
    """A row by its code: `offered` is the attribute of `RowChoices` with the allowed rows, `code` that of the row."""

    how = gettext_lazy("One of the allowed values.")

    def __init__(self, offered: str, code: str):
        super().__init__()
        self.offered, self.code = offered, code

    def clean(self, value, row=None, *, row_choices, **kwargs):
        word = value.strip()
        return self.row_named(word, row_choices) if word else None

    def row_named(self, word: str, row_choices) -> Model:
        """Return the row that a code or a label names, in any case."""
        known = getattr(row_choices, self.offered)
        code = find_code(word, known)
        if code is None:
            raise ValidationError(self.refusal(word, known, row_choices))
        return known[code]

    def refusal(self, word: str, known: Collection[str], row_choices) -> str:
        """Return why a word names no row: it is unknown, or the person may not write for it."""
        everyone = row_choices.everyone(self.offered)
        if everyone and find_code(word, everyone):
            words = {"value": word, "allowed": ", ".join(known) or "–"}
            return _("You may not write for ‘%(value)s’. You may write for: %(allowed)s.") % words
        return unknown_value(word, known, MAX_LISTED_VALUES)

    def render(self, value, obj=None, **kwargs):
        return in_cell(str(getattr(value, self.code))) if value else ""

    def allowed(self, row_choices):
        return [(code, str(row)) for code, row in getattr(row_choices, self.offered).items()]


class LeadWidget(CodeWidget):
    """The leading agency or group, by its code."""

    how = gettext_lazy("The code of your agency, or of a work group which it leads.")

    def __init__(self):
        super().__init__("leads", "code")

    def clean(self, value, row=None, **kwargs):
        if SEPARATOR in value:
            raise ValidationError(exactly_one_lead.sentence)
        return super().clean(value, row, **kwargs)

    def render(self, value, obj=None, **kwargs):
        return value.slug if isinstance(value, WorkGroup) else value.code if value else ""


class CodesWidget(CodeWidget):
    """Several rows by their codes; in a cell they follow `order`."""

    how = gettext_lazy("Allowed values, separated by semicolons.")
    many = True

    def __init__(self, offered: str, code: str, order: tuple[str, ...]):
        super().__init__(offered, code)
        self.order = order

    def clean(self, value, row=None, *, row_choices, **kwargs):
        words, problems, rows = read_list(value), [], []
        for word in words:
            try:
                row = self.row_named(word, row_choices)
            except ValidationError as error:
                problems += error.messages
                continue
            if row in rows:
                problems.append(_("‘%(code)s’ stands twice.") % {"code": word})
            rows.append(row)
        if problems:
            raise ValidationError(list(dict.fromkeys(problems)))
        return rows

    def render(self, value: Iterable[Model] | None, obj=None, **kwargs):
        rows = sorted(value or (), key=lambda row: [getattr(row, name) for name in self.order])
        return in_cell(join_names(getattr(row, self.code) for row in rows))


class PlacesWidget(TextWidget):
    """Names of places, separated by semicolons."""

    how = gettext_lazy(
        "Names as the source gives them, separated by semicolons. Put a name that has a semicolon in double quotes."
    )
    many = True

    def clean(self, value, row=None, **kwargs):
        places = read_list(value)
        problems = length_errors(places, PLACE_LENGTH)
        if problems:
            raise ValidationError(problems)
        return places

    def render(self, value, obj=None, **kwargs):
        return in_cell(join_names(value or ()))


class PartialDateWidget(TextWidget):
    """A date that may be known by its month or year alone."""

    how = gettext_lazy("2014-03-05 or 5 March 2014; 2014-03 or 2014 if no more is known.")
    day = True

    def clean(self, value, row=None, **kwargs):
        if not value.strip():
            return None
        try:
            return PartialDate.parse(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def render(self, value, obj=None, **kwargs):
        return value.iso if value else ""


class DayWidget(TextWidget):
    """A date known to the day."""

    how = gettext_lazy("A day: 2014-03-05 or 5 March 2014.")
    day = True

    def clean(self, value, row=None, **kwargs):
        text = value.strip()
        if not text:
            return None
        try:
            return read_day(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def render(self, value, obj=None, **kwargs):
        return value.isoformat() if value else ""


def reference_in(cell: str) -> str:
    """Return a reference as the register writes it."""
    return cell.strip().upper()


class ReferenceWidget(TextWidget):
    """A commitment among those that the resource found for the references of its file."""

    how = gettext_lazy("A reference, such as HLD-0001.")

    def __init__(self, rows_attribute: str, refusal, offered: str):
        super().__init__()
        self.rows_attribute, self.refusal, self.offered = rows_attribute, refusal, offered

    def clean(self, value, row=None, *, resource, **kwargs):
        reference = reference_in(value)
        known = getattr(resource, self.rows_attribute)
        if reference and reference not in known:
            raise ValidationError(self.refusal % {"reference": reference})
        return known.get(reference)

    def render(self, value, obj=None, **kwargs):
        return value.reference if value else ""

    def allowed(self, row_choices):
        rows = (
            getattr(row_choices, self.offered)().order_by("pk").values_list("reference", "title")
            if self.offered
            else ()
        )
        return list(rows[:MAX_ROWS])
