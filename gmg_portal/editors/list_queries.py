"""Checks of the query parameters of the editor area's lists: their own filters, order, search and paging.

If a list took any lookup, a user could read any column by counting rows. So a list takes exactly the lookups that its
own filters link to, with the values that they offer, and answers 400 to everything else. Other pages raise the same
exception, which the admin site turns into an error page.
"""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from django import forms
from django.contrib.admin import AdminSite, FieldListFilter, RelatedFieldListFilter
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_FACETS_VAR, IS_POPUP_VAR, TO_FIELD_VAR, IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR, ChangeList
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.paginator import InvalidPage, Page, Paginator
from django.db import models
from django.db.models.options import Options
from django.http import HttpRequest, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from foundation.filters.messages import repeated_parameter

MAX_SHOWN_NAME = 200
MAX_KEY_DIGITS = 19
YEARS = range(1900, 2201)
# Parameters that do not filter by a column.
SHOWN_PARAMS = frozenset({SEARCH_VAR, ORDER_VAR, PAGE_VAR, ALL_VAR, IS_FACETS_VAR})
LIST_PARAMS = SHOWN_PARAMS | {ERROR_FLAG, IS_POPUP_VAR, TO_FIELD_VAR}
# A history page is paginated, and keeps the filters of the list that linked to it.
HISTORY_PARAMS = frozenset({PAGE_VAR, "_changelist_filters"})
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,8}")

ValueCheck = Callable[[str], bool]


class ListQueryRefused(Exception):
    """A query parameter that a list does not take, with an error message and the allowed values."""

    def __init__(self, parameter: str, problem: str, allowed: list[str]):
        super().__init__(problem)
        self.parameter = parameter
        self.problem = problem
        self.allowed = allowed


def note_refusal(request: HttpRequest, reason: str) -> None:
    """Let the audit log record this request as refused, whatever its status code; see `RequestContextMiddleware`."""
    request.refusal = reason.replace("\0", "")


# Lookups and values of each kind of filter


def is_flag(value: str) -> bool:
    """Tell whether a value is a boolean as Django's own filters write it."""
    return value in ("True", "False", "1", "0")


def is_moment(value: str) -> bool:
    """Accept a day or a moment as the links of a date filter write it."""
    try:
        return datetime.fromisoformat(value).year in YEARS
    except ValueError:
        return False


def is_number_in(numbers: range) -> ValueCheck:
    """Return the check for a number of at most four digits in a range, such as a year or a month."""
    return lambda value: value.isascii() and value.isdecimal() and len(value) < 5 and int(value) in numbers


def is_key(value: str) -> bool:
    """Return whether a value can be a primary key, which is a number in every table."""
    return value.isascii() and value.isdecimal() and len(value) < MAX_KEY_DIGITS


def is_text(value: str) -> bool:
    """Tell whether PostgreSQL can search for a value: its texts hold no null character."""
    return "\0" not in value


def lookups_of_filter(model: type[models.Model], path: str) -> dict[str, ValueCheck]:
    """Return the lookups that the list filter on a column links to, each with the check of its values.

    The values of a relation are checked by `VisibleRelatedFilter`, which knows the rows on offer.
    """
    column = get_fields_from_path(model, path)[-1]
    empty = {f"{path}__isnull": is_flag} if column.null or column.many_to_many else {}
    if column.remote_field:
        return {f"{path}__{column.target_field.name}__exact": is_text} | empty
    if isinstance(column, models.BooleanField):
        return {f"{path}__exact": is_flag} | empty
    if column.choices:
        values = {str(value) for value, _label in column.flatchoices}
        return {f"{path}__exact": values.__contains__} | empty
    if isinstance(column, models.DateField):
        return {f"{path}__gte": is_moment, f"{path}__lt": is_moment} | empty
    raise ImproperlyConfigured(f"{model._meta.label}: a filter on {path} would list every value of a free column.")


def lookups_of_hierarchy(path: str) -> dict[str, ValueCheck]:
    """Return the lookups of the date hierarchy on a column."""
    return {
        f"{path}__year": is_number_in(YEARS),
        f"{path}__month": is_number_in(range(1, 13)),
        f"{path}__day": is_number_in(range(1, 32)),
    }


