"""Small pages for other sites to show in a frame. Only these may be framed, and by anybody."""

from csp.decorators import csp_replace
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.generic import TemplateView

from agencies.models import Agency
from commitments import summaries
from commitments.models import Commitment

# An agency that leads more shows its newest, and says how many there are.
SHOWN = 20


@method_decorator(csp_replace({"frame-ancestors": ["*"]}), name="dispatch")
@method_decorator(xframe_options_exempt, name="dispatch")
class EmbedView(TemplateView):
    """What is not there is said inside the frame, where the ordinary page of that kind could not be shown."""

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            return render(request, "embed/missing.html", status=404)


class CommitmentEmbed(EmbedView):
    """One commitment with its standing; a withdrawn one says so."""

    template_name = "embed/commitment.html"

    def get_context_data(self, reference, **kwargs):
        day = self.request.as_of
        rows = Commitment.objects.public(day).with_standing(day).select_related("lead_agency", "workgroup")
        commitment = get_object_or_404(rows.defer("search"), reference=reference)
        return super().get_context_data(commitment=commitment, withdrawn=commitment.is_withdrawn_on(day), **kwargs)


class MatrixEmbed(EmbedView):
    """Leads × agenda points."""

    template_name = "embed/matrix.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(matrix=summaries.matrix(self.request.as_of), **kwargs)


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
