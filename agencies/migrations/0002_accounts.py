import concurrency.fields
import django.db.models.deletion
import django.db.models.functions.text
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.RunSQL("UPDATE agencies_user SET email = lower(email) WHERE email <> lower(email)", migrations.RunSQL.noop),
        migrations.CreateModel(
            name='HistoricalInvitation',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='mail address')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('role', models.CharField(choices=[('focal_point', 'Focal point'), ('alternate', 'Alternate'), ('secretariat', 'Secretariat'), ('administrator', 'Administrator')], default='focal_point', max_length=20, verbose_name='role')),
                ('made_at', models.DateTimeField(blank=True, editable=False, verbose_name='made on')),
                ('sent_at', models.DateTimeField(editable=False, verbose_name='sent on')),
                ('expires_at', models.DateTimeField(editable=False, verbose_name='good until')),
                ('accepted_at', models.DateTimeField(editable=False, null=True, verbose_name='accepted on')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked on')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical invitation',
                'verbose_name_plural': 'historical invitations',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='mail address')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('role', models.CharField(choices=[('focal_point', 'Focal point'), ('alternate', 'Alternate'), ('secretariat', 'Secretariat'), ('administrator', 'Administrator')], default='focal_point', max_length=20, verbose_name='role')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='made on')),
                ('sent_at', models.DateTimeField(editable=False, verbose_name='sent on')),
                ('expires_at', models.DateTimeField(editable=False, verbose_name='good until')),
                ('accepted_at', models.DateTimeField(editable=False, null=True, verbose_name='accepted on')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked on')),
                ('version', concurrency.fields.AutoIncVersionField(default=0, help_text='record revision number')),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'ordering': ['-sent_at'],
            },
        ),
        migrations.AddField(
            model_name='user',
            name='has_short_password',
            field=models.BooleanField(default=False, editable=False, verbose_name='has a short password'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='user_name_once_in_any_case', violation_error_message='Somebody has this user name already.'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('email', ''), _negated=True), fields=('email',), name='user_mail_address_once', violation_error_message='Somebody has an account with this mail address already.'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='user_mail_address_in_small_letters', violation_error_message='A mail address is kept in small letters.'),
        ),
        migrations.AddField(
            model_name='historicalinvitation',
            name='accepted_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='accepted by'),
        ),
        migrations.AddField(
            model_name='historicalinvitation',
            name='agency',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='For a focal point or an alternate; empty for the secretariat and administrators.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='agencies.agency', verbose_name='agency'),
        ),
        migrations.AddField(
            model_name='historicalinvitation',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalinvitation',
            name='invited_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='accepted_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='accepted by'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='agency',
            field=models.ForeignKey(blank=True, help_text='For a focal point or an alternate; empty for the secretariat and administrators.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='agencies.agency', verbose_name='agency'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='invited_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agency__isnull', False), ('role__in', ['focal_point', 'alternate'])), models.Q(('agency__isnull', True), ('role__in', ['secretariat', 'administrator'])), _connector='OR'), name='invitation_agency_with_its_roles', violation_error_message='A focal point or an alternate acts for an agency: choose it. The secretariat and administrators act for none: leave it empty.'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('sent_at'))), name='invitation_expires_after_sending', violation_error_message='An invitation is good for some time after it is sent.'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('accepted_by__isnull', True), ('accepted_at__isnull', False), _connector='OR'), name='invitation_accepted_by_somebody_at_a_time', violation_error_message='Whoever accepted an invitation did so at some time.'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('accepted_at__isnull', True), ('revoked_at__isnull', True), _connector='OR'), name='invitation_accepted_or_revoked', violation_error_message='An invitation that is accepted cannot be revoked.'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(condition=models.Q(('accepted_at__isnull', True), ('revoked_at__isnull', True)), fields=('email',), name='invitation_open_once_for_an_address', violation_error_message='This address has an invitation already, which was not accepted yet: send that one anew, or revoke it.'),
        ),
    ]