class VisibleRelatedFilter(RelatedFieldListFilter):
    """Offers the related rows that the person sees in their own table, and takes no others."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [str(key) for key, _label in self.lookup_choices]
        for value in self.lookup_val or ():
            if value not in offered:
                raise value_refused(self.lookup_kwarg, value, offered)

    def field_choices(self, field, request, model_admin):
        try:
            table = model_admin.admin_site.get_model_admin(field.remote_field.model)
        except NotRegistered:
            return []
        if not table.has_view_permission(request):
            return []
        return field.get_choices(
            include_blank=False,
            ordering=self.field_admin_ordering(field, request, model_admin),
            limit_choices_to={"pk__in": table.get_queryset(request).order_by().values("pk")},
        )


FieldListFilter.register(lambda column: column.remote_field, VisibleRelatedFilter, take_priority=True)


def unknown_parameter(name: str, allowed: Iterable[str]) -> ListQueryRefused:
    """Return the error of a parameter that the list does not take, with all that it takes."""
    problem = _("‘%(parameter)s’ is not a parameter of this list.") % {"parameter": shorten(name)}
    return ListQueryRefused(name, problem, sorted(allowed))


def value_refused(parameter: str, value: str, allowed: list[str] | None = None) -> ListQueryRefused:
    """Return the error of a value that a filter does not take, with the allowed values where they are few."""
    problem = _("%(parameter)s: ‘%(value)s’ is not a valid value of this filter.") % {
        "parameter": shorten(parameter),
        "value": shorten(value),
    }
    return ListQueryRefused(parameter, problem, allowed or [])


def shorten(text: str) -> str:
    """Cut a text of the address to MAX_SHOWN_NAME characters, since an error repeats it."""
    return text if len(text) <= MAX_SHOWN_NAME else f"{text[:MAX_SHOWN_NAME]}…"


def null_character_problem() -> str:
    """Return the sentence for searches that `is_text` refuses."""
    return _("The search holds a null character, which no text here contains. Remove it and search again.")


class StrictChangeList(ChangeList):
    """A list that can be sorted by its visible sortable columns only."""

    def get_ordering(self, request, queryset):
        if ordering := self.params.get(ORDER_VAR):
            columns = self.sortable_columns()
            for part in ordering.split("."):
                if part.removeprefix("-") not in columns:
                    problem = _("o: ‘%(value)s’ is not a column of this list that you can sort by.")
                    raise ListQueryRefused(ORDER_VAR, problem % {"value": shorten(part)}, columns)
        return super().get_ordering(request, queryset)

    def sortable_columns(self) -> list[str]:
        """Return the column numbers that the `o` parameter takes."""
        return [
            str(place)
            for place, name in enumerate(self.list_display)
            if name in self.sortable_by and self.get_ordering_field(name)
        ]


class ValidKeysMixin:
    """Ignores submitted values that are no keys; Django's query for them would fail."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [key for key in value if is_key(str(key))], attr)


class KeySelect(ValidKeysMixin, AutocompleteSelect):
    """A select for one related row, whose choices are loaded while typing."""


class KeySelectMultiple(ValidKeysMixin, AutocompleteSelectMultiple):
    """A select for several related rows, whose choices are loaded while typing."""


def check_list_query(params: QueryDict, lookups: dict[str, ValueCheck]) -> None:
    """Raise ListQueryRefused for the first parameter, or value of one, that a list with these lookups does not take."""
    for name, values in params.lists():
        if name not in lookups and name not in LIST_PARAMS:
            raise unknown_parameter(name, {*lookups, *SHOWN_PARAMS})
        for value in values:
            check_value(name, value, lookups)


def check_value(name: str, value: str, lookups: dict[str, ValueCheck]) -> None:
    """Raise ListQueryRefused for a search, page or filter value that the list does not take."""
    if name == SEARCH_VAR and not is_text(value):
        raise ListQueryRefused(name, null_character_problem(), [])
    if name == PAGE_VAR and not PAGE_NUMBER.fullmatch(value):
        problem = _("p: ‘%(value)s’ is not a page. Use a whole number from 1.")
        raise ListQueryRefused(name, problem % {"value": shorten(value)}, [])
    if name in lookups and not lookups[name](value):
        raise value_refused(name, value)


# Pages of the editor area that are no list of a table: queue, response rates, dashboard, histories, files


def check_params(params: QueryDict, allowed: Collection[str]) -> None:
    """Raise ListQueryRefused for a parameter that a page does not take, or that is given more than once."""
    for name, values in params.lists():
        if name not in allowed:
            problem = _("‘%(parameter)s’ is not a parameter of this page.") % {"parameter": shorten(name)}
            raise ListQueryRefused(name, problem, sorted(allowed))
        if len(values) > 1:
            raise ListQueryRefused(name, repeated_parameter(name), [])


def check_choices(form: forms.Form) -> None:
    """Raise ListQueryRefused for the first choice of a page's form that it does not offer."""
    for name in form.errors:
        offered = [str(value) for value, _label in form.fields[name].choices if str(value)]
        raise value_refused(name, form.data.get(name, ""), offered)


