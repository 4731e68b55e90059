"""Keep the status of a commitment that of its last published report."""

import pgtrigger

from foundation.postgresql.triggers import Trigger


def _status_is_reported(
    key: str, operation: pgtrigger.Operation, condition: pgtrigger.Condition | None = None
) -> Trigger:
    """Return a deferred trigger: a commitment must have the status of its last published report."""
    return Trigger(
        name="status_is_reported",
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=operation,
        condition=condition,
        func=f"""
            IF EXISTS (
                SELECT 1 FROM commitments_commitment c LEFT JOIN LATERAL (
                    SELECT * FROM reporting_progressreport
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


STATUS_IS_REPORTED = _status_is_reported(
    "id", pgtrigger.Insert | pgtrigger.UpdateOf("status", "outlook", "status_reason", "superseded_by_id")
)
REPORT_GIVES_STATUS = _status_is_reported(
    "commitment_id", pgtrigger.Insert | pgtrigger.Update, pgtrigger.Q(new__state="published")
)
