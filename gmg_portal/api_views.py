"""The addresses under /api/ that belong to no app."""

from collections.abc import Collection, Mapping

from django.http import HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from commitments.filters import near
from gmg_portal.api import FORMAT, empty, unknown
from gmg_portal.problems import NotHere, Refused


@extend_schema(exclude=True)
class RootView(APIView):
    """What the API offers, and where."""

    endpoints: Mapping[str, str] = {}

    def get(self, request, **kwargs):
        faults = [*unknown(request.query_params, {FORMAT}), *empty(request.query_params, {FORMAT})]
        if faults:
            raise Refused(*faults)
        routes = {name: f"api:{route}" for name, route in self.endpoints.items()} | {"versions": "versions"}
        return Response({name: reverse(route, request=request) for name, route in routes.items()})


@extend_schema(exclude=True)
class UnknownPathView(APIView):
    """Every address under /api/ that nothing else answers. One that lacks only its last slash is sent there."""

    addresses: Collection[str] = ()

    def initial(self, request, *args, **kwargs):
        self.check_throttles(request)
        if request.method not in ("GET", "HEAD") or not self._answers(f"{request.path_info}/"):
            raise NotHere(near(request.path_info, self.addresses))

    def get(self, request, **kwargs):
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))

    def _answers(self, path: str) -> bool:
        try:
            return resolve(path).url_name != "unknown"
        except Resolver404:
            return False
