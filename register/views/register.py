"""The page of the register: search, facets, sorting, cards or a table."""

from collections.abc import Iterable

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from commitments.models import Commitment
from foundation.http.public_pages import Menu, MenuEntry, RecordPage
from foundation.rest.sparse_fields import prune, selected_paths, values_at
from register.filtering.facets import count_facets
from register.filtering.query import PAGINATION_PARAMS, SIZES, VIEWS, RegisterQuery
from register.filtering.suggestions import relaxed_queries, spelling_suggestions
from register.querysets import RegisterQuerySet
from register.serializers import CommitmentRowSerializer


class RegisterView(RecordPage, TemplateView):
    """The register: full-text search, facets with counts, sorting. The address contains the whole query."""

    template_name = "commitments/list.html"
    menus = (MenuEntry(Menu.MAIN, 10, _("Commitments")), MenuEntry(Menu.RECORD, 10, _("Commitments")))
    accepted_params = None
    api_route = "commitments-list"

    def get(self, request):
        query = RegisterQuery.parse(request.GET, page_params=PAGINATION_PARAMS)
        if query.errors:
            context = {
                "problems": query.errors,
                "search": request.GET.get("q", ""),
                "supports_as_of": self.supports_as_of,
            }
            return self.render_to_response(context, status=400)
        return self.render_to_response(self.get_context_data(**self.register_context(query)))

    def register_context(self, query: RegisterQuery) -> dict:
        """Return the context of the page; raise Http404 past the last page."""
        facet_counts = count_facets(query)
        paginator = Paginator(listed_rows(query), query.page_size or SIZES[0])
        paginator.count = facet_counts.count
        try:
            page = paginator.page(query.page)
        except InvalidPage as error:
            raise Http404(str(error)) from None
        context = {
            "register_query": query,
            "facet_counts": facet_counts,
            "commitments": page.object_list,
            "columns": list(selected_paths(query.fields)),
            "table": table_cells(page.object_list, query, self.request) if query.fields else None,
            "paginator": paginator,
            "page_obj": page,
            "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "view": query.view,
            "views": VIEWS,
            "usual_size": SIZES[0],
            "sizes": sorted({*SIZES, paginator.per_page}),
        }
        if not facet_counts.count:
            context["spellings"] = spelling_suggestions(query)
            context["relaxed_queries"] = relaxed_queries(query, facet_counts.without)
        return context


def listed_rows(query: RegisterQuery) -> RegisterQuerySet:
    """Return the rows of the query with what the page shows of each: cards, or the chosen fields."""
    rows = query.rows().select_related("lead_agency", "workgroup").prefetch_related("agenda_points")
    if query.fields:
        rows = rows.with_latest_report(query.day).select_related("work_plan")
        return rows.prefetch_related("partner_agencies", "recommendations", "stakeholders")
    text = query.filters.get("q")
    return (rows.with_highlights(text, query.day) if text else rows).defer("search")


def table_cells(commitments: Iterable[Commitment], query: RegisterQuery, request: HttpRequest) -> list[list]:
    """Return the rows as pairs of address and text for each chosen field, by the names of the API."""
    serializer = CommitmentRowSerializer(commitments, many=True, context={"request": request, "day": query.day})
    prune(serializer, {**query.fields, "url": None})
    columns = list(selected_paths(query.fields))
    return [[(row["url"], as_text(values_at(name, row))) for name in columns] for row in serializer.data]


def as_text(value) -> str:
    """Return a value of the API as the text of a table cell: objects by code or name, lists separated by semicolons."""
    if isinstance(value, list):
        return "; ".join(as_text(part) for part in value)
    if isinstance(value, dict):
        return str(value.get("code") or value.get("slug") or value.get("name") or value["title"])
    return "–" if value in (None, "") else str(value)
