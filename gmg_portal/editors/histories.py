"""The history of a row as its editors read it: each line with what it changed, among those of the rows under it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Value, Window
from django.db.models.functions import Lag
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format, localize
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.dates.partial import partial_date
from foundation.text.diff import Piece, diff_words
from foundation.text.name_lists import join_names

PER_PAGE = 50
# Longer values than this are compared word by word.
SHORT = 60
# Who and when stand in the line itself.
SAID_BY_LINE = {
    "version", "load_key", "submitted_by", "submitted_at", "reviewed_by", "reviewed_at", "reviewed_as",
    "reviewing_agency", "updated_at",
}  # fmt: skip
DONE = {"+": gettext_lazy("Entered"), "~": gettext_lazy("Changed"), "-": gettext_lazy("Deleted")}
REASONS = {
    "submit": gettext_lazy("Submitted"),
    "send_back": gettext_lazy("Sent back"),
    "publish": gettext_lazy("Published"),
    "withdraw": gettext_lazy("Withdrawn"),
    "restore": gettext_lazy("Restored"),
    "open": gettext_lazy("Opened"),
    "remind": gettext_lazy("Its leads were reminded"),
    "close": gettext_lazy("Closed"),
    "reopen": gettext_lazy("Reopened"),
    "contribute": gettext_lazy("A partner wrote its part"),
    "take back": gettext_lazy("A partner took its part back"),
    "hand_over": gettext_lazy("Handed over"),
    "make_token": gettext_lazy("Made a token"),
    "revoke_token": gettext_lazy("Revoked"),
    "token": gettext_lazy("Written by an agency’s own system, with a token"),
    "import": gettext_lazy("Taken in from a file of an editor"),
    "report": gettext_lazy("Reported by a reader"),
    "answered": gettext_lazy("Answered"),
    "closed": gettext_lazy("Closed with a reason"),
    "expected": gettext_lazy("Asked for by a cycle"),
    "load": gettext_lazy("Loaded from a file"),
}


class Source(NamedTuple):
    """A model, and which lines of its history belong to the story."""

    model: type[models.Model]
    lines: dict


@dataclass(frozen=True)
class Difference:
    """A field that changed; a long text comes in pieces that stayed, went or came."""

    label: str
    old: str = ""
    new: str = ""
    wording: list[Piece] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One line of the story; `subject` names the row under the row whose change it is."""

    anchor: str
    record: models.Model
    done: str
    who: str
    subject: str = ""
    address: str = ""
    differences: list[Difference] = field(default_factory=list)


def sources_of(model_admin, key: int) -> list[Source]:
    """The row itself, and what is edited on its page under it."""
    parts = [inline.model for inline in model_admin.inlines if hasattr(inline.model, "history")]
    return [
        Source(model_admin.model, {"id": key}),
        *(Source(part, {_link(part, model_admin.model): key}) for part in parts),
    ]


def _link(part: type[models.Model], whole: type[models.Model]) -> str:
    return next(field.attname for field in part._meta.fields if field.related_model is whole)


def pages_of(sources: list[Source]) -> Paginator:
    """All lines of the sources, newest first, as (moment, line, source, line before of the same row)."""
    before = Window(Lag("history_id"), partition_by="id", order_by="history_id")
    first, *others = [
        source.model.history.filter(**source.lines)
        .order_by()
        .annotate(at_source=Value(place), line_before=before)
        .values_list("history_date", "history_id", "at_source", "line_before")
        for place, source in enumerate(sources)
    ]
    lines = first.union(*others, all=True) if others else first
    return Paginator(lines.order_by("-history_date", "-history_id"), PER_PAGE)


def story(page: Page, sources: list[Source], site_name: str = "admin") -> list[Line]:
    """The lines of a page; some queries for each kind of row, however many lines there are."""
    found = list(page.object_list)
    records = {place: _records(source.model, found, place) for place, source in enumerate(sources)}
    return [
        _line(records[place][line], records[place].get(before), of_part=place > 0, site_name=site_name)
        for _moment, line, place, before in found
    ]


