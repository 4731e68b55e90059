"""The schema class of every endpoint (OpenAPI 3.1): parameters, headers, media types and errors."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import BaseCSVFilter
from django_filters.filters import Filter
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.renderers import BaseRenderer

from foundation.rest.api_query import AS_OF, FORMAT
from foundation.rest.query_faults import FIELDS, MULTIPLE_CHOICE_FIELDS
from foundation.rest.sparse_fields import all_paths, offered_fields
from foundation.rest.views import QueryView
from gmg_portal.api.openapi import examples
from gmg_portal.api.openapi.descriptions import (
    COMPONENTS,
    HEADERS,
    LIST_NOTE,
    LIST_NOTES,
    PARAMETER_DESCRIPTIONS,
    PARAMETER_VALUES,
    SUMMARIES,
    VALUE_DESCRIPTIONS,
    describe_values,
)
from gmg_portal.api.openapi.problems import PROBLEMS, ProblemSerializer, problem_responses
from register.filtering.commitment_filters import SearchFilter
from register.filtering.record_filters import RecordFilter
from register.search.full_text import MAX_CHARACTERS

LIST_HEADERS = {"Link", "Total-Count", "Content-Disposition"}
NO_NULL_CHARACTER = r"^[^\u0000]+$"  # PostgreSQL keeps no such character


class PortalAutoSchema(AutoSchema):
    """The description of an endpoint: every parameter, also of single rows, and every error."""

    def get_operation(self, *args):
        """Add examples of parameters and headers, which no option of the library takes."""
        operation = super().get_operation(*args)
        if operation is None:
            return None
        for parameter in operation["parameters"]:
            name = parameter["name"]
            for key in (name, f"{operation['operationId']}.{name}"):
                if key in examples.PARAMETER_EXAMPLES:
                    parameter["example"] = examples.PARAMETER_EXAMPLES[key]
        for response in operation["responses"].values():
            for name, header in response.get("headers", {}).items():
                header["example"] = examples.HEADERS[name]
        if operation["security"] == [{}]:
            operation["security"] = []  # [{}] makes clients ask for credentials that may be empty
        return operation

    def get_operation_id(self):
        segments = [segment.replace("-", "_") for segment in self._tokenize_path()]
        if getattr(self.view, "detail", False):
            return "_".join(["get", *segments[:-1], singular_of(segments[-1])])
        return "_".join(["list" if self._is_list_view() else "get", *segments])

    def get_summary(self):
        return str(SUMMARIES.get(self.get_operation_id(), ""))

    def _get_filter_parameters(self):
        # drf-spectacular describes filters by filter backends; these endpoints have none.
        return filter_parameters(self) if isinstance(self.view, QueryView) else []

    def map_renderers(self, attribute):
        return list(dict.fromkeys(getattr(renderer, attribute) for renderer in view_renderers(self.view)))

    def get_override_parameters(self):
        headers = [
            OpenApiParameter(
                name, type(examples.HEADERS[name]), "header", response=list(answers), description=description
            )
            for name, (description, answers) in HEADERS.items()
            if name not in LIST_HEADERS or self._is_list_view()
        ]
        headers.append(self._format())
        if getattr(self.view, "detail", False):
            headers.append(self._identifier())
        return headers

    def _format(self) -> OpenApiParameter:
        formats = sorted(renderer.format for renderer in view_renderers(self.view))
        description = _("The form of the answer, for those who cannot say it by Accept.")
        return OpenApiParameter(FORMAT, choices_schema(FORMAT, formats), description=description)

    def _identifier(self) -> OpenApiParameter:
        return OpenApiParameter(
            self.view.lookup_field,
            {"type": "string", "pattern": f"^{self.view.lookup_value_regex}$"},
            "path",
            required=True,
            description=_("The permanent public identifier, as the list gives it."),
        )

    def get_response_serializers(self):
        success = OpenApiResponse(super().get_response_serializers(), self._success_description())
        unchanged = OpenApiResponse(None, _("What the asker holds, by its validator, is still right."))
        has_rows = hasattr(self.view, "detail")  # rows: one by its identifier, or a page of many
        problems = {status: problem for status, problem in PROBLEMS.items() if status != 404 or has_rows}
        return {**self._by_media_type(success), 304: unchanged, **problem_responses(ProblemSerializer, problems)}

    def _success_description(self) -> str:
        if getattr(self.view, "detail", None) is False:
            return _("A page of the list in JSON; its rows alone, without the page around them, in CSV and NDJSON.")
        if getattr(self.view, "detail", False):
            return _("The row, in JSON; as JSON-LD with ‘@context’, ‘@id’ and ‘@type’ beside its fields.")
        return _("The summary, in JSON.")

    def _by_media_type(self, success: OpenApiResponse) -> dict[tuple[int, str], OpenApiResponse]:
        """Describe every media type of the answer by the schema of its JSON.

        TypeScript clients type an answer as a union of its media types: a text among them would make the whole answer a
        text.
        """
        return {(200, renderer.media_type): success for renderer in view_renderers(self.view)}


def singular_of(noun: str) -> str:
    """Return the singular of an English plural of the API, such as 'agency' for 'agencies'."""
    return f"{noun.removesuffix('ies')}y" if noun.endswith("ies") else noun.removesuffix("s")


def filter_parameters(auto_schema: PortalAutoSchema) -> list[dict]:
    """Describe the parameters of an endpoint by the filters of its FilterSet."""
    filterset = auto_schema.view.get_filterset_class()
    filters = dict(filterset.base_filters) if filterset else {}
    filters.setdefault(AS_OF, RecordFilter.base_filters[AS_OF])
    operation = auto_schema.get_operation_id()
    return [*(filter_parameter(operation, *item) for item in filters.items()), fields_parameter(auto_schema.view)]


def filter_parameter(operation: str, name: str, filter_: Filter) -> dict:
    """Describe a filter as a query parameter."""
    schema = {"type": "string", "minLength": 1}
    if isinstance(filter_.field, forms.DateField):
        schema = {"type": "string", "format": "date"}
    elif isinstance(filter_.field, forms.DateTimeField):
        schema = {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}
    elif isinstance(filter_.field, forms.DecimalField | forms.FloatField):
        schema = {"type": "number"}
    elif isinstance(filter_.field, forms.IntegerField):
        bounds = {"minimum": filter_.field.min_value, "maximum": filter_.field.max_value}
        schema = {"type": "integer"} | {name: bound for name, bound in bounds.items() if bound is not None}
    elif isinstance(filter_, SearchFilter):
        schema |= {"pattern": NO_NULL_CHARACTER, "maxLength": MAX_CHARACTERS}
    choices = fixed_choices(name, filter_)
    if choices:
        schema = choices_schema(name, choices)
    description = str(
        PARAMETER_DESCRIPTIONS.get(f"{operation}.{name}") or PARAMETER_DESCRIPTIONS.get(name) or filter_.label
    )
    if isinstance(filter_, BaseCSVFilter) or isinstance(filter_.field, MULTIPLE_CHOICE_FIELDS):
        return list_parameter(name, description, schema)
    return {"name": name, "in": "query", "description": description, "schema": schema}


def choices_schema(name: str, values: list[str]) -> dict:
    """Refer to the component of these values if there is one; otherwise list the values with their meanings."""
    for component, meanings in VALUE_DESCRIPTIONS.items():
        if set(meanings) == set(values):
            return {"$ref": f"{COMPONENTS}{component}"}
    schema = {"type": "string", "enum": values}
    describe_values(schema, PARAMETER_VALUES.get(name, {}))
    return schema


def list_parameter(name: str, description: str, items: dict) -> dict:
    """Describe a list as generated clients send it, repeated; that commas work too is in the description."""
    return {
        "name": name,
        "in": "query",
        "description": f"{description.rstrip('.')}. {LIST_NOTES.get(name, LIST_NOTE)}",
        "schema": {"type": "array", "items": items, "minItems": 1},
        "style": "form",
        "explode": True,
    }


def fixed_choices(name: str, filter_: Filter) -> list[str]:
    """Return the values of a filter; [] if the database holds them, since the description must hold for any data."""
    choices = filter_.extra.get("choices", [])
    if callable(choices) and name != "ordering":
        return []
    return [value for value, _label in (choices() if callable(choices) else choices)]


def fields_parameter(view) -> dict:
    """Describe `fields` of a view: its pattern allows each field, and nested ones after a dot."""
    fields = offered_fields(view.get_serializer_class())
    description = _("Only these fields of a row, those within others after a dot (lead.code): %(names)s.")
    items = {"type": "string", "pattern": f"^({'|'.join(map(re.escape, all_paths(fields)))})$"}
    parameter = list_parameter(FIELDS, str(description % {"names": ", ".join(fields)}), items)
    return parameter | {"example": list(fields)[:2]}


def view_renderers(view) -> list[BaseRenderer]:
    """Return the renderers that serve a view."""
    renderers = view.get_renderers()
    return [renderer for renderer in renderers if not hasattr(renderer, "serves") or renderer.serves(view)]
