"""The register read in plain Python: what the glossary says, over plain values, without a query.

It is what filters, `as_of` and summaries are held against.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from commitments.models import Commitment
from commitments.permissions import interested_agencies
from tests.support.factories import (
    AssessmentFactory,
    CommitmentFactory,
    ProgressReportFactory,
    RecommendationFactory,
    ReportingCycleFactory,
    corrected,
    published_report,
    run_deferred_triggers,
)

FIRST, LAST = date(2013, 11, 1), date(2016, 6, 30)
KINDS = [kind.value for kind in Commitment.Kind]
SCOPES = ["", "global", "regional", "national"]
PLACES = ["Nepal", "Bangladesh", "Arab States", "Côte d’Ivoire"]
# Words that stand in some texts, and that no stemmer changes.
RARE = ["quartz", "zebra", "tango"]
STATUSES = ["not_started", "planning", "in_progress", "substantially_complete", "completed", "ongoing"]
OUTLOOKS = ["on_track", "at_risk", "constrained", "not_assessed"]
FINISHED = {"completed", "discontinued", "superseded"}


@dataclass(frozen=True)
class Cycle:
    opened: date
    due: date


@dataclass(frozen=True)
class Report:
    on: date
    status: str
    outlook: str
    text: str


@dataclass(frozen=True)
class PlainAssessment:
    on: date
    by: str
    kind: str
    finding: str


@dataclass
class PlainCommitment:
    """A commitment as it was entered, and what happened to it, in the order of the days."""

    reference: str
    title: str
    lead: str
    is_group: bool
    kind: str
    scope: str
    published: date
    deadline: date | None
    partners: set[str]
    points: set[str]
    recommendations: set[str]
    levels: set[str]
    places: list[str]
    withdrawn: date | None = None
    reports: list[Report] = field(default_factory=list)
    assessments: list[PlainAssessment] = field(default_factory=list)
    asked_by: list[Cycle] = field(default_factory=list)

    def stands(self, day: date) -> bool:
        return self.published <= day and not self.is_withdrawn(day)

    def is_withdrawn(self, day: date) -> bool:
        return self.withdrawn is not None and self.withdrawn <= day

    def published_reports(self, day: date) -> list[Report]:
        return [report for report in self.reports if report.on <= day]

    def standing(self, day: date, cycles: Iterable[Cycle]) -> dict[str, str | None]:
        """Its status, outlook, freshness, verification and the day it was last last_report of, at the end of a day."""
        reports = self.published_reports(day)
        status, outlook = (reports[-1].status, reports[-1].outlook) if reports else (None, "not_assessed")
        last_report = max((report.on for report in reports), default=None)
        return {
            "status": status,
            "outlook": outlook,
            "freshness": self._freshness(day, status, last_report, cycles),
            "verification": self._verification(day),
            "last_update_on": last_report.isoformat() if last_report else None,
        }

    def _freshness(self, day, status, last_report, cycles) -> str:
        opened = [cycle for cycle in cycles if cycle.opened <= day]
        if status in FINISHED:
            return "current"
        if not opened:
            return "not_yet_due"
        newest = max(opened, key=lambda cycle: cycle.opened)
        if last_report and last_report >= newest.opened:
            return "current"
        if newest not in self.asked_by:
            return "not_yet_due"
        if day <= newest.due:
            return "due"
        return "overdue" if last_report else "never_reported"

    def _verification(self, day) -> str:
        newest = {assessment.by: assessment for assessment in self.assessments if assessment.on <= day}.values()
        if any(assessment.finding == "disagrees" for assessment in newest):
            return "disputed"
        if any(assessment.kind == "independent" for assessment in newest):
            return "independently_assessed"
        return "peer_reviewed" if newest else "self_reported"

    def words(self, day: date) -> set[str]:
        texts = [self.title, *(report.text for report in self.published_reports(day))]
        return {word.strip(".,").lower() for text in texts for word in text.split()}


class World:
    """A register that was made up by chance, in the database and in plain values."""

    def __init__(self, chance: random.Random, agencies, groups, points, rows: int = 30):
        self.chance, self.agencies, self.groups, self.points = chance, agencies, groups, points
        self.cycles = [
            Cycle(date(2014, 7, 1), date(2014, 9, 30)),
            Cycle(date(2015, 3, 1), date(2015, 5, 31)),
        ]
        self.entered = {
            cycle: ReportingCycleFactory(
                opens_on=cycle.opened, opened_on=cycle.opened, due_on=cycle.due, closes_on=cycle.due
            )
            for cycle in self.cycles
        }
        whole = RecommendationFactory(code="P15-1", level="post_2015")
        self.recommendations = [
            whole,
            RecommendationFactory(code="P15-1a", level="post_2015", parent=whole),
            RecommendationFactory(code="GOV-1", level="governance"),
            RecommendationFactory(code="POL-1", level="policy"),
        ]
        self.commitments = [self._entered(number) for number in range(rows)]
        CommitmentFactory(draft=True, lead_agency=agencies[0], title="quartz zebra tango", places=["Nepal"])
        run_deferred_triggers()

    def day(self, first: date = FIRST, last: date = LAST) -> date:
        return first + timedelta(days=self.chance.randint(0, max((last - first).days, 0)))

    def some(self, of: list) -> list:
        return self.chance.sample(of, self.chance.randint(0, min(2, len(of))))

    def rare(self) -> str:
        return " ".join(self.some(RARE))

    def _entered(self, number: int) -> PlainCommitment:
        group = self.chance.choice([None, None, None, *self.groups])
        agency = None if group else self.chance.choice(self.agencies)
        partners = [partner for partner in self.some(self.agencies) if partner != agency]
        points, answered = self.some(self.points), self.some(self.recommendations)
        plain = PlainCommitment(
            reference="",
            title=f"Undertaking {number} {self.rare()}".strip(),
            lead=group.slug if group else agency.code,
            is_group=bool(group),
            kind=self.chance.choice(KINDS),
            scope=self.chance.choice(SCOPES),
            published=self.day(last=date(2015, 12, 31)),
            deadline=self.chance.choice([None, self.day(date(2014, 1, 1), date(2017, 12, 31))]),
            partners={partner.code for partner in partners},
            points={str(point.number) for point in points},
            recommendations={each.code for each in answered} | {each.parent.code for each in answered if each.parent},
            levels={each.level for each in answered},
            places=self.some(PLACES),
        )
        row = CommitmentFactory(
            title=plain.title,
            workgroup=group,
            **({} if group else {"lead_agency": agency}),
            kind=plain.kind,
            scope=plain.scope,
            places=plain.places,
            published_on=plain.published,
            deadline_on=plain.deadline,
            partners=partners,
            agenda_points=points,
            recommendations=answered,
        )
        plain.reference = row.reference
        self._happened(plain, row)
        return plain

    def _happened(self, plain: PlainCommitment, row: Commitment) -> None:
        for cycle, entered in self.entered.items():
            if self.chance.random() < 0.7:
                ProgressReportFactory(commitment=row, cycle=entered, blank=True)
                plain.asked_by.append(cycle)
        for on in sorted(self.day(plain.published) for _number in range(self.chance.randint(0, 3))):
            report = Report(on, self.chance.choice(STATUSES), self.chance.choice(OUTLOOKS), f"Held. {self.rare()}")
            published_report(row, on=on.isoformat(), status=report.status, outlook=report.outlook, achieved=report.text)
            plain.reports.append(report)
        for on in sorted(self.day(plain.published) for _number in range(self.chance.randint(0, 2))):
            self._assess(plain, row, on)
        if self.chance.random() < 0.2:
            last = max(
                [
                    plain.published,
                    *(report.on for report in plain.reports),
                    *(one.on for one in plain.assessments),
                ]
            )
            plain.withdrawn = self.day(last, LAST)
            row.refresh_from_db()
            corrected(row, state="withdrawn", withdrawn_on=plain.withdrawn, withdrawn_reason="Entered twice.")

    def _assess(self, plain: PlainCommitment, row: Commitment, on: date) -> None:
        assessors = [agency for agency in self.agencies if agency not in set(interested_agencies(row))]
        assessor = self.chance.choice(assessors) if assessors else None
        kind = self.chance.choice(["peer_agency", "independent"]) if assessor else "independent"
        finding = self.chance.choice(["agrees", "disagrees"])
        by = {"agency": assessor} if kind == "peer_agency" else {"agency": None, "assessor_name": "An institute"}
        AssessmentFactory(commitment=row, public=True, assessor_kind=kind, finding=finding, published_on=on, **by)
        plain.assessments.append(
            PlainAssessment(on, assessor.code if kind == "peer_agency" else "An institute", kind, finding)
        )

    def stood(self, day: date) -> Iterator[tuple[PlainCommitment, dict]]:
        """Return the commitments in the register at the end of a day, with their status annotations."""
        return ((plain, plain.standing(day, self.cycles)) for plain in self.commitments if plain.stands(day))
