"""The configuration of the app `accounts`: signals and system checks."""

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Connects the signals and registers the system check of second steps."""

    name = "accounts"
    verbose_name = _("People and accounts")

    def ready(self):
        from allauth.account.signals import password_reset
        from allauth.mfa.signals import authenticator_added

        from accounts.attempts.attempt_limits import reset_attempts
        from accounts.second_step.checks import check_second_steps
        from accounts.second_step.requirement import end_other_sessions

        authenticator_added.connect(end_other_sessions)
        password_reset.connect(reset_attempts)
        checks.register(check_second_steps, checks.Tags.database)
