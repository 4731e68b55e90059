"""The review page: a submitted row compared field by field with its previous state, and remarks for the reviewer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.fields import COMMITMENT
from commitments.models import Commitment, Milestone, Partner, Status
from commitments.workflow import Reviewed
from foundation.dates.parsing import format_date
from foundation.public_fields import Place, PublicTable, display_value
from foundation.text.diff import Piece, diff_words
from reporting import actions
from reporting.fields import ANSWER, ASSESSMENT, REPORT
from reporting.models import Answer, Assessment, Evidence, ProgressReport, StatusChange
from reporting.rules import hints

DisplayValues = dict[str, str]
# Labels of what is shown as one, though it is several fields or rows.
LABELS = {
    "milestones": gettext_lazy("Milestones"),
    "period": gettext_lazy("Period"),
    "evidence": gettext_lazy("Evidence"),
}
PERIOD = ("period_start", "period_end")


@dataclass(frozen=True)
class Field:
    """A field with its text before, where removed pieces are marked, and after, where added pieces are marked."""

    label: str
    before: list[Piece]
    after: list[Piece]

    @property
    def changed(self) -> bool:
        return any(piece.kind != "same" for piece in chain(self.before, self.after))


@dataclass(frozen=True)
class Comparison:
    """Two named states of a row, and the fields that are not empty in both."""

    before: str
    after: str
    fields: list[Field]

    @property
    def changes(self) -> int:
        return sum(field.changed for field in self.fields)


@dataclass(frozen=True)
class Remark:
    """A remark for the reviewer; `is_blocking` if the rules do not allow publication."""

    text: str
    is_blocking: bool = False


def display_values(row) -> DisplayValues:
    """Return the fields of a row, or of a line of its history, as texts in display order."""
    table = _table(row)
    values = {}
    for public_field in table.shown_in(Place.REVIEW):
        if public_field.name in PERIOD:
            values["period"] = _period(row)
        elif not table.is_set(public_field):
            values[public_field.name] = display_value(row, public_field)
    return values


def _table(row) -> PublicTable:
    """Return the public fields of a row, or of a line of its rules."""
    return TABLES[getattr(row, "instance_type", type(row))]


def compare_with_published(row: Reviewed) -> Comparison | None:
    """Compare the submitted row with the last published one before it; None if there is none."""
    former = _former(row)
    if former is None:
        return None
    name = _("Last published, %(day)s") % {"day": former.published}
    return Comparison(name, _("Submitted"), _fields(_table(row), display_values(former), display_values(row)))


def compare_with_sent_back(row: Reviewed) -> Comparison | None:
    """Compare the row with its state when it was last sent back; None if it never was."""
    line = row.history.filter(history_change_reason="send_back").order_by("-history_id").first()
    if line is None:
        return None
    name = _("As it was sent back on %(day)s") % {"day": date_format(line.history_date, "j F Y")}
    before, after = display_values(line) | _parts_at(row, line), display_values(row) | _current_parts(row)
    fields = [field for field in _fields(_table(row), before, after) if field.changed]
    return Comparison(name, _("Submitted again"), fields)


def show_submitted(row: Reviewed) -> Comparison:
    """Return the submitted row without changes, where there is nothing to compare it with."""
    values = display_values(row) | ({} if isinstance(row, ProgressReport) else _current_parts(row))
    return Comparison("", _("Submitted"), _fields(_table(row), values, values))


def remarks(row: Reviewed) -> list[Remark]:
    """Return the reasons against publication, then other remarks for the reviewer."""
    try:
        actions.check(row)
        blocking = []
    except ValidationError as error:
        blocking = [Remark(text, is_blocking=True) for text in error.messages]
    return [*blocking, *(Remark(text) for text in _REMARKS[type(row)](row))]


# Fields


def _fields(table: PublicTable, before: DisplayValues, after: DisplayValues) -> list[Field]:
    keys = [key for key in {**after, **before} if before.get(key) or after.get(key)]
    return [_field(table, key, before.get(key, ""), after.get(key, "")) for key in keys]


def _field(table: PublicTable, key: str, before: str, after: str) -> Field:
    label = str(LABELS[key]) if key in LABELS else table.label(key)
    if before == after:
        same = [Piece("same", after)]
        return Field(label, same, same)
    if key not in LABELS and table[key].is_text:
        pieces = _without_break(diff_words(before, after))
    else:
        pieces = [Piece(kind, text) for kind, text in (("removed", before), ("added", after)) if text]
    return Field(
        label,
        [piece for piece in pieces if piece.kind != "added"],
        [piece for piece in pieces if piece.kind != "removed"],
    )


def _without_break(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces without the line break between two different texts, which is for display in one column."""
    return [piece for piece in pieces if piece != Piece("same", "\n")]


