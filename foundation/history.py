"""History of a model's rows: django-simple-history, with a manager class that is built only once, and atomic saving."""

from functools import cache, partialmethod

from django.db import transaction
from django.db.models import Model
from simple_history import models
from simple_history.manager import HistoryManager

from foundation.postgresql.triggers import APPEND_ONLY


class CachedHistoryManager(HistoryManager):
    """A history manager whose class is built once, though django-simple-history builds it at each `row.history`."""

    @classmethod
    @cache
    def from_queryset(cls, queryset_class, class_name=None):
        return super().from_queryset(queryset_class, class_name)


class HistoricalRecords(models.HistoricalRecords):
    """Keep the history of a model's rows. The database only lets lines be added to it.

    The cached manager class more than halves the time of `row.history`.
    """

    __init__ = partialmethod(models.HistoricalRecords.__init__, history_manager=CachedHistoryManager)

    def get_meta_options(self, model):
        return super().get_meta_options(model) | {"triggers": [APPEND_ONLY]}

    def get_meta_options_m2m(self, through_model):
        return super().get_meta_options_m2m(through_model) | {"triggers": [APPEND_ONLY]}


class HistoryAtomicSave(Model):
    """A row saved in one transaction with its history line, as database triggers require for public rows."""

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
