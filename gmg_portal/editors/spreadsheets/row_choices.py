"""The rows that a user may refer to in a file, by public code: the same as in the portal's own forms."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from agencies.models import Agency
from commitments.models import Commitment, Stakeholder
from commitments.permissions import agencies_for, groups_for
from reporting.importers.parsed_lines import ReferenceLookup
from reporting.models import ReportingCycle
from workgroups.models import WorkGroup, WorkPlan


@dataclass
class RowChoices:
    """Rows by code. Large tables are queried only for the codes that a file names."""

    user: object

    @cached_property
    def known(self) -> ReferenceLookup:
        return ReferenceLookup.load()

    @cached_property
    def leads(self) -> dict[str, Agency | WorkGroup]:
        """Return the user's agencies, and the groups that these lead, by code; agencies take precedence."""
        groups = {group.slug: group for group in groups_for(self.user)}
        return self.own_agencies | {slug: group for slug, group in groups.items() if slug not in self.own_agencies}

    @cached_property
    def own_agencies(self) -> dict[str, Agency]:
        return {agency.code: agency for agency in agencies_for(self.user).order_by("position", "acronym")}

    def everyone(self, offered: str) -> dict[str, Agency | WorkGroup]:
        """Return all rows of which `leads` or `own_agencies` are the person's part; none for other sets."""
        return {"leads": self.known.leads, "own_agencies": self.known.agencies}.get(offered, {})

    @property
    def agencies(self) -> dict[str, Agency]:
        return self.known.agencies

    @property
    def agenda_points(self) -> dict[str, Any]:
        return self.known.agenda_points

    @property
    def recommendations(self) -> dict[str, Any]:
        return self.known.recommendations

    @cached_property
    def stakeholders(self) -> dict[str, Stakeholder]:
        return {row.name: row for row in Stakeholder.objects.all()}

    @cached_property
    def work_plans(self) -> dict[str, WorkPlan]:
        return {plan.slug: plan for plan in WorkPlan.objects.all()}

    @cached_property
    def cycles(self) -> dict[str, ReportingCycle]:
        """Return the open cycles by title."""
        running = ReportingCycle.objects.filter(opened_on__isnull=False, closed_on__isnull=True)
        return {cycle.title: cycle for cycle in running}

    def drafts(self) -> QuerySet[Commitment]:
        """Return the commitments whose milestones the user may write."""
        return Commitment.objects.editable_by(self.user)

    def running(self) -> QuerySet[Commitment]:
        """Return the commitments on which the user may report."""
        return Commitment.objects.handled_by(self.user).published()

    def successors(self) -> QuerySet[Commitment]:
        """Return the commitments that may supersede another."""
        return Commitment.objects.published()


def by_reference(rows: QuerySet[Commitment], references: Collection[str]) -> dict[str, Commitment]:
    commitments = rows.filter(reference__in=references).select_related("lead_agency", "workgroup").defer("search")
    return {row.reference: row for row in commitments}
