"""The addresses under /api/ that belong to no app: root, description and unknown paths."""

from collections.abc import Collection, Mapping

from django.http import HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.rest.api_query import FORMAT
from foundation.rest.problem_details import ResourceNotFound
from foundation.rest.query_faults import refuse_other_params
from foundation.text.closest_match import closest_match
from gmg_portal.http.identifiers import canonical_path

FIRST_VERSION = "/api/v1/"


@extend_schema(exclude=True)
class RootView(APIView):
    """The list of endpoints with their addresses."""

    endpoints: Mapping[str, str] = {}

    def get(self, request, **kwargs):
        refuse_other_params({FORMAT}, request.query_params)
        routes = {name: f"api:{route}" for name, route in self.endpoints.items()} | {"versions": "versions"}
        return Response({name: request.build_absolute_uri(reverse(route)) for name, route in routes.items()})


@extend_schema(exclude=True)
class DescriptionView(SpectacularAPIView):
    """The description of the API (OpenAPI 3.1), in JSON or YAML."""

    renderer_classes = [OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer, OpenApiYamlRenderer2]

    def get(self, request, *args, **kwargs):
        refuse_other_params({FORMAT}, request.query_params)
        return super().get(request, *args, **kwargs)


class MissingSlash(APIException):
    """A writing request to an address without its final slash: it is refused, not redirected."""

    status_code = 405

    def __init__(self, address: str):
        super().__init__(_("Send this to the address with a slash at its end: %(address)s") % {"address": address})


@extend_schema(exclude=True)
class UnknownPathView(APIView):
    """Every address under /api/ without a view. One that lacks only its final slash is redirected."""

    addresses: Collection[str] = ()

    def initial(self, request, *args, **kwargs):
        self.check_throttles(request)
        if not self._is_known(f"{request.path_info}/"):
            raise ResourceNotFound(self._closest_address(request.path_info))
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            raise MissingSlash(f"{request.path}/")

    def get(self, request, **kwargs):
        path, query = escape_uri_path(canonical_path(f"{request.path_info}/")), request.META["QUERY_STRING"]
        return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)

    def _closest_address(self, path: str) -> str | None:
        """Return the most similar address. The common prefix is left out of the comparison."""
        address_of = {address.removeprefix(FIRST_VERSION): address for address in self.addresses}
        return address_of.get(closest_match(path.removeprefix(FIRST_VERSION), address_of))

    def _is_known(self, path: str) -> bool:
        try:
            return resolve(path).url_name != "unknown"
        except Resolver404:
            return False
