"""The times at which reports last changed in public."""

from django.db import models

from commitments.models import Movement
from reporting.models.report import ProgressReport


class ReportMovement(Movement):
    """The last public change of a published report, its evidence or the names shown in it."""

    report = models.OneToOneField(ProgressReport, on_delete=models.CASCADE, primary_key=True, related_name="movement")

    def __str__(self):
        return f"{self.report} {self.moved_at:%Y-%m-%d %H:%M:%S}"
