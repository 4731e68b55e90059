"""Submitted forms, so that a form sent twice has an effect only once."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class SubmittedForm(models.Model):
    """A submitted form, by its key. A second submission leads to the row that the first created."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    form = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of the fields submitted last
    row = models.BigIntegerField(null=True)
    # The fields of a second submission that differ; shown to their sender only.
    second = models.JSONField(null=True)
    made_at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)

    def __str__(self):
        return f"{self.form} {self.key}"
