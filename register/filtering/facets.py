"""Facet counts of the register: each facet is counted under all the other active parameters."""

from collections import Counter
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Model, OuterRef, QuerySet, Value, When

from commitments.models import Commitment, Partner
from register.filtering.conditions import CRITERIA
from register.filtering.query import RegisterQuery

LINKED = {
    "partner_codes": (Partner, "agency__code"),
    "point_numbers": (Commitment.agenda_points.through, "agendapoint__number"),
    "levels": (Commitment.recommendations.through, "recommendation__level"),
    "parts": (Commitment.recommendations.through, "recommendation__code"),
    "wholes": (Commitment.recommendations.through, "recommendation__parent__code"),
}
STORED = ("kind", "scope", "places", "lead_agency__code", "workgroup__slug")
STANDING = ("standing_status", "standing_freshness", "standing_outlook", "standing_verification", "standing_state")

FACETS = tuple(CRITERIA)
MAX_OPTIONS_SHOWN = 8


@dataclass(frozen=True)
class Option:
    """A value of a facet; `name` is the full name behind a short label."""

    value: str
    label: str
    count: int
    chosen: bool
    name: str = ""


@dataclass(frozen=True)
class Facet:
    """A filter of the register with its values; `name` is that of its parameter."""

    name: str
    label: str
    options: list[Option]

    @property
    def chosen(self) -> int:
        return sum(option.chosen for option in self.options)

    @property
    def first(self) -> list[Option]:
        """Return the options shown before ‘more’: the first few, or all if only one or two would be hidden."""
        return self.options if len(self.options) <= MAX_OPTIONS_SHOWN + 2 else self.options[:MAX_OPTIONS_SHOWN]

    @property
    def more(self) -> list[Option]:
        return self.options[len(self.first) :]

    @property
    def chosen_in_more(self) -> bool:
        return any(option.chosen for option in self.more)


@dataclass(frozen=True)
class FacetCounts:
    """The counts of the register on a day: `total` rows, of which `count` meet every active parameter.

    `without` is the count without each active parameter, by name. Withdrawn rows are counted with `updated_since` only.
    """

    total: int
    count: int
    without: dict[str, int]
    facets: list[Facet]


def count_facets(query: RegisterQuery) -> FacetCounts:
    """Count the rows of the register in one pass over the rows of the day. The query must be valid.

    A row that meets every parameter counts in every facet; a row that fails one counts in that facet only.
    """
    counts: dict[str, Counter] = {name: Counter() for name in FACETS}
    total = count = withdrawn = 0
    failed_only: Counter = Counter()
    for row in read_rows(query):
        total += 1
        failed = [name for name in query.conditions if not row[f"meets_{name}"]]
        is_withdrawn = row["standing_state"] == "withdrawn"
        count += not failed
        withdrawn += is_withdrawn and not failed
        if len(failed) > 1:
            continue
        failed_only.update(name for name in failed if not (is_withdrawn and name == "updated_since"))
        for name in failed or FACETS:
            if name in counts:
                counts[name].update({str(value) for value in CRITERIA[name].values(row) if value})
    without = {name: count + failed_only[name] for name in query.conditions}
    if "updated_since" in without:
        without["updated_since"] -= withdrawn
    return FacetCounts(total, count, without, [_facet(query, name, counts[name]) for name in FACETS])


def read_rows(query: RegisterQuery) -> QuerySet:
    """Return the rows of the day with the values of every facet, and whether each meets each active parameter."""
    meets = {
        f"meets_{name}": Case(When(condition, then=Value(True)), default=Value(False))
        for name, condition in query.conditions.items()
    }
    linked = {name: _linked(*link) for name, link in LINKED.items()}
    rows = query.unfiltered.with_search_vector(query.day).annotate(**linked, **meets)
    return rows.order_by().values(*STORED, *STANDING, *linked, *meets)


def _linked(model: type[Model], column: str) -> ArraySubquery:
    return ArraySubquery(model.objects.filter(commitment=OuterRef("pk")).values(column))


def _facet(query: RegisterQuery, name: str, counts: Counter) -> Facet:
    """Return a facet without the values that no row has, unless chosen; places are sorted by their counts."""
    chosen = set(query.filters.get(name, ()))
    field = query.form.fields[name]
    choices = field.choices
    if name == "place":
        choices = [(place, place) for place in sorted({*counts, *chosen}, key=lambda place: (-counts[place], place))]
    options = [
        Option(str(value), str(label), counts[str(value)], value in chosen, getattr(label, "name", ""))
        for value, label in choices
        if counts[str(value)] or value in chosen
    ]
    return Facet(name, str(field.label), options)
