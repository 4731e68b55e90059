"""Triggers that note which commitments a statement touches, and rebuild their standings when the transaction ends.

A trigger per statement notes the commitments, so that a bulk load costs one note a statement. Only the note is a row
with a deferred trigger: the first of them to fire rebuilds all that the transaction noted, and the others find nothing.
Whatever writes to a table counts: forms, bulk loads and plain SQL.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pgtrigger
from django.db.models import Model

from agencies.models import Agency, FormerName
from agenda.models import AgendaPoint
from commitments.models import Commitment, Partner, Stakeholder, Withdrawal
from commitments.models.commitment import CommitmentPoint, CommitmentRecommendation, CommitmentStakeholder
from foundation.postgresql.sql_functions import SQLFunction
from foundation.postgresql.triggers import Trigger
from recommendations.models import Recommendation
from reporting.models import Assessment, Contribution, ProgressReport
from workgroups.models import WorkGroup, WorkPlan

# Those that have no page yet have no standings.
NOTE_TOUCHED = SQLFunction(
    name="note_touched",
    arguments="touched bigint[]",
    returns="void",
    body="""
    BEGIN
        INSERT INTO register_pendingrebuild (transaction, commitment)
            SELECT pg_current_xact_id()::text::bigint, id FROM commitments_commitment
            WHERE id = ANY (touched) AND state IN ('published', 'withdrawn')
            ON CONFLICT DO NOTHING;
    END
    """,
)

REBUILDS_STANDINGS = Trigger(
    name="rebuilds_standings",
    when=pgtrigger.After,
    timing=pgtrigger.Deferred,
    operation=pgtrigger.Insert,
    declare=[("touched", "bigint[]")],
    func="""
        IF EXISTS (
            SELECT 1 FROM register_pendingrebuild
            WHERE transaction = NEW.transaction AND commitment = NEW.commitment
        ) THEN
            WITH taken AS (
                DELETE FROM register_pendingrebuild WHERE transaction = NEW.transaction RETURNING commitment
            )
            SELECT array_agg(commitment) INTO touched FROM taken;
            PERFORM rebuild_standings(touched);
        END IF;
        RETURN NULL;
    """,
)

# The rows that a statement wrote, by its operation, and the transition tables that it needs for them.
CHANGED_ROWS = {
    pgtrigger.Insert: ("SELECT * FROM new_rows", pgtrigger.Referencing(new="new_rows")),
    pgtrigger.Delete: ("SELECT * FROM old_rows", pgtrigger.Referencing(old="old_rows")),
    pgtrigger.Update: (
        "SELECT * FROM new_rows UNION ALL SELECT * FROM old_rows",
        pgtrigger.Referencing(old="old_rows", new="new_rows"),
    ),
}


@dataclass(frozen=True)
class Source:
    """A table that standings read.

    `touched` selects the keys of the commitments that the rows `changed` touch. An update counts where one of the
    columns `reads` differs; without them any update counts.
    """

    touched: str
    reads: tuple[str, ...] = ()
    operations: Collection[pgtrigger.Operation] = (pgtrigger.Insert, pgtrigger.Update, pgtrigger.Delete)

    def triggers(self) -> Iterator[Trigger]:
        """Yield the triggers of the table: one for each operation, and one for TRUNCATE."""
        for operation in self.operations:
            changed, referencing = CHANGED_ROWS[operation]
            if operation is pgtrigger.Update and self.reads:
                changed = (
                    f"{self._differing('new_rows', 'old_rows')} UNION ALL {self._differing('old_rows', 'new_rows')}"
                )
            yield Trigger(
                name=f"notes_standings_on_{str(operation).lower()}",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=operation,
                referencing=referencing,
                declare=[("touched", "bigint[]")],
                func=f"""
                    touched := ARRAY(WITH changed AS ({changed}) {self.touched});
                    IF cardinality(touched) > 0 THEN PERFORM note_touched(touched); END IF;
                    RETURN NULL;
                """,  # noqa: S608 – names from this module
            )
        yield NOTES_STANDINGS_ON_TRUNCATE

    def _differing(self, table: str, other: str) -> str:
        same = " AND ".join(f"{other}.{name} IS NOT DISTINCT FROM {table}.{name}" for name in self.reads)
        return (
            f"SELECT * FROM {table} WHERE NOT EXISTS (SELECT 1 FROM {other} WHERE {other}.id = {table}.id AND {same})"  # noqa: S608
        )


NOTES_STANDINGS_ON_TRUNCATE = Trigger(
    name="notes_standings_on_truncate",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Truncate,
    func="PERFORM note_touched(ARRAY(SELECT id FROM commitments_commitment)); RETURN NULL;",
)

ADDED = (pgtrigger.Insert,)
CHANGED_OR_DELETED = (pgtrigger.Update, pgtrigger.Delete)


def _superseded_by(column: str) -> str:
    """Return the selection of the commitments that a published report calls superseded by one of those changed."""
    return f"""
        SELECT commitment_id FROM reporting_progressreport
        WHERE state = 'published' AND superseded_by_id IN (SELECT {column} FROM changed)
    """  # noqa: S608


def _linked(name: str, column: str, members: str = "SELECT id FROM changed") -> str:
    """Return the selection of the commitments that have or had one of the members in a set."""
    return f"""
        SELECT commitment_id FROM commitments_commitment_{name} WHERE {column} IN ({members})
        UNION SELECT commitment_id FROM commitments_historicalcommitment_{name} WHERE {column} IN ({members})
    """  # noqa: S608


def _naming(column: str, keys: str = "id") -> str:
    """Return the selection of the commitments that name or named one of the rows changed, such as their lead."""
    return f"""
        SELECT id FROM commitments_commitment WHERE {column} IN (SELECT {keys} FROM changed)
        UNION SELECT id FROM commitments_historicalcommitment WHERE {column} IN (SELECT {keys} FROM changed)
    """  # noqa: S608


def _involving(keys: str) -> str:
    """Return the selection of the commitments that an agency leads or led, or is or was a partner in."""
    return f"""{_naming("lead_agency_id", keys)}
        UNION SELECT commitment_id FROM commitments_partner WHERE agency_id IN (SELECT {keys} FROM changed)
        UNION SELECT commitment_id FROM commitments_historicalpartner WHERE agency_id IN (SELECT {keys} FROM changed)
    """  # noqa: S608


OWN = "SELECT commitment_id FROM changed"
PARTS_TOO = """
    SELECT id FROM changed UNION SELECT id FROM recommendations_recommendation
    WHERE parent_id IN (SELECT id FROM changed)
