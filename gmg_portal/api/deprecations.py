"""Deprecated parts of the API, declared once for answers, the description and the page of versions.

The headers are Deprecation (RFC 9745) and Sunset (RFC 8594).
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

# The minimum time from deprecation to removal, which the page of versions promises.
NOTICE_PERIOD = timedelta(days=365)
FIELDS = "fields"


@dataclass(frozen=True)
class Deprecation:
    """A deprecated address as the description writes it ('/api/v1/reports/{code}/'), or one parameter or field of it.

    It is deprecated from the day `since` and removed on the day `until`, if that is known. `reason` and `replacement`
    are sentences. A field that several addresses share is declared for each of them: the description has it only once.
    """

    address: str
    since: date
    reason: str
    replacement: str
    until: date | None = None
    parameter: str = ""
    field: str = ""

    def __post_init__(self) -> None:
        if self.until and self.until < self.since + NOTICE_PERIOD:
            raise ValueError(f"{self.key} would go on {self.until}: what is deprecated stays for a year at least.")
        if self.parameter and self.field:
            raise ValueError(f"{self.key} names both a parameter and a field: declare each by itself.")

    @property
    def key(self) -> str:
        """Return its anchor on the page of versions."""
        name = re.sub(r"[^A-Za-z0-9_-]+", " ", f"{self.address} {self.parameter or self.field}")
        return slugify(name)

    def applies_to(self, request: HttpRequest) -> bool:
        """Return whether a request asks for this address, sends this parameter or would be answered this field."""
        if not path_pattern(self.address).fullmatch(request.path):
            return False
        if self.parameter:
            return self.parameter in request.GET
        return not self.field or self._is_chosen(",".join(request.GET.getlist(FIELDS)))

    def _is_chosen(self, fields: str) -> bool:
        chosen = [f"{name}." for name in fields.split(",") if name]
        prefix = f"{self.field}."
        return not chosen or any(name.startswith(prefix) or prefix.startswith(name) for name in chosen)


DEPRECATIONS: tuple[Deprecation, ...] = ()


class VersionsView(TemplateView):
    """The page of versions: what may change within a version, how changes are announced, and what is deprecated."""

    template_name = "api/versions.html"
    query_params = frozenset()

    def get_context_data(self, **kwargs):
        return super().get_context_data(deprecated=DEPRECATIONS, **kwargs)


class DeprecationMiddleware:
    """Add deprecation headers to the answers of requests that use deprecated parts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        deprecations = [deprecation for deprecation in DEPRECATIONS if deprecation.applies_to(request)]
        if deprecations:
            add_headers(response, deprecations, request.build_absolute_uri(reverse("versions")))
        return response


def add_headers(response: HttpResponse, deprecations: list[Deprecation], page: str) -> None:
    """Add Deprecation and Sunset with the earliest days, and a Link to each deprecation on the page of versions."""
    response["Deprecation"] = f"@{unix_time(min(deprecation.since for deprecation in deprecations))}"
    ends = [deprecation.until for deprecation in deprecations if deprecation.until]
    if ends:
        response["Sunset"] = http_date(unix_time(min(ends)))
    links = [
        f'<{page}#{deprecation.key}>; rel="{rel}"; type="text/html"'
        for deprecation in deprecations
        for rel in link_relations(deprecation)
    ]
    response["Link"] = ", ".join([*filter(None, [response.get("Link")]), *links])


def link_relations(deprecation: Deprecation) -> list[str]:
    """Return the relations of the Link header (RFC 9745, RFC 8594) to the page of versions."""
    return ["deprecation", "sunset"] if deprecation.until else ["deprecation"]


def unix_time(day: date) -> int:
    """Return the start of a day (UTC) in seconds since 1970."""
    return int(datetime.combine(day, time(), UTC).timestamp())


def path_pattern(address: str) -> re.Pattern:
    """Return a pattern for the paths of an address, in which each {parameter} matches one segment."""
    parts = re.split(r"\{[^}]*\}", address)
    return re.compile("[^/]+".join(map(re.escape, parts)))


# The description


def mark_deprecated(result: dict, generator: object, request: object, public: bool) -> dict:
    """Mark deprecated parts in the description, with reason and replacement (hook of drf-spectacular)."""
    for deprecation in DEPRECATIONS:
        for method, operation in result["paths"].get(deprecation.address, {}).items():
            if method != "parameters":
                for part in deprecated_parts(deprecation, operation, result.get("components", {}).get("schemas", {})):
                    part["deprecated"] = True
                    part["description"] = " ".join(
                        filter(None, [part.get("description"), deprecation.reason, deprecation.replacement])
                    )
    return result


def deprecated_parts(deprecation: Deprecation, operation: dict, schemas: dict) -> Iterator[dict]:
    """Yield the parts of an operation that a deprecation concerns: a parameter, schemas of a field, or the whole."""
    if deprecation.parameter:
        yield from (part for part in operation.get("parameters", []) if part["name"] == deprecation.parameter)
    elif deprecation.field:
        for content in operation["responses"].get("200", {}).get("content", {}).values():
            yield from field_schemas(content.get("schema", {}), deprecation.field.split("."), schemas)
    else:
        yield operation


def field_schemas(schema: dict, path: list[str], schemas: dict) -> Iterator[dict]:
    """Yield the schemas of a field by its path: in a row, in the rows of a list, and in nested fields."""
    if "$ref" in schema:
        schema = schemas.get(schema["$ref"].rpartition("/")[2], {})
    properties = schema.get("properties", {})
    name, *rest = path
    if name in properties:
        yield from field_schemas(properties[name], rest, schemas) if rest else (properties[name],)
        return
    alternatives = [*schema.get("allOf", []), *schema.get("anyOf", []), *schema.get("oneOf", [])]
    for part in (*alternatives, schema.get("items"), properties.get("results")):
        if part:
            yield from field_schemas(part, path, schemas)
