"""The page of the register: search, facets, sorting, cards or a table."""

from django.utils.translation import gettext_lazy as _
from django.views.generic import ListView

from foundation.filters.messages import form_error_messages
from foundation.http.public_pages import Menu, MenuEntry, RecordPage
from foundation.rest.sparse_fields import UnknownField, field_tree, select_fields, selected_paths, values_at
from foundation.text.closest_match import suggestion
from register.filtering.commitment_filters import CommitmentFilter
from register.filtering.facets import count_facets
from register.filtering.query import PAGINATION_PARAMS, SIZES, VIEWS, PageForm, RegisterQuery
from register.querysets import register_commitments
from register.serializers import CommitmentRowSerializer


class RegisterView(RecordPage, ListView):
    """The register: full-text search, facets with counts, sorting. The address contains the whole query."""

    template_name = "commitments/list.html"
    menus = (MenuEntry(Menu.MAIN, 10, _("Commitments")), MenuEntry(Menu.RECORD, 10, _("Commitments")))
    accepted_params = None
    api_route = "commitments-list"
    context_object_name = "commitments"
    paginate_by = SIZES[0]

    def get(self, request, *args, **kwargs):
        self.pages = PageForm(request.GET)
        self.filterset = CommitmentFilter(request.GET, extra_params=PAGINATION_PARAMS)
        tree, unknown = select_fields(request.GET.getlist("fields"), field_tree(CommitmentRowSerializer()))
        self.columns = list(selected_paths(tree))
        if self.filterset.is_valid() and self.pages.is_valid() and not unknown:
            self.register_query = RegisterQuery(self.filterset.data, self.filterset)
            self.facet_counts = count_facets(self.filterset)
            return super().get(request, *args, **kwargs)
        self.object_list = register_commitments().none()
        problems = [
            *form_error_messages(self.filterset.form),
            *form_error_messages(self.pages),
            *map(unknown_field_message, unknown),
        ]
        context = {"problems": problems, "search": request.GET.get("q", ""), "supports_as_of": self.supports_as_of}
        return self.render_to_response(context, status=400)

    def get_queryset(self):
        rows = self.filterset.qs.select_related("lead_agency", "workgroup").prefetch_related("agenda_points")
        if self.columns:
            rows = rows.with_latest_report(self.filterset.day).select_related("work_plan")
            return rows.prefetch_related("partner_agencies", "recommendations", "stakeholders")
        text = self.filterset.active_params.get("q")
        return (rows.with_highlights(text, self.filterset.day) if text else rows).defer("search")

    def get_paginate_by(self, queryset):
        return self.pages.cleaned_data.get("page_size") or self.paginate_by

    def get_paginator(self, *args, **kwargs):
        paginator = super().get_paginator(*args, **kwargs)
        paginator.count = self.facet_counts.count
        return paginator

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            filterset=self.filterset,
            facet_counts=self.facet_counts,
            register_query=self.register_query,
            columns=self.columns,
            view=self.pages.cleaned_data["view"],
            views=VIEWS,
            usual_size=self.paginate_by,
            sizes=sorted({*SIZES, self.get_paginate_by(None)}),
            **kwargs,
        )
        page = context["page_obj"]
        context["pages"] = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
        if not self.facet_counts.count:
            context["spellings"] = self.register_query.spellings()
            context["relaxed_queries"] = self.register_query.relaxed_queries(self.facet_counts.without)
        if self.columns:
            context["table"] = self._table(context["commitments"])
        return context

    def _table(self, commitments) -> list[list]:
        """Return the rows as pairs of address and text for each field in `fields`, by the names of the API."""
        rows = CommitmentRowSerializer(
            commitments, many=True, context={"request": self.request, "day": self.filterset.day}
        ).data
        return [[(row["url"], as_text(values_at(name, row))) for name in self.columns] for row in rows]


def unknown_field_message(field: UnknownField) -> str:
    params = {"name": field.name, "near": suggestion(field.name, field.allowed), "allowed": ", ".join(field.allowed)}
    return _("fields: ‘%(name)s’ is not a field here.%(near)s Allowed: %(allowed)s.") % params


def as_text(value) -> str:
    """Return a value of the API as the text of a table cell: objects by code or name, lists separated by semicolons."""
    if isinstance(value, list):
        return "; ".join(as_text(part) for part in value)
    if isinstance(value, dict):
        return str(value.get("code") or value.get("slug") or value.get("name") or value["title"])
    return "–" if value in (None, "") else str(value)
