"""Register the app with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkgroupsConfig(AppConfig):
    """Configure the app under its section's name in the editor area."""

    name = "workgroups"
    verbose_name = _("Work groups")

    def ready(self):
        from accounts.profile.sections import add_to_profile
        from workgroups.permissions import groups_led_by

        add_to_profile("groups", groups_led_by)
