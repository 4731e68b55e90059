from django.db import migrations

from gmg_portal.http.revision import watch

# Deferred, so that the row is locked only while committing; once a transaction, so that a bulk load moves it once.
FUNCTION = """
CREATE FUNCTION revision_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    transaction_now text := pg_current_xact_id()::text;
    row_before jsonb;
    row_after jsonb;
    shown boolean := true;
BEGIN
    IF current_setting('portal.revision_moved_in', true) = transaction_now THEN
        RETURN NULL;
    END IF;
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
    IF shown THEN
        INSERT INTO revision (id, number, moved_at) VALUES (1, 1, clock_timestamp())
            ON CONFLICT (id) DO UPDATE SET number = revision.number + 1, moved_at = clock_timestamp();
        PERFORM set_config('portal.revision_moved_in', transaction_now, true);
    END IF;
    RETURN NULL;
END
$$;
"""

ALL_ROWS = [
    "agencies_agency",
    "agencies_chairterm",
    "agenda_agendapoint",
    "agenda_framework",
    "agenda_alignment",
    "agenda_statement",
    "agenda_event",
    "workgroups_workgroup",
    "workgroups_participation",
    "workgroups_workplan",
    "recommendations_recommendation",
    "recommendations_recommendation_agenda_points",
    "commitments_stakeholder",
    "commitments_reportingcycle",
    "commitments_statuschange",
]
BY_STATE = ["commitments_commitment", "commitments_progressreport", "commitments_assessment"]
BY_PARENT = {
    "commitments_partner": ("commitments_commitment", "commitment_id"),
    "commitments_milestone": ("commitments_commitment", "commitment_id"),
    "commitments_commitment_stakeholders": ("commitments_commitment", "commitment_id"),
    "commitments_commitment_agenda_points": ("commitments_commitment", "commitment_id"),
    "commitments_commitment_recommendations": ("commitments_commitment", "commitment_id"),
    "commitments_evidence": ("commitments_progressreport", "report_id"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("gmg_portal", "0001_initial"),
        ("agencies", "0001_initial"),
        ("agenda", "0001_initial"),
        ("workgroups", "0001_initial"),
        ("recommendations", "0001_initial"),
        ("commitments", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION revision_move();"),
        *[migrations.RunSQL(*watch(table)) for table in ALL_ROWS],
        *[migrations.RunSQL(*watch(table, "state")) for table in BY_STATE],
        *[migrations.RunSQL(*watch(table, *parent)) for table, parent in BY_PARENT.items()],
    ]
