import concurrency.fields
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agencies', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='AgendaPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(help_text='Permanent: it is part of addresses.', unique=True, verbose_name='number')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('version', concurrency.fields.AutoIncVersionField(default=0, help_text='record revision number')),
            ],
            options={
                'verbose_name': 'agenda point',
                'verbose_name_plural': 'agenda points',
                'ordering': ['number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='agenda_point_number_from_one', violation_error_message='Points are numbered from 1.')],
            },
        ),
        migrations.CreateModel(
            name='Framework',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('symbol', models.CharField(blank=True, max_length=60, verbose_name='symbol')),
                ('adopted_on', models.DateField(blank=True, null=True, verbose_name='adopted on')),
                ('link', models.URLField(blank=True, max_length=500, verbose_name='link')),
                ('is_base', models.BooleanField(default=False, help_text='The document whose points are the rows of the table.', verbose_name='is the agenda itself')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('version', concurrency.fields.AutoIncVersionField(default=0, help_text='record revision number')),
            ],
            options={
                'verbose_name': 'framework',
                'verbose_name_plural': 'frameworks',
                'ordering': ['position', 'code'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_base', True)), fields=('is_base',), name='framework_one_base', violation_error_message='Another framework is already the base of the table.')],
            },
        ),
        migrations.CreateModel(
            name='Alignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('strength', models.CharField(choices=[('explicit', 'Explicit'), ('partial', 'Partial'), ('silent', 'Silent'), ('ticked', 'Ticked: the source says only that they converge')], max_length=10, verbose_name='strength')),
                ('quote', models.TextField(blank=True, verbose_name='passage')),
                ('paragraph', models.CharField(blank=True, max_length=20, verbose_name='paragraph')),
                ('version', concurrency.fields.AutoIncVersionField(default=0, help_text='record revision number')),
                ('point', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alignments', to='agenda.agendapoint', verbose_name='agenda point')),
                ('framework', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alignments', to='agenda.framework', verbose_name='framework')),
            ],
            options={
                'verbose_name': 'alignment',
                'verbose_name_plural': 'alignments',
                'ordering': ['point', 'framework'],
                'constraints': [models.UniqueConstraint(fields=('framework', 'point'), name='alignment_once_per_cell', violation_error_message='This cell of the convergence table is already filled.'), models.CheckConstraint(condition=models.Q(('strength__in', ['explicit', 'partial', 'silent', 'ticked'])), name='alignment_strength_known', violation_error_message='The strength is explicit, partial, silent or ticked.')],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('section', models.CharField(choices=[('mandate', 'Mandate'), ('vision_2014', 'Vision for 2014'), ('objectives_2014', 'Objectives for 2014'), ('gmg_and_the_hld', 'The group and the Dialogue'), ('ongoing_work', 'Ongoing work'), ('road_ahead', 'The road ahead')], max_length=20, verbose_name='section')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('text', models.TextField(verbose_name='text')),
                ('version', concurrency.fields.AutoIncVersionField(default=0, help_text='record revision number')),
            ],
            options={
                'verbose_name': 'statement',
                'verbose_name_plural': 'statements',
                'ordering': ['section', 'position'],
                'constraints': [models.UniqueConstraint(fields=('section', 'position'), name='statement_once_per_position', violation_error_message='This position in the section is already taken.'), models.CheckConstraint(condition=models.Q(('section__in', ['mandate', 'vision_2014', 'objectives_2014', 'gmg_and_the_hld', 'ongoing_work', 'road_ahead'])), name='statement_section_known', violation_error_message="This section is not one of the presentation's.")],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=120, unique=True, verbose_name='slug')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('starts_on', models.DateField(verbose_name='starts on')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends on')),
                ('place', models.CharField(blank=True, max_length=100, verbose_name='place')),
                ('link', models.URLField(blank=True, max_length=500, verbose_name='link')),
                ('version', concurrency.fields.AutoIncVersionField(default=0, help_text='record revision number')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
                'ordering': ['starts_on', 'slug'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='event_ends_after_start', violation_error_message='An event cannot end before it starts.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalAgendaPoint',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(db_index=True, help_text='Permanent: it is part of addresses.', verbose_name='number')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical agenda point',
                'verbose_name_plural': 'historical agenda points',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalAlignment',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('strength', models.CharField(choices=[('explicit', 'Explicit'), ('partial', 'Partial'), ('silent', 'Silent'), ('ticked', 'Ticked: the source says only that they converge')], max_length=10, verbose_name='strength')),
                ('quote', models.TextField(blank=True, verbose_name='passage')),
                ('paragraph', models.CharField(blank=True, max_length=20, verbose_name='paragraph')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('framework', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='agenda.framework', verbose_name='framework')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('point', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='agenda.agendapoint', verbose_name='agenda point')),
            ],
            options={
                'verbose_name': 'historical alignment',
                'verbose_name_plural': 'historical alignments',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalEvent',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('slug', models.SlugField(max_length=120, verbose_name='slug')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('starts_on', models.DateField(verbose_name='starts on')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends on')),
                ('place', models.CharField(blank=True, max_length=100, verbose_name='place')),
                ('link', models.URLField(blank=True, max_length=500, verbose_name='link')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical event',
                'verbose_name_plural': 'historical events',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalFramework',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('symbol', models.CharField(blank=True, max_length=60, verbose_name='symbol')),
                ('adopted_on', models.DateField(blank=True, null=True, verbose_name='adopted on')),
                ('link', models.URLField(blank=True, max_length=500, verbose_name='link')),
                ('is_base', models.BooleanField(default=False, help_text='The document whose points are the rows of the table.', verbose_name='is the agenda itself')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical framework',
                'verbose_name_plural': 'historical frameworks',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalStatement',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('section', models.CharField(choices=[('mandate', 'Mandate'), ('vision_2014', 'Vision for 2014'), ('objectives_2014', 'Objectives for 2014'), ('gmg_and_the_hld', 'The group and the Dialogue'), ('ongoing_work', 'Ongoing work'), ('road_ahead', 'The road ahead')], max_length=20, verbose_name='section')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('text', models.TextField(verbose_name='text')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical statement',
                'verbose_name_plural': 'historical statements',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
