"""The fields and related rows of a row under review as texts."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from commitments.models import Commitment, Milestone, Partner
from commitments.workflow import Reviewed
from foundation.dates.parsing import format_date
from foundation.dates.partial import partial_date
from foundation.text.name_lists import join_names
from reporting.models import Answer, Assessment, Evidence, ProgressReport

DisplayValues = dict[str, str]
SETS = ("agenda_points", "recommendations", "stakeholders")


def display_values(row) -> DisplayValues:
    """Return the fields of a row, or of a line of its history, as texts in display order."""
    return _DISPLAY_VALUES[getattr(row, "instance_type", type(row))](row)


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


def _commitment_values(row) -> DisplayValues:
    return {
        "title": row.title,
        "kind": row.get_kind_display(),
        "lead": _name(row.lead_agency or row.workgroup),
        "summary": row.summary,
        "original_text": row.original_text,
        "start": _name(partial_date(row.start_on, row.start_precision)),
        "due": _name(partial_date(row.due_on, row.due_precision)),
        "source_title": row.source_title,
        "source_location": row.source_location,
        "work_plan": _name(row.work_plan),
        "scope": row.get_scope_display(),
        "places": join_names(row.places, "; "),
        "confidence": row.get_confidence_display(),
    }


def _report_values(row) -> DisplayValues:
    period = [format_date(day) if day else "…" for day in (row.period_start, row.period_end)]
    return {
        "status": row.get_status_display(),
        "status_reason": row.status_reason,
        "superseded_by": _name(row.superseded_by),
        "outlook": row.get_outlook_display(),
        "period": " – ".join(period) if row.period_start or row.period_end else "",
        "on_behalf_of": _name(row.on_behalf_of),
        "achieved": row.achieved,
        "barriers": row.barriers,
        "next_steps": row.next_steps,
    }


def _assessment_values(row) -> DisplayValues:
    return {
        "assessor": _name(row.agency or row.workgroup) or row.assessor_name,
        "report": _name(row.report),
        "finding": row.get_finding_display(),
        "judgement": row.text,
        "source_title": row.source_title,
        "source_location": row.source_location,
    }


def _answer_values(row) -> DisplayValues:
    return {"answer": row.text}


_DISPLAY_VALUES: dict[type, Callable[[object], DisplayValues]] = {
    Commitment: _commitment_values,
    ProgressReport: _report_values,
    Assessment: _assessment_values,
    Answer: _answer_values,
}


def _part_values(partners: Iterable[Partner], milestones: Iterable[Milestone]) -> DisplayValues:
    return {
        "partners": _listed(partners, lambda part: f"{part.agency}: {part.part}" if part.part else str(part.agency)),
        "milestones": _listed(milestones, _milestone_text),
    }


def _milestone_text(milestone) -> str:
    days = [_("due %(day)s") % {"day": milestone.due}] if milestone.due else []
    days += [_("met %(day)s") % {"day": milestone.met}] if milestone.met else []
    return " – ".join([milestone.title, *days])


def _evidence_text(piece) -> str:
    location = " ".join(part for part in (piece.url, piece.symbol) if part)
    parts = [f"{piece.get_kind_display()}: {piece.title}", location, "" if piece.is_public else _("not public")]
    return ", ".join(part for part in parts if part)


def _listed(rows: Iterable, text: Callable[[object], str]) -> str:
    return "\n".join(sorted(text(row) for row in rows))


def _name(value) -> str:
    return "" if value is None else str(value)
