"""Small pages for other sites to embed. Any site may frame these, and no other pages."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from agencies.models import Agency
from foundation.clock import today
from foundation.http.public_pages import StrictQuery
from gmg_portal.http.framing import allow_framing
from register import statistics
from register.querysets import register_commitments

# Further rows are only counted, so that a page with its style sheet stays under 20 KB.
MAX_COMMITMENTS = 20
MAX_LEADS = 24


@method_decorator(allow_framing, name="dispatch")
class EmbedView(StrictQuery, TemplateView):
    """Base view of embeds: a missing page is reported inside the frame, where the ordinary 404 may not be shown."""

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            return render(request, "syndication/embed/not_found.html", status=404)

    def get_context_data(self, **kwargs):
        return super().get_context_data(as_of=self.query.day, day=self.query.day or today(), **kwargs)


class CommitmentEmbed(EmbedView):
    """A commitment and its status; a withdrawn one says so."""

    template_name = "syndication/embed/commitment.html"

    def get_context_data(self, reference, **kwargs):
        day = self.query.day
        rows = register_commitments().public(day).with_standing(day).select_related("lead_agency", "workgroup")
        commitment = get_object_or_404(rows.defer("search"), reference=reference)
        return super().get_context_data(commitment=commitment, withdrawal=commitment.withdrawal_on(day), **kwargs)


class MatrixEmbed(EmbedView):
    """Leads × agenda points."""

    template_name = "syndication/embed/matrix.html"

    def get_context_data(self, **kwargs):
        matrix = statistics.matrix(self.query.day)
        rows, more = matrix.rows[:MAX_LEADS], len(matrix.rows[MAX_LEADS:])
        return super().get_context_data(matrix=matrix, rows=rows, more=more, **kwargs)


class AgencyEmbed(EmbedView):
    """The newest commitments that an agency leads, with their status."""

    template_name = "syndication/embed/agency.html"

    def get_context_data(self, code, **kwargs):
        day = self.query.day
        agency = get_object_or_404(Agency, code=code)
        led = register_commitments().filter(lead_agency=agency).published(day).with_standing(day).defer("search")
        return super().get_context_data(
            agency=agency,
            total=led.count(),
            commitments=led.order_by("-published_on", "-pk")[:MAX_COMMITMENTS],
            **kwargs,
        )
