"""The forms in which the API answers. Which of them an endpoint knows, each says for itself."""

from rest_framework.renderers import BaseRenderer, JSONRenderer

from foundation.rest.sparse_fields import leaves, only, values_at
from gmg_portal.api.linked_data import as_json_ld
from gmg_portal.open_data.writers import FORMATS, write_csv, write_ndjson


def is_list_view(view) -> bool:
    """Whether a view answers rows, page by page; known whatever the method that it is asked with."""
    return getattr(view, "detail", None) is False


def is_detail_view(view) -> bool:
    return bool(getattr(view, "detail", False))


class JsonRenderer(JSONRenderer):
    """Compact JSON in UTF-8, with only the fields that were asked for, if any were."""

    @staticmethod
    def serves(view) -> bool:
        return True

    def render(self, data, accepted_media_type=None, renderer_context=None):
        return super().render(_with_chosen_fields(data, renderer_context), accepted_media_type, renderer_context)


class RowsRenderer(BaseRenderer):
    """The rows of one page without the envelope: the header Link leads on, Total-Count says how many there are."""

    charset = "utf-8"
    write = None

    serves = staticmethod(is_list_view)

    def render(self, data, accepted_media_type=None, renderer_context=None):
        response = renderer_context["response"]
        response["Total-Count"] = str(data["count"])
        # REST framework takes the type away from an answer without a byte, which no rows are in NDJSON.
        content_type = response["Content-Type"]
        response.add_post_render_callback(lambda rendered: rendered.headers.setdefault("Content-Type", content_type))
        return b"".join(
            self.render_rows(_with_chosen_fields(data, renderer_context)["results"], renderer_context["view"])
        )


class CsvRenderer(RowsRenderer):
    """One column a field, those within others by their dotted names; several values of a cell are joined by ';'."""

    format = "csv"
    media_type = "text/csv"

    def render_rows(self, rows, view):
        columns = list(leaves(view.chosen_fields or view.offered_fields, view.offered_fields))
        return write_csv(columns, ([_cell(values_at(column, row)) for column in columns] for row in rows))

    def render(self, data, accepted_media_type=None, renderer_context=None):
        name = renderer_context["request"].path.strip("/").rpartition("/")[2]
        renderer_context["response"]["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return super().render(data, accepted_media_type, renderer_context)


class NdjsonRenderer(RowsRenderer):
    """One JSON object a line."""

    format = "ndjson"
    media_type = FORMATS["ndjson"].content_type
    charset = None

    def render_rows(self, rows, view):
        return write_ndjson(list(rows[0]) if rows else [], (list(row.values()) for row in rows))


class JsonLdRenderer(JSONRenderer):
    """One row as linked data: its fields under the terms of a context, its address as its identifier."""

    format = "jsonld"
    media_type = "application/ld+json"
    charset = None

    serves = staticmethod(is_detail_view)

    def render(self, data, accepted_media_type=None, renderer_context=None):
        view, request = renderer_context["view"], renderer_context["request"]
        node = as_json_ld(data, view.basename, request, view.chosen_fields)
        return super().render(node, accepted_media_type, renderer_context)


def _with_chosen_fields(data, renderer_context):
    """The answer with only the fields that were asked for."""
    tree = getattr((renderer_context or {}).get("view"), "chosen_fields", None)
    if not tree:
        return data
    return {**data, "results": only(tree, data["results"])} if "results" in data else only(tree, data)


def _cell(value):
    """A value as the files write it; what is true or false is said as in JSON."""
    if isinstance(value, list):
        return ["" if each is None else str(_cell(each)) for each in value]
    return str(value).lower() if isinstance(value, bool) else value
