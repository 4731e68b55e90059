"""Keep chains of successors without circles."""

import pgtrigger

from foundation.postgresql.triggers import Trigger

# The lock that a succession takes, here and in the actions, so that two at once cannot close a circle.
SUCCESSION_LOCK = 20131003
NO_CIRCLE_OF_SUCCESSORS = Trigger(
    name="no_circle_of_successors",
    when=pgtrigger.After,
    timing=pgtrigger.Deferred,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status", "superseded_by_id"),
    condition=pgtrigger.Q(new__status="superseded"),
    func=f"""
        PERFORM pg_advisory_xact_lock({SUCCESSION_LOCK});
        IF EXISTS (
            WITH RECURSIVE chain AS (
                SELECT superseded_by_id AS id FROM commitments_commitment
                WHERE id = NEW.id AND status = 'superseded'
                UNION
                SELECT c.superseded_by_id FROM commitments_commitment c JOIN chain ON c.id = chain.id
                WHERE c.status = 'superseded'
            )
            SELECT 1 FROM chain WHERE id = NEW.id
        ) THEN
            RAISE EXCEPTION 'pgtrigger: a commitment is superseded by none that it takes the place of';
        END IF;
        RETURN NULL;
    """,  # noqa: S608 – a number from this module
)
