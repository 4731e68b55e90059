"""The public fields of a row, or of a line of its history, as texts; and the rows that belong to it."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from commitments.models import Commitment, Milestone, Partner
from commitments.public_fields import COMMITMENT
from commitments.workflow import Reviewed
from foundation.dates.parsing import format_date
from foundation.public_fields import Place, PublicTable, display_value
from reporting.models import Evidence, ProgressReport
from reporting.public_fields import ANSWER, ASSESSMENT, REPORT

DisplayValues = dict[str, str]
PERIOD = ("period_start", "period_end")
TABLES = {table.model: table for table in (COMMITMENT, REPORT, ASSESSMENT, ANSWER)}
# Sets of a commitment that have no model of their own.
SETS = [each.name for each in COMMITMENT.shown_in(Place.REVIEW) if COMMITMENT.has_plain_set(each)]


def display_values(row) -> DisplayValues:
    """Return the fields of a row, or of a line of its history, as texts in display order."""
    table = table_of(row)
    values = {}
    for public_field in table.shown_in(Place.REVIEW):
        if public_field.name in PERIOD:
            values["period"] = _period(row)
        elif not table.is_set(public_field):
            values[public_field.name] = display_value(row, public_field)
    return values


def table_of(row) -> PublicTable:
    """Return the public fields of a row, or of a line of its history."""
    return TABLES[getattr(row, "instance_type", type(row))]


def current_parts(row: Reviewed) -> DisplayValues:
    """Return the related rows of a row as texts."""
    if isinstance(row, ProgressReport):
        return {"evidence": _listed(row.evidence.all(), _evidence_text)}
    if not isinstance(row, Commitment):
        return {}
    sets = {name: _listed(getattr(row, name).all(), str) for name in SETS}
    partners = row.partners.select_related("agency")
    return sets | _part_values(partners, row.milestones.all())


def parts_at(row: Reviewed, line) -> DisplayValues:
    """Return the related rows of a row as texts, as of the time of a line of its history."""
    if isinstance(row, ProgressReport):
        return {"evidence": _listed(Evidence.history.as_of(line.history_date).filter(report=row), _evidence_text)}
    if not isinstance(row, Commitment):
        return {}
    sets = {}
    for name in SETS:
        target = Commitment._meta.get_field(name)
        keys = getattr(line, name).values_list(target.m2m_reverse_name(), flat=True)
        sets[name] = _listed(target.related_model.objects.filter(pk__in=list(keys)), str)
    partners = Partner.history.as_of(line.history_date).filter(commitment=row).select_related("agency")
    return sets | _part_values(partners, Milestone.history.as_of(line.history_date).filter(commitment=row))


def _period(row: ProgressReport) -> str:
    if not (row.period_start or row.period_end):
        return ""
    return " – ".join(format_date(day) if day else "…" for day in (row.period_start, row.period_end))


def _part_values(partners: Iterable[Partner], milestones: Iterable[Milestone]) -> DisplayValues:
    return {
        "partners": _listed(partners, lambda part: f"{part.agency}: {part.part}" if part.part else str(part.agency)),
        "milestones": _listed(milestones, _milestone_text),
    }


def _milestone_text(milestone) -> str:
    days = [_("deadline %(day)s") % {"day": milestone.deadline}] if milestone.deadline else []
    days += [_("met %(day)s") % {"day": milestone.met}] if milestone.met else []
    return " – ".join([milestone.title, *days])


def _evidence_text(piece) -> str:
    location = " ".join(part for part in (piece.url, piece.symbol) if part)
    parts = [f"{piece.get_kind_display()}: {piece.title}", location, "" if piece.is_public else _("not public")]
    return ", ".join(part for part in parts if part)


def _listed(rows: Iterable, text: Callable[[object], str]) -> str:
    return "\n".join(sorted(text(row) for row in rows))