def _former(row: Reviewed) -> Reviewed | None:
    match row:
        case ProgressReport():
            return row.commitment.reports.published().newest_first().first()
        case Assessment():
            same_assessor = row.commitment.assessments.published().filter(assessor_key=row.assessor_key)
            return same_assessor.order_by("-published_on", "-pk").first()
        case Answer():
            return row.assessment.answers.published().order_by("-published_on", "-pk").first()
    return None


# Display values


def _period(row: ProgressReport) -> str:
    if not (row.period_start or row.period_end):
        return ""
    return " – ".join(format_date(day) if day else "…" for day in (row.period_start, row.period_end))


TABLES = {table.model: table for table in (COMMITMENT, REPORT, ASSESSMENT, ANSWER)}
# Sets of a commitment that have no model of their own.
SETS = [each.name for each in COMMITMENT.shown_in(Place.REVIEW) if COMMITMENT.has_plain_set(each)]


def _current_parts(row: Reviewed) -> DisplayValues:
    """Return the related rows of a row as texts."""
    if isinstance(row, ProgressReport):
        return {"evidence": _listed(row.evidence.all(), _evidence_text)}
    if not isinstance(row, Commitment):
        return {}
    sets = {name: _listed(getattr(row, name).all(), str) for name in SETS}
    partners = row.partners.select_related("agency")
    return sets | _part_values(partners, row.milestones.all())


def _parts_at(row: Reviewed, line) -> DisplayValues:
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


# Remarks


def _commitment_remarks(row: Commitment) -> list[str]:
    remarks_with_conditions = {
        _("No due day is given."): not row.due_on,
        _("No agenda point is chosen."): not row.agenda_points.exists(),
        _("No milestone is named."): not row.milestones.exists(),
        _("It stands in the register already, under the same title."): Commitment.objects.published()
        .filter(title__iexact=row.title)
        .exists(),
    }
    return [text for text, applies in remarks_with_conditions.items() if applies]


def _report_remarks(row: ProgressReport) -> list[str]:
    pieces = list(row.evidence.all())
    public = [piece for piece in pieces if piece.is_public]
    before = row.commitment.status
    texts = []
    if before and row.status and before != row.status:
        texts.append(_move(row, before))
    if row.status == Status.COMPLETED:
        texts.append(
            _("It says ‘Completed’: look whether the evidence shows it, since nothing more will be asked for.")
        )
    if before in Status.finished() and row.status not in Status.finished():
        texts.append(_("What was finished is taken up again."))
    if not public:
        texts.append(_("No public evidence backs it."))
    if len(public) < len(pieces):
        texts.append(_("Evidence that is not public stays with writers and reviewers: readers will not see it."))
    if any(piece.link_check == Evidence.LinkCheck.BROKEN for piece in pieces):
        texts.append(_("The last check found a link of the evidence broken."))
    if row.outlook in ("at_risk", "constrained") and not row.barriers.strip():
        texts.append(_("The outlook is clouded, and no barrier is named."))
    return texts + hints.overlaps(row)


def _move(row: ProgressReport, before: str) -> str:
    change = StatusChange(from_status=before, to_status=row.status)
    params = {"old": change.get_from_status_display(), "new": change.get_to_status_display()}
    return _("It moves the status from ‘%(old)s’ to ‘%(new)s’.") % params


def _assessment_remarks(row: Assessment) -> list[str]:
    if row.finding == Assessment.Finding.DISAGREES:
        return [_("Once it is published, the commitment stands as ‘Disputed’, and its lead may answer.")]
    return []


def _answer_remarks(row: Answer) -> list[str]:
    newer = Assessment.objects.published().filter(pk=row.assessment_id).newest_of_each_assessor()
    return (
        [] if newer.exists() else [_("The same assessor has judged anew since: the answer is to the older judgement.")]
    )


_REMARKS: dict[type, Callable[[object], list[str]]] = {
    Commitment: _commitment_remarks,
    ProgressReport: _report_remarks,
    Assessment: _assessment_remarks,
    Answer: _answer_remarks,
}
