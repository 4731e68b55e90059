"""The SQL functions that compute standings and write those that differ.

A row is compared with what stands, and only differences are written: a publication ends one row and adds one, and the
rows of past periods keep their identity and their places in the indexes.
"""

from foundation.postgresql.sql_functions import SQLFunction

PUBLIC = "('published', 'withdrawn')"
# Commitments that are rebuilt in one statement: with more, PostgreSQL walks through longer lists for each period.
CHUNK = 200
# Taken before the revision's row, here and by `revision_move()`, so that two transactions cannot wait for each other.
# Held until the transaction ends: the next one then reads all that this one wrote.
PUBLICATION_LOCK = 20131004

COLUMNS = (
    "commitment_id, valid, reference, title, original_text, summary, kind, scope, places, start_on, start_precision,"
    " deadline_on, deadline_precision, source_title, source_location, confidence, work_plan, published_on,"
    " published_precision, lead_kind, lead_code, lead_acronym, lead_name, partner_codes, partner_acronyms,"
    " partner_names, agencies, stakeholders, agenda_points, recommendations, wholes, levels, state, withdrawn_on,"
    " withdrawn_reason, status, status_reason, outlook, successor, successor_title, successor_state, finished,"
    " latest_result, last_update_on, last_update_precision, expected_cycles, verification, search"
)
CONTENT = ", ".join(name for name in COLUMNS.split(", ") if name not in ("commitment_id", "valid"))


def qualified(table: str, columns: str = COLUMNS) -> str:
    """Return the list of columns with the name of a table before each."""
    return ", ".join(f"{table}.{column}" for column in columns.split(", "))


# The columns of a commitment whose value of a past day its history keeps.
WORDING = (
    "title, original_text, summary, kind, scope, places, start_on, start_precision, deadline_on, deadline_precision,"
    " source_title, source_location, confidence, work_plan_id, lead_agency_id, workgroup_id"
)


def _members(name: str, column: str, table: str, value: str, order: str) -> str:
    """Return the subquery for a set of the version `v` of a commitment; without history that of today."""
    return f"""ARRAY(
            SELECT {value} FROM {table} m
            WHERE m.id IN (
                SELECT {column} FROM commitments_historicalcommitment_{name} WHERE history_id = v.history_id
                UNION ALL
                SELECT {column} FROM commitments_commitment_{name}
                WHERE v.history_id IS NULL AND commitment_id = p.id
            )
            ORDER BY {order}
        )"""  # noqa: S608 – names from this module


