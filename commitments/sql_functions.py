"""Functions of the database about commitments: their references, their search and who has a stake in them."""

from foundation.postgresql.sql_functions import SQLFunction

# The sequence `commitments_reference` counts them, so that a reference is never given twice.
NEXT_REFERENCE = SQLFunction(
    name="commitments_next_reference",
    arguments="",
    returns="text",
    language="sql",
    body="""
        SELECT 'HLD-' || CASE WHEN n < 10000 THEN lpad(n::text, 4, '0') ELSE n::text END
        FROM nextval('commitments_reference') AS n
    """,
)

# Where the database's locale is C, all signs beyond ASCII pass for letters, and would stay with the word beside them.
PUNCTUATION_TO_SPACES = SQLFunction(
    name="portal_punctuation_to_spaces",
    arguments="value text",
    returns="text",
    language="sql",
    behaviour="IMMUTABLE PARALLEL SAFE",
    body="RETURN translate(value, U&'"
    "\\2018\\2019\\201C\\201D\\201E\\2039\\203A\\00AB\\00BB\\2013\\2014\\2026\\2011\\2022\\00B7\\2192\\00A0\\202F"
    "', repeat(' ', 18))",
)

# What PostgreSQL refuses as a search finds nothing. Called with constants, so it is worked out once for each statement.
WEBSEARCH = SQLFunction(
    name="portal_websearch",
    arguments="config regconfig, search text",
    returns="tsquery",
    behaviour="IMMUTABLE STRICT PARALLEL RESTRICTED",
    body="""
    BEGIN
        RETURN websearch_to_tsquery(config, search);
    EXCEPTION
        WHEN syntax_error OR program_limit_exceeded OR internal_error OR statement_too_complex
            OR invalid_parameter_value
        THEN RETURN ''::tsquery;
    END """,
)

# The agencies that lead a commitment alone or are partners in it, and those that lead its group where one is given.
AGENCIES_WITH_STAKE = SQLFunction(
    name="commitments_agencies_with_stake",
    arguments="commitment bigint, lead_agency bigint, workgroup bigint",
    returns="bigint[]",
    language="sql",
    behaviour="STABLE",
    body="""
        SELECT coalesce(array_agg(DISTINCT agency), '{}') FROM (
            SELECT lead_agency AS agency WHERE lead_agency IS NOT NULL
            UNION ALL
            SELECT agency_id FROM commitments_partner WHERE commitment_id = commitment
            UNION ALL
            SELECT agency_id FROM workgroups_participation
            WHERE workgroup_id = workgroup AND role IN ('co_chair', 'co_convener')
        ) agencies
    """,
)
