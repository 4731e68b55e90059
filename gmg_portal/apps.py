"""The configuration of the app `gmg_portal`: signals, system checks, and closed admin tables."""

from django.apps import AppConfig
from django.contrib import admin
from django.core import checks
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Connect what the rooms of the portal listen to, once all apps are loaded."""

    name = "gmg_portal"
    verbose_name = _("Portal")

    def ready(self):
        from allauth.account.signals import password_reset
        from allauth.mfa.signals import authenticator_added

        import foundation.mail.checks  # noqa: F401 – the check registers itself
        from foundation.postgresql import roles
        from foundation.postgresql.session_limits import prepare_session
        from gmg_portal.accounts.attempt_limits import reset_attempts
        from gmg_portal.accounts.checks import check_second_steps
        from gmg_portal.accounts.second_step import end_other_sessions
        from gmg_portal.audit import recording
        from gmg_portal.audit import triggers as audit_triggers
        from gmg_portal.revision import triggers as revision_triggers

        authenticator_added.connect(end_other_sessions)
        connection_created.connect(prepare_session, dispatch_uid="limits")
        password_reset.connect(reset_attempts)
        recording.connect_signals()
        audit_triggers.register()
        revision_triggers.register()
        checks.register(roles.check_roles, checks.Tags.database)
        checks.register(check_second_steps, checks.Tags.database)
        self.unregister_mail_admin()

    def unregister_mail_admin(self):
        """Hide the mail queue from the admin, because mails contain sign-in and invitation links."""
        for model in self.apps.get_app_config("post_office").get_models():
            if admin.site.is_registered(model):
                admin.site.unregister(model)
