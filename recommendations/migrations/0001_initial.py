import concurrency.fields
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agencies', '__first__'),
        ('agenda', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Recommendation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='Permanent: it is part of addresses.', max_length=20, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z0-9]+-[0-9]+[a-z]?\\Z', 'A code looks like GOV-1 or P15-1a.')], verbose_name='code')),
                ('level', models.CharField(choices=[('governance', 'Governance level'), ('policy', 'Policy level'), ('operational', 'Operational level'), ('post_2015', 'Post-2015 UN development agenda')], max_length=20, verbose_name='level')),
                ('text', models.TextField(help_text='Official wording.', verbose_name='text')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('version', concurrency.fields.AutoIncVersionField(default=0, help_text='record revision number')),
                ('agenda_points', models.ManyToManyField(blank=True, help_text='An editorial reading: the presentation draws no such link.', related_name='recommendations', to='agenda.agendapoint', verbose_name='related points')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='recommendations.recommendation', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'recommendation',
                'verbose_name_plural': 'recommendations',
                'ordering': ['position', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('level__in', ['governance', 'policy', 'operational', 'post_2015'])), name='recommendation_level_known', violation_error_message='The level is governance, policy, operational or post-2015.'), models.CheckConstraint(condition=models.Q(('parent__isnull', True), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='recommendation_not_its_own_parent', violation_error_message='A recommendation cannot be a part of itself.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalRecommendation',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.CharField(db_index=True, help_text='Permanent: it is part of addresses.', max_length=20, validators=[django.core.validators.RegexValidator('^[A-Z0-9]+-[0-9]+[a-z]?\\Z', 'A code looks like GOV-1 or P15-1a.')], verbose_name='code')),
                ('level', models.CharField(choices=[('governance', 'Governance level'), ('policy', 'Policy level'), ('operational', 'Operational level'), ('post_2015', 'Post-2015 UN development agenda')], max_length=20, verbose_name='level')),
                ('text', models.TextField(help_text='Official wording.', verbose_name='text')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='recommendations.recommendation', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'historical recommendation',
                'verbose_name_plural': 'historical recommendations',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalRecommendation_agenda_points',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                ('agendapoint', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='agenda.agendapoint')),
                ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='recommendations.historicalrecommendation')),
                ('recommendation', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='recommendations.recommendation')),
            ],
            options={
                'verbose_name': 'HistoricalRecommendation_agenda_points',
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
