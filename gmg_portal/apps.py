from django.apps import AppConfig
from django.contrib import admin
from django.core import checks
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "gmg_portal"
    verbose_name = _("Portal")

    def ready(self):
        from allauth.account.signals import password_reset
        from allauth.mfa.signals import authenticator_added

        from commitments.database_limits import prepare_session
        from gmg_portal import audit, audit_triggers, mail_check, revision_triggers, roles  # noqa: F401 – the check of the mail registers itself
        from gmg_portal.accounts.attempts import start_anew
        from gmg_portal.accounts.checks import check_second_steps
        from gmg_portal.accounts.second_step import end_sessions_without_it

        authenticator_added.connect(end_sessions_without_it)
        connection_created.connect(prepare_session, dispatch_uid="limits")
        password_reset.connect(start_anew)
        audit.listen()
        audit_triggers.register()
        revision_triggers.register()
        checks.register(roles.check_roles, checks.Tags.database)
        checks.register(check_second_steps, checks.Tags.database)
        self.close_mail_tables()

    def close_mail_tables(self):
        """The queue's own tables show mails with the links that let people in: nobody reads them here."""
        for model in self.apps.get_app_config("post_office").get_models():
            if admin.site.is_registered(model):
                admin.site.unregister(model)
