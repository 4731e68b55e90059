from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "gmg_portal"
    verbose_name = _("Portal")

    def ready(self):
        from allauth.mfa.signals import authenticator_added

        from gmg_portal.accounts.second_step import end_sessions_without_it

        authenticator_added.connect(end_sessions_without_it)
