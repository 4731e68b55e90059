"""The base classes of the pages of a table, and how a table lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib.admin.utils import unquote
from django.urls import URLPattern, path
from django.views import View

from gmg_portal.editors.context import AdminTable, EditorContext


class EditorView(View):
    """A page of a table. `as_view(table=…)` takes the registered table; `page` has the request's own copy of it."""

    table: AdminTable | None = None
    page: EditorContext

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.page = self.table.for_request(request).page


class RowView(EditorView):
    """A page about a row. A row that the user's list lacks is answered as by Django: back to the dashboard."""

    def dispatch(self, request, object_id, **kwargs):
        if request.method.lower() not in self.http_method_names:
            return self.http_method_not_allowed(request)
        table = self.page.table
        row = table.get_object(request, unquote(object_id))
        if row is None:
            return table._get_obj_does_not_exist_redirect(request, table.opts, object_id)
        self.page = self.page.about(row)
        return super().dispatch(request, **kwargs)


@dataclass(frozen=True)
class ExtraView:
    """A page of a table: its route below the list, and its name after app and model."""

    route: str
    name: str
    view: type[EditorView]
    options: Mapping[str, object] = field(default_factory=dict)

    def url(self, table: AdminTable) -> URLPattern:
        """Return the URL pattern of the page for this table."""
        view = table.admin_site.admin_view(self.view.as_view(table=table, **self.options))
        return path(self.route, view, name=f"{table.opts.app_label}_{table.opts.model_name}_{self.name}")
