"""What every endpoint of the API shares. It reaches the apps by the settings: they import nothing from here.

REST framework loads these classes while it defines its views, so no view can stand in this module.
"""

from collections.abc import Iterable
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.http.request import MediaType
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation

from commitments.filters import ChoicesField, PastDayField, split_lists, with_param_name
from foundation.rest.pagination import CURSOR, Pagination
from foundation.rest.problem_codes import of_form
from foundation.rest.problem_details import Fault, Refused
from foundation.rest.sparse_fields import UnknownField, chosen, offered
from foundation.text.closest_match import closest_match

FIELDS = "fields"
FORMAT = "format"
AS_OF = "as_of"
COMMA_LISTS = (FIELDS, "ordering")
SEVERAL = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


class StrictFilterBackend(DjangoFilterBackend):
    """Filter by the view's FilterSet, and refuse every word and value that is not known.

    A list is asked with the words of `filterset_class`, one row with those of `detail_filterset_class` (the day of
    `as_of`, for instance); both know `fields` and `as_of`. The view keeps what was asked as `filterset`,
    `chosen_fields` and `day`; one whose rows have days of their own says by `on_day` which were there by then.
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
        words = view.filterset.data if view.filterset else request.query_params
        view.offered_fields = offered(view.get_serializer())
        view.chosen_fields, unknown_fields = chosen(words.getlist(FIELDS), view.offered_fields)
        filters = view.filterset.form.fields if view.filterset else {}
        known = {*filters, *paging_words(view), AS_OF, FIELDS, FORMAT}
        faults = [*unknown(words, known), *repeated(words, filters), *empty(words, known), *not_fields(unknown_fields)]
        if view.filterset:
            faults += wrong_values(view.filterset.form, words)
        view.day, *wrong = self._day(words, filters, view)
        if faults or wrong:
            raise Refused(*faults, *wrong)
        rows = in_one_order(view.filterset.qs, words) if view.filterset else queryset
        return view.on_day(rows, view.day) if view.day and hasattr(view, "on_day") else rows

    def _day(self, words, filters, view) -> tuple[date | None, *tuple[Fault, ...]]:
        """The day of the record that is asked for, and what is wrong with it where the filters do not say so."""
        if AS_OF in filters:
            return (view.filterset.form.cleaned_data.get(AS_OF) if view.filterset.is_valid() else None,)
        try:
            return (PastDayField(required=False).clean(words.get(AS_OF)),)
        except ValidationError as refusal:
            return None, Fault(AS_OF, " ".join(with_param_name(AS_OF, refusal.messages)))


def not_fields(unknown_fields: Iterable[UnknownField]) -> list[Fault]:
    refusal = _("‘%(name)s’ is not a field here.%(near)s Allowed: %(allowed)s.")
    return [refused(FIELDS, refusal, field.name, field.allowed, "unknown_field") for field in unknown_fields]


def in_one_order(rows: QuerySet, words: QueryDict) -> QuerySet:
    """Rows that are equal in what they are sorted by keep one order, so that pages neither skip nor repeat."""
    return rows.order_by(*rows.query.order_by, "pk") if "ordering" in words else rows


def paging_words(view) -> set[str]:
    if getattr(view, "detail", False) or view.paginator is None:
        return set()
    return {Pagination.page_query_param, Pagination.page_size_query_param, CURSOR}


def unknown(words: QueryDict, known: set[str]) -> list[Fault]:
    refusal = _("‘%(name)s’ is not a parameter here.%(near)s Allowed: %(allowed)s.")
    allowed = tuple(sorted(known))
    return [refused(word, refusal, word, allowed, "unknown_parameter") for word in sorted(set(words) - known)]


def refuse_all_but(known: set[str], words: QueryDict) -> None:
    """Refuse a word that an address does not know, and a known one without a value or with several."""
    if faults := [*unknown(words, known), *repeated(words, {}), *empty(words, known)]:
        raise Refused(*faults)


def repeated(words: QueryDict, filters: dict[str, forms.Field]) -> list[Fault]:
    return [
        Fault(word, _("‘%(word)s’ can be given only once.") % {"word": word}, code="repeated")
        for word, values in words.lists()
        if len(values) > 1 and word not in COMMA_LISTS and not isinstance(filters.get(word), SEVERAL)
    ]


def empty(words: QueryDict, known: set[str]) -> list[Fault]:
    return [
        Fault(word, _("‘%(word)s’ has no value: give one, or leave it out.") % {"word": word}, code="empty")
        for word, values in words.lists()
        if word in known and not all(parts_of(word, values))
    ]


def parts_of(word: str, values: list[str]) -> list[str]:
    """The values of a word, one by one; in some words several are parted by commas."""
    return [part for value in values for part in value.split(",")] if word in COMMA_LISTS else values


def wrong_values(form: forms.Form, words: QueryDict) -> list[Fault]:
    """What is wrong with the values given; where a word has fixed ones, a stranger is named, with the nearest."""
    refusal = _("‘%(name)s’ is not a valid value.%(near)s Allowed: %(allowed)s.")
    faults = []
    for word in [word for word in form.errors if word in words and word in form.fields]:
        allowed = allowed_by(form.fields[word])
        if allowed == ():
            faults += [
                Fault(
                    word,
                    str(getattr(form.fields[word], "no_choices_message", ChoicesField.no_choices_message))
                    % {"value": value},
                    (),
                    code="unknown_value",
                )
                for value in dict.fromkeys(parts_of(word, words.getlist(word)))
            ]
            continue
        strangers = [
            value for value in parts_of(word, words.getlist(word)) if value not in map(str, allowed or [value])
        ]
        if isinstance(form.fields[word], ChoicesField):
            beside = form.fields[word].accepted_beyond_choices(strangers)
            strangers = [value for value in strangers if value not in beside]
        faults += [refused(word, refusal, value, allowed) for value in dict.fromkeys(strangers)]
        if not strangers:
            faults.append(
                Fault(word, " ".join(with_param_name(word, form.errors[word])), allowed, code=of_form(form, word))
            )
    return faults


def allowed_by(field: forms.Field) -> tuple[str | int, ...] | None:
    """The words that a field of fixed words takes; None where they are too many to name, or no words at all."""
    if isinstance(field, forms.ModelChoiceField) or not hasattr(field, "choices"):
        return None
    return tuple(value for value, _label in field.choices if value != "")


def refused(word: str, refusal: str, name: str, allowed: tuple[str | int, ...], code: str = "unknown_value") -> Fault:
    """A fault that names what is not known, what is allowed in its place, and what is spelt most like it."""
    nearest = closest_match(name, map(str, allowed))
    suggestion = " " + _("Did you mean ‘%(word)s’?") % {"word": nearest} if nearest else ""
    told = {"name": name, "near": suggestion, "allowed": ", ".join(map(str, allowed))}
    return Fault(word, refusal % told, allowed, nearest, code)


class Negotiation(DefaultContentNegotiation):
    """Choose among the forms that serve the view: by `format` alone, where it is given, or else by Accept (RFC 9110).

    A method that is not allowed is refused as such, whatever form its answer should have had.
    """

    def select_renderer(self, request, renderers, format_suffix=None):
        view = request.parser_context["view"]
        serving = [renderer for renderer in renderers if not hasattr(renderer, "serves") or renderer.serves(view)]
        if request.method == "OPTIONS" or request.method not in view.allowed_methods:
            chosen = renderers[0]
        elif asked := request.query_params.get(FORMAT):
            chosen = self.filter_renderers(serving, asked)[0]
        else:
            chosen = self._most_welcome(serving, self.get_accept_list(request))
        return chosen, chosen.media_type

    def _most_welcome(self, renderers, accepted: list[str]):
        ranges = [MediaType(text) for text in accepted if text] or [MediaType("*/*")]
        welcome = max(renderers, key=lambda renderer: how_welcome(renderer.media_type, ranges))
        if how_welcome(welcome.media_type, ranges)[0] == 0:
            raise NotAcceptable(available_renderers=renderers)
        return welcome

    def filter_renderers(self, renderers, format):
        try:
            return super().filter_renderers(renderers, format)
        except Http404:
            allowed = tuple(dict.fromkeys(renderer.format for renderer in renderers))
            refusal = _("‘%(name)s’ is not a format here.%(near)s Allowed: %(allowed)s.")
            raise Refused(refused(FORMAT, refusal, format, allowed)) from None


def how_welcome(media_type: str, ranges: list[MediaType]) -> tuple[float, int]:
    """The quality that Accept gives a type by the closest of its ranges, and how close that is; 0 where none has it.

    Parameters of a range tell nothing apart here: no form has two kinds.
    """
    main_type, sub_type = media_type.split("/")
    fitting = [
        (min(each.specificity, 2), each.quality)
        for each in ranges
        if each.main_type in (main_type, "*") and each.sub_type in (sub_type, "*")
    ]
    specificity, quality = max(fitting, default=(0, 0))
    return quality, specificity
