"""Helpers of all statistics: counts with the query parameters of their rows, by lead and by day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db import models
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.models import Agency
from commitments.models import Commitment, Freshness, Status
from foundation.clock import today
from workgroups.models import WorkGroup

QueryParams = Mapping[str, str | int | list[str]]


class RegisterLinkMixin:
    """A mixin for statistics whose `params` select their rows in the register."""

    params: QueryParams | None

    @property
    def query(self) -> str:
        """Return the parameters as a query string, or ''."""
        return urlencode(self.params, doseq=True) if self.params else ""

    @property
    def url(self) -> str:
        """Return the address of the register page with these rows, or ''."""
        return f"{reverse('commitments:list')}?{self.query}" if self.params else ""


@dataclass(frozen=True)
class Count(RegisterLinkMixin):
    """A number of published commitments, with the register's query parameters that select them (None if none can)."""

    count: int
    params: QueryParams | None
    code: str | int = ""
    label: str = ""


def status_counts(
    commitments: QuerySet[Commitment], day: date | None = None, params: QueryParams | None = None
) -> list[Count]:
    """Count rows (which carry `with_standing(day)`) by status, in the order of statuses; last those with no report."""
    counts, unreported = _counts_by_choice(commitments, "status", Status, params or {}, day)
    return [*counts, Count(unreported, None, "", str(_("Nothing reported")))]


def freshness_counts(
    commitments: QuerySet[Commitment], day: date | None = None, params: QueryParams | None = None
) -> list[Count]:
    """Count rows (which carry `with_standing(day)`) by freshness, in the order of its values."""
    return _counts_by_choice(commitments, "freshness", Freshness, params or {}, day)[0]


def _counts_by_choice(
    rows: QuerySet[Commitment], field: str, choices: type[models.TextChoices], params: QueryParams, day: date | None
) -> tuple[list[Count], int]:
    """Return the count of each choice, selected by `params` and its value, and the count of rows without a value."""
    counts_by_code = dict(rows.order_by().values_list(f"standing_{field}").annotate(n=models.Count("pk")))
    counts = [
        Count(
            counts_by_code.get(choice, 0),
            {**params, field: choice.value, **as_of_params(day)},
            choice.value,
            str(choice.label),
        )
        for choice in choices
    ]
    return counts, counts_by_code.get("", 0)


def with_lead(rows: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """Annotate `lead_member`: the leading agency, or the member that a leading constituent belongs to."""
    return rows.annotate(lead_member=Coalesce("lead_agency__parent", "lead_agency"))


def count_by_lead(rows: QuerySet[Commitment], *columns: str) -> dict[tuple, int]:
    keys = ["lead_member", "workgroup", *columns]
    grouped = rows.order_by().values_list(*keys).annotate(n=models.Count("pk"))
    return defaultdict(int, {tuple(row): n for *row, n in grouped})


def leads() -> Iterable[tuple[Agency | WorkGroup, tuple, QueryParams]]:
    """Yield every lead, former members included, with its key in `count_by_lead` and its query parameters."""
    for member in Agency.objects.with_own_membership().prefetch_related("constituents"):
        yield member, (member.pk, None), lead_params(member)
    for group in WorkGroup.objects.all():
        yield group, (None, group.pk), {"lead": group.slug}


def is_listed(lead: Agency | WorkGroup, day: date | None) -> bool:
    """Return whether a lead is listed even if it leads nothing: a group, or an agency that is a member on the day."""
    return isinstance(lead, WorkGroup) or lead.belongs_on(day or today())


def lead_params(member: Agency) -> QueryParams:
    constituent_codes = [constituent.code for constituent in member.constituents.all()]
    return {"lead": [member.code, *constituent_codes] if constituent_codes else member.code}


def as_of_params(day: date | None) -> QueryParams:
    return {"as_of": day.isoformat()} if day else {}


def is_included(params: QueryParams, name: str, code: str | int) -> bool:
    """Return whether a query includes this value: it does not filter by the parameter, or filters by this value."""
    values = params.get(name)
    return not values or str(code) in map(str, values if isinstance(values, list | tuple) else [values])
