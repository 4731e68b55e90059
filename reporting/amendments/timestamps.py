"""The times of the last amendments of any number of commitments, without their content."""

from collections.abc import Collection
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Model, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import JSONObject, Lag

from commitments.models import Commitment, Milestone, Partner
from commitments.permissions import PUBLIC_STATES
from commitments.public_fields import COMMITMENT, MILESTONE, PARTNER
from foundation.public_fields import Place, PublicTable
from reporting.amendments.history import SETS


def _columns(table: PublicTable) -> tuple[str, ...]:
    """Return the columns of a table's amendable fields, foreign keys as in the database."""
    columns = [
        table.model._meta.get_field(name)
        for public_field in table.shown_in(Place.AMENDMENTS)
        for name in public_field.columns
    ]
    return tuple(column.attname for column in columns if not column.many_to_many)


COMMITMENT_COLUMNS = _columns(COMMITMENT)
PART_COLUMNS = {Partner: _columns(PARTNER), Milestone: _columns(MILESTONE)}


def amended_at(keys: Collection[int], day: date | None = None) -> dict[int, datetime]:
    """Return the time of the last amendment by the end of a day (UTC), by commitment key, with three queries.

    Commitments that were never amended are left out.
    """
    if not keys:
        return {}
    lines = [*_own(keys, day), *(line for model in PART_COLUMNS for line in _of_parts(model, keys, day))]
    last: dict[int, datetime] = {}
    for key, at in lines:
        last[key] = max(at, last.get(key, at))
    return last


def _own(keys: Collection[int], day: date | None) -> QuerySet:
    """Return the history lines that differ from the public line before them."""
    sets = {
        name: ArraySubquery(_members(name).filter(history=OuterRef("history_id")).order_by(_column(name)))
        for name in SETS
    }
    public = _until(Commitment.history.filter(id__in=keys, state__in=PUBLIC_STATES), day)
    states = public.annotate(content=JSONObject(**{name: F(name) for name in COMMITMENT_COLUMNS}, **sets))
    pairs = states.annotate(before=Window(Lag("content"), partition_by="id", order_by="history_id"))
    return pairs.filter(before__isnull=False).exclude(content=F("before")).order_by().values_list("id", "history_date")


def _of_parts(model: type[Model], keys: Collection[int], day: date | None):
    """Yield the commitment key and time of each history line of a part that was added, removed or changed.

    Lines from before the publication of the commitment are left out.
    """
    public = Commitment.history.filter(id=OuterRef("commitment_id"), state__in=PUBLIC_STATES).order_by("history_id")
    lines = (
        _until(model.history.filter(commitment__in=keys), day)
        .annotate(content=JSONObject(**{name: F(name) for name in PART_COLUMNS[model]}))
        .annotate(
            before=Window(Lag("content"), partition_by="id", order_by="history_id"),
            public_since=Subquery(public.values("history_date")[:1]),
        )
        .order_by()
        .values_list("commitment_id", "history_date", "public_since", "history_type", "content", "before")
    )
    for key, at, since, kind, content, before in lines:
        if since and at > since and (kind != "~" or content != before):
            yield key, at


def _members(name: str) -> QuerySet:
    return getattr(Commitment.history.model, name).model.objects.values(_column(name))


def _column(name: str) -> str:
    return Commitment._meta.get_field(name).m2m_reverse_name()


def _until(lines: QuerySet, day: date | None) -> QuerySet:
    return lines if day is None else lines.filter(history_date__date__lte=day)
