"""Contributions of partners to the reports of joint commitments: their list, and how a report's form shows them."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from agencies.models import Agency
from commitments.permissions import OPEN_STATES
from gmg_portal.editors.model_admins.base import ChildRowAdmin
from gmg_portal.editors.views.contribution import WRITE
from reporting.models import Contribution, ProgressReport


@admin.register(Contribution)
class ContributionAdmin(ChildRowAdmin):
    """The contributions of partners, each written on a page of its own."""

    parent_field = "report"
    extra_views = [WRITE]
    list_display = ["agency", "commitment", "report", "beginning", "updated_at"]
    list_filter = ["agency"]
    list_select_related = ["agency", "report__commitment"]
    search_fields = ["agency__acronym", "agency__name", "report__commitment__reference", "text"]
    fields = ["report", "agency", "text", "updated_at"]

    def get_queryset(self, request):
        return super(ChildRowAdmin, self).get_queryset(request).visible_to(request.user)

    def has_view_history_or_change_history_permission(self, request, obj=None):
        return self.model.objects.confidential_to(request.user).filter(pk=obj.pk).exists()

    @admin.display(description=gettext_lazy("commitment"), ordering="report__commitment__reference")
    def commitment(self, obj):
        return str(obj.report.commitment)

    @admin.display(description=gettext_lazy("part"))
    def beginning(self, obj):
        return Truncator(obj.text).words(20)


def render_contributions(report: ProgressReport) -> str:
    """Return each partner's contribution as HTML, read-only."""
    contributions = contributions_by_partner(report)
    context = {
        "parts": contributions,
        "is_open": report.state in OPEN_STATES,
        "is_held": any(contribution for _agency, contribution in contributions),
    }
    return render_to_string("admin/workflow/_contributions.html", context)


def contributions_by_partner(report: ProgressReport) -> list[tuple[Agency, Contribution | None]]:
    """Return each partner with its contribution or None, and former partners that contributed."""
    by_agency = {contribution.agency: contribution for contribution in report.contributions.select_related("agency")}
    partners = [partner.agency for partner in report.commitment.partners.select_related("agency")]
    return [(agency, by_agency.get(agency)) for agency in dict.fromkeys([*partners, *by_agency])]
