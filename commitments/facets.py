"""How many rows each word of the register would give, each facet counted under all the other words chosen."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet

from commitments.filters import CommitmentFilter
from commitments.models import Commitment, Partner

# In the order in which the page offers them.
FACETS = (
    "status",
    "freshness",
    "agenda_point",
    "agency",
    "lead",
    "workgroup",
    "level",
    "recommendation",
    "kind",
    "outlook",
    "verification",
    "scope",
    "place",
)


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    word: str
    label: str
    options: list[Option]

    @property
    def chosen(self) -> int:
        return sum(option.chosen for option in self.options)


def facets(filterset: CommitmentFilter) -> list[Facet]:
    """One facet a word, without the values that no row has (unless chosen). The filterset must be valid."""
    return [_facet(filterset, word) for word in FACETS]


def _facet(filterset: CommitmentFilter, word: str) -> Facet:
    counts = COUNTERS[word](filterset.narrowed(without=word).order_by())
    chosen = set(filterset.form.cleaned_data[word])
    options = [
        Option(str(value), str(label), counts[str(value)], value in chosen)
        for value, label in filterset.form.fields[word].choices
        if counts[str(value)] or value in chosen
    ]
    return Facet(word, str(filterset.filters[word].label), options)


def _by(column: str) -> Callable[[QuerySet], Counter]:
    return lambda rows: Counter(dict(rows.values_list(column).annotate(Count("pk"))))


def _through(links, column: str, rows: QuerySet) -> Counter:
    named = links.objects.filter(commitment__in=rows.values("pk")).values_list(column)
    counts = named.annotate(Count("commitment", distinct=True)).order_by()
    return Counter({str(value): count for value, count in counts})


def _agencies(rows: QuerySet) -> Counter:
    partners = Partner.objects.filter(commitment__in=rows.values("pk"))
    beside = partners.exclude(commitment__lead_agency=F("agency")).values_list("agency__code")
    return _by("lead_agency__code")(rows) + Counter(dict(beside.annotate(Count("pk")).order_by()))


def _leads(rows: QuerySet) -> Counter:
    return _by("lead_agency__code")(rows) + _by("workgroup__slug")(rows)


def _points(rows: QuerySet) -> Counter:
    return _through(Commitment.agenda_points.through, "agendapoint__number", rows)


def _recommendations(rows: QuerySet) -> Counter:
    """A whole counts what answers it or any of its parts, once."""
    links = Commitment.recommendations.through.objects.filter(commitment__in=rows.values("pk"))
    answered: dict[str, set[int]] = {}
    for code, whole, commitment in links.values_list(
        "recommendation__code", "recommendation__parent__code", "commitment"
    ):
        answered.setdefault(code, set()).add(commitment)
        if whole:
            answered.setdefault(whole, set()).add(commitment)
    return Counter({code: len(commitments) for code, commitments in answered.items()})


def _levels(rows: QuerySet) -> Counter:
    return _through(Commitment.recommendations.through, "recommendation__level", rows)


def _places(rows: QuerySet) -> Counter:
    return Counter(place for named in rows.values_list("places", flat=True) for place in named)


COUNTERS: dict[str, Callable[[QuerySet], Counter]] = {
    "status": _by("standing_status"),
    "freshness": _by("standing_freshness"),
    "outlook": _by("standing_outlook"),
    "verification": _by("standing_verification"),
    "kind": _by("kind"),
    "scope": _by("scope"),
    "workgroup": _by("workgroup__slug"),
    "agency": _agencies,
    "lead": _leads,
    "agenda_point": _points,
    "recommendation": _recommendations,
    "level": _levels,
    "place": _places,
}
