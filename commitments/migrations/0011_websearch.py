from django.db import migrations

# What PostgreSQL refuses as a search finds nothing. Called with constants, so it is worked out once for each statement.
WEBSEARCH = """
    CREATE FUNCTION portal_websearch(config regconfig, search text) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL RESTRICTED AS $$
    BEGIN
        RETURN websearch_to_tsquery(config, search);
    EXCEPTION
        WHEN syntax_error OR program_limit_exceeded OR internal_error OR statement_too_complex OR invalid_parameter_value
        THEN RETURN ''::tsquery;
    END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("commitments", "0010_draft_codes")]

    operations = [migrations.RunSQL(WEBSEARCH, "DROP FUNCTION portal_websearch(regconfig, text)")]
