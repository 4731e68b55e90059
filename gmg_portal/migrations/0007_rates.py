from django.db import migrations

# No model: nobody edits it, and no code reads it but the one statement of foundation/http/throttling.py. Unlogged: what is
# lost when the server crashes is a minute of counting, and no request waits for a disk.
CALLERS = """
CREATE UNLOGGED TABLE api_caller (
    caller text PRIMARY KEY,
    free_at timestamptz NOT NULL,
    refused boolean NOT NULL
) WITH (fillfactor = 50);
"""


class Migration(migrations.Migration):

    dependencies = [("gmg_portal", "0006_movements")]

    operations = [migrations.RunSQL(CALLERS, "DROP TABLE api_caller;")]
