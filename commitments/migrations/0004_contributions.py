import concurrency.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0001_initial'),
        ('commitments', '0003_notices_and_mistakes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Contribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='part')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='last changed')),
                ('version', concurrency.fields.AutoIncVersionField(default=0, help_text='record revision number')),
            ],
            options={
                'verbose_name': 'partner’s part',
                'verbose_name_plural': 'partners’ parts',
                'ordering': ['agency__position', 'agency__acronym'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalContribution',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('text', models.TextField(verbose_name='part')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical partner’s part',
                'verbose_name_plural': 'historical partners’ parts',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='commitment',
            name='search_of_commitment',
        ),
        migrations.AddField(
            model_name='evidence',
            name='file_digest',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='digest of the file'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='file_size',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='size of the file'),
        ),
        migrations.AddField(
            model_name='historicalevidence',
            name='file_digest',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='digest of the file'),
        ),
        migrations.AddField(
            model_name='historicalevidence',
            name='file_size',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='size of the file'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commitment',
            trigger=pgtrigger.compiler.Trigger(name='search_of_commitment', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE said text;', func="\n        SELECT string_agg(concat_ws(' ', achieved, barriers, next_steps, (\n            SELECT string_agg(text, ' ') FROM commitments_contribution\n            WHERE report_id = commitments_progressreport.id\n        )), ' ') INTO said\n        FROM commitments_progressreport WHERE commitment_id = NEW.id AND state = 'published';\n        NEW.search :=\n            setweight(to_tsvector('portal_english', portal_plain(NEW.title)), 'A')\n            || setweight(to_tsvector('portal_english', portal_plain(NEW.summary || ' ' || NEW.original_text)), 'B')\n            || setweight(to_tsvector('portal_english', portal_plain(coalesce(said, ''))), 'C');\n        RETURN NEW;\n    ", hash='a5e20c1aedad9a55bab0d2855d926c2a23b3adf5', operation='INSERT OR UPDATE OF "title", "summary", "original_text"', pgid='pgtrigger_search_of_commitment_04cd2', table='commitments_commitment', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('file_digest', ''), ('file_size__isnull', True)), models.Q(models.Q(('file', ''), _negated=True), ('file_digest__regex', '^[0-9a-f]{64}$'), ('file_size__gt', 0)), _connector='OR'), name='evidence_file_described', violation_error_message='Size and digest are those of a file, and stand together.'),
        ),
        migrations.AddField(
            model_name='contribution',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to='agencies.agency', verbose_name='partner'),
        ),
        migrations.AddField(
            model_name='contribution',
            name='author',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author'),
        ),
        migrations.AddField(
            model_name='contribution',
            name='report',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to='commitments.progressreport', verbose_name='report'),
        ),
        migrations.AddField(
            model_name='historicalcontribution',
            name='agency',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='agencies.agency', verbose_name='partner'),
        ),
        migrations.AddField(
            model_name='historicalcontribution',
            name='author',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author'),
        ),
        migrations.AddField(
            model_name='historicalcontribution',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalcontribution',
            name='report',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='commitments.progressreport', verbose_name='report'),
        ),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.UniqueConstraint(fields=('report', 'agency'), name='contribution_once_per_agency', violation_error_message='This partner has already written its part.'),
        ),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='contribution_says_something', violation_error_message='Write what your agency did, or that it did nothing.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contribution',
            trigger=pgtrigger.compiler.Trigger(name='fixed_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF EXISTS (\n            SELECT 1 FROM commitments_progressreport\n            WHERE state = 'published'\n            AND ((TG_OP <> 'DELETE' AND id = NEW.report_id) OR (TG_OP <> 'INSERT' AND id = OLD.report_id))\n        ) AND NOT (TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW) THEN\n            RAISE EXCEPTION 'pgtrigger: the parts of a published report are fixed';\n        END IF;\n        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;\n    ", hash='595777a13795909a8bdde63fdde8be6d9b234155', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_fixed_once_published_e1bfe', table='commitments_contribution', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contribution',
            trigger=pgtrigger.compiler.Trigger(name='of_a_partner', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF NOT EXISTS (\n            SELECT 1 FROM commitments_partner JOIN commitments_progressreport USING (commitment_id)\n            WHERE commitments_progressreport.id = NEW.report_id AND agency_id = NEW.agency_id\n        ) THEN\n            RAISE EXCEPTION 'pgtrigger: only a partner of the commitment has a part in its reports';\n        END IF;\n        RETURN NEW;\n    ", hash='a768b18a6a33bb5e228c5b50bab8b0a39bfcc099', operation='INSERT OR UPDATE OF "report_id", "agency_id"', pgid='pgtrigger_of_a_partner_afeec', table='commitments_contribution', when='BEFORE')),
        ),
    ]
