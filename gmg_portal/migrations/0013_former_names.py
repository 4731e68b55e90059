from django.db import migrations

from gmg_portal.audit.recording import append_only, audited
from gmg_portal.http.revision import watch


class Migration(migrations.Migration):
    dependencies = [
        ("gmg_portal", "0012_plausible_dates"),
        ("agencies", "0008_former_names"),
    ]

    operations = [
        migrations.RunSQL(*watch("agencies_formername")),
        migrations.RunSQL(*audited("agencies_historicalformername", "agencies.formername")),
        migrations.RunSQL(*append_only("agencies_historicalformername")),
    ]
