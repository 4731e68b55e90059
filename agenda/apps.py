"""Register the app with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgendaConfig(AppConfig):
    """Configure the app under its section's name in the editor area."""

    name = "agenda"
    verbose_name = _("Agenda")
