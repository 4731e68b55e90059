"""Functions of the database about who acts for which agency."""

from foundation.postgresql.sql_functions import SQLFunction

# The agencies for which a person has acted at any time since a moment, or acts now where none is given. A membership
# that was deleted, moved or given another end since then counts as it stood before: its history holds it.
AGENCIES_ACTED_FOR = SQLFunction(
    name="agencies_acted_for",
    arguments="person bigint, since timestamptz",
    returns="bigint[]",
    language="sql",
    behaviour="STABLE",
    body="""
        SELECT coalesce(array_agg(DISTINCT agency_id), '{}') FROM (
            SELECT agency_id FROM accounts_membership
            WHERE user_id = person
            AND starts_on <= (now() AT TIME ZONE 'UTC')::date
            AND (ends_on IS NULL OR ends_on >= (least(since, now()) AT TIME ZONE 'UTC')::date)
            UNION ALL
            SELECT agency_id FROM (
                SELECT *, lead(history_date) OVER (PARTITION BY id ORDER BY history_id) AS replaced_at
                FROM accounts_historicalmembership
                WHERE id IN (SELECT id FROM accounts_historicalmembership WHERE user_id = person)
            ) history_line
            WHERE user_id = person AND history_type <> '-' AND replaced_at >= since
            AND starts_on <= (replaced_at AT TIME ZONE 'UTC')::date
            AND (ends_on IS NULL OR ends_on >= (since AT TIME ZONE 'UTC')::date)
        ) acting
    """,
)
