import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from gmg_portal.audit.recording import append_only, audited

# A line of a history becomes an entry of the audit, with what the session was told of the request (gmg_portal/audit/request_context.py).
LINE = """
CREATE FUNCTION audit_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told jsonb := nullif(current_setting('portal.request', true), '')::jsonb;
BEGIN
    INSERT INTO audit_entry (what, person_id, kind, "row", line, reason, request_id, via, origin)
    VALUES (
        CASE NEW.history_type WHEN '+' THEN 'created' WHEN '-' THEN 'deleted' ELSE 'changed' END,
        NEW.history_user_id, TG_ARGV[0], NEW.id, NEW.history_id, coalesce(NEW.history_change_reason, ''),
        coalesce(told ->> 'request_id', ''), coalesce(told ->> 'via', ''), coalesce(told ->> 'origin', '')
    );
    RETURN NULL;
END
$$;
"""
# Passwords and roles leave no line in a history: who is signed in changed them, or the person did on the way in.
ACCOUNT = """
CREATE FUNCTION audit_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told jsonb := nullif(current_setting('portal.request', true), '')::jsonb;
    account bigint;
    done text := 'password_changed';
    role text := '';
BEGIN
    IF TG_TABLE_NAME = 'agencies_user' THEN
        account := NEW.id;
    ELSIF TG_OP = 'INSERT' THEN
        account := NEW.user_id;
        done := 'role_given';
        SELECT name INTO role FROM auth_group WHERE id = NEW.group_id;
    ELSE
        account := OLD.user_id;
        done := 'role_taken';
        SELECT name INTO role FROM auth_group WHERE id = OLD.group_id;
    END IF;
    INSERT INTO audit_entry (what, person_id, kind, "row", reason, request_id, via, origin)
    VALUES (
        done, (told ->> 'person')::bigint, 'agencies.user', account, left(coalesce(role, ''), 100),
        coalesce(told ->> 'request_id', ''), coalesce(told ->> 'via', ''), coalesce(told ->> 'origin', '')
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER password_audited AFTER UPDATE OF password ON agencies_user
    FOR EACH ROW WHEN (OLD.password IS DISTINCT FROM NEW.password) EXECUTE FUNCTION audit_account();
CREATE TRIGGER role_audited AFTER INSERT OR DELETE ON agencies_user_groups
    FOR EACH ROW EXECUTE FUNCTION audit_account();
"""
NO_ACCOUNT = """
DROP TRIGGER password_audited ON agencies_user;
DROP TRIGGER role_audited ON agencies_user_groups;
DROP FUNCTION audit_account();
"""
REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'portal: rows of % are added, and never changed or deleted', TG_TABLE_NAME;
END
$$;
"""

# The table of a history, and whose rows it tells of. A table that comes later gets both triggers in a later migration.
HISTORIES = {
    "agencies_historicaluser": "agencies.user",
    "agencies_historicalagency": "agencies.agency",
    "agencies_historicalchairterm": "agencies.chairterm",
    "agencies_historicalmembership": "agencies.membership",
    "agencies_historicalinvitation": "agencies.invitation",
    "agenda_historicalagendapoint": "agenda.agendapoint",
    "agenda_historicalframework": "agenda.framework",
    "agenda_historicalalignment": "agenda.alignment",
    "agenda_historicalstatement": "agenda.statement",
    "agenda_historicalevent": "agenda.event",
    "workgroups_historicalworkgroup": "workgroups.workgroup",
    "workgroups_historicalparticipation": "workgroups.participation",
    "workgroups_historicalworkplan": "workgroups.workplan",
    "recommendations_historicalrecommendation": "recommendations.recommendation",
    "commitments_historicalstakeholder": "commitments.stakeholder",
    "commitments_historicalcommitment": "commitments.commitment",
    "commitments_historicalpartner": "commitments.partner",
    "commitments_historicalmilestone": "commitments.milestone",
    "commitments_historicalreportingcycle": "commitments.reportingcycle",
    "commitments_historicalprogressreport": "commitments.progressreport",
    "commitments_historicalevidence": "commitments.evidence",
    "commitments_historicalassessment": "commitments.assessment",
    "commitments_historicalanswer": "commitments.answer",
    "commitments_historicalcontribution": "commitments.contribution",
    "commitments_historicalmistake": "commitments.mistake",
}
SETS = [
    "recommendations_historicalrecommendation_agenda_points",
    "commitments_historicalcommitment_stakeholders",
    "commitments_historicalcommitment_agenda_points",
    "commitments_historicalcommitment_recommendations",
]


class Migration(migrations.Migration):

    dependencies = [
        ("gmg_portal", "0004_answers_move_the_revision"),
        ("agencies", "0003_mail_level"),
        ("agenda", "0001_initial"),
        ("workgroups", "0001_initial"),
        ("recommendations", "0001_initial"),
        ("commitments", "0007_fixed_for_good"),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moment', models.DateTimeField(db_default=models.Func(function='clock_timestamp'), verbose_name='when')),
                ('what', models.CharField(choices=[('created', 'Entered'), ('changed', 'Changed'), ('deleted', 'Deleted'), ('signed_in', 'Signed in'), ('signed_out', 'Signed out'), ('sign_in_failed', 'Failed to sign in'), ('locked_out', 'Locked out'), ('password_changed', 'Password changed'), ('second_step_added', 'Second step added'), ('second_step_removed', 'Second step removed'), ('role_given', 'Role given'), ('role_taken', 'Role taken away'), ('refused', 'Refused'), ('exported', 'Exported the audit')], max_length=20, verbose_name='what')),
                ('kind', models.CharField(blank=True, max_length=100, verbose_name='kind of row')),
                ('row', models.BigIntegerField(blank=True, null=True, verbose_name='row')),
                ('line', models.BigIntegerField(blank=True, null=True, verbose_name='line of its history')),
                ('reason', models.CharField(blank=True, max_length=100, verbose_name='reason')),
                ('request_id', models.CharField(blank=True, max_length=64, verbose_name='request')),
                ('via', models.CharField(blank=True, max_length=300, verbose_name='page or command')),
                ('origin', models.CharField(blank=True, max_length=12, verbose_name='origin')),
                ('person', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit',
                'db_table': 'audit_entry',
                'ordering': ['-moment', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('what__in', ['created', 'changed', 'deleted', 'signed_in', 'signed_out', 'sign_in_failed', 'locked_out', 'password_changed', 'second_step_added', 'second_step_removed', 'role_given', 'role_taken', 'refused', 'exported'])), name='audit_what_known')],
                'indexes': [models.Index(fields=['moment', 'id'], name='audit_by_moment'), models.Index(fields=['person', 'moment', 'id'], name='audit_by_person'), models.Index(fields=['what', 'moment', 'id'], name='audit_by_what'), models.Index(fields=['kind', 'moment', 'id'], name='audit_by_kind'), models.Index(fields=['kind', 'row'], name='audit_by_row'), models.Index(fields=['request_id'], name='audit_by_request'), models.Index(fields=['origin', 'moment', 'id'], name='audit_by_origin')],
            },
        ),
        migrations.RunSQL(REFUSE, "DROP FUNCTION refuse_change();"),
        migrations.RunSQL(LINE, "DROP FUNCTION audit_line();"),
        migrations.RunSQL(ACCOUNT, NO_ACCOUNT),
        *[migrations.RunSQL(*audited(table, kind)) for table, kind in HISTORIES.items()],
        *[migrations.RunSQL(*append_only(table)) for table in [*HISTORIES, *SETS, "audit_entry"]],
    ]
