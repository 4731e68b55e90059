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
        import foundation.mail.checks  # noqa: F401 – the check registers itself
        from foundation.postgresql import roles
        from foundation.postgresql.session_limits import prepare_session
        from gmg_portal.audit import recording
        from gmg_portal.audit import triggers as audit_triggers
        from gmg_portal.revision import triggers as revision_triggers

        connection_created.connect(prepare_session, dispatch_uid="limits")
        recording.connect_signals()
        audit_triggers.register()
        revision_triggers.register()
        checks.register(roles.check_roles, checks.Tags.database)
        self.unregister_mail_admin()

    def unregister_mail_admin(self):
        """Hide the mail queue from the admin, because mails contain sign-in and invitation links."""
        for model in self.apps.get_app_config("post_office").get_models():
            if admin.site.is_registered(model):
                admin.site.unregister(model)
