"""Database functions that record public changes and the audit.

Triggers of all apps call them: `revision_triggers`, `audit_triggers`. PL/pgSQL looks a function up when it runs, so the
triggers can be made before the functions.
"""

from foundation.postgresql.sql_functions import SQLFunction
from register.standings.rebuild import PUBLICATION_LOCK

# Moves the revision at most once in a transaction, at strictly later moments, in the order in which transactions
# commit: called by deferred triggers, it locks the one row only while committing.
REVISION_MOVE = SQLFunction(
    name="revision_move",
    arguments="",
    returns="void",
    body=f"""
    DECLARE
        transaction_now text := pg_current_xact_id()::text;
    BEGIN
        IF current_setting('portal.revision_moved_in', true) IS DISTINCT FROM transaction_now THEN
            PERFORM pg_advisory_xact_lock({PUBLICATION_LOCK});
            INSERT INTO revision (id, number, moved_at) VALUES (1, 1, clock_timestamp())
                ON CONFLICT (id) DO UPDATE SET
                    number = revision.number + 1,
                    moved_at = greatest(clock_timestamp(), revision.moved_at + interval '1 microsecond');
            PERFORM set_config('portal.revision_moved_in', transaction_now, true);
        END IF;
    END
    """,  # noqa: S608 – a number
)

# Notes of which commitments and reports a changed row of a table speaks: those have moved.
MOVEMENTS_NOTE = SQLFunction(
    name="movements_note",
    arguments="table_name text, row_before jsonb, row_after jsonb, moment timestamptz",
    returns="void",
    body="""
    DECLARE
        row_ids bigint[] := ARRAY[(row_before ->> 'id')::bigint, (row_after ->> 'id')::bigint];
        commitment_ids bigint[];
        report_ids bigint[];
    BEGIN
        CASE table_name
        WHEN 'commitments_commitment' THEN
            commitment_ids := row_ids || ARRAY[
                (row_before ->> 'superseded_by_id')::bigint, (row_after ->> 'superseded_by_id')::bigint
            ];
            IF (row_before ->> 'title', row_before ->> 'state')
                IS DISTINCT FROM (row_after ->> 'title', row_after ->> 'state')
            THEN
                commitment_ids := commitment_ids || ARRAY(
                    SELECT id FROM commitments_commitment WHERE superseded_by_id = ANY (row_ids)
                );
                report_ids := ARRAY(
                    SELECT id FROM reporting_progressreport WHERE commitment_id = ANY (row_ids)
                    UNION SELECT id FROM reporting_progressreport WHERE superseded_by_id = ANY (row_ids)
                );
            END IF;
        WHEN 'commitments_partner', 'commitments_milestone', 'reporting_assessment',
            'commitments_commitment_stakeholders', 'commitments_commitment_agenda_points',
            'commitments_commitment_recommendations'
        THEN
            commitment_ids := ARRAY[(row_before ->> 'commitment_id')::bigint, (row_after ->> 'commitment_id')::bigint];
        WHEN 'reporting_progressreport' THEN
            commitment_ids := ARRAY[(row_before ->> 'commitment_id')::bigint, (row_after ->> 'commitment_id')::bigint];
            report_ids := row_ids;
        WHEN 'reporting_statuschange', 'reporting_evidence', 'reporting_contribution' THEN
            report_ids := ARRAY[(row_before ->> 'report_id')::bigint, (row_after ->> 'report_id')::bigint];
            commitment_ids := ARRAY(SELECT commitment_id FROM reporting_progressreport WHERE id = ANY (report_ids));
        WHEN 'reporting_answer' THEN
            commitment_ids := ARRAY(
                SELECT commitment_id FROM reporting_assessment
                WHERE id IN ((row_before ->> 'assessment_id')::bigint, (row_after ->> 'assessment_id')::bigint)
            );
        WHEN 'commitments_stakeholder' THEN
            commitment_ids := ARRAY(
                SELECT commitment_id FROM commitments_commitment_stakeholders WHERE stakeholder_id = ANY (row_ids)
            );
        WHEN 'agencies_agency' THEN
            commitment_ids := ARRAY(
                SELECT id FROM commitments_commitment WHERE lead_agency_id = ANY (row_ids)
                UNION SELECT commitment_id FROM commitments_partner WHERE agency_id = ANY (row_ids)
                UNION SELECT commitment_id FROM reporting_assessment
                WHERE agency_id = ANY (row_ids) AND state = 'published'
            );
            report_ids := ARRAY(
                SELECT id FROM reporting_progressreport
                WHERE state = 'published' AND (
                    on_behalf_of_id = ANY (row_ids)
                    OR id IN (SELECT report_id FROM reporting_contribution WHERE agency_id = ANY (row_ids))
                )
            );
            commitment_ids := commitment_ids || ARRAY(
                SELECT commitment_id FROM reporting_progressreport WHERE id = ANY (report_ids)
            );
        WHEN 'workgroups_workgroup' THEN
            commitment_ids := ARRAY(
                SELECT id FROM commitments_commitment WHERE workgroup_id = ANY (row_ids)
                UNION SELECT commitment_id FROM reporting_assessment
                WHERE workgroup_id = ANY (row_ids) AND state = 'published'
            );
        WHEN 'workgroups_workplan' THEN
            commitment_ids := ARRAY(SELECT id FROM commitments_commitment WHERE work_plan_id = ANY (row_ids));
        WHEN 'agenda_agendapoint' THEN
            commitment_ids := ARRAY(
                SELECT commitment_id FROM commitments_commitment_agenda_points WHERE agendapoint_id = ANY (row_ids)
            );
        WHEN 'recommendations_recommendation' THEN
            commitment_ids := ARRAY(
                SELECT commitment_id FROM commitments_commitment_recommendations WHERE recommendation_id = ANY (row_ids)
            );
        WHEN 'reporting_reportingcycle' THEN
            -- Every freshness is reckoned against the newest cycle, and reports name theirs.
            commitment_ids := ARRAY(SELECT id FROM commitments_commitment WHERE state = 'published');
            report_ids := ARRAY(SELECT id FROM reporting_progressreport WHERE cycle_id = ANY (row_ids));
        ELSE
            RETURN;
        END CASE;
        INSERT INTO commitments_commitmentmovement AS movement (commitment_id, moved_at)
            SELECT id, moment FROM commitments_commitment
            WHERE id = ANY (commitment_ids) AND state IN ('published', 'withdrawn')
            ON CONFLICT (commitment_id) DO UPDATE SET moved_at = moment WHERE movement.moved_at < moment;
        INSERT INTO reporting_reportmovement AS movement (report_id, moved_at)
            SELECT id, moment FROM reporting_progressreport
            WHERE id = ANY (report_ids) AND state = 'published'
            ON CONFLICT (report_id) DO UPDATE SET moved_at = moment WHERE movement.moved_at < moment;
    END
    """,
)

# Writes an entry of the audit, with what the transaction holds of the request or command (`trace`).
AUDIT_NOTE = SQLFunction(
    name="audit_note",
    arguments='what text, person_id bigint, kind text, "row" bigint, line bigint, reason text',
    returns="void",
    body="""
    DECLARE
        request jsonb := nullif(current_setting('portal.request', true), '')::jsonb;
    BEGIN
        INSERT INTO audit_entry (what, person_id, kind, "row", line, reason, request_id, via, origin)
        VALUES (
            what, person_id, kind, "row", line, coalesce(reason, ''),
            coalesce(request ->> 'request_id', ''), coalesce(request ->> 'via', ''), coalesce(request ->> 'origin', '')
        );
    END
    """,
)
