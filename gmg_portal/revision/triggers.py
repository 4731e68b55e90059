"""Triggers that move the revision, and note what moved, when something public changes: registered at the start.

They are deferred, so that the row of the revision is locked only while committing, and a bulk load moves it once. Their
name comes after the names of all other deferred triggers, which may refuse the transaction before that.
"""

from itertools import chain

import pgtrigger
from django.db.models import Model

from agencies.models import Agency, ChairTerm, FormerName
from agenda.models import AgendaPoint, Alignment, Event, Framework, Statement
from commitments.models import Commitment, Milestone, Partner, Stakeholder
from commitments.models.commitment import CommitmentPoint, CommitmentRecommendation, CommitmentStakeholder
from commitments.workflow import State
from foundation.postgresql.triggers import Trigger
from gmg_portal.models import Edition
from recommendations.models import Recommendation, RecommendationPoint
from reporting.models import Answer, Assessment, Contribution, Evidence, ProgressReport, ReportingCycle, StatusChange
from workgroups.models import Participation, WorkGroup, WorkPlan

# All rows are public.
PUBLIC = [
    Agency,
    FormerName,
    ChairTerm,
    AgendaPoint,
    Framework,
    Alignment,
    Statement,
    Event,
    WorkGroup,
    Participation,
    WorkPlan,
    Recommendation,
    RecommendationPoint,
    Stakeholder,
    ReportingCycle,
    StatusChange,
    Edition,
]
# Rows are public whose own state is published or withdrawn.
PUBLIC_BY_STATE = [Commitment, ProgressReport, Assessment, Answer]
# Rows are public whose parent, found by this foreign key, is in such a state.
PUBLIC_BY_PARENT = {
    "commitment": [Partner, Milestone, CommitmentStakeholder, CommitmentPoint, CommitmentRecommendation],
    "report": [Evidence, Contribution],
}
PUBLIC_STATES = "(" + ", ".join(f"'{state}'" for state in State.public()) + ")"


class UpdatesRevision(Trigger):
    """Move the revision when a row that is public, or was, changes; `is_public` returns this as SQL for a model."""

    name = "updates_revision"
    when = pgtrigger.After
    timing = pgtrigger.Deferred
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    declare = [("row_before", "jsonb"), ("row_after", "jsonb")]

    def get_func(self, model):
        return f"""
            IF TG_OP <> 'INSERT' THEN row_before := to_jsonb(OLD); END IF;
            IF TG_OP <> 'DELETE' THEN row_after := to_jsonb(NEW); END IF;
            IF {self.is_public(model)} THEN
                PERFORM revision_move();
                PERFORM movements_note(TG_TABLE_NAME, row_before, row_after, (SELECT moved_at FROM revision));
            END IF;
            RETURN NULL;
        """  # noqa: S608 – an expression from this module

    def is_public(self, model: type[Model]) -> str:
        return "true"


class UpdatesRevisionByState(UpdatesRevision):
    """Move the revision for rows whose `state` is public, or was."""

    def is_public(self, model):
        return f"row_before ->> 'state' IN {PUBLIC_STATES} OR row_after ->> 'state' IN {PUBLIC_STATES}"


class UpdatesRevisionByParent(UpdatesRevision):
    """Move the revision for rows whose parent is public, such as milestones of a commitment."""

    def __init__(self, foreign_key: str):
        self.foreign_key = foreign_key
        super().__init__()

    def is_public(self, model):
        field = model._meta.get_field(self.foreign_key)
        parent, key = field.related_model._meta.db_table, field.column
        return f"""EXISTS (
                SELECT 1 FROM {parent} WHERE state IN {PUBLIC_STATES}
                AND id IN ((row_before ->> '{key}')::bigint, (row_after ->> '{key}')::bigint)
            )"""  # noqa: S608 – names of a table and a column


class UpdatesRevisionOnTruncate(Trigger):
    """Move the revision when a table is emptied."""

    name = "updates_revision_on_truncate"
    level = pgtrigger.Statement
    when = pgtrigger.After
    operation = pgtrigger.Truncate
    func = "PERFORM revision_move(); RETURN NULL;"


def register() -> None:
    """Register the triggers of the revision with the models on whose tables they act."""
    UpdatesRevision().register(*PUBLIC)
    UpdatesRevisionByState().register(*PUBLIC_BY_STATE)
    for foreign_key, models in PUBLIC_BY_PARENT.items():
        UpdatesRevisionByParent(foreign_key).register(*models)
    UpdatesRevisionOnTruncate().register(*PUBLIC, *PUBLIC_BY_STATE, *chain.from_iterable(PUBLIC_BY_PARENT.values()))
