"""The configuration of the app `axes`, under a name of our own."""

from axes.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LockoutConfig(AppConfig):
    """The app config of django-axes, with a name that administrators understand."""

    verbose_name = _("Signing in")
