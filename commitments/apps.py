"""The configuration of the app `commitments`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommitmentsConfig(AppConfig):
    """The application of commitments."""

    name = "commitments"
    verbose_name = _("Commitments")
