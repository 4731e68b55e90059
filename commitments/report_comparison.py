"""The lead's own word, report against report, and the judgement of others beside it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.models import Answer, Assessment, Outlook, ProgressReport, Status
from foundation.text.diff import Piece, diff_words

# More reports than these are folded, all but the newest.
OPEN = 3
TEXTS = {
    "status_reason": gettext_lazy("Reason"),
    "achieved": gettext_lazy("Achieved"),
    "barriers": gettext_lazy("Barriers"),
    "next_steps": gettext_lazy("Next steps"),
}
# By finding and by what the assessor spoke of: the lead's last word, an earlier report, what was said by then, nothing.
SENTENCES = {
    ("agrees", "last"): gettext_lazy("The lead reports “%(status)s”; %(assessor)s agrees."),
    ("agrees_in_part", "last"): gettext_lazy("The lead reports “%(status)s”; %(assessor)s agrees in part."),
    ("disagrees", "last"): gettext_lazy("The lead reports “%(status)s”; %(assessor)s disagrees."),
    ("agrees", "earlier"): gettext_lazy("In report %(number)d the lead said “%(status)s”; %(assessor)s agreed."),
    ("agrees_in_part", "earlier"): gettext_lazy(
        "In report %(number)d the lead said “%(status)s”; %(assessor)s agreed in part."
    ),
    ("disagrees", "earlier"): gettext_lazy("In report %(number)d the lead said “%(status)s”; %(assessor)s disagreed."),
    ("agrees", "then"): gettext_lazy("When the lead’s last word was “%(status)s”, %(assessor)s agreed."),
    ("agrees_in_part", "then"): gettext_lazy(
        "When the lead’s last word was “%(status)s”, %(assessor)s agreed in part."
    ),
    ("disagrees", "then"): gettext_lazy("When the lead’s last word was “%(status)s”, %(assessor)s disagreed."),
    ("agrees", "none"): gettext_lazy("The lead had not reported; %(assessor)s has judged by itself."),
    ("agrees_in_part", "none"): gettext_lazy("The lead had not reported; %(assessor)s has judged by itself."),
    ("disagrees", "none"): gettext_lazy("The lead had not reported; %(assessor)s disagrees with how it stands."),
}


@dataclass(frozen=True)
class Difference:
    """One field in which a report differs from the one before: words that changed, or one value for another."""

    label: str
    pieces: list[Piece]


@dataclass(frozen=True)
class Telling:
    """A report, the one before it, and what it says differently."""

    report: ProgressReport
    before: ProgressReport | None
    folded: bool
    differences: list[Difference] = field(default_factory=list)


@dataclass(frozen=True)
class Judgement:
    """An assessment; the report it names and the same assessor's newer one, if any; and what the lead answers."""

    assessment: Assessment
    report: ProgressReport | None
    newer: Assessment | None
    sentence: str
    answers: list[Answer] = field(default_factory=list)


def tellings(reports: list[ProgressReport]) -> list[Telling]:
    """Reports, newest first, each beside the one before it."""
    before = [*reports[1:], None]
    return [
        Telling(report, former, bool(place) and len(reports) > OPEN, _differences(former, report) if former else [])
        for place, (report, former) in enumerate(zip(reports, before, strict=False))
    ]


def judgements(assessments: Iterable[Assessment], reports: list[ProgressReport]) -> list[Judgement]:
    """Assessments, newest first, each with its `public_answers`, oldest first.

    `reports` are those published by the day, newest first. Nothing else is spoken of.
    """
    newest: dict[str, Assessment] = {}
    found = []
    for assessment in assessments:
        newer = newest.setdefault(assessment.assessor_key, assessment)
        report = next((row for row in reports if row.pk == assessment.report_id), None)
        heard = report or next((row for row in reports if row.published_on <= assessment.published_on), None)
        found.append(
            Judgement(
                assessment=assessment,
                report=report,
                newer=None if newer is assessment else newer,
                sentence=_sentence(assessment, heard, _which(heard, report, reports)),
                answers=assessment.public_answers,
            )
        )
    return found


def _which(heard: ProgressReport | None, about: ProgressReport | None, reports: list[ProgressReport]) -> str:
    if heard is None:
        return "none"
    if heard is reports[0]:
        return "last"
    return "earlier" if about else "then"


def _sentence(assessment: Assessment, report: ProgressReport | None, which: str) -> str:
    words = {"assessor": assessment.assessor}
    if report:
        words |= {"number": report.number, "status": report.get_status_display()}
    return str(SENTENCES[assessment.finding, which]) % words


def _differences(before: ProgressReport, after: ProgressReport) -> list[Difference]:
    found = []
    for name, label, choices in (("status", _("Status"), Status), ("outlook", _("Outlook"), Outlook)):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            old, new = (str(choices(value).label) for value in (old, new))
            pieces = [Piece("removed", old), Piece("same", " "), Piece("added", new)]
            found.append(Difference(label, pieces))
    for name, label in TEXTS.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found.append(Difference(str(label), diff_words(old, new)))
    return found
