"""Pages of agencies. The commitments are those of the day `as_of`."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, ListView

from agencies.models import Agency
from foundation.clock import today
from foundation.http.public_pages import Menu, MenuEntry, RecordPage
from register.querysets import register_commitments
from reporting.models import Contribution

MAX_CONTRIBUTIONS = 10  # newest contributions to reports of other leads


class AgencyListView(RecordPage, ListView):
    """The list of members, with constituents under their member, and of former members."""

    template_name = "website/agencies/list.html"
    menus = (MenuEntry(Menu.MAIN, 30, gettext_lazy("Agencies")), MenuEntry(Menu.RECORD, 40, gettext_lazy("Agencies")))
    api_route = "agencies-list"
    context_object_name = "agencies"

    def get_queryset(self):
        return Agency.objects.with_own_membership().prefetch_related("constituents")

    def get_context_data(self, **kwargs):
        day = self.query.day or today()
        return super().get_context_data(
            members=[agency for agency in self.object_list if agency.belongs_on(day)],
            former_members=[agency for agency in self.object_list if agency.has_left_by(day)],
            **kwargs,
        )


class AgencyView(RecordPage, DetailView):
    """The page of an agency: commitments that it and its constituents lead or are partners in."""

    template_name = "website/agencies/detail.html"
    api_route = "agencies-detail"
    slug_field = slug_url_kwarg = "code"
    context_object_name = "agency"

    def get_queryset(self):
        return Agency.objects.select_related("parent").prefetch_related(
            "constituents", "chair_terms", "former_names", "participations__workgroup"
        )

    def get_context_data(self, **kwargs):
        day = self.query.day or today()
        agencies = [self.object, *self.object.constituents.all()]
        commitments = register_commitments()
        contributions = Contribution.objects.in_register(self.query.day).filter(agency__in=agencies)
        involved = list(commitments.listed(self.query.day).involving(*agencies))
        return super().get_context_data(
            membership=membership_status(self.object, day),
            former_names=[former for former in self.object.former_names.all() if former.until < day],
            codes=[agency.code for agency in agencies],
            led=[commitment for commitment in involved if commitment.lead_agency in agencies],
            partner_in=[commitment for commitment in involved if commitment.lead_agency not in agencies],
            contributions=contributions.newest_first().select_related("agency", "report__commitment")[
                :MAX_CONTRIBUTIONS
            ],
            **kwargs,
        )


def membership_status(agency: Agency, day: date) -> str:
    """Return the membership of an agency on a day as a text."""
    left = date_format(agency.left) if agency.has_left_by(day) else ""
    if agency.parent:
        text = _("Former constituent of a member, until %(day)s") if left else _("Constituent of a member")
        return text % {"day": left}
    if left:
        return _("Former member until %(day)s") % {"day": left}
    if not agency.has_joined_by(day):
        return _("Member of the Global Migration Group from %(day)s") % {"day": date_format(agency.joined)}
    return _("Member of the Global Migration Group")
