"""Small pages for other sites to show in a frame. Only these may be framed, and by anybody."""

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.generic import TemplateView

from agencies.models import Agency
from commitments import statistics
from commitments.models import Commitment
from foundation.clock import today

# What is more than these is counted and named: with its sheet a page stays under 20 KB whatever the record holds.
SHOWN = 20
SHOWN_LEADS = 24


def framed_anywhere(view):
    return csp_replace({"frame-ancestors": ["*"]})(xframe_options_exempt(view))


@framed_anywhere
def refused_in_frame(request: HttpRequest, problem: str) -> HttpResponse:
    """What is wrong with the address, said where the ordinary page of that kind could not be shown."""
    return render(request, "embed/invalid_query.html", {"problem": problem}, status=400)


@method_decorator(framed_anywhere, name="dispatch")
class EmbedView(TemplateView):
    """What is not there is said inside the frame, where the ordinary page of that kind could not be shown."""

    words = frozenset({"as_of"})

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            return render(request, "embed/not_found.html", status=404)

    def get_context_data(self, **kwargs):
        return super().get_context_data(day=self.request.as_of or today(), **kwargs)


class CommitmentEmbed(EmbedView):
    """One commitment with its standing; a withdrawn one says so."""

    template_name = "embed/commitment.html"

    def get_context_data(self, reference, **kwargs):
        day = self.request.as_of
        rows = Commitment.objects.public(day).with_standing(day).select_related("lead_agency", "workgroup")
        commitment = get_object_or_404(rows.defer("search"), reference=reference)
        return super().get_context_data(commitment=commitment, withdrawal=commitment.withdrawal_on(day), **kwargs)


class MatrixEmbed(EmbedView):
    """Leads × agenda points."""

    template_name = "embed/matrix.html"

    def get_context_data(self, **kwargs):
        matrix = statistics.matrix(self.request.as_of)
        shown, more = matrix.rows[:SHOWN_LEADS], len(matrix.rows[SHOWN_LEADS:])
        return super().get_context_data(matrix=matrix, rows=shown, more=more, **kwargs)


class AgencyEmbed(EmbedView):
    """What an agency leads, and how it stands."""

    template_name = "embed/agency.html"

    def get_context_data(self, code, **kwargs):
        day = self.request.as_of
        agency = get_object_or_404(Agency, code=code)
        led = agency.led_commitments.published(day).with_standing(day).defer("search")
        return super().get_context_data(
            agency=agency, total=led.count(), commitments=led.order_by("-published_on", "-pk")[:SHOWN], **kwargs
        )
