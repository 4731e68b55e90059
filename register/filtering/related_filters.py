"""The query parameters of reports and status changes."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment, Outlook, Status
from foundation.filters.filter_classes import ChoicesFilter, DayFilter, column_in, ordering_filter
from register.filtering.choices import leads
from register.filtering.record_filters import RecordForm, RecordWithMovedAtFilter, UpdatedSinceFilter
from reporting.models import ProgressReport


class CommitmentRelatedFilter(RecordWithMovedAtFilter):
    """Rows that belong to a commitment, filtered by the commitment or its lead.

    The rows are those of published commitments; with `updated_since` those of withdrawn ones are included. Each row
    carries its commitment's state.
    """

    commitment = django_filters.ModelMultipleChoiceFilter(
        field_name="commitment__reference",
        to_field_name="reference",
        queryset=Commitment.objects.public(),
        error_messages={"invalid_choice": _("‘%(value)s’ is not the reference of a commitment that has a page.")},
        label=_("Reference of the commitment."),
    )
    lead = ChoicesFilter(
        lambda codes: Q(commitment__lead_agency__code__in=codes) | Q(commitment__workgroup__slug__in=codes),
        choices=leads,
        label=_("Code of the lead."),
    )
    updated_since = UpdatedSinceFilter(label=_("Changed at this moment (UTC) or later."))

    class Meta:
        form = RecordForm

    @classmethod
    def visible_rows(cls, queryset, query):
        return queryset.published(query.day) if "updated_since" in query.filters else queryset.in_register(query.day)


class ReportFilter(CommitmentRelatedFilter):
    """Reports by the status and outlook that they report, and by the day of their publication."""

    status = ChoicesFilter(column_in("status"), choices=Status.choices, label=_("The status it reports."))
    outlook = ChoicesFilter(column_in("outlook"), choices=Outlook.choices, label=_("The outlook it reports."))
    published_after = DayFilter(field_name="published_on", lookup_expr="gte", label=_("Published on or after."))
    published_before = DayFilter(field_name="published_on", lookup_expr="lte", label=_("Published on or before."))
    ordering = ordering_filter([("published_on", "published"), ("commitment__reference", "commitment")])

    class Meta(CommitmentRelatedFilter.Meta):
        model = ProgressReport
        fields: list[str] = []


class StatusChangeFilter(CommitmentRelatedFilter):
    """Status changes by the new status and by their day."""

    to_status = ChoicesFilter(column_in("to_status"), choices=Status.choices, label=_("The new status."))
    changed_after = DayFilter(field_name="changed_on", lookup_expr="gte", label=_("Changed on or after."))
    changed_before = DayFilter(field_name="changed_on", lookup_expr="lte", label=_("Changed on or before."))
    ordering = ordering_filter([("changed_on", "changed"), ("commitment__reference", "commitment")])
