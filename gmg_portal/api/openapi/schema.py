"""The schema class of every endpoint (OpenAPI 3.1): parameters, headers, media types and errors."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import BaseCSVFilter
from django_filters.filters import Filter
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer

from foundation.rest.api_query import AS_OF, FORMAT
from foundation.rest.problem_codes import ERROR_CHOICES, PROBLEM_CHOICES
from foundation.rest.problem_details import MEDIA_TYPE
from foundation.rest.query_faults import FIELDS, MULTIPLE_CHOICE_FIELDS
from foundation.rest.sparse_fields import all_paths, offered_fields
from foundation.rest.views import QueryView
from gmg_portal.api.openapi.descriptions import HEADERS, SUMMARIES
from gmg_portal.api.openapi.examples import HEADERS as HEADER_EXAMPLES
from gmg_portal.api.openapi.problems import PROBLEMS
from register.filtering.commitment_filters import SearchFilter
from register.filtering.record_filters import RecordFilter
from register.search.full_text import MAX_CHARACTERS


class FaultSerializer(serializers.Serializer):
    """What is wrong with one word of the address."""

    parameter = serializers.CharField(help_text=_("The word that is refused."))
    code = serializers.ChoiceField(ERROR_CHOICES, help_text=_("What is wrong with it: stable, for programs."))
    detail = serializers.CharField(help_text=_("What is wrong with it."))
    allowed = serializers.ListField(
        child=serializers.JSONField(), required=False, help_text=_("What is allowed in its place, if it can be listed.")
    )
    nearest = serializers.CharField(required=False, help_text=_("What of this is spelt most like it, if anything is."))


class ProblemSerializer(serializers.Serializer):
    """An error, as RFC 9457 describes it."""

    type = serializers.CharField(help_text=_("The address of what the code means, on the page of this description."))
    title = serializers.CharField(help_text=_("The status in words."))
    status = serializers.IntegerField(help_text=_("The HTTP status."))
    code = serializers.ChoiceField(PROBLEM_CHOICES, help_text=_("Which problem it is: stable, for programs."))
    detail = serializers.CharField(help_text=_("What went wrong, in a sentence."))
    instance = serializers.CharField(help_text=_("The address that was asked for."))
    errors = FaultSerializer(many=True, required=False, help_text=_("Each word that is refused."))


LIST_HEADERS = {"Link", "Total-Count", "Content-Disposition"}
NO_NULL_CHARACTER = r"^[^\u0000]+$"  # PostgreSQL keeps no such character


class PortalAutoSchema(AutoSchema):
    """The description of an endpoint: every parameter, also of single rows, and every error."""

    def get_operation_id(self):
        segments = [segment.replace("-", "_") for segment in self._tokenize_path()]
        if getattr(self.view, "detail", False):
            return "_".join(["get", *segments[:-1], singular_of(segments[-1])])
        return "_".join(["list" if self._is_list_view() else "get", *segments])

    def get_summary(self):
        return text_or_none(SUMMARIES.get(self.get_operation_id()))

    def _get_filter_parameters(self):
        # drf-spectacular describes filters by filter backends; these endpoints have none.
        return filter_parameters(self.view) if isinstance(self.view, QueryView) else []

    def map_renderers(self, attribute):
        return list(dict.fromkeys(getattr(renderer, attribute) for renderer in view_renderers(self.view)))

    def get_override_parameters(self):
        headers = [
            OpenApiParameter(
                name, type(HEADER_EXAMPLES[name]), "header", response=list(answers), description=description
            )
            for name, (description, answers) in HEADERS.items()
            if name not in LIST_HEADERS or self._is_list_view()
        ]
        headers.append(self._format())
        if getattr(self.view, "detail", False):
            headers.append(self._identifier())
        return headers

    def _format(self) -> OpenApiParameter:
        return OpenApiParameter(
            FORMAT,
            enum=[renderer.format for renderer in view_renderers(self.view)],
            description=_("The form of the answer, for those who cannot say it by Accept."),
        )

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
        problems = {
            (status, MEDIA_TYPE): OpenApiResponse(ProblemSerializer, problem.description, [problem.example(status)])
            for status, problem in PROBLEMS.items()
            if status != 404 or has_rows
        }
        return {**self._by_media_type(success), 304: unchanged, **problems}

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


def text_or_none(text) -> str | None:
    return None if text is None else str(text)


def singular_of(noun: str) -> str:
    """Return the singular of an English plural of the API, such as 'agency' for 'agencies'."""
    return f"{noun.removesuffix('ies')}y" if noun.endswith("ies") else noun.removesuffix("s")


def filter_parameters(view: QueryView) -> list[dict]:
    """Describe the parameters of an endpoint by the filters of its FilterSet."""
    filterset = view.get_filterset_class()
    filters = dict(filterset.base_filters) if filterset else {}
    if AS_OF not in filters:
        filters[AS_OF] = RecordFilter.base_filters[AS_OF]
    return [*[filter_parameter(name, filter_) for name, filter_ in filters.items()], fields_parameter(view)]


def filter_parameter(name: str, filter_: Filter) -> dict:
    """Describe a filter as a query parameter."""
    schema = {"type": "string", "minLength": 1}
    if isinstance(filter_.field, forms.DateField):
        schema = {"type": "string", "format": "date"}
    elif isinstance(filter_.field, forms.DateTimeField):
        schema = {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}
    elif isinstance(filter_, SearchFilter):
        schema |= {"pattern": NO_NULL_CHARACTER, "maxLength": MAX_CHARACTERS}
    choices = fixed_choices(name, filter_)
    if choices:
        schema = {"type": "string", "enum": choices}
    parameter = {"name": name, "in": "query", "description": str(filter_.label), "schema": schema}
    if isinstance(filter_, BaseCSVFilter) or isinstance(filter_.field, MULTIPLE_CHOICE_FIELDS):
        return {**parameter, **array_parameter(schema)}
    return parameter


def array_parameter(items: dict) -> dict:
    """Describe a list as generated clients send it, repeated; that commas work too is in the texts."""
    return {"schema": {"type": "array", "items": items, "minItems": 1}, "style": "form", "explode": True}


def fixed_choices(name: str, filter_: Filter) -> list[str]:
    """Return the values of a filter; [] if the database holds them, since the description must hold for any data."""
    choices = filter_.extra.get("choices", [])
    if callable(choices) and name != "ordering":
        return []
    return [value for value, _label in (choices() if callable(choices) else choices)]


def fields_parameter(view) -> dict:
    """Describe `fields` of a view: its pattern allows each field, and nested ones after a dot."""
    fields = offered_fields(view.get_serializer_class())
    names = list(fields)
    description = _("Only these fields of a row, those within others after a dot (lead.code): %(names)s.")
    items = {"type": "string", "pattern": f"^({'|'.join(map(re.escape, all_paths(fields)))})$"}
    return {
        "name": FIELDS,
        "in": "query",
        "description": str(description % {"names": ", ".join(names)}),
        **array_parameter(items),
        "example": names[:2],
    }


def view_renderers(view) -> list[BaseRenderer]:
    """Return the renderers that serve a view."""
    renderers = view.get_renderers()
    return [renderer for renderer in renderers if not hasattr(renderer, "serves") or renderer.serves(view)]
