"""A submitted row compared field by field with its previous state."""

from dataclasses import dataclass
from itertools import chain

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.workflow import Reviewed
from foundation.public_fields import PublicTable
from foundation.text.diff import Piece, diff_words
from gmg_portal.editors.review.display_values import DisplayValues, current_parts, display_values, parts_at, table_of
from reporting.models import Answer, Assessment, ProgressReport

# Labels of what is shown as one, though it is several fields or rows.
LABELS = {
    "milestones": gettext_lazy("Milestones"),
    "period": gettext_lazy("Period"),
    "evidence": gettext_lazy("Evidence"),
}


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
class ReviewComparison:
    """Two named states of a row, and the fields that are not empty in both."""

    before: str
    after: str
    fields: list[Field]

    @property
    def changes(self) -> int:
        return sum(field.changed for field in self.fields)


def compare_with_published(row: Reviewed) -> ReviewComparison | None:
    """Compare the submitted row with the last published one before it; None if there is none."""
    former = _former(row)
    if former is None:
        return None
    name = _("Last published, %(day)s") % {"day": former.published}
    return ReviewComparison(name, _("Submitted"), _fields(table_of(row), display_values(former), display_values(row)))


def compare_with_sent_back(row: Reviewed) -> ReviewComparison | None:
    """Compare the row with its state when it was last sent back; None if it never was."""
    line = row.history.filter(history_change_reason="send_back").order_by("-history_id").first()
    if line is None:
        return None
    name = _("As it was sent back on %(day)s") % {"day": date_format(line.history_date)}
    before, after = display_values(line) | parts_at(row, line), display_values(row) | current_parts(row)
    fields = [field for field in _fields(table_of(row), before, after) if field.changed]
    return ReviewComparison(name, _("Submitted again"), fields)


def show_submitted(row: Reviewed) -> ReviewComparison:
    """Return the submitted row without changes, where there is nothing to compare it with."""
    values = display_values(row) | ({} if isinstance(row, ProgressReport) else current_parts(row))
    return ReviewComparison("", _("Submitted"), _fields(table_of(row), values, values))


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