def _records(model: type[models.Model], found: list[tuple], place: int) -> dict[int, models.Model]:
    keys = {key for _moment, line, at, before in found if at == place for key in (line, before) if key}
    history = model.history.model
    links = [column.name for column in history._meta.fields if isinstance(column, models.ForeignKey)]
    records = history.objects.select_related(*links).in_bulk(keys)
    for record in records.values():
        record.members = {each.name: set() for each in history._history_m2m_fields}
    for each in history._history_m2m_fields if records else ():
        other = model._meta.get_field(each.name).m2m_reverse_field_name()
        rows = getattr(history, each.name).model.objects.filter(history__in=records)
        for row in rows.select_related(other):
            records[row.history_id].members[each.name].add(_named(row, row._meta.get_field(other)))
    return records


def _line(record, before, *, of_part: bool, site_name: str) -> Line:
    model = record.instance_type
    reason = record.history_change_reason or ""
    done = REASONS.get(reason) or DONE[record.history_type]
    changed = record.history_type == "~" and before is not None
    return Line(
        anchor=f"{model._meta.model_name}-{record.pk}",
        record=record,
        done=f"{done}" if not reason or reason in REASONS else f"{done} ({reason})",
        who=person(record.history_user) if record.history_user else "",
        subject=f"{capfirst(model._meta.verbose_name)}: {name_of(row_then(record))}" if of_part else "",
        address=_address(record, site_name),
        differences=list(differences(before, record)) if changed else [],
    )


def _address(record, site_name: str) -> str:
    """The page of the row as this line has it, where its table has one."""
    opts = record.instance_type._meta
    try:
        return reverse(f"{site_name}:{opts.app_label}_{opts.model_name}_simple_history", args=[record.id, record.pk])
    except NoReverseMatch:
        return ""


def row_then(record) -> models.Model:
    """The row as a line of its history has it, without a question to the database."""
    row = record.instance_type(**{column.attname: getattr(record, column.attname) for column in record.tracked_fields})
    for column in record.tracked_fields:
        if isinstance(column, models.ForeignKey) and column.is_cached(record) and getattr(record, column.name):
            setattr(row, column.name, getattr(record, column.name))
    return row


def name_of(row: models.Model) -> str:
    """How the row is called, also where a row that its name tells of is gone."""
    try:
        return str(row)
    except ObjectDoesNotExist:
        return _("number %(key)s") % {"key": row.pk}


def person(user) -> str:
    if user is None:
        return _("The portal itself")
    full = user.get_full_name()
    return f"{full} ({user.username})" if full else user.username


def differences(before, after) -> Iterator[Difference]:
    """What one line of a history changed since another, field by field in the order of the form."""
    model = after.instance_type
    for column in after.tracked_fields:
        if column.name in SAID_BY_LINE or column.name.endswith("_precision"):
            continue
        old, new = shown(before, column), shown(after, column)
        if old != new:
            yield _difference(capfirst(model._meta.get_field(column.name).verbose_name), column, old, new)
    for each in after._history_m2m_fields:
        old, new = before.members[each.name], after.members[each.name]
        if old != new:
            yield Difference(capfirst(each.verbose_name), old=_listed(old - new), new=_listed(new - old))


def _difference(label: str, column: models.Field, old: str, new: str) -> Difference:
    free = isinstance(column, models.CharField | models.TextField) and not column.choices
    if free and old and new and max(len(old), len(new)) > SHORT:
        return Difference(label, wording=diff_words(old, new))
    return Difference(label, old=old, new=new)


def shown(record, column: models.Field) -> str:
    """A value in words; '' for none. A day is told as precisely as it is known."""
    if column.name.endswith("_on") and hasattr(record, f"{column.name[:-3]}_precision"):
        day = partial_date(getattr(record, column.name), getattr(record, f"{column.name[:-3]}_precision"))
        return str(day) if day else ""
    if isinstance(column, models.ForeignKey):
        return _named(record, column)
    value = getattr(record, column.attname)
    if column.flatchoices:
        return str(dict(column.flatchoices).get(value, value) or "")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return join_names(value, "; ")
    if isinstance(column, models.DateTimeField) and value:
        return date_format(localtime(value), "DATETIME_FORMAT")
    return "" if value is None else str(localize(value))


def _named(record, column: models.ForeignKey) -> str:
    key = getattr(record, column.attname)
    if key is None:
        return ""
    try:
        named = getattr(record, column.name)
    except column.related_model.DoesNotExist:
        named = None
    return _("deleted since (number %(key)s)") % {"key": key} if named is None else str(named)


def _listed(names: Iterable[str]) -> str:
    return "; ".join(sorted(names))
