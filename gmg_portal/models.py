from django.db import models


class Revision(models.Model):
    """One row, moved by the database once in every transaction that changes something public."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "revision"
        constraints = [models.CheckConstraint(name="revision_is_one_row", condition=models.Q(id=1))]

    def __str__(self):
        return str(self.number)