"""
SETS = ("agenda_points", "recommendations", "stakeholders")


def sources() -> dict[type[Model], Source]:
    """Return every table that standings read, with what it touches."""
    commitment = f"SELECT id FROM changed UNION ALL {_superseded_by('id')}"  # noqa: S608
    history = Commitment.history.model
    return {
        Commitment: Source(commitment),
        CommitmentPoint: Source(OWN),
        CommitmentRecommendation: Source(OWN),
        CommitmentStakeholder: Source(OWN),
        Partner: Source(OWN, ("commitment_id", "agency_id")),
        Withdrawal: Source(f"{OWN} UNION ALL {_superseded_by('commitment_id')}"),
        history: Source(commitment, operations=ADDED),
        **{getattr(history, name).model: Source(OWN, operations=ADDED) for name in SETS},
        Partner.history.model: Source(
            "SELECT commitment_id FROM commitments_historicalpartner WHERE id IN (SELECT id FROM changed)",
            operations=ADDED,
        ),
        # Of a draft only its cycle counts: the cycle expects a report.
        ProgressReport: Source(
            f"{OWN} WHERE state = 'published' OR cycle_id IS NOT NULL", ("commitment_id", "cycle_id", "state")
        ),
        Contribution: Source(
            "SELECT commitment_id FROM reporting_progressreport"
            " WHERE state = 'published' AND id IN (SELECT report_id FROM changed)"
        ),
        Assessment: Source(f"{OWN} WHERE state = 'published'", ("commitment_id", "state")),
        Agency: Source(_involving("id"), ("code", "acronym", "name", "position"), CHANGED_OR_DELETED),
        FormerName: Source(_involving("agency_id"), ("agency_id", "acronym", "name", "until")),
        WorkGroup: Source(_naming("workgroup_id"), ("slug", "title"), CHANGED_OR_DELETED),
        WorkPlan: Source(_naming("work_plan_id"), ("slug",), CHANGED_OR_DELETED),
        AgendaPoint: Source(_linked("agenda_points", "agendapoint_id"), ("number",), CHANGED_OR_DELETED),
        Stakeholder: Source(_linked("stakeholders", "stakeholder_id"), ("name",), CHANGED_OR_DELETED),
        Recommendation: Source(
            _linked("recommendations", "recommendation_id", PARTS_TOO),
            ("code", "level", "parent_id", "position"),
            CHANGED_OR_DELETED,
        ),
    }


def register() -> None:
    """Register the triggers with the models on whose tables they act."""
    for model, source in sources().items():
        for trigger in source.triggers():
            trigger.register(model)
