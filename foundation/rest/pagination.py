"""Pagination: by page number for readers, by cursor for programs that fetch a whole list."""

from base64 import b64encode
from hashlib import blake2b

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.rest.problem_details import Fault, InvalidParameter
from foundation.text.numbers import is_whole_number

CURSOR = "cursor"
FIRST_CURSOR = "*"
MAX_PAGE_SIZE = 200
MAX_PAGE_NUMBER = 999_999_999
# An example for the API's description.
EXAMPLE_NEXT_PAGE = "https://portal.example.org/api/v1/commitments/?page=2"
# Parameters that select a page, not the rows of the list.
PAGINATION_PARAMS = (CURSOR, "page", "page_size", "ordering")


def is_page_number(text: str) -> bool:
    """Return whether a text is a whole number of at most nine ASCII digits."""
    return is_whole_number(text, len(str(MAX_PAGE_NUMBER)))


class PageSize:
    """Mixin that reads `page_size` and refuses values out of range, instead of clipping them."""

    page_size = 50
    page_size_query_param = "page_size"
    page_size_query_description = gettext_lazy("How many rows a page holds: 1 to 200, and 50 if it is not given.")
    max_page_size = MAX_PAGE_SIZE

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not is_page_number(text) or not 1 <= int(text) <= self.max_page_size:
            message = _("page_size is a whole number from 1 to %(most)s.") % {"most": self.max_page_size}
            raise InvalidParameter(Fault(self.page_size_query_param, message, code="out_of_range"))
        return int(text)


class StableCursorPagination(PageSize, CursorPagination):
    """Cursor pagination in the order of primary keys.

    Rows keep their positions, so fetching all pages while others write skips and repeats no existing row. A cursor is
    valid only for the query that returned it. With `cursor`, `page` and `ordering` are ignored.
    """

    ordering = "pk"

    def paginate_queryset(self, queryset, request, view=None):
        self.request = request
        self.count = queryset.count()
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request):
        if request.query_params[CURSOR] == FIRST_CURSOR:
            return None
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            raise self._invalid_cursor() from None
        query_digest, _separator, position = (cursor.position or "").partition(".")
        # Primary keys are unique, so an offset is never needed.
        if query_digest != self._query_digest() or not is_whole_number(position) or cursor.offset:
            raise self._invalid_cursor()
        return Cursor(cursor.offset, cursor.reverse, position)

    def encode_cursor(self, cursor):
        return super().encode_cursor(Cursor(cursor.offset, cursor.reverse, f"{self._query_digest()}.{cursor.position}"))

    def get_paginated_response(self, data):
        pages = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        response = Response({"count": self.count, **pages, "results": data})
        if link := link_header({"prev": pages["previous"], "next": pages["next"]}):
            response["Link"] = link
        return response

    def _query_digest(self) -> str:
        """Return a digest of the path and the query without pagination parameters, to bind a cursor to them."""
        pairs = sorted(
            (param, value)
            for param, values in self.request.query_params.lists()
            for value in values
            if param not in PAGINATION_PARAMS
        )
        digest = blake2b(repr((self.request.path, pairs)).encode(), digest_size=6).digest()
        return b64encode(digest, b"-_").decode()

    def _invalid_cursor(self) -> InvalidParameter:
        message = _("This cursor is not of this question. Start with cursor=* and go on with the address in ‘next’.")
        return InvalidParameter(Fault(CURSOR, message, (FIRST_CURSOR,), code="invalid_cursor"))


class Pagination(PageSize, PageNumberPagination):
    """Pagination by page number, or by cursor with `cursor`. A missing page is refused with 404."""

    page_query_description = gettext_lazy("The number of the page, from 1. One beyond the last is refused with 404.")

    def paginate_queryset(self, queryset, request, view=None):
        text = request.query_params.get(self.page_query_param, "1")
        if not is_page_number(text) or int(text) < 1:
            raise InvalidParameter(
                Fault(self.page_query_param, _("page is a whole number from 1."), code="out_of_range")
            )
        self.cursor_pagination = StableCursorPagination() if CURSOR in request.query_params else None
        if self.cursor_pagination:
            return self.cursor_pagination.paginate_queryset(queryset, request, view)
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound:
            last = self.django_paginator_class(queryset, self.get_page_size(request)).num_pages
            message = _("There is no page %(page)s: the last page is %(last)s.") % {"page": text, "last": last}
            raise InvalidParameter(
                Fault(self.page_query_param, message, code="out_of_range"), status_code=404
            ) from None

    def get_paginated_response(self, data):
        if self.cursor_pagination:
            return self.cursor_pagination.get_paginated_response(data)
        response = super().get_paginated_response(data)
        response["Link"] = link_header(
            {
                "first": self._page_url(1),
                "prev": self.get_previous_link(),
                "next": self.get_next_link(),
                "last": self._page_url(self.page.paginator.num_pages),
            }
        )
        return response

    def get_paginated_response_schema(self, schema):
        address = {"type": ["string", "null"], "format": "uri"}
        properties = {
            "count": {"type": "integer", "minimum": 0, "examples": [60], "description": _("How many rows there are.")},
            "next": {**address, "examples": [EXAMPLE_NEXT_PAGE], "description": _("The next page; null on the last.")},
            "previous": {**address, "examples": [None], "description": _("The page before; null on the first.")},
            "results": {**schema, "description": _("The rows of this page.")},
        }
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "description": _("One page of a list, and the addresses of the pages beside it."),
        }

    def get_schema_operation_parameters(self, view):
        page, page_size = super().get_schema_operation_parameters(view)
        page |= {"schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_NUMBER}, "example": 1}
        page_size["schema"] = {"type": "integer", "minimum": 1, "maximum": self.max_page_size}
        page_size["example"] = self.max_page_size
        cursor = {
            "name": CURSOR,
            "in": "query",
            "required": False,
            "schema": {"type": "string", "minLength": 1},
            "description": _(
                "Walk all rows in the order of entry: start with * and go on with the address in ‘next’. With it ‘page’"
                " and ‘ordering’ change nothing."
            ),
            "example": FIRST_CURSOR,
        }
        return [page, page_size, cursor]

    def _page_url(self, number: int) -> str:
        params = self.request.query_params.copy()
        params[self.page_query_param] = number
        return self.request.build_absolute_uri(f"{self.request.path}?{params.urlencode()}")


def link_header(pages: dict[str, str | None]) -> str:
    """Return the value of the Link header (RFC 8288) for pages by their relation, such as 'next'."""
    return ", ".join(f'<{url}>; rel="{rel}"' for rel, url in pages.items() if url)
