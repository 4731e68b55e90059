from django.db import migrations

from gmg_portal.http.revision import watch


class Migration(migrations.Migration):
    dependencies = [
        ("gmg_portal", "0003_contributions_move_revision"),
        ("commitments", "0006_answers_and_reopening"),
    ]

    operations = [migrations.RunSQL(*watch("commitments_answer", "state"))]
