"""The names of what a line of history holds by key alone."""

from collections import defaultdict
from collections.abc import Iterable

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Stakeholder
from recommendations.models import Recommendation
from workgroups.models import WorkGroup, WorkPlan

MODELS = {
    "agencies": Agency,
    "workgroups": WorkGroup,
    "work_plans": WorkPlan,
    "agenda_points": AgendaPoint,
    "recommendations": Recommendation,
    "stakeholders": Stakeholder,
}


class Names:
    """Names as they are today, of all that a history mentions: at most one query a table."""

    def __init__(self):
        self._names: dict[str, dict[int, str]] = {}

    def gather(self, states: Iterable, sets: dict[str, dict[int, set[int]]], partners: Iterable) -> None:
        wanted = defaultdict(set)
        for row in states:
            wanted["agencies"].add(row.lead_agency_id)
            wanted["workgroups"].add(row.workgroup_id)
            wanted["work_plans"].add(row.work_plan_id)
        wanted["agencies"] |= {row.agency_id for row in partners}
        for field, held in sets.items():
            wanted[field] = set().union(*held.values())
        for table, keys in wanted.items():
            keys.discard(None)
            if keys:
                self._names[table] = {pk: str(row) for pk, row in MODELS[table].objects.in_bulk(keys).items()}

    def of(self, table: str, pk: int | None) -> str:
        """'' where there is none, or no longer."""
        return self._names.get(table, {}).get(pk, "")
