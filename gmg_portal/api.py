"""What every endpoint of the API shares. It reaches the apps by the settings: they import nothing from here.

REST framework loads these classes while it defines its views, so no view can stand in this module.
"""

from datetime import date
from ipaddress import IPv6Address, ip_address, ip_network

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.throttling import AnonRateThrottle

from commitments.filters import PastDayField
from gmg_portal.paging import CURSOR, Pagination
from gmg_portal.problems import Fault, Refused

FIELDS = "fields"
FORMAT = "format"
AS_OF = "as_of"
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

    def filter_queryset(self, request, queryset, view):
        words = request.query_params
        view.filterset = self.get_filterset(request, queryset, view)
        view.chosen_fields = {name for name in words.get(FIELDS, "").split(",") if name}
        filters = view.filterset.form.fields if view.filterset else {}
        known = {*filters, *paging_words(view), AS_OF, FIELDS, FORMAT}
        faults = [*unknown(words, known), *repeated(words, filters), *empty(words, known), *self._fields(view)]
        if view.filterset:
            faults += wrong_values(view.filterset.form, set(words))
        view.day, *wrong = self._day(words, filters, view)
        if faults or wrong:
            raise Refused(*faults, *wrong)
        rows = view.filterset.qs if view.filterset else queryset
        return view.on_day(rows, view.day) if view.day and hasattr(view, "on_day") else rows

    def _day(self, words, filters, view) -> tuple[date | None, *tuple[Fault, ...]]:
        """The day of the record that is asked for, and what is wrong with it where the filters do not say so."""
        if AS_OF in filters:
            return (view.filterset.form.cleaned_data.get(AS_OF) if view.filterset.is_valid() else None,)
        try:
            return (PastDayField(required=False).clean(words.get(AS_OF)),)
        except ValidationError as refusal:
            return None, Fault(AS_OF, " ".join(refusal.messages))

    def _fields(self, view) -> list[Fault]:
        allowed = tuple(view.get_serializer().fields)
        return [
            Fault(FIELDS, _("‘%(name)s’ is not a field here. Allowed: %(allowed)s.") % told(name, allowed), allowed)
            for name in sorted(view.chosen_fields.difference(allowed))
        ]


def paging_words(view) -> set[str]:
    if getattr(view, "detail", False) or view.paginator is None:
        return set()
    return {Pagination.page_query_param, Pagination.page_size_query_param, CURSOR}


def unknown(words: QueryDict, known: set[str]) -> list[Fault]:
    allowed = tuple(sorted(known))
    return [
        Fault(word, _("‘%(name)s’ is not a parameter here. Allowed: %(allowed)s.") % told(word, allowed), allowed)
        for word in sorted(set(words) - known)
    ]


def repeated(words: QueryDict, filters: dict[str, forms.Field]) -> list[Fault]:
    return [
        Fault(word, _("‘%(word)s’ can be given only once.") % {"word": word})
        for word, values in words.lists()
        if len(values) > 1 and not isinstance(filters.get(word), SEVERAL)
    ]


def empty(words: QueryDict, known: set[str]) -> list[Fault]:
    return [
        Fault(word, _("‘%(word)s’ has no value: give one, or leave it out.") % {"word": word})
        for word, values in words.lists()
        if word in known and not all(values)
    ]


def wrong_values(form: forms.Form, given: set[str]) -> list[Fault]:
    return [
        Fault(word, " ".join(sentences), allowed_by(form.fields[word]))
        for word, sentences in form.errors.items()
        if word in given and word in form.fields
    ]


def allowed_by(field: forms.Field) -> tuple[str | int, ...] | None:
    """The words that a field of fixed words takes; None where they are too many to name, or no words at all."""
    if isinstance(field, forms.ModelChoiceField) or not hasattr(field, "choices"):
        return None
    return tuple(value for value, _label in field.choices if value != "")


def told(name: str, allowed: tuple[str | int, ...]) -> dict[str, str]:
    return {"name": name, "allowed": ", ".join(map(str, allowed))}


class Renderer(JSONRenderer):
    """Compact JSON in UTF-8, with only the fields that were asked for, if any were."""

    def render(self, data, accepted_media_type=None, renderer_context=None):
        chosen = getattr((renderer_context or {}).get("view"), "chosen_fields", None)
        if chosen:
            data = self._only(chosen, data)
        return super().render(data, accepted_media_type, renderer_context)

    def _only(self, chosen: set[str], data: dict) -> dict:
        if "results" in data:
            return {**data, "results": [self._only(chosen, row) for row in data["results"]]}
        return {name: value for name, value in data.items() if name in chosen}


class Negotiation(DefaultContentNegotiation):
    """Choose by Accept or `format`; a format that is not known is refused like any other value."""

    def filter_renderers(self, renderers, format):
        try:
            return super().filter_renderers(renderers, format)
        except Http404:
            allowed = tuple(dict.fromkeys(renderer.format for renderer in renderers))
            detail = _("‘%(name)s’ is not a format here. Allowed: %(allowed)s.") % told(format, allowed)
            raise Refused(Fault(FORMAT, detail, allowed)) from None


class AddressThrottle(AnonRateThrottle):
    """So many requests from one address in a time. A home with IPv6 has a whole /64 of addresses: they count as one."""

    def get_ident(self, request):
        ident = super().get_ident(request)
        try:
            address = ip_address(ident)
        except ValueError:
            return ident
        if isinstance(address, IPv6Address) and not address.ipv4_mapped:
            return str(ip_network((address, 64), strict=False))
        return ident
