"""A published change of the register, and the reference from which it is loaded."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment, Withdrawal
from foundation.dates.partial import PartialDate
from reporting.models import Answer, Assessment, ProgressReport, StatusChange


@dataclass(frozen=True)
class Change:
    """A published change; `status_change` is set if the report set or changed the status."""

    class Kind(models.TextChoices):
        """The kinds of change, in their order within one day."""

        PUBLISHED = "published", _("Commitment published")
        REPORT = "report", _("Report published")
        ASSESSMENT = "assessment", _("Assessment published")
        ANSWER = "answer", _("Answer to an assessment published")
        WITHDRAWN = "withdrawn", _("Commitment withdrawn")
        RESTORED = "restored", _("Commitment restored")

    kind: str
    on: PartialDate
    commitment: Commitment
    report: ProgressReport | None = None
    status_change: StatusChange | None = None
    assessment: Assessment | None = None
    answer: Answer | None = None
    withdrawal: Withdrawal | None = None

    @property
    def label(self) -> str:
        return str(self.Kind(self.kind).label)

    @property
    def key(self) -> str:
        """Return the permanent identifier: 'HLD-0001/published', 'HLD-0001/report-2', 'HLD-0001/withdrawn-2'."""
        if self.report:
            detail = f"report-{self.report.number}"
        elif self.assessment:
            detail = f"assessment-{_assessor(self.assessment)}-{_moment(self.assessment)}"
        elif self.answer:
            detail = f"answer-{_assessor(self.answer.assessment)}-{_moment(self.answer)}"
        elif self.withdrawal:
            number = self.withdrawal.number
            detail = self.kind if number == 1 else f"{self.kind}-{number}"
        else:
            detail = self.kind
        return f"{self.commitment.reference}/{detail}"

    @property
    def reason(self) -> str:
        """Return the reason of a withdrawal or a restoration; '' for other changes."""
        if self.withdrawal is None:
            return ""
        return self.withdrawal.restored_reason if self.kind == self.Kind.RESTORED else self.withdrawal.withdrawn_reason

    def get_absolute_url(self) -> str:
        page = (self.report or self.commitment).get_absolute_url()
        return f"{page}#assessments" if self.assessment or self.answer else page


class ChangeRef(NamedTuple):
    """A reference to a change: enough to sort and count, before any row is loaded; `row` is its primary key."""

    kind: str
    day: date
    precision: str
    rank: int
    commitment: int
    sequence: int
    row: int
    recorded: datetime | None = None  # when this portal recorded it, if requested

    @property
    def on(self) -> PartialDate:
        return PartialDate(self.day, self.precision)


def _assessor(assessment: Assessment) -> str:
    if assessment.agency:
        return assessment.agency.code
    return assessment.workgroup.slug if assessment.workgroup else slugify(assessment.assessor_name) or "independent"


def _moment(row: Assessment | Answer) -> str:
    """Return the time of its publication, since there may be two on a day; for loaded rows the day only."""
    if row.reviewed_at:
        return row.reviewed_at.strftime("%Y%m%dT%H%M%S%f")
    return row.published.iso