def requested_page(paginator: Paginator, params: QueryDict) -> Page:
    """Return the page that `p` names, the first without it; raise ListQueryRefused where there is no such page."""
    number = params.get(PAGE_VAR, "1")
    check_value(PAGE_VAR, number, {})
    try:
        return paginator.page(number)
    except InvalidPage:
        problem = _("p: there is no page %(number)s. The last page is %(last)s.")
        raise ListQueryRefused(PAGE_VAR, problem % {"number": number, "last": paginator.num_pages}, []) from None


def refused_response(
    request: HttpRequest, site: AdminSite, refusal: ListQueryRefused, opts: Options | None = None
) -> TemplateResponse:
    """Return a page that says what was refused (400), and let the audit log record it; `opts` are those of a table."""
    note_refusal(request, f"parameter {refusal.parameter}" if refusal.parameter else "parameters")
    title = _("There is a problem with this link")
    context = {**site.each_context(request), "title": title, "opts": opts, "refusal": refusal}
    return TemplateResponse(request, "admin/list_query_refused.html", context, status=400)


class StrictListMixin:
    """Gives a table a list that takes its own query parameters and refuses every other with 400, for the audit log."""

    def offered_lookups(self, request) -> dict[str, ValueCheck]:
        """Return the lookups that this person's list offers; worked out once a request."""
        lookups_by_model = request.__dict__.setdefault("_offered_lookups", {})
        if self.model not in lookups_by_model:
            lookups = {}
            for path in self.get_list_filter(request):
                lookups |= lookups_of_filter(self.model, path)
            lookups_by_model[self.model] = lookups | (
                lookups_of_hierarchy(self.date_hierarchy) if self.date_hierarchy else {}
            )
        return lookups_by_model[self.model]

    def lookup_allowed(self, lookup, value, request):
        check = self.offered_lookups(request).get(lookup)
        return check is not None and all(map(check, value if isinstance(value, list | tuple) else [value]))

    def to_field_allowed(self, request, to_field):
        """Allow the primary key only: other columns could be read by trying values."""
        if to_field == self.opts.pk.name:
            return True
        note_refusal(request, f"{TO_FIELD_VAR}: {to_field}")
        return False

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeySelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeySelectMultiple(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_changelist(self, request, **kwargs):
        return StrictChangeList

    def get_changelist_instance(self, request):
        try:
            return super().get_changelist_instance(request)
        except IncorrectLookupParameters:
            problem = _("This list has no such page, or a filter has a value that it cannot read.")
            raise ListQueryRefused("", problem, []) from None

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        try:
            check_list_query(request.GET, self.offered_lookups(request))
            return super().changelist_view(request, extra_context)
        except ListQueryRefused as refusal:
            return self.refuse_list_query(request, refusal)

    def history_view(self, request, object_id, extra_context=None):
        """Check the permission on the table first, so that the answer does not reveal whether a row exists."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def response_action(self, request, queryset):
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            if not is_key(key):
                problem = _("‘%(value)s’ is not the key of a row. Tick rows of the list.") % {"value": shorten(key)}
                raise ListQueryRefused(ACTION_CHECKBOX_NAME, problem, [])
        return super().response_action(request, queryset)

    def get_changeform_initial_data(self, request):
        """Leave out initial values of relations that are no keys."""
        initial = super().get_changeform_initial_data(request)
        relations = {column.name for column in (*self.opts.fields, *self.opts.many_to_many) if column.is_relation}
        return {
            name: value
            for name, value in initial.items()
            if name not in relations or all(is_key(str(key)) for key in (value if isinstance(value, list) else [value]))
        }

    def refuse_list_query(self, request, refusal: ListQueryRefused):
        return refused_response(request, self.admin_site, refusal, self.opts)


class StrictAutocompleteView(AutocompleteJsonView):
    """The options of autocomplete fields, for users who may fill in the form with that field."""

    def get(self, request, *args, **kwargs):
        if not is_text(request.GET.get("term", "")):
            return JsonResponse({"error": null_character_problem()}, status=400)
        return super().get(request, *args, **kwargs)

    def process_request(self, request):
        term, model_admin, source_field, to_field_name = super().process_request(request)
        form = self.admin_site._registry.get(source_field.model)
        if form is None or source_field.name not in form.get_autocomplete_fields(request):
            raise PermissionDenied
        if not (form.has_add_permission(request) or form.has_change_permission(request)):
            raise PermissionDenied
        return term, model_admin, source_field, to_field_name
