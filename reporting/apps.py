"""The configuration of the app `reporting`: triggers and signals."""

from django.apps import AppConfig
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    """Registers the triggers on other tables, and deletes the files of deleted evidence."""

    name = "reporting"
    verbose_name = _("Reporting")

    def ready(self):
        from reporting import triggers
        from reporting.evidence.storage import delete_file

        triggers.register()
        post_delete.connect(delete_file, sender="reporting.Evidence", dispatch_uid="file_of_evidence")
