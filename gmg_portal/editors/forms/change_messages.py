"""Sentences on who changed a row after a form was opened or a file was exported, and what they changed."""

from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from simple_history.template_utils import HistoricalRecordContextHelper

from gmg_portal.editors.histories.entries import person_name


def latest_history_id(row: models.Model) -> int | None:
    """Return the number of a row's latest historical record; None if it has no history."""
    return row.history.order_by("-history_id").values_list("history_id", flat=True).first()


def history_since(row: models.Model, history_id: int | None) -> list:
    """Return the historical records after this one; the latest record if the row was changed without history."""
    records = row.history.select_related("history_user")
    newer = list(records.filter(history_id__gt=history_id or 0).order_by("history_id"))
    return newer or list(records.order_by("-history_id")[:1])


def authors_and_time(records: list) -> dict[str, str]:
    """Return the parameters of a message: the names of the records' authors, and the time of the last record."""
    people = dict.fromkeys(person_name(record.history_user) for record in records)
    return {
        "people": ", ".join(people),
        "moment": date_format(localtime(records[-1].history_date), "DATETIME_FORMAT"),
    }


def saved_by_others_message(records: list) -> str:
    """Return the error of a form that was opened before these records; none if history lacks the change."""
    if not records:
        return _("Somebody changed this while you were writing. Nothing was saved.")
    return _(
        "%(people)s saved this on %(moment)s, after you had opened it. Nothing of yours was saved and nothing was"
        " overwritten: what you typed still stands below."
    ) % authors_and_time(records)


def changes_since_export(row: models.Model, history_id: int | None) -> list[str]:
    """Return sentences on who changed a row after this historical record, and on each changed field."""
    records = history_since(row, history_id)
    if not records:
        return [_("Somebody changed this after the file was exported, and nothing is overwritten: export it anew.")]
    previous = row.history.filter(history_id__lt=records[0].history_id).order_by("-history_id").first()
    summary = _(
        "%(people)s changed this on %(moment)s, after the file was exported, and nothing is overwritten: export it"
        " anew."
    ) % authors_and_time(records)
    return [summary, *change_sentences(type(row), previous, records[-1])]


def change_sentences(model: type[models.Model], previous: models.Model | None, current: models.Model) -> list[str]:
    """Return a sentence for each changed field between two historical records; none for the first record."""
    if previous is None:
        return []
    delta = current.diff_against(previous, foreign_keys_are_objs=True)
    formatter = HistoricalRecordContextHelper(model, current)
    changes = [formatter.format_delta_change(change) for change in delta.changes]
    return [
        _("%(field)s: ‘%(old)s’ became ‘%(new)s’.")
        % {"field": change.field, "old": display_value(change.old), "new": display_value(change.new)}
        for change in changes
    ]


def display_value(value: str) -> str:
    """Return a value for use in a sentence; a dash if it is empty."""
    return "–" if value in ("", "None") else value
