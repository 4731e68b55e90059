"""What every summary counts with: figures that know their rows, by lead and by day."""

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

Words = Mapping[str, str | int | list[str]]


class Findable:
    """Something whose `words` find its rows in the register."""

    words: Words | None

    @property
    def query(self) -> str:
        """The words as the query of an address, or ''."""
        return urlencode(self.words, doseq=True) if self.words else ""

    @property
    def url(self) -> str:
        """The address of the register page with just these rows, or ''."""
        return f"{reverse('commitments:list')}?{self.query}" if self.words else ""


@dataclass(frozen=True)
class Count(Findable):
    """How many published commitments, and the words of the register that find them (None: no words can)."""

    count: int
    words: Words | None
    code: str | int = ""
    label: str = ""


def status_counts(
    commitments: QuerySet[Commitment], day: date | None = None, words: Words | None = None
) -> list[Count]:
    """Count rows (which carry `with_standing(day)`) by status, in the order of statuses; last those with no report."""
    known, without = _counted(commitments, "status", Status, words or {}, day)
    return [*known, Count(without, None, "", str(_("Nothing reported")))]


def freshness_counts(
    commitments: QuerySet[Commitment], day: date | None = None, words: Words | None = None
) -> list[Count]:
    """Count rows (which carry `with_standing(day)`) by freshness, in the order of its words."""
    return _counted(commitments, "freshness", Freshness, words or {}, day)[0]


def _counted(
    rows: QuerySet[Commitment], word: str, choices: type[models.TextChoices], words: Words, day: date | None
) -> tuple[list[Count], int]:
    """The count of each choice, found by `words` and itself; and the count of the rows that have none."""
    found = dict(rows.order_by().values_list(f"standing_{word}").annotate(n=models.Count("pk")))
    counts = [
        Count(found.get(choice, 0), {**words, word: choice.value, **as_of(day)}, choice.value, str(choice.label))
        for choice in choices
    ]
    return counts, found.get("", 0)


def with_lead(rows: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """Annotate the member that leads: what a constituent leads counts for the member it belongs to."""
    return rows.annotate(lead_member=Coalesce("lead_agency__parent", "lead_agency"))


def tally(rows: QuerySet[Commitment], *columns: str) -> dict[tuple, int]:
    keys = ["lead_member", "workgroup", *columns]
    grouped = rows.order_by().values_list(*keys).annotate(n=models.Count("pk"))
    return defaultdict(int, {tuple(row): n for *row, n in grouped})


def leads() -> Iterable[tuple[Agency | WorkGroup, tuple, Words]]:
    """Every lead, former members included, with its key in the tallies and the words that find what it leads."""
    for member in Agency.objects.with_own_membership().prefetch_related("constituents"):
        yield member, (member.pk, None), led_by(member)
    for group in WorkGroup.objects.all():
        yield group, (None, group.pk), {"lead": group.slug}


def has_place(lead: Agency | WorkGroup, day: date | None) -> bool:
    """Whether a lead is listed though it leads nothing: a group, or an agency that is a member on the day."""
    return isinstance(lead, WorkGroup) or lead.belongs_on(day or today())


def led_by(member: Agency) -> Words:
    parts = [part.code for part in member.constituents.all()]
    return {"lead": [member.code, *parts] if parts else member.code}


def as_of(day: date | None) -> Words:
    return {"as_of": day.isoformat()} if day else {}


def is_asked(words: Words, word: str, code: str | int) -> bool:
    """Whether a question leaves room for this code: its word is not asked at all, or asked with it."""
    values = words.get(word)
    return not values or str(code) in map(str, values if isinstance(values, list | tuple) else [values])
