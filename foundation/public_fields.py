"""Public fields: each table's app declares in its module `public_fields` what readers see of it, once.

Serializers, data files, spreadsheets, amendments, review and pages derive their fields from these declarations or are
compared with them by tests/structure/test_public_fields.py. A column of a public table is in a public field or is
private.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Field, Model
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from foundation.dates.partial import partial_date
from foundation.text.name_lists import join_names

PRECISION = "_precision"
# Reasons for which a column is not public.
KEY = "Identifier within the database; readers have the permanent code or reference."
LOCK = "Counts saves, by which the second of two editors is warned."
PARENT = "The row is shown within the row that it belongs to."
ORDER = "Place in lists; the order of the rows shows it."
WORKFLOW = "Work of writers and reviewers before publication."
COMPUTED = "Computed by the database from other columns."

# Description of a code or slug by which addresses name a row; help text of the forms as well.
PERMANENT = _("Permanent: it is part of addresses.")
# Description of a field with the address of a row's page.
PAGE_URL = _("The permanent address of its page.")

# The version of the API and of the files with which all began; fields of it do not name it.
FIRST_VERSION = "1.0"

# A field whose values are enumerated, or that refers to another description, needs no example.
NO_EXAMPLE = ...
# Means the column that has the field's name.
OWN_COLUMN = ("",)

NameOf = Callable[[type[Model], int], str]


class Place(StrEnum):
    """A place that shows public fields. The editor area shows each column in a form, there changeable or not."""

    API = "API"
    FILE = "data file"
    SPREADSHEET = "spreadsheet"
    AMENDMENTS = "amendments"
    REVIEW = "review"
    PAGE = "page"
    EDITOR_AREA = "editor area"


@dataclass(frozen=True)
class Sentences:
    """Sentences on a change; `added` and `removed` may be empty where the field never is."""

    changed: str = ""
    added: str = ""
    removed: str = ""


@dataclass(frozen=True)
class PublicField:
    """A field that readers see; it has this name in the API and in files.

    `columns` are the model's columns that hold it, none where the portal computes it; by default the one of its
    name. A date and its precision are one field. `is_text` fields are compared word for word, others as whole
    values. `example` is a value for the API's description. `is_fact` fields are shown on the page as label and
    value, others have a place of their own there. `former_name` is a heading that earlier files have. `since` is
    the version of the API and of the files, as 1.1, in which the field appeared. `not_in` has the reason for each
    place of the table that leaves the field out, `filter` the parameter of lists.
    """

    name: str
    description: str
    columns: tuple[str, ...] = OWN_COLUMN
    label: str = ""
    is_text: bool = False
    is_partial: bool = False
    sentences: Sentences | None = None
    example: Any = NO_EXAMPLE
    filter: str = ""
    is_fact: bool = False
    former_name: str = ""
    since: str = FIRST_VERSION
    not_in: Mapping[Place, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.columns == OWN_COLUMN:
            object.__setattr__(self, "columns", (self.name,))
        if self.columns[-1:] and self.columns[-1].endswith(PRECISION):
            object.__setattr__(self, "is_partial", True)

    @property
    def described(self) -> Any:
        """Return the description for the API and for files, with the version of a field that not all versions have."""
        if self.since == FIRST_VERSION:
            return self.description
        return format_lazy(
            _("{description} Since version {version}."), description=self.description, version=self.since
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names in the API and in data files, where a precision follows its date."""
        return (self.name, self.name.removesuffix("_on") + PRECISION) if self.is_partial else (self.name,)


@dataclass(frozen=True)
class PublicTable:
    """The public fields of a model in the order of files, the places that show them, and why others are private."""

    model: type[Model]
    places: frozenset[Place]
    fields: tuple[PublicField, ...]
    private: Mapping[str, str]

    def __getitem__(self, name: str) -> PublicField:
        return next(each for each in self.fields if each.name == name)

    def __iter__(self) -> Iterator[PublicField]:
        return iter(self.fields)

    def shown_in(self, place: Place) -> list[PublicField]:
        """Return the fields that a place shows, in order."""
        return [each for each in self.fields if place in self.places and place not in each.not_in]

    def names_in(self, place: Place) -> list[str]:
        """Return the names of the fields that a place shows, each precision after its date."""
        return [name for each in self.shown_in(place) for name in each.names]

    def label(self, name: str) -> str:
        """Return the label of a field: its own, or that of its first column in the model."""
        public_field = self[name]
        return str(public_field.label) or capfirst(str(self.column(public_field).verbose_name))

    def column(self, public_field: PublicField) -> Field:
        """Return the first column that holds a field."""
        return self.model._meta.get_field(public_field.columns[0])

    def is_set(self, public_field: PublicField) -> bool:
        """Return whether a field holds rows of another table."""
        return bool(public_field.columns) and self.column(public_field).many_to_many

    def has_plain_set(self, public_field: PublicField) -> bool:
        """Return whether a field holds rows of another table, of which nothing else is stored."""
        return self.is_set(public_field) and bool(self.column(public_field).remote_field.through._meta.auto_created)

    def examples(self) -> dict[str, Any]:
        """Return the examples of the fields that have one."""
        return {each.name: each.example for each in self.fields if each.example is not NO_EXAMPLE}

    def former_names(self) -> dict[str, str]:
        """Return the name of each field that files of an earlier shape call otherwise, by the name there."""
        return {each.former_name: each.name for each in self.fields if each.former_name}

    def undeclared_columns(self) -> set[str]:
        """Return the model's columns and sets that are neither public nor private."""
        return self._model_columns() - self._declared_columns()

    def unknown_columns(self) -> set[str]:
        """Return declared columns that the model does not have."""
        return self._declared_columns() - self._model_columns()

    def columns_declared_twice(self) -> set[str]:
        """Return columns that are public and private."""
        return {column for each in self.fields for column in each.columns} & set(self.private)

    def _model_columns(self) -> set[str]:
        options = self.model._meta
        return {column.name for column in (*options.local_concrete_fields, *options.local_many_to_many)}

    def _declared_columns(self) -> set[str]:
        return {column for each in self.fields for column in each.columns} | set(self.private)


def display_value(row: Model, public_field: PublicField, name_of: NameOf | None = None) -> str:
    """Return a field of a row, or of a line of its history, as text; '' if it is empty.

    `name_of` returns the name of a row of another table by its key, without a query.
    """
    if public_field.is_partial:
        return str(partial_date(*(getattr(row, column) for column in public_field.columns)) or "")
    texts = (_column_text(row, column, name_of) for column in public_field.columns)
    return next((text for text in texts if text), "")


def _column_text(row: Model, name: str, name_of: NameOf | None) -> str:
    column = row._meta.get_field(name)
    if column.many_to_one and name_of:
        key = getattr(row, column.attname)
        return name_of(column.related_model, key) if key else ""
    if column.choices:
        return str(getattr(row, f"get_{name}_display")())
    value = getattr(row, name)
    if isinstance(value, list):
        return join_names(value, "; ")
    return "" if value is None else str(value)
