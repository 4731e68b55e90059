"""Content negotiation that every endpoint shares.

The settings name this class. REST framework loads it while it defines its views, so no view can stand in this module.
"""

from django.http import Http404
from django.http.request import MediaType
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation

from foundation.rest.api_query import FORMAT
from foundation.rest.problem_details import InvalidParameter
from foundation.rest.query_faults import unknown_value_fault
from foundation.text.unknown_words import unknown_value


class Negotiation(DefaultContentNegotiation):
    """Choose among the renderers that serve the view: by `format` alone if it is there, otherwise by Accept (RFC 9110).

    A method that is not allowed is refused with 405, regardless of the requested format.
    """

    def select_renderer(self, request, renderers, format_suffix=None):
        view = request.parser_context["view"]
        available = [renderer for renderer in renderers if not hasattr(renderer, "serves") or renderer.serves(view)]
        if request.method == "OPTIONS" or request.method not in view.allowed_methods:
            renderer = renderers[0]
        elif requested_format := request.query_params.get(FORMAT):
            renderer = self.filter_renderers(available, requested_format)[0]
        else:
            renderer = self._best_match(available, self.get_accept_list(request))
        return renderer, renderer.media_type

    def _best_match(self, renderers, accepted: list[str]):
        ranges = [MediaType(text) for text in accepted if text] or [MediaType("*/*")]
        best = max(renderers, key=lambda renderer: accept_quality(renderer.media_type, ranges))
        if accept_quality(best.media_type, ranges)[0] == 0:
            raise NotAcceptable(available_renderers=renderers)
        return best

    def filter_renderers(self, renderers, format):
        try:
            return super().filter_renderers(renderers, format)
        except Http404:
            allowed = tuple(dict.fromkeys(renderer.format for renderer in renderers))
            raise InvalidParameter(unknown_value_fault(FORMAT, unknown_value, format, allowed)) from None


def accept_quality(media_type: str, ranges: list[MediaType]) -> tuple[float, int]:
    """Return the quality that Accept gives a media type by its most specific range, and that specificity.

    It is (0, 0) without a match. Parameters of a range are ignored: no renderer has two variants of a type.
    """
    main_type, sub_type = media_type.split("/")
    matches = [
        (min(media_range.specificity, 2), media_range.quality)
        for media_range in ranges
        if media_range.main_type in (main_type, "*") and media_range.sub_type in (sub_type, "*")
    ]
    specificity, quality = max(matches, default=(0, 0))
    return quality, specificity
