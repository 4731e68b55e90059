"""How the commitments of one lead, point, recommendation or level stand, at one look."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Commitment, Freshness, Status
from commitments.statistics.counts import Count, Findable, Words, as_of
from commitments.statistics.freshness import SILENT
from foundation.dates.partial import PartialDate
from recommendations.models import Recommendation
from workgroups.models import WorkGroup

WIDTH = 1000

Subject = Agency | AgendaPoint | Recommendation | Recommendation.Level | WorkGroup
# Status, freshness, how many, the last day heard from, and its precision.
Tally = tuple[str, str, int, date | None, str | None]


@dataclass(frozen=True)
class Segment:
    """A stretch of a bar that is 1000 wide."""

    code: str
    start: int
    width: int


@dataclass(frozen=True)
class Spread(Findable):
    """Commitments by status and by freshness, each figure with the words that find its rows, and the last word."""

    words: Words
    statuses: list[Count]
    freshness: list[Count]
    waiting: Count
    last_heard: PartialDate | None

    @property
    def total(self) -> int:
        return sum(count.count for count in self.statuses)

    @property
    def all(self) -> Count:
        return Count(self.total, self.words)

    @property
    def found(self) -> list[Count]:
        """The statuses that occur."""
        return [count for count in self.statuses if count.count]

    @property
    def segments(self) -> list[Segment]:
        """One stretch for each status that occurs, in their order; together they are the whole width."""
        segments, before = [], 0
        for count in self.found:
            start, end = (round(WIDTH * n / self.total) for n in (before, before + count.count))
            segments.append(Segment(str(count.code) or "nothing", start, end - start))
            before += count.count
        return segments


@dataclass(frozen=True)
class Entry:
    """A row of a list with how its commitments stand, and the same of its parts."""

    subject: Subject
    spread: Spread
    parts: list["Entry"] = field(default_factory=list)


def spread(commitments: Iterable[Commitment], words: Words, day: date | None = None) -> Spread:
    """Count rows that were read already (with `with_standing(day)`); `words` find them in the register."""
    told = [
        (row.standing_status, row.standing_freshness, 1, row.last_heard_on, row.last_heard_precision)
        for row in commitments
    ]
    return _spread(told, words, day)


def by_status(commitments: Iterable[Commitment], standing: Spread) -> list[tuple[Count, list[Commitment]]]:
    """The rows under the figures of their spread that count them, in the order of statuses."""
    rows = defaultdict(list)
    for row in commitments:
        rows[row.standing_status].append(row)
    return [(count, rows[count.code]) for count in standing.found]


def spreads(subjects: Iterable[Subject], day: date | None = None) -> list[Entry]:
    """How each subject of one kind stands, with its parts (constituents, parts of a recommendation); at most four
    queries, however many subjects. What a constituent leads counts for its member, an answer to a part for the whole.
    """
    subjects = list(subjects)
    if not subjects:
        return []
    tallies = _tallies(type(subjects[0]), day)
    return [
        Entry(
            subject,
            _spread(_own(subject, tallies), words_of(subject), day),
            [Entry(part, _spread(tallies[part.pk], words_of(part), day)) for part in _parts(subject)],
        )
        for subject in subjects
    ]


def words_of(subject: Subject) -> Words:
    """The words of the register that find what a subject leads, or what answers it."""
    match subject:
        case Agency():
            codes = [subject.code, *(part.code for part in _parts(subject))]
            return {"lead": codes if len(codes) > 1 else subject.code}
        case WorkGroup():
            return {"workgroup": subject.slug}
        case AgendaPoint():
            return {"agenda_point": subject.number}
        case Recommendation.Level():
            return {"level": subject.value}
        case Recommendation():
            return {"recommendation": subject.code}
    raise TypeError(f"{subject!r} has no commitments.")


def _parts(subject: Subject) -> list:
    if isinstance(subject, Agency) and subject.parent_id is None:
        return list(subject.constituents.all())
    if isinstance(subject, Recommendation) and subject.parent_id is None:
        return list(subject.parts.all())
    return []


def _own(subject: Subject, tallies: dict) -> list[Tally]:
    if isinstance(subject, Agency):
        return [told for one in (subject, *_parts(subject)) for told in tallies[one.pk]]
    if isinstance(subject, Recommendation) and subject.parent_id is None:
        return tallies["whole", subject.pk]
    return tallies[subject.value if isinstance(subject, Recommendation.Level) else subject.pk]


def _tallies(kind: type, day: date | None) -> dict:
    rows = Commitment.objects.published(day).with_standing(day)
    if kind is Recommendation:
        answers = rows.filter(recommendations__isnull=False)
        whole = answers.annotate(whole=Coalesce("recommendations__parent", "recommendations"))
        tallies = {("whole", key): told for key, told in _grouped(whole, "whole").items()}
        return defaultdict(list, tallies | _grouped(answers, "recommendations"))
    column = {
        Agency: "lead_agency",
        WorkGroup: "workgroup",
        AgendaPoint: "agenda_points",
        Recommendation.Level: "recommendations__level",
    }[kind]
    return _grouped(rows.filter(~Q(**{column: None})), column)


def _grouped(rows: models.QuerySet, column: str) -> dict:
    tallies: dict = defaultdict(list)
    grouped = rows.order_by().values_list(column, "standing_status", "standing_freshness", "last_heard_precision")
    for key, status, fresh, precision, count, last in grouped.annotate(
        n=models.Count("pk", distinct=True), m=models.Max("last_heard_on")
    ):
        tallies[key].append((status, fresh, count, last, precision))
    return tallies


def _spread(told: list[Tally], words: Words, day: date | None) -> Spread:
    by_word: dict[tuple[str, str], int] = defaultdict(int)
    for status, fresh, count, _last, _precision in told:
        by_word["status", status] += count
        by_word["freshness", fresh] += count
    heard = [PartialDate(last, precision) for *_counts, last, precision in told if last]
    asked = {**words, **as_of(day)}
    return Spread(
        asked,
        [
            *_counts("status", Status, by_word, asked),
            Count(by_word["status", ""], None, "", _("Nothing reported")),
        ],
        list(_counts("freshness", Freshness, by_word, asked)),
        Count(
            sum(by_word["freshness", word] for word in SILENT), {**asked, "freshness": [word.value for word in SILENT]}
        ),
        max(heard, key=lambda last: last.day, default=None),
    )


def _counts(word: str, choices: type[models.TextChoices], found: dict, asked: Words) -> Iterator[Count]:
    for choice in choices:
        yield Count(found[word, choice.value], {**asked, word: choice.value}, choice.value, str(choice.label))
