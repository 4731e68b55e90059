from django.db import models

from commitments.models.commitment import Commitment
from commitments.models.report import ProgressReport


class Movement(models.Model):
    """When something public last changed in what is said of a row, kept by the database with the revision.

    Transactions meet at the revision while they commit, and each takes a later moment than all before it. So whoever
    has seen the record of one moment finds every change made since by asking for later ones.
    """

    moved_at = models.DateTimeField(db_index=True, editable=False)

    class Meta:
        abstract = True


class CommitmentMovement(Movement):
    """The last public change of a commitment, or of anything that its row and its page say."""

    commitment = models.OneToOneField(Commitment, on_delete=models.CASCADE, primary_key=True, related_name="movement")

    def __str__(self):
        return f"{self.commitment.reference} {self.moved_at:%Y-%m-%d %H:%M:%S}"


class ReportMovement(Movement):
    """The last public change of a published report, its evidence or the names in it."""

    report = models.OneToOneField(ProgressReport, on_delete=models.CASCADE, primary_key=True, related_name="movement")

    def __str__(self):
        return f"{self.report} {self.moved_at:%Y-%m-%d %H:%M:%S}"
