"""What a reviewer reads: a submitted row beside what it is to follow, field by field, and what there is to look at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments import actions
from commitments.models import (
    Answer,
    Assessment,
    Commitment,
    Evidence,
    Milestone,
    Partner,
    ProgressReport,
    Status,
    StatusChange,
)
from commitments.workflow import Reviewed
from foundation.dates.parsing import format_date
from foundation.dates.partial import partial_date
from foundation.text.diff import Piece, diff_words
from foundation.text.name_lists import join_names

Told = dict[str, str]
# Of these the words are compared one by one; of everything else the whole value.
TEXTS = {
    "title": gettext_lazy("Title"),
    "original_text": gettext_lazy("Original text"),
    "summary": gettext_lazy("Summary"),
    "status_reason": gettext_lazy("Reason"),
    "achieved": gettext_lazy("Achieved"),
    "barriers": gettext_lazy("Barriers"),
    "next_steps": gettext_lazy("Next steps"),
    "judgement": gettext_lazy("Judgement"),
    "answer": gettext_lazy("Answer"),
    "source_title": gettext_lazy("Source title"),
}
LABELS = TEXTS | {
    "kind": gettext_lazy("Kind"),
    "lead": gettext_lazy("Lead"),
    "partners": gettext_lazy("Partners"),
    "milestones": gettext_lazy("Milestones"),
    "start": gettext_lazy("Start"),
    "due": gettext_lazy("Due"),
    "source_location": gettext_lazy("Source address or symbol"),
    "agenda_points": gettext_lazy("Agenda points"),
    "recommendations": gettext_lazy("Recommendations"),
    "stakeholders": gettext_lazy("Stakeholders"),
    "work_plan": gettext_lazy("Work plan"),
    "scope": gettext_lazy("Scope"),
    "places": gettext_lazy("Places"),
    "confidence": gettext_lazy("Confidence in the source"),
    "status": gettext_lazy("Status"),
    "superseded_by": gettext_lazy("Superseded by"),
    "outlook": gettext_lazy("Outlook"),
    "period": gettext_lazy("Period"),
    "on_behalf_of": gettext_lazy("On behalf of"),
    "evidence": gettext_lazy("Evidence"),
    "assessor": gettext_lazy("Who judges"),
    "report": gettext_lazy("About the report"),
    "finding": gettext_lazy("Finding"),
}
FINISHED = (Status.COMPLETED, Status.DISCONTINUED, Status.SUPERSEDED)


@dataclass(frozen=True)
class Field:
    """One field: as it stood (with the words that went) and as it reads now (with those that came)."""

    label: str
    before: list[Piece]
    after: list[Piece]

    @property
    def changed(self) -> bool:
        return any(piece.kind != "same" for piece in chain(self.before, self.after))


@dataclass(frozen=True)
class Comparison:
    """Two states of the same thing, named, and the fields of which either says something."""

    before: str
    after: str
    fields: list[Field]

    @property
    def changes(self) -> int:
        return sum(field.changed for field in self.fields)


@dataclass(frozen=True)
class Remark:
    """Something to look at before deciding; `stops` where the rules refuse publication altogether."""

    text: str
    stops: bool = False


def told(row) -> Told:
    """The fields of a row, or of a line of its history, in words and in the order in which they are read."""
    return _TOLD[getattr(row, "instance_type", type(row))](row)


def beside(row: Reviewed) -> Comparison | None:
    """The submitted row beside the last published one that it follows; None if it follows none."""
    former = _former(row)
    if former is None:
        return None
    name = _("Last published, %(day)s") % {"day": former.published}
    return Comparison(name, _("Submitted"), _fields(told(former), told(row)))


def since_sent_back(row: Reviewed) -> Comparison | None:
    """What its writers changed after it was last sent back; None if it never was."""
    line = row.history.filter(history_change_reason="send_back").order_by("-history_id").first()
    if line is None:
        return None
    name = _("As it was sent back on %(day)s") % {"day": date_format(line.history_date, "j F Y")}
    before, after = told(line) | _parts_then(row, line), told(row) | _parts_now(row)
    fields = [field for field in _fields(before, after) if field.changed]
    return Comparison(name, _("Submitted again"), fields)


def alone(row: Reviewed) -> Comparison:
    """The row by itself, where there is nothing to set it beside."""
    words = told(row) | ({} if isinstance(row, ProgressReport) else _parts_now(row))
    return Comparison("", _("Submitted"), _fields(words, words))


def remarks(row: Reviewed) -> list[Remark]:
    """What stops publication, and what a careful reviewer looks at twice."""
    try:
        actions.check(row)
        stops = []
    except ValidationError as error:
        stops = [Remark(text, stops=True) for text in error.messages]
    return [*stops, *(Remark(text) for text in _REMARKS[type(row)](row))]


# Two states of one field


def _fields(before: Told, after: Told) -> list[Field]:
    keys = [key for key in {**after, **before} if before.get(key) or after.get(key)]
    return [_field(key, before.get(key, ""), after.get(key, "")) for key in keys]


def _field(key: str, before: str, after: str) -> Field:
    label = str(LABELS[key])
    if before == after:
        same = [Piece("same", after)]
        return Field(label, same, same)
    if key in TEXTS:
        pieces = _without_break(diff_words(before, after))
    else:
        pieces = [Piece(kind, text) for kind, text in (("removed", before), ("added", after)) if text]
    return Field(
        label,
        [piece for piece in pieces if piece.kind != "added"],
        [piece for piece in pieces if piece.kind != "removed"],
    )


def _without_break(pieces: list[Piece]) -> list[Piece]:
    """The break between two wordings that have nothing in common is for where they stand in one column."""
    return [piece for piece in pieces if piece != Piece("same", "\n")]


def _former(row: Reviewed) -> Reviewed | None:
    match row:
        case ProgressReport():
            return row.commitment.reports.published().newest_first().first()
        case Assessment():
            judged = row.commitment.assessments.published().filter(assessor_key=row.assessor_key)
            return judged.order_by("-published_on", "-pk").first()
        case Answer():
            return row.assessment.answers.published().order_by("-published_on", "-pk").first()
    return None


# Rows in words


def _of_commitment(row) -> Told:
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


def _of_report(row) -> Told:
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


def _of_assessment(row) -> Told:
    return {
        "assessor": _name(row.agency or row.workgroup) or row.assessor_name,
        "report": _name(row.report),
        "finding": row.get_finding_display(),
        "judgement": row.text,
        "source_title": row.source_title,
        "source_location": row.source_location,
    }


def _of_answer(row) -> Told:
    return {"answer": row.text}


_TOLD: dict[type, Callable[[object], Told]] = {
    Commitment: _of_commitment,
    ProgressReport: _of_report,
    Assessment: _of_assessment,
    Answer: _of_answer,
}
SETS = ("agenda_points", "recommendations", "stakeholders")


def _parts_now(row: Reviewed) -> Told:
    """What hangs on a row now, in words."""
    if isinstance(row, ProgressReport):
        return {"evidence": _listed(row.evidence.all(), _of_evidence)}
    if not isinstance(row, Commitment):
        return {}
    sets = {name: _listed(getattr(row, name).all(), str) for name in SETS}
    partners = row.partners.select_related("agency")
    return sets | _of_parts(partners, row.milestones.all())


def _parts_then(row: Reviewed, line) -> Told:
    """What hung on a row when a line of its history was written, in words."""
    if isinstance(row, ProgressReport):
        return {"evidence": _listed(Evidence.history.as_of(line.history_date).filter(report=row), _of_evidence)}
    if not isinstance(row, Commitment):
        return {}
    sets = {}
    for name in SETS:
        target = Commitment._meta.get_field(name)
        keys = getattr(line, name).values_list(target.m2m_reverse_name(), flat=True)
        sets[name] = _listed(target.related_model.objects.filter(pk__in=list(keys)), str)
    partners = Partner.history.as_of(line.history_date).filter(commitment=row).select_related("agency")
    return sets | _of_parts(partners, Milestone.history.as_of(line.history_date).filter(commitment=row))


def _of_parts(partners: Iterable[Partner], milestones: Iterable[Milestone]) -> Told:
    return {
        "partners": _listed(partners, lambda part: f"{part.agency}: {part.part}" if part.part else str(part.agency)),
        "milestones": _listed(milestones, _of_milestone),
    }


def _of_milestone(step) -> str:
    days = [_("due %(day)s") % {"day": step.due}] if step.due else []
    days += [_("met %(day)s") % {"day": step.met}] if step.met else []
    return " – ".join([step.title, *days])


def _of_evidence(piece) -> str:
    where = " ".join(word for word in (piece.url, piece.symbol) if word)
    words = [f"{piece.get_kind_display()}: {piece.title}", where, "" if piece.is_public else _("not public")]
    return ", ".join(word for word in words if word)


def _listed(rows: Iterable, word: Callable[[object], str]) -> str:
    return "\n".join(sorted(word(row) for row in rows))


def _name(thing) -> str:
    return "" if thing is None else str(thing)


# What there is to look at


def _on_commitment(row: Commitment) -> list[str]:
    wanting = {
        _("No due day is given."): not row.due_on,
        _("No agenda point is chosen."): not row.agenda_points.exists(),
        _("No milestone is named."): not row.milestones.exists(),
        _("It stands in the register already, under the same title."): Commitment.objects.published()
        .filter(title__iexact=row.title)
        .exists(),
    }
    return [sentence for sentence, holds in wanting.items() if holds]


def _on_report(row: ProgressReport) -> list[str]:
    pieces = list(row.evidence.all())
    public = [piece for piece in pieces if piece.is_public]
    before = row.commitment.status
    found = []
    if before and row.status and before != row.status:
        found.append(_move(row, before))
    if row.status == Status.COMPLETED:
        found.append(
            _("It says ‘Completed’: look whether the evidence shows it, since nothing more will be asked for.")
        )
    if before in FINISHED and row.status not in FINISHED:
        found.append(_("What was finished is taken up again."))
    if not public:
        found.append(_("No public evidence backs it."))
    if len(public) < len(pieces):
        found.append(_("Evidence that is not public stays with writers and reviewers: readers will not see it."))
    if any(piece.link_check == Evidence.LinkCheck.BROKEN for piece in pieces):
        found.append(_("The last check found a link of the evidence broken."))
    if row.outlook in ("at_risk", "constrained") and not row.barriers.strip():
        found.append(_("The outlook is clouded, and no barrier is named."))
    return found + actions.overlaps(row)


def _move(row: ProgressReport, before: str) -> str:
    label = StatusChange(from_status=before, to_status=row.status)
    words = {"old": label.get_from_status_display(), "new": label.get_to_status_display()}
    return _("It moves the status from ‘%(old)s’ to ‘%(new)s’.") % words


def _on_assessment(row: Assessment) -> list[str]:
    if row.finding == Assessment.Finding.DISAGREES:
        return [_("Once it is published, the commitment stands as ‘Disputed’, and its lead may answer.")]
    return []


def _on_answer(row: Answer) -> list[str]:
    newer = Assessment.objects.published().filter(pk=row.assessment_id).newest_of_each_assessor()
    return (
        [] if newer.exists() else [_("The same assessor has judged anew since: the answer is to the older judgement.")]
    )


_REMARKS: dict[type, Callable[[object], list[str]]] = {
    Commitment: _on_commitment,
    ProgressReport: _on_report,
    Assessment: _on_assessment,
    Answer: _on_answer,
}
