from django.db import migrations

from gmg_portal.http.revision import watch


class Migration(migrations.Migration):
    dependencies = [
        ("gmg_portal", "0002_revision_moves"),
        ("commitments", "0004_contributions"),
    ]

    operations = [
        migrations.RunSQL(*watch("commitments_contribution", "commitments_progressreport", "report_id")),
    ]
