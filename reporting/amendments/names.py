"""The names of rows that history lines refer to by key."""

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
    """Today's names of all rows that a history refers to, read with at most one query for each table."""

    def __init__(self):
        self._names: dict[str, dict[int, str]] = {}

    def gather(self, states: Iterable, sets: dict[str, dict[int, set[int]]], partners: Iterable) -> None:
        keys_of = defaultdict(set)
        for row in states:
            keys_of["agencies"].add(row.lead_agency_id)
            keys_of["workgroups"].add(row.workgroup_id)
            keys_of["work_plans"].add(row.work_plan_id)
        keys_of["agencies"] |= {row.agency_id for row in partners}
        for field, keys_by_line in sets.items():
            keys_of[field] = set().union(*keys_by_line.values())
        for table, keys in keys_of.items():
            keys.discard(None)
            if keys:
                self._names[table] = {pk: str(row) for pk, row in MODELS[table].objects.in_bulk(keys).items()}

    def of(self, table: str, pk: int | None) -> str:
        """Return the name of a row; '' if the key is None or the row no longer exists."""
        return self._names.get(table, {}).get(pk, "")
