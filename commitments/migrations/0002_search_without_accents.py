import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

# Both are trusted: the owner of the database may make them, and needs no superuser. Other work in the same database
# may come to stand on them, or the operator may have made them: so they stay where this is undone.
EXTENSIONS = "CREATE EXTENSION IF NOT EXISTS unaccent; CREATE EXTENSION IF NOT EXISTS pg_trgm;"
# A filtering dictionary: what it unaccents goes on to the stemmer. Words of plain ASCII letters need it not.
CONFIGURATION = """
    CREATE TEXT SEARCH CONFIGURATION portal_english (COPY = english);
    ALTER TEXT SEARCH CONFIGURATION portal_english
        ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
"""
# Where the database's locale is C, all signs beyond ASCII pass for letters, and would stay with the word beside them.
PLAIN = """
    CREATE FUNCTION portal_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
        translate(said, U&'\\2018\\2019\\201C\\201D\\201E\\2039\\203A\\00AB\\00BB\\2013\\2014\\2026\\2011\\2022\\00B7\\2192\\00A0\\202F', repeat(' ', 18));
"""
# Setting the title to itself makes the trigger write the words anew.
INDEX_ANEW = "UPDATE commitments_commitment SET title = title"


class Migration(migrations.Migration):

    dependencies = [
        ('commitments', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, INDEX_ANEW),
        migrations.RunSQL(EXTENSIONS, migrations.RunSQL.noop),
        migrations.RunSQL(PLAIN, "DROP FUNCTION portal_plain(text)"),
        migrations.RunSQL(CONFIGURATION, "DROP TEXT SEARCH CONFIGURATION portal_english"),
        pgtrigger.migrations.RemoveTrigger(
            model_name='commitment',
            name='search_of_commitment',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commitment',
            trigger=pgtrigger.compiler.Trigger(name='search_of_commitment', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE said text;', func="\n        SELECT string_agg(concat_ws(' ', achieved, barriers, next_steps), ' ') INTO said\n        FROM commitments_progressreport WHERE commitment_id = NEW.id AND state = 'published';\n        NEW.search :=\n            setweight(to_tsvector('portal_english', portal_plain(NEW.title)), 'A')\n            || setweight(to_tsvector('portal_english', portal_plain(NEW.summary || ' ' || NEW.original_text)), 'B')\n            || setweight(to_tsvector('portal_english', portal_plain(coalesce(said, ''))), 'C');\n        RETURN NEW;\n    ", hash='0092e10d0ff5f6cf0b1ccb4ce284971e2bd8b962', operation='INSERT OR UPDATE OF "title", "summary", "original_text"', pgid='pgtrigger_search_of_commitment_04cd2', table='commitments_commitment', when='BEFORE')),
        ),
        migrations.RunSQL(INDEX_ANEW, migrations.RunSQL.noop),
    ]