# Periods begin on the days on which anything that a row shows may change. Those that turn out alike are joined.
# Lines of the history count from their day; those of the first day of the record count from the publication, because
# the portal holds nothing older.
STANDINGS_OF = SQLFunction(
    name="standings_of",
    arguments="touched bigint[]",
    returns="SETOF register_standing",
    behaviour="STABLE",
    body=f"""
    BEGIN
        RETURN QUERY WITH own AS MATERIALIZED (
            SELECT id, reference, published_on, published_precision FROM commitments_commitment
            WHERE id = ANY (touched) AND state IN {PUBLIC}
        ),
        reports AS MATERIALIZED (
            SELECT r.id, r.commitment_id, r.published_on, r.published_precision, r.number, r.status, r.status_reason,
                r.outlook, r.superseded_by_id, r.achieved, r.barriers, r.next_steps
            FROM reporting_progressreport r JOIN own ON own.id = r.commitment_id
            WHERE r.state = 'published'
        ),
        assessments AS MATERIALIZED (
            SELECT a.id, a.commitment_id, a.published_on, a.assessor_key, a.assessor_kind, a.finding
            FROM reporting_assessment a JOIN own ON own.id = a.commitment_id
            WHERE a.state = 'published'
        ),
        named AS MATERIALIZED (
            SELECT c.* FROM commitments_commitment c
            WHERE c.id IN (SELECT id FROM own UNION SELECT superseded_by_id FROM reports)
        ),
        withdrawals AS MATERIALIZED (
            SELECT w.* FROM commitments_withdrawal w JOIN named ON named.id = w.commitment_id
        ),
        lines AS (
            SELECT h.*, n.published_on AS start, (h.history_date AT TIME ZONE 'UTC')::date AS recorded_on,
                first_value((h.history_date AT TIME ZONE 'UTC')::date) OVER (
                    PARTITION BY h.id ORDER BY h.history_id
                ) AS first_recorded_on
            FROM named n JOIN commitments_historicalcommitment h ON h.id = n.id
            WHERE h.state IN {PUBLIC}
        ),
        versions AS MATERIALIZED (
            (
                SELECT DISTINCT ON (id, from_day) id, from_day, history_id, first_recorded_on, {WORDING}
                FROM (
                    SELECT *, CASE WHEN recorded_on <= first_recorded_on THEN start
                        ELSE greatest(recorded_on, start) END AS from_day
                    FROM lines
                ) dated
                ORDER BY id, from_day, history_id DESC
            )
            UNION ALL
            SELECT id, published_on, NULL, NULL, {WORDING} FROM named
            WHERE NOT EXISTS (SELECT 1 FROM lines WHERE lines.id = named.id)
        ),
        partner_lines AS MATERIALIZED (
            SELECT h.id, h.history_id, h.agency_id, own.id AS of_commitment,
                h.history_type <> '-' AND h.commitment_id = own.id AS stands,
                CASE WHEN (h.history_date AT TIME ZONE 'UTC')::date > base.first_recorded_on
                    THEN greatest((h.history_date AT TIME ZONE 'UTC')::date, own.published_on)
                    ELSE own.published_on END AS from_day
            FROM own
            JOIN LATERAL (SELECT min(first_recorded_on) AS first_recorded_on FROM versions v WHERE v.id = own.id) base
                ON true
            JOIN (
                SELECT DISTINCT id, commitment_id FROM commitments_historicalpartner
                WHERE commitment_id = ANY (touched)
            ) ever ON ever.commitment_id = own.id
            JOIN commitments_historicalpartner h ON h.id = ever.id
            UNION ALL
            SELECT t.id, NULL, t.agency_id, t.commitment_id, true, own.published_on
            FROM own JOIN commitments_partner t ON t.commitment_id = own.id
            WHERE NOT EXISTS (SELECT 1 FROM commitments_historicalpartner h WHERE h.id = t.id)
        ),
        days AS (
            SELECT own.id, greatest(moments.day, own.published_on) AS day FROM own CROSS JOIN LATERAL (
                SELECT own.published_on AS day
                UNION ALL SELECT published_on FROM reports WHERE commitment_id = own.id
                UNION ALL SELECT published_on FROM assessments WHERE commitment_id = own.id
                UNION ALL SELECT from_day FROM partner_lines WHERE of_commitment = own.id
                UNION ALL SELECT v.from_day FROM versions v WHERE v.id = own.id OR v.id IN (
                    SELECT superseded_by_id FROM reports WHERE commitment_id = own.id
                )
                UNION ALL SELECT unnest(ARRAY[w.withdrawn_on, w.restored_on]) FROM withdrawals w
                WHERE w.commitment_id = own.id OR w.commitment_id IN (
                    SELECT superseded_by_id FROM reports WHERE commitment_id = own.id
                )
                UNION ALL SELECT f.until + 1 FROM agencies_formername f
                WHERE f.agency_id IN (
                    SELECT lead_agency_id FROM versions v WHERE v.id = own.id
                    UNION SELECT agency_id FROM partner_lines WHERE of_commitment = own.id
                )
            ) moments
            WHERE moments.day IS NOT NULL
            GROUP BY 1, 2
        ),
        periods AS MATERIALIZED (
            SELECT days.id, days.day, lead(days.day) OVER (PARTITION BY days.id ORDER BY days.day) AS next_day,
                own.reference, own.published_on, own.published_precision
            FROM days JOIN own ON own.id = days.id
        ),
        content AS (
            SELECT p.id AS commitment_id, p.day,
                p.reference::text AS reference, v.title::text AS title, v.original_text, v.summary,
                v.kind::text AS kind, v.scope::text AS scope, v.places::text[] AS places,
                v.start_on, v.start_precision::text AS start_precision,
                v.deadline_on, v.deadline_precision::text AS deadline_precision,
                v.source_title::text AS source_title, v.source_location::text AS source_location,
                v.confidence::text AS confidence,
                coalesce((SELECT slug::text FROM workgroups_workplan WHERE id = v.work_plan_id), '') AS work_plan,
                p.published_on, p.published_precision::text AS published_precision,
                CASE WHEN v.workgroup_id IS NULL THEN 'agency' ELSE 'workgroup' END AS lead_kind,
                coalesce(head.code, '') AS lead_code, coalesce(head.acronym, '') AS lead_acronym,
                coalesce(head.name, '') AS lead_name,
                partners.codes AS partner_codes, partners.acronyms AS partner_acronyms,
                partners.names AS partner_names,
                CASE WHEN v.workgroup_id IS NULL THEN coalesce(head.code, '') || partners.codes
                    ELSE partners.codes END AS agencies,
                {_members("stakeholders", "stakeholder_id", "commitments_stakeholder", "m.name::text", "m.name")}
                    AS stakeholders,
                {_members("agenda_points", "agendapoint_id", "agenda_agendapoint", "m.number::int", "m.number")}
                    AS agenda_points,
                recommended.codes AS recommendations, recommended.wholes, recommended.levels,
                CASE WHEN w.id IS NULL THEN 'published' ELSE 'withdrawn' END AS state,
                w.withdrawn_on, coalesce(w.withdrawn_reason, '') AS withdrawn_reason,
                coalesce(r.status::text, '') AS status, coalesce(r.status_reason, '') AS status_reason,
                coalesce(r.outlook::text, 'not_assessed') AS outlook,
                coalesce(heir.reference::text, '') AS successor, coalesce(heir.title::text, '') AS successor_title,
                coalesce(heir.state, '') AS successor_state,
                coalesce(
                    r.status IN ('completed', 'discontinued') OR r.status = 'superseded' AND heir.state = 'published',
                    false
                ) AS finished,
                coalesce(r.achieved, '') AS latest_result, r.published_on AS last_update_on,
                coalesce(r.published_precision::text, '') AS last_update_precision,
                ARRAY(
                    SELECT DISTINCT cycle_id FROM reporting_progressreport
                    WHERE commitment_id = p.id AND cycle_id IS NOT NULL ORDER BY cycle_id
                ) AS expected_cycles,
                assessed.verification,
                setweight(to_tsvector('portal_english', portal_punctuation_to_spaces(v.title)), 'A')
                || setweight(to_tsvector(
                    'portal_english', portal_punctuation_to_spaces(v.summary || ' ' || v.original_text)
                ), 'B')
                || setweight(to_tsvector(
                    'portal_english', portal_punctuation_to_spaces(coalesce(written.texts, ''))
                ), 'C') AS search
            FROM periods p
            CROSS JOIN LATERAL (
                SELECT * FROM versions WHERE id = p.id AND from_day <= p.day
                ORDER BY history_id DESC LIMIT 1
            ) v
            LEFT JOIN LATERAL (
                SELECT a.code::text AS code, coalesce(f.acronym, a.acronym)::text AS acronym,
                    coalesce(f.name, a.name)::text AS name
                FROM agencies_agency a LEFT JOIN LATERAL (
                    SELECT acronym, name FROM agencies_formername
                    WHERE agency_id = a.id AND until >= p.day ORDER BY until LIMIT 1
                ) f ON true
                WHERE a.id = v.lead_agency_id
                UNION ALL
                SELECT slug, title, title FROM workgroups_workgroup WHERE id = v.workgroup_id
            ) head ON true
            CROSS JOIN LATERAL (
                SELECT
                    coalesce(array_agg(a.code::text ORDER BY a.position, a.acronym, a.id), '{{}}') AS codes,
                    coalesce(
                        array_agg(coalesce(f.acronym, a.acronym)::text ORDER BY a.position, a.acronym, a.id), '{{}}'
                    ) AS acronyms,
                    coalesce(
                        array_agg(coalesce(f.name, a.name)::text ORDER BY a.position, a.acronym, a.id), '{{}}'
                    ) AS names
                FROM agencies_agency a LEFT JOIN LATERAL (
                    SELECT acronym, name FROM agencies_formername
                    WHERE agency_id = a.id AND until >= p.day ORDER BY until LIMIT 1
                ) f ON true
                WHERE a.id IN (
                    SELECT agency_id FROM (
                        SELECT DISTINCT ON (id) agency_id, stands FROM partner_lines
                        WHERE of_commitment = p.id AND from_day <= p.day
                        ORDER BY id, history_id DESC
                    ) newest
                    WHERE stands
                )
            ) partners
            CROSS JOIN LATERAL (
                SELECT
                    coalesce(array_agg(m.code::text ORDER BY m.position, m.code), '{{}}') AS codes,
                    coalesce(
                        array_agg(DISTINCT whole.code::text) FILTER (WHERE whole.id IS NOT NULL), '{{}}'
                    ) AS wholes,
                    coalesce(array_agg(DISTINCT m.level::text), '{{}}') AS levels
                FROM recommendations_recommendation m
                LEFT JOIN recommendations_recommendation whole ON whole.id = m.parent_id
                WHERE m.id IN (
                    SELECT recommendation_id FROM commitments_historicalcommitment_recommendations
                    WHERE history_id = v.history_id
                    UNION ALL
                    SELECT recommendation_id FROM commitments_commitment_recommendations
                    WHERE v.history_id IS NULL AND commitment_id = p.id
                )
            ) recommended
            LEFT JOIN LATERAL (
                SELECT * FROM withdrawals
                WHERE commitment_id = p.id AND withdrawn_on <= p.day AND (restored_on > p.day OR restored_on IS NULL)
                ORDER BY id DESC LIMIT 1
            ) w ON true
            LEFT JOIN LATERAL (
                SELECT * FROM reports WHERE commitment_id = p.id AND published_on <= p.day
                ORDER BY published_on DESC, number DESC, id DESC LIMIT 1
            ) r ON true
            LEFT JOIN LATERAL (
                SELECT c.reference, (
                    SELECT title FROM versions WHERE id = c.id
                    ORDER BY from_day <= p.day DESC, CASE WHEN from_day <= p.day THEN -history_id ELSE history_id END
                    LIMIT 1
                ) AS title, CASE WHEN EXISTS (
                    SELECT 1 FROM withdrawals
                    WHERE commitment_id = c.id AND withdrawn_on <= p.day
                    AND (restored_on > p.day OR restored_on IS NULL)
                ) THEN 'withdrawn' ELSE 'published' END AS state
                FROM commitments_commitment c
                WHERE c.id = r.superseded_by_id AND c.state IN {PUBLIC}
            ) heir ON true
            CROSS JOIN LATERAL (
                SELECT CASE
                    WHEN bool_or(finding = 'disagrees') THEN 'disputed'
                    WHEN bool_or(assessor_kind = 'independent') THEN 'independently_assessed'
                    WHEN count(*) > 0 THEN 'peer_reviewed'
                    ELSE 'self_reported'
                END AS verification
                FROM (
                    SELECT DISTINCT ON (assessor_key) finding, assessor_kind FROM assessments
                    WHERE commitment_id = p.id AND published_on <= p.day
                    ORDER BY assessor_key, published_on DESC, id DESC
                ) newest
            ) assessed
            CROSS JOIN LATERAL (
                SELECT string_agg(concat_ws(' ', achieved, barriers, next_steps, (
                    SELECT string_agg(text, ' ' ORDER BY id) FROM reporting_contribution WHERE report_id = reports.id
                )), ' ' ORDER BY number) AS texts
                FROM reports WHERE commitment_id = p.id AND published_on <= p.day
            ) written
        ),
        compared AS (
            SELECT *, ROW({CONTENT}) IS DISTINCT FROM
                lag(ROW({CONTENT})) OVER (PARTITION BY commitment_id ORDER BY day) AS changes
            FROM content
        )
        SELECT NULL::bigint, commitment_id,
            daterange(day, lead(day) OVER (PARTITION BY commitment_id ORDER BY day)), {CONTENT}
        FROM compared WHERE changes;
    END
    """,  # noqa: S608 – names from this module
)

