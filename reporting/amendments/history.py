"""The amendments of a commitment, found by comparing each public state in its history with the one before.

States from before the publication are not compared. Changes of one day form one amendment, unless a later one changes
the same thing again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby, pairwise
from operator import attrgetter

from agencies.models import Agency
from commitments.models import Commitment, Milestone, Partner
from commitments.permissions import PUBLIC_STATES
from commitments.public_fields import COMMITMENT, MILESTONE, MILESTONES, PARTNER
from foundation.dates.partial import PartialDate, Precision
from foundation.public_fields import Place, PublicTable, display_value
from reporting.amendments.messages import MEMBER, DescribedChange, member_change, text_change, value_change
from reporting.amendments.names import Names

AMENDED = COMMITMENT.shown_in(Place.AMENDMENTS)
# Sets that have no model of their own; partners are rows with a history.
SETS = {each.name: each for each in AMENDED if COMMITMENT.has_plain_set(each)}
AMENDED_TEXTS = [each for each in AMENDED if each.is_text]
AMENDED_VALUES = [each for each in AMENDED if not each.is_text and not COMMITMENT.is_set(each)]


@dataclass(frozen=True)
class Amendment:
    """The changes of a published commitment on a day."""

    on: PartialDate
    changes: list[DescribedChange]


@dataclass(frozen=True)
class DatedChange:
    """A change in the history; `touches` identifies what was changed."""

    at: datetime
    touches: tuple
    change: DescribedChange


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


def _group_by_day(steps: Iterable[DatedChange]) -> Iterator[Amendment]:
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


def _of_commitment(before, after, sets: dict, names: Names) -> Iterator[DatedChange]:
    def step(change: DescribedChange, *touches) -> DatedChange:
        return DatedChange(after.history_date, touches, change)

    for public_field in chain(AMENDED_TEXTS, AMENDED_VALUES):
        old, new = (display_value(row, public_field, names.of) for row in (before, after))
        if old != new:
            describe = text_change if public_field.is_text else value_change
            yield step(describe(COMMITMENT, public_field.name, old, new), public_field.name)
    for name, public_field in SETS.items():
        old, new = (sets[name].get(row.history_id, set()) for row in (before, after))
        model = COMMITMENT.column(public_field).related_model
        for pk in sorted(old ^ new):
            sentences, label = public_field.sentences or MEMBER, COMMITMENT.label(name)
            yield step(member_change(sentences, names.of(model, pk), joined=pk in new, label=label), name, pk)


def _sets(commitment: Commitment) -> dict[str, dict[int, set[int]]]:
    """Return the keys in each many-to-many set, by field and id of the history line."""
    keys = {}
    for name in SETS:
        column = Commitment._meta.get_field(name).m2m_reverse_name()
        lines = getattr(Commitment.history.model, name).model.objects.filter(commitment=commitment.pk)
        keys[name] = {}
        for line, pk in lines.values_list("history_id", column):
            keys[name].setdefault(line, set()).add(pk)
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


def _of_parts(lines: list, published_at: datetime, compare) -> Iterator[DatedChange]:
    """Yield the changes between consecutive states of each row after the publication; None is a missing state."""
    for _pk, states in groupby(lines, key=attrgetter("id")):
        before = None
        for line in states:
            after = line if line.stands else None
            if line.history_date > published_at and (before or after):
                for touches, change in compare(before, after):
                    yield DatedChange(line.history_date, (line.id, *touches), change)
            before = after


def _of_partner(before, after, names: Names) -> Iterator[tuple[tuple, DescribedChange]]:
    old, new = (row and names.of(Agency, row.agency_id) for row in (before, after))
    if old != new:
        sentences = COMMITMENT["partners"].sentences or MEMBER
        if old:
            yield ("partner", "left"), member_change(sentences, old, joined=False)
        if new:
            yield ("partner", "joined"), member_change(sentences, new, joined=True)
    else:
        yield from _changed_fields(PARTNER, before, after, new, names)


def _of_milestone(before, after) -> Iterator[tuple[tuple, DescribedChange]]:
    if before is None or after is None:
        yield ("milestone",), member_change(MILESTONES, (after or before).title, joined=after is not None)
        if after and after.met_on:
            met = display_value(after, MILESTONE["met_on"])
            yield ("milestone", "met_on"), value_change(MILESTONE, "met_on", "", met, after.title)
        return
    yield from _changed_fields(MILESTONE, before, after, after.title)


def _changed_fields(
    table: PublicTable, before, after, name_of_row: str, names: Names | None = None
) -> Iterator[tuple[tuple, DescribedChange]]:
    """Yield the changes of the fields of a part, with what they touch."""
    for public_field in table.shown_in(Place.AMENDMENTS):
        old, new = (display_value(row, public_field, names.of if names else None) for row in (before, after))
        if old != new:
            describe = text_change if public_field.is_text else value_change
            touched = (table.model._meta.model_name, public_field.name)
            yield touched, describe(table, public_field.name, old, new, name_of_row)
