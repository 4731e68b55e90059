"""How many rows each word of the register would give, each facet counted under all the other words chosen."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Model, OuterRef, QuerySet, Value, When

from commitments.filters import CommitmentFilter
from commitments.models import Commitment, Partner

Row = dict
LINKED = {
    "partner_codes": (Partner, "agency__code"),
    "point_numbers": (Commitment.agenda_points.through, "agendapoint__number"),
    "levels": (Commitment.recommendations.through, "recommendation__level"),
    "parts": (Commitment.recommendations.through, "recommendation__code"),
    "wholes": (Commitment.recommendations.through, "recommendation__parent__code"),
}
STORED = ("kind", "scope", "places", "lead_agency__code", "workgroup__slug")
STANDING = ("standing_status", "standing_freshness", "standing_outlook", "standing_verification", "standing_state")

# The words of each facet under which a row is found, in the order in which the page offers the facets.
WORDS_OF_ROW: dict[str, Callable[[Row], Iterable]] = {
    "status": lambda row: [row["standing_status"]],
    "freshness": lambda row: [row["standing_freshness"]],
    "agenda_point": lambda row: map(str, row["point_numbers"]),
    "agency": lambda row: [row["lead_agency__code"], *row["partner_codes"]],
    "lead": lambda row: [row["lead_agency__code"] or row["workgroup__slug"]],
    "workgroup": lambda row: [row["workgroup__slug"]],
    "level": lambda row: row["levels"],
    # A whole counts what answers it or any of its parts.
    "recommendation": lambda row: [*row["parts"], *row["wholes"]],
    "kind": lambda row: [row["kind"]],
    "outlook": lambda row: [row["standing_outlook"]],
    "verification": lambda row: [row["standing_verification"]],
    "scope": lambda row: [row["scope"]],
    "place": lambda row: row["places"],
}
FACETS = tuple(WORDS_OF_ROW)
SHOWN = 8


@dataclass(frozen=True)
class Option:
    """A value of a facet; `name` is what a short label stands for."""

    value: str
    label: str
    count: int
    chosen: bool
    name: str = ""


@dataclass(frozen=True)
class Facet:
    word: str
    label: str
    options: list[Option]

    @property
    def chosen(self) -> int:
        return sum(option.chosen for option in self.options)

    @property
    def first(self) -> list[Option]:
        """What is shown of a long facet before ‘more’: the first few; all of one that is hardly longer."""
        return self.options if len(self.options) <= SHOWN + 2 else self.options[:SHOWN]

    @property
    def more(self) -> list[Option]:
        return self.options[len(self.first) :]

    @property
    def chosen_in_more(self) -> bool:
        return any(option.chosen for option in self.more)


@dataclass(frozen=True)
class Tally:
    """Of `total` rows on the day `count` meet every word asked; `without` is how many there would be without each.

    Withdrawn rows are among them with `updated_since` alone.
    """

    total: int
    count: int
    without: dict[str, int]
    facets: list[Facet]


def tally(filterset: CommitmentFilter) -> Tally:
    """Count in one walk over the rows of the day. The filterset must be valid.

    A row that meets every word counts in every facet; one that fails a single word counts in that word's own.
    """
    asked = filterset.conditions()
    counts: dict[str, Counter] = {word: Counter() for word in FACETS}
    total = count = withdrawn = 0
    saved: Counter = Counter()
    for row in _rows(filterset):
        total += 1
        failed = [word for word in asked if not row[f"meets_{word}"]]
        gone = row["standing_state"] == "withdrawn"
        count += not failed
        withdrawn += gone and not failed
        if len(failed) > 1:
            continue
        saved.update(word for word in failed if not (gone and word == "updated_since"))
        for word in failed or FACETS:
            if word in counts:
                counts[word].update({str(each) for each in WORDS_OF_ROW[word](row) if each})
    without = {word: count + saved[word] - (withdrawn if word == "updated_since" else 0) for word in asked}
    return Tally(total, count, without, [_facet(filterset, word, counts[word]) for word in FACETS])


def _rows(filterset: CommitmentFilter) -> QuerySet:
    meets = {
        f"meets_{word}": Case(When(condition, then=Value(True)), default=Value(False))
        for word, condition in filterset.conditions().items()
    }
    linked = {name: _linked(*link) for name, link in LINKED.items()}
    rows = filterset.standing.with_text(filterset.day).annotate(**linked, **meets)
    return rows.order_by().values(*STORED, *STANDING, *linked, *meets)


def _linked(model: type[Model], column: str) -> ArraySubquery:
    return ArraySubquery(model.objects.filter(commitment=OuterRef("pk")).values(column))


def _facet(filterset: CommitmentFilter, word: str, counts: Counter) -> Facet:
    """Without the values that no row has, unless chosen; places, of which any number are known, most used first."""
    chosen = set(filterset.form.cleaned_data[word])
    choices = filterset.form.fields[word].choices
    if word == "place":
        choices = [(place, place) for place in sorted({*counts, *chosen}, key=lambda place: (-counts[place], place))]
    options = [
        Option(str(value), str(label), counts[str(value)], value in chosen, getattr(label, "name", ""))
        for value, label in choices
        if counts[str(value)] or value in chosen
    ]
    return Facet(word, str(filterset.filters[word].label), options)