REBUILD_STANDINGS = SQLFunction(
    name="rebuild_standings",
    arguments="touched bigint[]",
    returns="bigint",
    body=f"""
    DECLARE
        chunk bigint[];
        rebuilt register_standing[];
        written bigint := 0;
        changed bigint;
    BEGIN
        PERFORM pg_advisory_xact_lock({PUBLICATION_LOCK});
        FOR chunk IN
            SELECT array_agg(id) FROM (
                SELECT id, (row_number() OVER (ORDER BY id) - 1) / {CHUNK} AS place
                FROM (SELECT DISTINCT unnest(touched) AS id) ids
            ) placed
            GROUP BY place ORDER BY place
        LOOP
            -- A statement of its own: it sees what was committed while this transaction waited for the lock.
            rebuilt := ARRAY(SELECT s FROM standings_of(chunk) s);
            DELETE FROM register_standing s WHERE commitment_id = ANY (chunk) AND NOT EXISTS (
                SELECT 1 FROM unnest(rebuilt) r WHERE r.commitment_id = s.commitment_id AND r.valid = s.valid
                AND ({qualified("r", CONTENT)}) IS NOT DISTINCT FROM ({qualified("s", CONTENT)})
            );
            GET DIAGNOSTICS changed = ROW_COUNT;
            written := written + changed;
            INSERT INTO register_standing ({COLUMNS})
                SELECT {qualified("r")} FROM unnest(rebuilt) r WHERE NOT EXISTS (
                    SELECT 1 FROM register_standing s
                    WHERE s.commitment_id = r.commitment_id AND s.valid = r.valid
                );
            GET DIAGNOSTICS changed = ROW_COUNT;
            written := written + changed;
        END LOOP;
        RETURN written;
    END
    """,  # noqa: S608
)
