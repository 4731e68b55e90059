"""The amendments of a commitment, found by comparing each public state in its history with the one before.

States from before the publication are not compared. Changes of one day form one amendment, unless a later one changes
the same thing again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby, pairwise
from operator import attrgetter

from commitments.models import Commitment, Milestone, Partner
from commitments.permissions import PUBLIC_STATES
from foundation.dates.partial import PartialDate, Precision, partial_date
from foundation.text.name_lists import join_names
from reporting.amendments.messages import Change, member_change, text_change, value_change
from reporting.amendments.names import Names

TEXTS = ("title", "summary", "original_text", "source_title")
SETS = ("agenda_points", "recommendations", "stakeholders")


@dataclass(frozen=True)
class Amendment:
    """The changes of a published commitment on a day."""

    on: PartialDate
    changes: list[Change]


@dataclass(frozen=True)
class Step:
    """A change in the history; `touches` identifies what was changed."""

    at: datetime
    touches: tuple
    change: Change


def amendments(commitment: Commitment) -> list[Amendment]:
    """Return the amendments of a commitment, newest first, with a fixed number of queries."""
    states = list(commitment.history.filter(state__in=PUBLIC_STATES).order_by("history_id"))
    if not states:
        return []
    names = Names()
    sets = _sets(commitment)
    rows = [_parts(model, commitment) for model in (Partner, Milestone)]
    names.gather(states, sets, rows[0])
    published_at = states[0].history_date
    steps = chain(
        chain.from_iterable(_of_commitment(before, after, sets, names) for before, after in pairwise(states)),
        _of_parts(rows[0], published_at, lambda before, after: _of_partner(before, after, names)),
        _of_parts(rows[1], published_at, _of_milestone),
    )
    return list(reversed(list(_group_by_day(sorted(steps, key=attrgetter("at"))))))


def _group_by_day(steps: Iterable[Step]) -> Iterator[Amendment]:
    for day, of_day in groupby(steps, key=lambda step: step.at.date()):
        on, changes, touched = PartialDate(day, Precision.DAY), [], set()
        for step in of_day:
            if step.touches in touched:
                yield Amendment(on, changes)
                changes, touched = [], set()
            changes.append(step.change)
            touched.add(step.touches)
        yield Amendment(on, changes)


# The commitment's columns and sets


def _of_commitment(before, after, sets: dict, names: Names) -> Iterator[Step]:
    def step(change: Change, *touches) -> Step:
        return Step(after.history_date, touches, change)

    for field in TEXTS:
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield step(text_change(field, old, new), field)
    old, new = _values(before, names), _values(after, names)
    for field in old:
        if old[field] != new[field]:
            yield step(value_change(field, old[field], new[field]), field)
    for field in SETS:
        old, new = (sets[field].get(row.history_id, set()) for row in (before, after))
        for pk in sorted(old ^ new):
            yield step(member_change(field, names.of(field, pk), joined=pk in new), field, pk)


def _values(row, names: Names) -> dict:
    """Return the public columns other than texts, as display values."""
    return {
        "kind": row.get_kind_display(),
        "lead": names.of("agencies", row.lead_agency_id) or names.of("workgroups", row.workgroup_id),
        "scope": row.get_scope_display(),
        "places": join_names(row.places, "; "),
        "start": partial_date(row.start_on, row.start_precision),
        "due": partial_date(row.due_on, row.due_precision),
        "work_plan": names.of("work_plans", row.work_plan_id),
        "source_location": row.source_location,
        "confidence": row.get_confidence_display(),
    }


def _sets(commitment: Commitment) -> dict[str, dict[int, set[int]]]:
    """Return the keys in each many-to-many set, by field and id of the history line."""
    keys = {}
    for field in SETS:
        column = Commitment._meta.get_field(field).m2m_reverse_name()
        lines = getattr(Commitment.history.model, field).model.objects.filter(commitment=commitment.pk)
        keys[field] = {}
        for line, pk in lines.values_list("history_id", column):
            keys[field].setdefault(line, set()).add(pk)
    return keys


# Partners and milestones, which have their own history


def _parts(model, commitment: Commitment) -> list:
    """Return all history lines of the rows that ever belonged to the commitment, by row, oldest first.

    `stands` is set on each line: whether the row existed and belonged to the commitment then.
    """
    own = model.history.filter(commitment=commitment.pk).values("id")
    lines = list(model.history.filter(id__in=own).order_by("id", "history_id"))
    for line in lines:
        line.stands = line.history_type != "-" and line.commitment_id == commitment.pk
    return lines


def _of_parts(lines: list, published_at: datetime, compare) -> Iterator[Step]:
    """Yield the changes between consecutive states of each row after the publication; None is a missing state."""
    for _pk, states in groupby(lines, key=attrgetter("id")):
        before = None
        for line in states:
            after = line if line.stands else None
            if line.history_date > published_at and (before or after):
                for touches, change in compare(before, after):
                    yield Step(line.history_date, (line.id, *touches), change)
            before = after


def _of_partner(before, after, names: Names) -> Iterator[tuple[tuple, Change]]:
    old, new = (row and names.of("agencies", row.agency_id) for row in (before, after))
    if old != new:
        if old:
            yield ("partner", "left"), member_change("partners", old, joined=False)
        if new:
            yield ("partner", "joined"), member_change("partners", new, joined=True)
    elif before.part != after.part:
        yield ("partner", "part"), text_change("part", before.part, after.part, new)


def _of_milestone(before, after) -> Iterator[tuple[tuple, Change]]:
    if before is None or after is None:
        yield ("milestone",), member_change("milestones", (after or before).title, joined=after is not None)
        if after and after.met_on:
            met = partial_date(after.met_on, after.met_precision)
            yield ("milestone", "met"), value_change("milestone_met", None, met, after.title)
        return
    if before.title != after.title:
        yield ("milestone", "title"), text_change("milestone_title", before.title, after.title)
    for field in ("due", "met"):
        old, new = (
            partial_date(getattr(row, f"{field}_on"), getattr(row, f"{field}_precision")) for row in (before, after)
        )
        if old != new:
            yield ("milestone", field), value_change(f"milestone_{field}", old, new, after.title)
