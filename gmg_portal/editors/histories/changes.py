"""The changes between two records of a history, field by field."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import models
from django.utils.formats import date_format, localize
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from foundation.dates.partial import partial_date
from foundation.text.diff import Piece, diff_words
from foundation.text.name_lists import join_names

# Two longer values are shown as a word-by-word diff.
MAX_LENGTH_SHOWN_WHOLE = 60
# Shown in the head of an entry, or of no interest to editors.
OMITTED_FIELDS = {
    "version", "load_key", "submitted_by", "submitted_at", "reviewed_by", "reviewed_at", "reviewed_as",
    "reviewing_agency", "updated_at",
}  # fmt: skip


@dataclass(frozen=True)
class FieldChange:
    """A changed field; `pieces` replaces `old` and `new` where both are long texts."""

    label: str
    old: str = ""
    new: str = ""
    pieces: list[Piece] = field(default_factory=list)


def field_changes(previous: models.Model, record: models.Model) -> Iterator[FieldChange]:
    """Yield the changes between two records, in the order of the model's fields."""
    model = record.instance_type
    for model_field in record.tracked_fields:
        if model_field.name in OMITTED_FIELDS or model_field.name.endswith("_precision"):
            continue
        old, new = display_value(previous, model_field), display_value(record, model_field)
        if old != new:
            yield _field_change(capfirst(model._meta.get_field(model_field.name).verbose_name), model_field, old, new)
    for relation in record._history_m2m_fields:
        old, new = previous.members[relation.name], record.members[relation.name]
        if old != new:
            yield FieldChange(capfirst(relation.verbose_name), old=_joined(old - new), new=_joined(new - old))


def _field_change(label: str, field: models.Field, old: str, new: str) -> FieldChange:
    is_free_text = isinstance(field, models.CharField | models.TextField) and not field.choices
    if is_free_text and old and new and max(len(old), len(new)) > MAX_LENGTH_SHOWN_WHOLE:
        return FieldChange(label, pieces=diff_words(old, new))
    return FieldChange(label, old=old, new=new)


def display_value(record: models.Model, field: models.Field) -> str:
    """Return a value as text, '' for none. Dates are shown at their stored precision."""
    if field.name.endswith("_on") and hasattr(record, f"{field.name[:-3]}_precision"):
        day = partial_date(getattr(record, field.name), getattr(record, f"{field.name[:-3]}_precision"))
        return str(day) if day else ""
    if isinstance(field, models.ForeignKey):
        return related_name(record, field)
    value = getattr(record, field.attname)
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value) or "")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return join_names(value, "; ")
    if isinstance(field, models.DateTimeField) and value:
        return date_format(localtime(value), "DATETIME_FORMAT")
    return "" if value is None else str(localize(value))


def related_name(record: models.Model, field: models.ForeignKey) -> str:
    key = getattr(record, field.attname)
    if key is None:
        return ""
    try:
        related = getattr(record, field.name)
    except field.related_model.DoesNotExist:
        related = None
    return _("deleted since (number %(key)s)") % {"key": key} if related is None else str(related)


def _joined(names: Iterable[str]) -> str:
    return "; ".join(sorted(names))
