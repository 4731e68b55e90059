"""Lists a page at a time: by number, for readers; by cursor, for those who walk everything."""

from base64 import b64encode
from hashlib import blake2b

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination, PageNumberPagination
from rest_framework.response import Response

from foundation.rest.problem_details import Fault, Refused
from foundation.text.numbers import is_whole_number

CURSOR = "cursor"
BEGINNING = "*"
MOST = 200
MOST_PAGES = 999_999_999
# Shown in the description of the API.
NEXT_PAGE = "https://portal.example.org/api/v1/commitments/?page=2"
# Turn the pages of one list and do not change which list it is.
PAGINATION_PARAMS = (CURSOR, "page", "page_size", "ordering")


def is_whole(text: str) -> bool:
    """Whether a text is a number that stands in an address: at most nine plain digits."""
    return is_whole_number(text, len(str(MOST_PAGES)))


class PageSize:
    """How many rows a page has: what is out of bounds is refused, never clipped."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MOST

    def get_page_size(self, request):
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not is_whole(text) or not 1 <= int(text) <= self.max_page_size:
            detail = _("page_size is a whole number from 1 to %(most)s.") % {"most": self.max_page_size}
            raise Refused(Fault(self.page_size_query_param, detail, code="out_of_range"))
        return int(text)


class Walk(PageSize, CursorPagination):
    """Rows in the order in which they were entered, each page from where the last one ended.

    Rows keep their places, so that a walk while others write neither skips nor repeats one that is there throughout.
    A cursor holds only for the question that gave it. It goes before `page` and `ordering`, which change nothing.
    """

    ordering = "pk"

    def paginate_queryset(self, queryset, request, view=None):
        self.request = request
        self.count = queryset.count()
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request):
        if request.query_params[CURSOR] == BEGINNING:
            return None
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            raise self._foreign() from None
        question, _separator, position = (cursor.position or "").partition(".")
        # Rows of one kind have numbers of their own: none stands twice at a place.
        if question != self._question() or not is_whole_number(position) or cursor.offset:
            raise self._foreign()
        return Cursor(cursor.offset, cursor.reverse, position)

    def encode_cursor(self, cursor):
        return super().encode_cursor(Cursor(cursor.offset, cursor.reverse, f"{self._question()}.{cursor.position}"))

    def get_paginated_response(self, data):
        pages = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        response = Response({"count": self.count, **pages, "results": data})
        if ways := links({"prev": pages["previous"], "next": pages["next"]}):
            response["Link"] = ways
        return response

    def _question(self) -> str:
        """What tells this question from others: all its words but those that turn the page."""
        pairs = sorted(
            (word, value)
            for word, values in self.request.query_params.lists()
            for value in values
            if word not in PAGINATION_PARAMS
        )
        digest = blake2b(repr((self.request.path, pairs)).encode(), digest_size=6).digest()
        return b64encode(digest, b"-_").decode()

    def _foreign(self) -> Refused:
        detail = _("This cursor is not of this question. Start with cursor=* and go on with the address in ‘next’.")
        return Refused(Fault(CURSOR, detail, (BEGINNING,), code="invalid_cursor"))


class Pagination(PageSize, PageNumberPagination):
    """Numbered pages, or with `cursor` a walk; a page that is not there is refused."""

    def paginate_queryset(self, queryset, request, view=None):
        text = request.query_params.get(self.page_query_param, "1")
        if not is_whole(text) or int(text) < 1:
            raise Refused(Fault(self.page_query_param, _("page is a whole number from 1."), code="out_of_range"))
        self.walk = Walk() if CURSOR in request.query_params else None
        if self.walk:
            return self.walk.paginate_queryset(queryset, request, view)
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound:
            last = self.django_paginator_class(queryset, self.get_page_size(request)).num_pages
            detail = _("There is no page %(page)s: the last page is %(last)s.") % {"page": text, "last": last}
            raise Refused(Fault(self.page_query_param, detail, code="out_of_range"), status_code=404) from None

    def get_paginated_response(self, data):
        if self.walk:
            return self.walk.get_paginated_response(data)
        response = super().get_paginated_response(data)
        response["Link"] = links(
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
            "next": {**address, "examples": [NEXT_PAGE], "description": _("The next page; null on the last.")},
            "previous": {**address, "examples": [None], "description": _("The page before; null on the first.")},
            "results": {**schema, "description": _("The rows of this page.")},
        }
        return {"type": "object", "properties": properties, "required": list(properties)}

    def get_schema_operation_parameters(self, view):
        bounds = {self.page_query_param: MOST_PAGES, self.page_size_query_param: self.max_page_size}
        numbered = [
            {**word, "schema": {"type": "integer", "minimum": 1, "maximum": bounds[word["name"]]}}
            for word in super().get_schema_operation_parameters(view)
        ]
        cursor = {"name": CURSOR, "in": "query", "required": False, "schema": {"type": "string", "minLength": 1}}
        return [*numbered, cursor]

    def _page_url(self, number: int) -> str:
        words = self.request.query_params.copy()
        words[self.page_query_param] = number
        return self.request.build_absolute_uri(f"{self.request.path}?{words.urlencode()}")


def links(pages: dict[str, str | None]) -> str:
    """The header Link (RFC 8288) that names some pages by their relation."""
    return ", ".join(f'<{url}>; rel="{rel}"' for rel, url in pages.items() if url)
