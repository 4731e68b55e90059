"""Functions of the database that note what moves in public, and who did what.

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
    arguments="changed text, was jsonb, became jsonb, moment timestamptz",
    returns="void",
    body="""
    DECLARE
        own bigint[] := ARRAY[(was ->> 'id')::bigint, (became ->> 'id')::bigint];
        touched bigint[];
        reports bigint[];
    BEGIN
        CASE changed
        WHEN 'commitments_commitment' THEN
            touched := own || ARRAY[(was ->> 'superseded_by_id')::bigint, (became ->> 'superseded_by_id')::bigint];
            IF (was ->> 'title', was ->> 'state') IS DISTINCT FROM (became ->> 'title', became ->> 'state') THEN
                touched := touched || ARRAY(SELECT id FROM commitments_commitment WHERE superseded_by_id = ANY (own));
                reports := ARRAY(
                    SELECT id FROM reporting_progressreport WHERE commitment_id = ANY (own)
                    UNION SELECT id FROM reporting_progressreport WHERE superseded_by_id = ANY (own)
                );
            END IF;
        WHEN 'commitments_partner', 'commitments_milestone', 'reporting_assessment',
            'commitments_commitment_stakeholders', 'commitments_commitment_agenda_points',
            'commitments_commitment_recommendations'
        THEN
            touched := ARRAY[(was ->> 'commitment_id')::bigint, (became ->> 'commitment_id')::bigint];
        WHEN 'reporting_progressreport' THEN
            touched := ARRAY[(was ->> 'commitment_id')::bigint, (became ->> 'commitment_id')::bigint];
            reports := own;
        WHEN 'reporting_statuschange', 'reporting_evidence', 'reporting_contribution' THEN
            reports := ARRAY[(was ->> 'report_id')::bigint, (became ->> 'report_id')::bigint];
            touched := ARRAY(SELECT commitment_id FROM reporting_progressreport WHERE id = ANY (reports));
        WHEN 'reporting_answer' THEN
            touched := ARRAY(
                SELECT commitment_id FROM reporting_assessment
                WHERE id IN ((was ->> 'assessment_id')::bigint, (became ->> 'assessment_id')::bigint)
            );
        WHEN 'commitments_stakeholder' THEN
            touched := ARRAY(
                SELECT commitment_id FROM commitments_commitment_stakeholders WHERE stakeholder_id = ANY (own)
            );
        WHEN 'agencies_agency' THEN
            touched := ARRAY(
                SELECT id FROM commitments_commitment WHERE lead_agency_id = ANY (own)
                UNION SELECT commitment_id FROM commitments_partner WHERE agency_id = ANY (own)
                UNION SELECT commitment_id FROM reporting_assessment
                WHERE agency_id = ANY (own) AND state = 'published'
            );
            reports := ARRAY(
                SELECT id FROM reporting_progressreport
                WHERE state = 'published' AND (
                    on_behalf_of_id = ANY (own)
                    OR id IN (SELECT report_id FROM reporting_contribution WHERE agency_id = ANY (own))
                )
            );
            touched := touched || ARRAY(SELECT commitment_id FROM reporting_progressreport WHERE id = ANY (reports));
        WHEN 'workgroups_workgroup' THEN
            touched := ARRAY(
                SELECT id FROM commitments_commitment WHERE workgroup_id = ANY (own)
                UNION SELECT commitment_id FROM reporting_assessment
                WHERE workgroup_id = ANY (own) AND state = 'published'
            );
        WHEN 'workgroups_workplan' THEN
            touched := ARRAY(SELECT id FROM commitments_commitment WHERE work_plan_id = ANY (own));
        WHEN 'agenda_agendapoint' THEN
            touched := ARRAY(
                SELECT commitment_id FROM commitments_commitment_agenda_points WHERE agendapoint_id = ANY (own)
            );
        WHEN 'recommendations_recommendation' THEN
            touched := ARRAY(
                SELECT commitment_id FROM commitments_commitment_recommendations WHERE recommendation_id = ANY (own)
            );
        WHEN 'reporting_reportingcycle' THEN
            -- Every freshness is reckoned against the newest cycle, and reports name theirs.
            touched := ARRAY(SELECT id FROM commitments_commitment WHERE state = 'published');
            reports := ARRAY(SELECT id FROM reporting_progressreport WHERE cycle_id = ANY (own));
        ELSE
            RETURN;
        END CASE;
        INSERT INTO commitments_commitmentmovement AS kept (commitment_id, moved_at)
            SELECT id, moment FROM commitments_commitment
            WHERE id = ANY (touched) AND state IN ('published', 'withdrawn')
            ON CONFLICT (commitment_id) DO UPDATE SET moved_at = moment WHERE kept.moved_at < moment;
        INSERT INTO reporting_reportmovement AS kept (report_id, moved_at)
            SELECT id, moment FROM reporting_progressreport
            WHERE id = ANY (reports) AND state = 'published'
            ON CONFLICT (report_id) DO UPDATE SET moved_at = moment WHERE kept.moved_at < moment;
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
