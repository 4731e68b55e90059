"""The times at which commitments last changed in public."""

from django.db import models

from commitments.models.commitment import Commitment


class Movement(models.Model):
    """The time of the last public change of a row, updated by database triggers together with the revision.

    Transactions lock the revision while they commit, and each takes a later time than all before. So a client that has
    the data of one time gets every later change by asking for later times.
    """

    moved_at = models.DateTimeField(db_index=True, editable=False)

    class Meta:
        abstract = True


class CommitmentMovement(Movement):
    """The last public change of a commitment, or of anything shown with it."""

    commitment = models.OneToOneField(Commitment, on_delete=models.CASCADE, primary_key=True, related_name="movement")

    def __str__(self):
        return f"{self.commitment.reference} {self.moved_at:%Y-%m-%d %H:%M:%S}"
