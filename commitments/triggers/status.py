"""Keep the status of a commitment that of its last published report, and chains of successors without circles."""

import pgtrigger

from foundation.postgresql.triggers import Trigger


def _status_is_reported(key: str, operation, condition=None) -> Trigger:
    """A commitment says what its last published report says: asked when a transaction ends."""
    return Trigger(
        name="status_is_reported",
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=operation,
        condition=condition,
        func=f"""
            IF EXISTS (
                SELECT 1 FROM commitments_commitment c LEFT JOIN LATERAL (
                    SELECT * FROM commitments_progressreport
                    WHERE commitment_id = c.id AND state = 'published' ORDER BY number DESC LIMIT 1
                ) r ON true
                WHERE c.id = NEW.{key} AND (c.status, c.outlook, c.status_reason, c.superseded_by_id)
                IS DISTINCT FROM (
                    coalesce(r.status, ''), coalesce(r.outlook, 'not_assessed'), coalesce(r.status_reason, ''),
                    r.superseded_by_id
                )
            ) THEN
                RAISE EXCEPTION 'pgtrigger: the status of a commitment is that of its last published report';
            END IF;
            RETURN NULL;
        """,  # noqa: S608
    )


# Taken by whoever supersedes a commitment, here and in the actions, so that two together close no circle.
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

STATUS_IS_REPORTED = _status_is_reported(
    "id", pgtrigger.Insert | pgtrigger.UpdateOf("status", "outlook", "status_reason", "superseded_by_id")
)
REPORT_GIVES_STATUS = _status_is_reported(
    "commitment_id", pgtrigger.Insert | pgtrigger.Update, pgtrigger.Q(new__state="published")
)
