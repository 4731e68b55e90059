"""Filter backend, content negotiation and parameter checks that every endpoint shares.

The apps name these classes in the settings and import nothing from here. REST framework loads them while it defines its
views, so no view can stand in this module.
"""

from collections.abc import Iterable
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.http.request import MediaType
from django.utils.translation import gettext as _
from django.views import View
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation

from foundation.rest.pagination import CURSOR, Pagination
from foundation.rest.problem_codes import form_error_code
from foundation.rest.problem_details import Fault, InvalidParameter
from foundation.rest.sparse_fields import UnknownField, field_tree, select_fields
from foundation.text.closest_match import closest_match
from register.filters import ChoicesField, PastDayField, split_lists, with_param_name

FIELDS = "fields"
FORMAT = "format"
AS_OF = "as_of"
COMMA_SEPARATED_PARAMS = (FIELDS, "ordering")
MULTIPLE_CHOICE_FIELDS = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


class StrictFilterBackend(DjangoFilterBackend):
    """Filter by the view's FilterSet, and refuse every unknown parameter and value.

    A list takes the parameters of `filterset_class`, one row those of `detail_filterset_class` (`as_of`, for instance);
    both take `fields` and `as_of`. The backend sets `filterset`, `chosen_fields` and `day` on the view. A view whose
    rows have dates of their own keeps those that existed by that day in `on_day`.
    """

    def get_filterset_class(self, view, queryset=None):
        if getattr(view, "detail", False):
            return getattr(view, "detail_filterset_class", None)
        return super().get_filterset_class(view, queryset)

    def get_filterset_kwargs(self, request, queryset, view):
        kwargs = super().get_filterset_kwargs(request, queryset, view)
        filters = self.get_filterset_class(view, queryset).base_filters
        return {**kwargs, "data": split_lists(request.query_params, filters)}

    def filter_queryset(self, request, queryset, view):
        view.filterset = self.get_filterset(request, queryset, view)
        params = view.filterset.data if view.filterset else request.query_params
        view.offered_fields = field_tree(view.get_serializer())
        view.chosen_fields, unknown_fields = select_fields(params.getlist(FIELDS), view.offered_fields)
        filters = view.filterset.form.fields if view.filterset else {}
        known_params = {*filters, *pagination_params(view), AS_OF, FIELDS, FORMAT}
        faults = [
            *unknown_param_faults(params, known_params),
            *repeated_param_faults(params, filters),
            *empty_param_faults(params, known_params),
            *unknown_field_faults(unknown_fields),
        ]
        if view.filterset:
            faults += invalid_value_faults(view.filterset.form, params)
        view.day, *as_of_faults = self._read_as_of(params, filters, view)
        if faults or as_of_faults:
            raise InvalidParameter(*faults, *as_of_faults)
        rows = with_stable_order(view.filterset.qs, params) if view.filterset else queryset
        return view.on_day(rows, view.day) if view.day and hasattr(view, "on_day") else rows

    def _read_as_of(self, params, filters, view) -> tuple[date | None, *tuple[Fault, ...]]:
        """Return the day of `as_of`, or None, followed by a fault where the filters do not report it themselves."""
        if AS_OF in filters:
            return (view.filterset.form.cleaned_data.get(AS_OF) if view.filterset.is_valid() else None,)
        try:
            return (PastDayField(required=False).clean(params.get(AS_OF)),)
        except ValidationError as error:
            return None, Fault(AS_OF, " ".join(with_param_name(AS_OF, error.messages)))


def unknown_field_faults(unknown_fields: Iterable[UnknownField]) -> list[Fault]:
    """Return the faults of `fields`: a name that the resource lacks, with the nearest and all allowed ones."""
    template = _("‘%(name)s’ is not a field here.%(near)s Allowed: %(allowed)s.")
    return [
        unknown_value_fault(FIELDS, template, field.name, field.allowed, "unknown_field") for field in unknown_fields
    ]


def with_stable_order(rows: QuerySet, params: QueryDict) -> QuerySet:
    """Sort rows with equal sort values by primary key too, so that pages neither skip nor repeat rows."""
    return rows.order_by(*rows.query.order_by, "pk") if "ordering" in params else rows


def pagination_params(view: View) -> set[str]:
    """Return the pagination parameters of a list; an empty set for single rows and views without pages."""
    if getattr(view, "detail", False) or view.paginator is None:
        return set()
    return {Pagination.page_query_param, Pagination.page_size_query_param, CURSOR}


