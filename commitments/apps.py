from django.apps import AppConfig
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _


class CommitmentsConfig(AppConfig):
    name = "commitments"
    verbose_name = _("Commitments")

    def ready(self):
        from commitments.evidence.storage import delete_file

        post_delete.connect(delete_file, sender="commitments.Evidence", dispatch_uid="file_of_evidence")
