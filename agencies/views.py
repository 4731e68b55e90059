from django.db.models import Prefetch
from django.views.generic import DetailView, ListView

from agencies.models import Agency


class AgencyListView(ListView):
    """The members, each with what it leads and when it was last heard from; constituents stand under their member."""

    template_name = "agencies/list.html"
    context_object_name = "agencies"

    def get_queryset(self):
        day = self.request.as_of
        commitments = Agency._meta.get_field("led_commitments").related_model.objects
        led = commitments.published(day).with_standing(day)
        return Agency.objects.members().prefetch_related(
            "constituents", Prefetch("led_commitments", led, to_attr="led")
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(as_of_honoured=True, **kwargs)
        for agency in context["agencies"]:
            agency.last_heard = last_word(agency.led)
        return context


class AgencyView(DetailView):
    """What an agency leads, what it is a partner in, and when it was last heard from."""

    template_name = "agencies/detail.html"
    slug_field = slug_url_kwarg = "code"
    context_object_name = "agency"

    def get_queryset(self):
        return Agency.objects.select_related("parent").prefetch_related(
            "constituents", "chair_terms", "participations__workgroup"
        )

    def get_context_data(self, **kwargs):
        led = self._standing(self.object.led_commitments)
        return super().get_context_data(
            led=led,
            partner_in=self._standing(self.object.partner_commitments),
            last_heard=last_word(led),
            as_of_honoured=True,
            **kwargs,
        )

    def _standing(self, commitments) -> list:
        day = self.request.as_of
        return list(commitments.published(day).with_standing(day).select_related("lead_agency", "workgroup"))


def last_word(commitments: list):
    """The day of the newest report on any of these commitments, at its true precision, or None."""
    heard = [commitment for commitment in commitments if commitment.last_heard_on]
    return max(heard, key=lambda commitment: commitment.last_heard_on).last_heard if heard else None
