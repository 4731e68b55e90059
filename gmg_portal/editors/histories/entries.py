"""The entries of a row's history: its own records and those of its inline rows, newest first."""

from dataclasses import dataclass, field
from typing import NamedTuple

from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Value, Window
from django.db.models.functions import Lag
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gmg_portal.editors.histories.changes import FieldChange, field_changes, related_name

PER_PAGE = 50
ACTION_LABELS = {"+": gettext_lazy("Entered"), "~": gettext_lazy("Changed"), "-": gettext_lazy("Deleted")}
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


class HistorySource(NamedTuple):
    """A model, with the filter of its historical records that belong to the page."""

    model: type[models.Model]
    filters: dict


@dataclass(frozen=True)
class RowHistoryEntry:
    """An entry of the history page; `subject` names the inline row that changed, '' for the row itself."""

    anchor: str
    record: models.Model
    action: str
    user: str
    subject: str = ""
    address: str = ""
    changes: list[FieldChange] = field(default_factory=list)


def history_sources(model_admin: ModelAdmin, key: int) -> list[HistorySource]:
    """Return the sources of the row with this key and of its inline rows that have a history."""
    children = [inline.model for inline in model_admin.inlines if hasattr(inline.model, "history")]
    return [
        HistorySource(model_admin.model, {"id": key}),
        *(HistorySource(child, {_foreign_key_to(child, model_admin.model): key}) for child in children),
    ]


def _foreign_key_to(child: type[models.Model], parent: type[models.Model]) -> str:
    return next(field.attname for field in child._meta.fields if field.related_model is parent)


def history_paginator(sources: list[HistorySource]) -> Paginator:
    """Return a paginator of all records, newest first, as (time, history id, index of source, previous history id)."""
    previous_id = Window(Lag("history_id"), partition_by="id", order_by="history_id")
    first, *others = [
        source.model.history.filter(**source.filters)
        .order_by()
        .annotate(source_index=Value(index), previous_id=previous_id)
        .values_list("history_date", "history_id", "source_index", "previous_id")
        for index, source in enumerate(sources)
    ]
    records = first.union(*others, all=True) if others else first
    return Paginator(records.order_by("-history_date", "-history_id"), PER_PAGE)


def history_entries(page: Page, sources: list[HistorySource], site_name: str = "admin") -> list[RowHistoryEntry]:
    """Return the entries of a page. The number of queries depends on the sources alone."""
    rows = list(page.object_list)
    records = {index: _records_by_id(source.model, rows, index) for index, source in enumerate(sources)}
    return [
        _history_entry(
            records[index][history_id], records[index].get(previous_id), is_child=index > 0, site_name=site_name
        )
        for _moment, history_id, index, previous_id in rows
    ]


def _records_by_id(model: type[models.Model], rows: list[tuple], index: int) -> dict[int, models.Model]:
    history_ids = {
        history_id
        for _moment, record_id, source_index, previous_id in rows
        if source_index == index
        for history_id in (record_id, previous_id)
        if history_id
    }
    history = model.history.model
    foreign_keys = [field.name for field in history._meta.fields if isinstance(field, models.ForeignKey)]
    records = history.objects.select_related(*foreign_keys).in_bulk(history_ids)
    for record in records.values():
        record.members = {relation.name: set() for relation in history._history_m2m_fields}
    for relation in history._history_m2m_fields if records else ():
        related_field = model._meta.get_field(relation.name).m2m_reverse_field_name()
        members = getattr(history, relation.name).model.objects.filter(history__in=records)
        for row in members.select_related(related_field):
            records[row.history_id].members[relation.name].add(related_name(row, row._meta.get_field(related_field)))
    return records


def _history_entry(
    record: models.Model, previous: models.Model | None, *, is_child: bool, site_name: str
) -> RowHistoryEntry:
    model = record.instance_type
    reason = record.history_change_reason or ""
    action = REASONS.get(reason) or ACTION_LABELS[record.history_type]
    is_change = record.history_type == "~" and previous is not None
    return RowHistoryEntry(
        anchor=f"{model._meta.model_name}-{record.pk}",
        record=record,
        action=f"{action}" if not reason or reason in REASONS else f"{action} ({reason})",
        user=person_name(record.history_user) if record.history_user else "",
        subject=f"{capfirst(model._meta.verbose_name)}: {name_of(row_at(record))}" if is_child else "",
        address=_version_url(record, site_name),
        changes=list(field_changes(previous, record)) if is_change else [],
    )


def _version_url(record: models.Model, site_name: str) -> str:
    """Return the address of the page that shows this version of the row; '' if its table has no such page."""
    opts = record.instance_type._meta
    try:
        return reverse(f"{site_name}:{opts.app_label}_{opts.model_name}_simple_history", args=[record.id, record.pk])
    except NoReverseMatch:
        return ""


def row_at(record: models.Model) -> models.Model:
    """Rebuild the row as a historical record has it, without a query."""
    row = record.instance_type(
        **{model_field.attname: getattr(record, model_field.attname) for model_field in record.tracked_fields}
    )
    for model_field in record.tracked_fields:
        if (
            isinstance(model_field, models.ForeignKey)
            and model_field.is_cached(record)
            and getattr(record, model_field.name)
        ):
            setattr(row, model_field.name, getattr(record, model_field.name))
    return row


def name_of(row: models.Model) -> str:
    """Return the row's name; its number if a row that the name is made of was deleted."""
    try:
        return str(row)
    except ObjectDoesNotExist:
        return _("number %(key)s") % {"key": row.pk}


def person_name(user: AbstractUser | None) -> str:
    """Return a person's full name with the user name; without a person, the portal wrote the record."""
    if user is None:
        return _("The portal itself")
    full = user.get_full_name()
    return f"{full} ({user.username})" if full else user.username
