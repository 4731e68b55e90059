from django.db import migrations

# For which agencies a person has acted at any time since a moment, or acts now where none is given. A membership that
# was deleted, moved or given another end since then counts as it stood before: its history holds it.
ACTED_FOR = """
    CREATE FUNCTION agencies_acted_for(person bigint, since timestamptz) RETURNS bigint[] LANGUAGE sql STABLE AS $$
        SELECT coalesce(array_agg(DISTINCT agency_id), '{}') FROM (
            SELECT agency_id FROM agencies_membership
            WHERE user_id = person
            AND starts_on <= (now() AT TIME ZONE 'UTC')::date
            AND (ends_on IS NULL OR ends_on >= (least(since, now()) AT TIME ZONE 'UTC')::date)
            UNION ALL
            SELECT agency_id FROM (
                SELECT *, lead(history_date) OVER (PARTITION BY id ORDER BY history_id) AS replaced_at
                FROM agencies_historicalmembership
                WHERE id IN (SELECT id FROM agencies_historicalmembership WHERE user_id = person)
            ) line
            WHERE user_id = person AND history_type <> '-' AND replaced_at >= since
            AND starts_on <= (replaced_at AT TIME ZONE 'UTC')::date
            AND (ends_on IS NULL OR ends_on >= (since AT TIME ZONE 'UTC')::date)
        ) acting
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0005_plausible_dates"),
    ]

    operations = [
        migrations.RunSQL(ACTED_FOR, "DROP FUNCTION agencies_acted_for(bigint, timestamptz)"),
    ]
