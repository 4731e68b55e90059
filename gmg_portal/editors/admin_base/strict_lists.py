"""The lowest base class of all tables: a copy for each request, strict lists, and pages of the table's own."""

from collections.abc import Callable, Sequence
from copy import copy
from functools import wraps
from typing import Self

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import TO_FIELD_VAR, IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _

from gmg_portal.editors.context import EditorContext
from gmg_portal.editors.extra_views import ExtraView
from gmg_portal.editors.list_queries.lists import KeySelect, KeySelectMultiple, StrictChangeList
from gmg_portal.editors.list_queries.lookups import ValueCheck, is_key, lookups_of_filter, lookups_of_hierarchy
from gmg_portal.editors.list_queries.params import check_list_query
from gmg_portal.editors.list_queries.refusals import ListQueryRefused, note_refusal, refused_response, shorten


def served_by_copy(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Serve a page of a table by the request's own copy of the table."""

    @wraps(view)
    def wrapper(self, request, *args, **kwargs):
        return view(self.for_request(request), request, *args, **kwargs)

    return wrapper


class StrictListMixin:
    """Gives a table a list that takes its own query parameters and refuses every other with 400, for the audit log.

    Each request is served by a copy of the table, whose `page` holds what is known of the request: Django hands a
    table's hooks the request and the row alone. The registered table has no `page`.
    """

    page: EditorContext | None = None
    extra_views: Sequence[ExtraView] = ()  # pages beside Django's own

    def for_request(self, request) -> Self:
        """Return the copy of this table that serves the request, with its context."""
        if self.page is not None:
            return self
        table = copy(self)
        table.page = EditorContext(request, table)
        return table

    def page_about(self, request, row) -> EditorContext:
        """Return the context of the request's page about this row."""
        return self.for_request(request).page.about(row)

    def get_urls(self):
        return [*(extra.url(self) for extra in self.extra_views), *super().get_urls()]

    def view_on_site(self, obj):
        """Link from the form to the row's public page, where its model has one."""
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None

    def offered_lookups(self, request) -> dict[str, ValueCheck]:
        """Return the lookups that this person's list offers; worked out once a request."""
        return self.page_about(request, None).once(("lookups",), lambda: self._lookups(request))

    def _lookups(self, request) -> dict[str, ValueCheck]:
        lookups = {}
        for path in self.get_list_filter(request):
            lookups |= lookups_of_filter(self.model, path)
        return lookups | (lookups_of_hierarchy(self.date_hierarchy) if self.date_hierarchy else {})

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

    def list_context(self, page: EditorContext) -> dict[str, object]:
        """Return what the list's template needs beside Django's context."""
        return {}

    @served_by_copy
    def changelist_view(self, request, extra_context=None):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        try:
            check_list_query(request.GET, self.offered_lookups(request))
            return super().changelist_view(request, {**self.list_context(self.page), **(extra_context or {})})
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