def unknown_param_faults(params: QueryDict, allowed_names: set[str]) -> list[Fault]:
    """Return a fault for each parameter that the endpoint does not take, in alphabetical order."""
    template = _("‘%(name)s’ is not a parameter here.%(near)s Allowed: %(allowed)s.")
    allowed = tuple(sorted(allowed_names))
    return [
        unknown_value_fault(param, template, param, allowed, "unknown_parameter")
        for param in sorted(set(params) - allowed_names)
    ]


def refuse_other_params(allowed_names: set[str], params: QueryDict) -> None:
    """Refuse a parameter that the address does not take, and one that is repeated or empty."""
    if faults := [
        *unknown_param_faults(params, allowed_names),
        *repeated_param_faults(params, {}),
        *empty_param_faults(params, allowed_names),
    ]:
        raise InvalidParameter(*faults)


def repeated_param_faults(params: QueryDict, filters: dict[str, forms.Field]) -> list[Fault]:
    """Return a fault for each parameter that is given twice, unless it takes several values."""
    return [
        Fault(param, _("‘%(word)s’ can be given only once.") % {"word": param}, code="repeated")
        for param, values in params.lists()
        if len(values) > 1
        and param not in COMMA_SEPARATED_PARAMS
        and not isinstance(filters.get(param), MULTIPLE_CHOICE_FIELDS)
    ]


def empty_param_faults(params: QueryDict, allowed_names: set[str]) -> list[Fault]:
    """Return a fault for each known parameter without a value, or with an empty item in a list of values."""
    return [
        Fault(param, _("‘%(word)s’ has no value: give one, or leave it out.") % {"word": param}, code="empty")
        for param, values in params.lists()
        if param in allowed_names and not all(split_values(param, values))
    ]


def split_values(param: str, values: list[str]) -> list[str]:
    """Return the values of a parameter one by one; some parameters hold several, separated by commas."""
    return [part for value in values for part in value.split(",")] if param in COMMA_SEPARATED_PARAMS else values


def invalid_value_faults(form: forms.Form, params: QueryDict) -> list[Fault]:
    """Return a fault for each invalid value, with the nearest valid one where the valid values are fixed."""
    template = _("‘%(name)s’ is not a valid value.%(near)s Allowed: %(allowed)s.")
    faults = []
    for param in [param for param in form.errors if param in params and param in form.fields]:
        allowed = allowed_values(form.fields[param])
        if allowed == ():
            faults += [
                Fault(
                    param,
                    str(getattr(form.fields[param], "no_choices_message", ChoicesField.no_choices_message))
                    % {"value": value},
                    (),
                    code="unknown_value",
                )
                for value in dict.fromkeys(split_values(param, params.getlist(param)))
            ]
            continue
        unknown_values = [
            value for value in split_values(param, params.getlist(param)) if value not in map(str, allowed or [value])
        ]
        if isinstance(form.fields[param], ChoicesField):
            also_allowed = form.fields[param].accepted_beyond_choices(unknown_values)
            unknown_values = [value for value in unknown_values if value not in also_allowed]
        faults += [unknown_value_fault(param, template, value, allowed) for value in dict.fromkeys(unknown_values)]
        if not unknown_values:
            faults.append(
                Fault(
                    param,
                    " ".join(with_param_name(param, form.errors[param])),
                    allowed,
                    code=form_error_code(form, param),
                )
            )
    return faults


def allowed_values(field: forms.Field) -> tuple[str | int, ...] | None:
    """Return the values of a field with fixed choices; None for other fields and for choices too many to list."""
    if isinstance(field, forms.ModelChoiceField) or not hasattr(field, "choices"):
        return None
    return tuple(value for value, _label in field.choices if value != "")


def unknown_value_fault(
    param: str, template: str, value: str, allowed: tuple[str | int, ...], code: str = "unknown_value"
) -> Fault:
    """Return a fault that names the unknown value, the allowed ones, and the closest match."""
    nearest = closest_match(value, map(str, allowed))
    suggestion = " " + _("Did you mean ‘%(word)s’?") % {"word": nearest} if nearest else ""
    sentence_values = {"name": value, "near": suggestion, "allowed": ", ".join(map(str, allowed))}
    return Fault(param, template % sentence_values, allowed, nearest, code)


class Negotiation(DefaultContentNegotiation):
    """Choose among the renderers that serve the view: by `format` alone if it is there, otherwise by Accept (RFC 9110).

    A method that is not allowed is refused with 405, whatever format was asked for.
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
            template = _("‘%(name)s’ is not a format here.%(near)s Allowed: %(allowed)s.")
            raise InvalidParameter(unknown_value_fault(FORMAT, template, format, allowed)) from None


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
