import importlib

from django.db import migrations

# Of which commitments and reports a changed row of a table speaks, and so which of them have moved.
NOTE = """
CREATE FUNCTION movements_note(changed text, was jsonb, became jsonb, moment timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    own bigint[] := ARRAY[(was ->> 'id')::bigint, (became ->> 'id')::bigint];
    touched bigint[];
    said bigint[];
BEGIN
    CASE changed
    WHEN 'commitments_commitment' THEN
        touched := own || ARRAY[(was ->> 'superseded_by_id')::bigint, (became ->> 'superseded_by_id')::bigint];
        IF (was ->> 'title', was ->> 'state') IS DISTINCT FROM (became ->> 'title', became ->> 'state') THEN
            touched := touched || ARRAY(SELECT id FROM commitments_commitment WHERE superseded_by_id = ANY (own));
            said := ARRAY(
                SELECT id FROM commitments_progressreport WHERE commitment_id = ANY (own)
                UNION SELECT id FROM commitments_progressreport WHERE superseded_by_id = ANY (own)
            );
        END IF;
    WHEN 'commitments_partner', 'commitments_milestone', 'commitments_assessment',
        'commitments_commitment_stakeholders', 'commitments_commitment_agenda_points',
        'commitments_commitment_recommendations'
    THEN
        touched := ARRAY[(was ->> 'commitment_id')::bigint, (became ->> 'commitment_id')::bigint];
    WHEN 'commitments_progressreport' THEN
        touched := ARRAY[(was ->> 'commitment_id')::bigint, (became ->> 'commitment_id')::bigint];
        said := own;
    WHEN 'commitments_statuschange', 'commitments_evidence', 'commitments_contribution' THEN
        said := ARRAY[(was ->> 'report_id')::bigint, (became ->> 'report_id')::bigint];
        touched := ARRAY(SELECT commitment_id FROM commitments_progressreport WHERE id = ANY (said));
    WHEN 'commitments_answer' THEN
        touched := ARRAY(
            SELECT commitment_id FROM commitments_assessment
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
            UNION SELECT commitment_id FROM commitments_assessment
            WHERE agency_id = ANY (own) AND state = 'published'
        );
        said := ARRAY(
            SELECT id FROM commitments_progressreport
            WHERE state = 'published' AND (
                on_behalf_of_id = ANY (own)
                OR id IN (SELECT report_id FROM commitments_contribution WHERE agency_id = ANY (own))
            )
        );
        touched := touched || ARRAY(SELECT commitment_id FROM commitments_progressreport WHERE id = ANY (said));
    WHEN 'workgroups_workgroup' THEN
        touched := ARRAY(
            SELECT id FROM commitments_commitment WHERE workgroup_id = ANY (own)
            UNION SELECT commitment_id FROM commitments_assessment
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
    WHEN 'commitments_reportingcycle' THEN
        -- Every freshness is reckoned against the newest cycle, and reports name theirs.
        touched := ARRAY(SELECT id FROM commitments_commitment WHERE state = 'published');
        said := ARRAY(SELECT id FROM commitments_progressreport WHERE cycle_id = ANY (own));
    ELSE
        RETURN;
    END CASE;
    INSERT INTO commitments_commitmentmovement AS kept (commitment_id, moved_at)
        SELECT id, moment FROM commitments_commitment
        WHERE id = ANY (touched) AND state IN ('published', 'withdrawn')
        ON CONFLICT (commitment_id) DO UPDATE SET moved_at = moment WHERE kept.moved_at < moment;
    INSERT INTO commitments_reportmovement AS kept (report_id, moved_at)
        SELECT id, moment FROM commitments_progressreport
        WHERE id = ANY (said) AND state = 'published'
        ON CONFLICT (report_id) DO UPDATE SET moved_at = moment WHERE kept.moved_at < moment;
END
$$;
"""
# The revision as before, now at strictly later moments, in the order in which transactions commit; and with it what moved.
MOVE = """
CREATE OR REPLACE FUNCTION revision_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    transaction_now text := pg_current_xact_id()::text;
    row_before jsonb;
    row_after jsonb;
    shown boolean := true;
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN row_before := to_jsonb(OLD); END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN row_after := to_jsonb(NEW); END IF;
    IF TG_NARGS = 1 THEN
        shown := coalesce(row_before ->> TG_ARGV[0] IN ('published', 'withdrawn'), false)
            OR coalesce(row_after ->> TG_ARGV[0] IN ('published', 'withdrawn'), false);
    ELSIF TG_NARGS = 2 THEN
        EXECUTE format(
            'SELECT EXISTS (SELECT 1 FROM %I WHERE id IN ($1, $2) AND state IN (''published'', ''withdrawn''))',
            TG_ARGV[0]
        ) INTO shown USING (row_before ->> TG_ARGV[1])::bigint, (row_after ->> TG_ARGV[1])::bigint;
    END IF;
    IF NOT shown THEN RETURN NULL; END IF;
    IF current_setting('portal.revision_moved_in', true) IS DISTINCT FROM transaction_now THEN
        INSERT INTO revision (id, number, moved_at) VALUES (1, 1, clock_timestamp())
            ON CONFLICT (id) DO UPDATE SET
                number = revision.number + 1,
                moved_at = greatest(clock_timestamp(), revision.moved_at + interval '1 microsecond');
        PERFORM set_config('portal.revision_moved_in', transaction_now, true);
    END IF;
    IF TG_LEVEL = 'ROW' THEN
        PERFORM movements_note(
            TG_TABLE_NAME, row_before, row_after, (SELECT moved_at FROM revision)
        );
    END IF;
    RETURN NULL;
END
$$;
"""
BACKFILL = """
INSERT INTO commitments_commitmentmovement (commitment_id, moved_at)
    SELECT id, coalesce((SELECT moved_at FROM revision), clock_timestamp()) FROM commitments_commitment
    WHERE state IN ('published', 'withdrawn');
INSERT INTO commitments_reportmovement (report_id, moved_at)
    SELECT id, coalesce((SELECT moved_at FROM revision), clock_timestamp()) FROM commitments_progressreport
    WHERE state = 'published';
"""
EMPTY = "DELETE FROM commitments_commitmentmovement; DELETE FROM commitments_reportmovement;"
AS_BEFORE = importlib.import_module("gmg_portal.migrations.0002_revision_moves").FUNCTION.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)


class Migration(migrations.Migration):
    dependencies = [("gmg_portal", "0005_audit"), ("commitments", "0009_movements")]

    operations = [
        migrations.RunSQL(BACKFILL, EMPTY),
        migrations.RunSQL(NOTE, "DROP FUNCTION movements_note(text, jsonb, jsonb, timestamptz);"),
        migrations.RunSQL(MOVE, AS_BEFORE),
    ]
