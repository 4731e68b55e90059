"""The terms in which agencies chaired the group."""

from concurrency.fields import AutoIncVersionField
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from agencies.models.agency import Agency
from foundation.dates.model_fields import PlannedDateField
from foundation.dates.parsing import format_date
from foundation.history import HistoricalRecords


class ChairTerm(models.Model):
    """The days from which and to which an agency chairs the group; no two terms overlap."""

    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="chair_terms")
    starts_on = PlannedDateField(_("starts on"))
    ends_on = PlannedDateField(_("ends on"))
    source = models.CharField(_("source"), max_length=300, blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("chair term")
        verbose_name_plural = _("chair terms")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                name="chair_term_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("A chair term cannot end before it starts."),
            ),
            ExclusionConstraint(
                name="chair_terms_do_not_overlap",
                expressions=[
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
                violation_error_message=_("Another agency chairs the group in these days."),
            ),
        ]

    def __str__(self):
        return f"{self.agency}, {format_date(self.starts_on)} – {format_date(self.ends_on)}"
