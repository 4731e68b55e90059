import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import commitments.triggers
from gmg_portal.http.revision import watch


class Migration(migrations.Migration):

    dependencies = [
        ('gmg_portal', '0007_rates'),
    ]

    operations = [
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='day')),
                ('published_at', models.DateTimeField(verbose_name='published')),
                ('revision', models.BigIntegerField(verbose_name='revision')),
                ('files', models.JSONField(verbose_name='files')),
                ('counts', models.JSONField(verbose_name='rows')),
                ('changes', models.JSONField(blank=True, null=True, verbose_name='changes since the one before')),
            ],
            options={
                'verbose_name': 'edition',
                'verbose_name_plural': 'editions',
                'db_table': 'edition',
                'ordering': ['-day'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='edition',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=commitments.triggers.UnyieldingSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2599526c3b22e4c61b53253a2a9acffed38b8ea9', ignore_func_name='', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_123a2', table='edition', when='BEFORE')),
        ),
        # The list of editions and the catalogue are public answers as any other.
        migrations.RunSQL(*watch('edition')),
    ]
