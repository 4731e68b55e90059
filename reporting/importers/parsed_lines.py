"""Parsed lines of a file of commitments, their problems, and the rows that they may refer to."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from django.db.models import Model
from django.utils.translation import gettext as _

from agencies.models import Agency
from agenda.models import AgendaPoint
from foundation.dates.partial import PartialDate
from foundation.text.web_addresses import is_web_address, normalize_address
from recommendations.models import Recommendation
from reporting.models import Evidence
from workgroups.models import WorkGroup


class LineProblem(NamedTuple):
    """An error of a line, by its number."""

    line: int
    reason: str

    def __str__(self) -> str:
        return _("line %(line)d: %(reason)s") % {"line": self.line, "reason": self.reason}


@dataclass(frozen=True)
class ReportedOutcome:
    """The outcome of a commitment: what was achieved, its status, and the date of both."""

    achieved: str
    status: str
    on: PartialDate


@dataclass(frozen=True)
class ParsedLine:
    """A parsed line: fields of the commitment by database column, many-to-many sets, and the outcome if it has one."""

    number: int
    fields: dict[str, Any]
    start: PartialDate | None
    lead_agency: Agency | None
    partners: list[Agency]
    related: dict[str, list[Model]]
    outcome: ReportedOutcome | None

    @property
    def key(self) -> str:
        return self.fields["load_key"]

    def evidence(self) -> Evidence:
        """Return the source as evidence of the outcome."""
        return evidence(self.fields["source_title"], self.fields["source_location"])


@dataclass(frozen=True)
class ReferenceLookup:
    """The rows that a line may refer to, by code, slug or number."""

    leads: dict[str, Agency | WorkGroup]
    agencies: dict[str, Agency]
    agenda_points: dict[str, AgendaPoint]
    recommendations: dict[str, Recommendation]

    @classmethod
    def load(cls) -> Self:
        agencies = {agency.code: agency for agency in Agency.objects.all()}
        return cls(
            leads={group.slug: group for group in WorkGroup.objects.all()} | agencies,
            agencies=agencies,
            agenda_points={str(point.number): point for point in AgendaPoint.objects.all()},
            recommendations={row.code: row for row in Recommendation.objects.all()},
        )


def partial_date_fields(name: str, day: PartialDate | None) -> dict[str, Any]:
    """Return the values of the two columns that hold a date and its precision."""
    return {f"{name}_on": day.day if day else None, f"{name}_precision": day.precision if day else ""}


def evidence(title: str, location: str) -> Evidence:
    """Return evidence that is a web page if the location is a web address, else an official document."""
    location = normalize_address(location)
    if is_web_address(location):
        return Evidence(kind=Evidence.Kind.WEB_PAGE, title=title, url=location)
    return Evidence(kind=Evidence.Kind.OFFICIAL_DOCUMENT, title=title, symbol=location)
