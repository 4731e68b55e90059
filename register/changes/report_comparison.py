"""Reports compared with the one before, and assessments with the report that they are about."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy

from foundation.public_fields import display_value
from foundation.text.diff import Piece, diff_words
from reporting.models import Answer, Assessment, ProgressReport
from reporting.public_fields import REPORT

# If there are more reports, all but the newest are folded.
MAX_UNFOLDED = 3
REPORT_TEXTS = [each.name for each in REPORT if each.is_text]
# By the finding and the report that was assessed: the latest one, an earlier one, the latest one at the time, or none.
SENTENCES = {
    ("agrees", "last"): gettext_lazy("The lead reports “%(status)s”; %(assessor)s agrees."),
    ("agrees_in_part", "last"): gettext_lazy("The lead reports “%(status)s”; %(assessor)s agrees in part."),
    ("disagrees", "last"): gettext_lazy("The lead reports “%(status)s”; %(assessor)s disagrees."),
    ("agrees", "earlier"): gettext_lazy("In report %(number)d the lead said “%(status)s”; %(assessor)s agreed."),
    ("agrees_in_part", "earlier"): gettext_lazy(
        "In report %(number)d the lead said “%(status)s”; %(assessor)s agreed in part."
    ),
    ("disagrees", "earlier"): gettext_lazy("In report %(number)d the lead said “%(status)s”; %(assessor)s disagreed."),
    ("agrees", "then"): gettext_lazy("When the lead’s last report said “%(status)s”, %(assessor)s agreed."),
    ("agrees_in_part", "then"): gettext_lazy(
        "When the lead’s last report said “%(status)s”, %(assessor)s agreed in part."
    ),
    ("disagrees", "then"): gettext_lazy("When the lead’s last report said “%(status)s”, %(assessor)s disagreed."),
    ("agrees", "none"): gettext_lazy("The lead had not reported; %(assessor)s has assessed it independently."),
    ("agrees_in_part", "none"): gettext_lazy("The lead had not reported; %(assessor)s has assessed it independently."),
    ("disagrees", "none"): gettext_lazy("The lead had not reported; %(assessor)s disagrees with how it stands."),
}


@dataclass(frozen=True)
class FieldDiff:
    """A field in which a report differs from the one before, with its added, removed and unchanged pieces."""

    label: str
    pieces: list[Piece]


@dataclass(frozen=True)
class ReportDiff:
    """A report, the one before it, and the fields that differ."""

    report: ProgressReport
    before: ProgressReport | None
    folded: bool
    field_diffs: list[FieldDiff] = field(default_factory=list)


@dataclass(frozen=True)
class ComparedAssessment:
    """An assessment with its report and the same assessor's newer assessment, if any, and the lead's answers."""

    assessment: Assessment
    report: ProgressReport | None
    newer: Assessment | None
    sentence: str
    answers: list[Answer] = field(default_factory=list)


def diff_reports(reports: list[ProgressReport]) -> list[ReportDiff]:
    """Return the reports, newest first, each compared with the one before it."""
    previous_reports = [*reports[1:], None]
    return [
        ReportDiff(
            report,
            previous,
            bool(index) and len(reports) > MAX_UNFOLDED,
            _field_diffs(previous, report) if previous else [],
        )
        for index, (report, previous) in enumerate(zip(reports, previous_reports, strict=False))
    ]


def compare_assessments(assessments: Iterable[Assessment], reports: list[ProgressReport]) -> list[ComparedAssessment]:
    """Return the assessments, newest first, each with the report it is about and its `public_answers`, oldest first.

    `reports` are those published by the day, newest first. Other reports are not mentioned.
    """
    newest: dict[str, Assessment] = {}
    compared = []
    for assessment in assessments:
        newer = newest.setdefault(assessment.assessor_key, assessment)
        report = next((row for row in reports if row.pk == assessment.report_id), None)
        assessed = report or next((row for row in reports if row.published_on <= assessment.published_on), None)
        compared.append(
            ComparedAssessment(
                assessment=assessment,
                report=report,
                newer=None if newer is assessment else newer,
                sentence=_sentence(assessment, assessed, _position(assessed, report, reports)),
                answers=assessment.public_answers,
            )
        )
    return compared


def _position(assessed: ProgressReport | None, named: ProgressReport | None, reports: list[ProgressReport]) -> str:
    """Return the second key of `SENTENCES`; `named` is the report that the assessment names."""
    if assessed is None:
        return "none"
    if assessed is reports[0]:
        return "last"
    return "earlier" if named else "then"


def _sentence(assessment: Assessment, report: ProgressReport | None, position: str) -> str:
    params = {"assessor": assessment.assessor}
    if report:
        params |= {"number": report.number, "status": report.get_status_display()}
    return str(SENTENCES[assessment.finding, position]) % params


def _field_diffs(before: ProgressReport, after: ProgressReport) -> list[FieldDiff]:
    diffs = []
    for name in ("status", "outlook"):
        old, new = (display_value(report, REPORT[name]) for report in (before, after))
        if old != new:
            pieces = [Piece("removed", old), Piece("same", " "), Piece("added", new)]
            diffs.append(FieldDiff(REPORT.label(name), pieces))
    for name in REPORT_TEXTS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            diffs.append(FieldDiff(REPORT.label(name), diff_words(old, new)))
    return diffs
