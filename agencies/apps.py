"""The configuration of the app `agencies`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgenciesConfig(AppConfig):
    """Agencies of the group."""

    name = "agencies"
    verbose_name = _("Agencies")
