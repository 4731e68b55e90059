"""The renderers of the API. Each says by `serves` which views it can answer for."""

from collections.abc import Iterable

from django.utils.http import content_disposition_header
from rest_framework.renderers import BaseRenderer, JSONRenderer

from foundation.rest.api_query import ApiQuery
from foundation.rest.sparse_fields import leaf_paths, values_at
from gmg_portal.api.linked_data import as_json_ld
from gmg_portal.open_data.writers import FORMATS, write_csv, write_ndjson


def is_list_view(view: object) -> bool:
    """Return whether a view answers pages of rows, for any HTTP method."""
    return getattr(view, "detail", None) is False


def is_detail_view(view: object) -> bool:
    """Return whether a view answers a single row, for any HTTP method."""
    return bool(getattr(view, "detail", False))


class JsonRenderer(JSONRenderer):
    """Compact JSON in UTF-8."""

    @staticmethod
    def serves(view) -> bool:
        return True


class RowsRenderer(BaseRenderer):
    """The rows of one page without the envelope: Link leads to the other pages, Total-Count has the number of rows."""

    charset = "utf-8"

    serves = staticmethod(is_list_view)

    def render(self, data, accepted_media_type=None, renderer_context=None):
        response = renderer_context["response"]
        response["Total-Count"] = str(data["count"])
        # REST framework drops Content-Type if the body is empty, as NDJSON without rows is.
        content_type = response["Content-Type"]
        response.add_post_render_callback(lambda rendered: rendered.headers.setdefault("Content-Type", content_type))
        return b"".join(self.render_rows(data["results"], response.query))

    def render_rows(self, rows: list[dict], query: ApiQuery) -> Iterable[bytes]:
        """Yield the rows in this format, in blocks."""
        raise NotImplementedError


class CsvRenderer(RowsRenderer):
    """CSV with a column per field, nested fields by their dotted names; several values in a cell are joined by ';'."""

    format = "csv"
    media_type = "text/csv"

    def render_rows(self, rows, query):
        columns = list(leaf_paths(query.fields or query.offered_fields, query.offered_fields))
        return write_csv(columns, ([_cell(values_at(column, row)) for column in columns] for row in rows))

    def render(self, data, accepted_media_type=None, renderer_context=None):
        name = renderer_context["request"].path.strip("/").rpartition("/")[2]
        renderer_context["response"]["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
        return super().render(data, accepted_media_type, renderer_context)


class NdjsonRenderer(RowsRenderer):
    """A JSON object per line (NDJSON)."""

    format = "ndjson"
    media_type = FORMATS["ndjson"].content_type
    charset = None

    def render_rows(self, rows, query):
        return write_ndjson(list(rows[0]) if rows else [], (list(row.values()) for row in rows))


class JsonLdRenderer(JSONRenderer):
    """A row as linked data: its fields as terms of a context, its address as identifier."""

    format = "jsonld"
    media_type = "application/ld+json"
    charset = None
    # The address of a row is its identifier, also where `fields` does not name it.
    needs_whole_rows = True

    serves = staticmethod(is_detail_view)

    def render(self, data, accepted_media_type=None, renderer_context=None):
        query = renderer_context["response"].query
        node = as_json_ld(data, renderer_context["view"].basename, renderer_context["request"], query.fields)
        return super().render(node, accepted_media_type, renderer_context)


def _cell(value: object) -> object:
    """Return a value as the data files write it; booleans as in JSON."""
    if isinstance(value, list):
        return ["" if item is None else str(_cell(item)) for item in value]
    return str(value).lower() if isinstance(value, bool) else value
