"""What of the API will go: said once, here, and told in the answers, in the description and on the page of versions.

Deprecation is RFC 9745, Sunset RFC 8594.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.text import slugify
from django.views.generic import TemplateView

# What is deprecated works as before for at least this long; the page of versions promises it.
NOTICE = timedelta(days=365)
FIELDS = "fields"


@dataclass(frozen=True)
class Deprecated:
    """An address as the description writes it ('/api/v1/reports/{code}/'), or one parameter or field of it.

    Deprecated from the day `since`, and gone on the day `until`, if that is known. `why` and `instead` are sentences.
    What several addresses answer alike is declared for each of them: the description has it only once.
    """

    address: str
    since: date
    why: str
    instead: str
    until: date | None = None
    parameter: str = ""
    field: str = ""

    def __post_init__(self):
        if self.until and self.until < self.since + NOTICE:
            raise ValueError(f"{self.key} would go on {self.until}: what is deprecated stays for a year at least.")
        if self.parameter and self.field:
            raise ValueError(f"{self.key} names both a parameter and a field: declare each by itself.")

    @property
    def key(self) -> str:
        """Its anchor on the page."""
        words = re.sub(r"[^A-Za-z0-9_-]+", " ", f"{self.address} {self.parameter or self.field}")
        return slugify(words)

    def concerns(self, request: HttpRequest) -> bool:
        """Whether what a request asks for is, uses or would be given what is deprecated."""
        if not pattern_of(self.address).fullmatch(request.path):
            return False
        if self.parameter:
            return self.parameter in request.GET
        return not self.field or self._is_chosen(",".join(request.GET.getlist(FIELDS)))

    def _is_chosen(self, fields: str) -> bool:
        chosen = [f"{name}." for name in fields.split(",") if name]
        own = f"{self.field}."
        return not chosen or any(name.startswith(own) or own.startswith(name) for name in chosen)


DEPRECATED: tuple[Deprecated, ...] = ()


class VersionsView(TemplateView):
    """What may change within a version of the API and what may not, how it is announced, and what will go."""

    template_name = "api/versions.html"
    words = ()

    def get_context_data(self, **kwargs):
        return super().get_context_data(deprecated=DEPRECATED, **kwargs)


class DeprecationMiddleware:
    """Tell whoever uses what will go, in the answer itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        found = [each for each in DEPRECATED if each.concerns(request)]
        if found:
            tell(response, found, request.build_absolute_uri(reverse("versions")))
        return response


def tell(response: HttpResponse, found: list[Deprecated], page: str) -> None:
    """The first that is deprecated and the first that goes give the days; each links to its word on the page."""
    response["Deprecation"] = f"@{seconds(min(each.since for each in found))}"
    gone = [each.until for each in found if each.until]
    if gone:
        response["Sunset"] = http_date(seconds(min(gone)))
    links = [f'<{page}#{each.key}>; rel="{rel}"; type="text/html"' for each in found for rel in relations(each)]
    response["Link"] = ", ".join([*filter(None, [response.get("Link")]), *links])


def relations(it: Deprecated) -> list[str]:
    return ["deprecation", "sunset"] if it.until else ["deprecation"]


def seconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


def pattern_of(address: str) -> re.Pattern:
    parts = re.split(r"\{[^}]*\}", address)
    return re.compile("[^/]+".join(map(re.escape, parts)))


# The description


def mark_deprecated(result: dict, generator, request, public) -> dict:
    """Hook of drf-spectacular: what is declared here is deprecated there, with what takes its place."""
    for it in DEPRECATED:
        for method, operation in result["paths"].get(it.address, {}).items():
            if method != "parameters":
                for part in parts_of(it, operation, result.get("components", {}).get("schemas", {})):
                    part["deprecated"] = True
                    part["description"] = " ".join(filter(None, [part.get("description"), it.why, it.instead]))
    return result


def parts_of(it: Deprecated, operation: dict, schemas: dict) -> Iterator[dict]:
    if it.parameter:
        yield from (part for part in operation.get("parameters", []) if part["name"] == it.parameter)
    elif it.field:
        for content in operation["responses"].get("200", {}).get("content", {}).values():
            yield from fields_of(content.get("schema", {}), it.field.split("."), schemas)
    else:
        yield operation


def fields_of(schema: dict, way: list[str], schemas: dict) -> Iterator[dict]:
    """The descriptions of a field: in a row, in the rows of a list, and under the fields on the way to it."""
    if "$ref" in schema:
        schema = schemas.get(schema["$ref"].rpartition("/")[2], {})
    for part in (*schema.get("allOf", []), *schema.get("anyOf", []), *schema.get("oneOf", [])):
        yield from fields_of(part, way, schemas)
    if "items" in schema:
        yield from fields_of(schema["items"], way, schemas)
    properties = schema.get("properties", {})
    if "results" in properties and way[0] not in properties:
        yield from fields_of(properties["results"], way, schemas)
    if way[0] in properties:
        found = properties[way[0]]
        if way[1:]:
            yield from fields_of(found, way[1:], schemas)
        else:
            yield found
