"""Base views of the endpoints that read: the query of an address is parsed once, and handed on as a value."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from foundation.rest.api_query import ApiQuery
from foundation.rest.pagination import CURSOR, Pagination
from foundation.rest.problem_details import ResourceNotFound
from foundation.rest.sparse_fields import keep_fields, offered_fields, prune
from foundation.text.closest_match import closest_match


class QueryResponse(Response):
    """The response to a query, which its renderers read."""

    def __init__(self, data: Any, query: ApiQuery, headers: dict[str, str] | None = None):
        super().__init__(data, headers=headers)
        self.query = query


class QueryView(GenericAPIView):
    """An endpoint that takes the parameters of `filterset_class`, `fields` and `as_of`, and refuses all others."""

    filterset_class = None

    def get_filterset_class(self):
        return self.filterset_class

    def parse_query(self) -> ApiQuery:
        """Return the query of the address; raise InvalidParameter if any parameter is invalid."""
        return ApiQuery.parse(
            self.request.query_params,
            self.get_queryset(),
            self.get_filterset_class(),
            offered_fields=offered_fields(self.get_serializer_class()),
            page_params=self.page_params(),
        )

    def page_params(self) -> set[str]:
        """Return the parameters that select a page; an empty set for views without pages."""
        if self.paginator is None:
            return set()
        return {Pagination.page_query_param, Pagination.page_size_query_param, CURSOR}

    def built_query(self, query: ApiQuery) -> ApiQuery:
        """Return the query with the fields that the renderer needs: linked data names rows by fields not chosen."""
        whole_rows = getattr(self.request.accepted_renderer, "needs_whole_rows", False)
        return replace(query, fields={}) if whole_rows else query

    def serialize(self, data: Any, query: ApiQuery, *, many: bool = False) -> Any:
        """Return the data with the fields of the query alone; the other ones are not built."""
        context = {**self.get_serializer_context(), "day": query.day}
        serializer = self.get_serializer_class()(data, many=many, context=context)
        prune(serializer, query.fields)
        return keep_fields(query.fields, serializer.data) if query.fields else serializer.data


class RecordViewSet(QueryView, ReadOnlyModelViewSet):
    """Rows of the record: a list that takes `filterset_class`, and single rows that take `detail_filterset_class`.

    A row that is not found is refused with the closest name, if its names are words (`is_named`).
    """

    detail_filterset_class = None
    is_named = False

    def get_filterset_class(self):
        return self.detail_filterset_class if self.detail else self.filterset_class

    def page_params(self):
        return set() if self.detail else super().page_params()

    def rows(self, query: ApiQuery) -> QuerySet:
        """Return the rows that meet the query, with what its fields need."""
        rows = query.filter(self.get_queryset())
        return self.on_day(rows, query.day) if query.day else rows

    def on_day(self, rows: QuerySet, day: date) -> QuerySet:
        """Return the rows that existed by the day, where the rows have dates of their own."""
        return rows

    def get_row(self, rows: QuerySet) -> Model:
        """Return the row that the address names; raise Http404 if there is none."""
        return get_object_or_404(rows, **{self.lookup_field: self.kwargs[self.lookup_field]})

    def list(self, request, *args, **kwargs):
        query = self.parse_query()
        built = self.built_query(query)
        page = self.paginate_queryset(self.rows(built))
        response = self.get_paginated_response(self.serialize(page, built, many=True))
        links = {"Link": response["Link"]} if "Link" in response else None
        return QueryResponse(response.data, query, links)

    def retrieve(self, request, *args, **kwargs):
        query = self.parse_query()
        built = self.built_query(query)
        rows = self.rows(built)
        try:
            row = self.get_row(rows)
        except Http404:
            raise ResourceNotFound(self._closest_name(rows)) from None
        return QueryResponse(self.serialize(row, built), query)

    def _closest_name(self, rows: QuerySet) -> str | None:
        if not self.is_named:
            return None
        names = rows.order_by().values_list(self.lookup_field, flat=True)
        return closest_match(self.kwargs[self.lookup_field], names)
