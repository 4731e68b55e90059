"""Views of the data files: their page, the files, the data package and the catalogue."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from foundation.clock import today
from foundation.filters.as_of import parse_as_of
from foundation.filters.filter_classes import takes_list
from foundation.filters.messages import form_error_messages, missing_value, repeated_parameter
from foundation.http.public_pages import Menu, MenuEntry, RecordPage
from foundation.text.unknown_words import unknown_value
from gmg_portal.models import Edition
from gmg_portal.open_data.catalogue import catalog
from gmg_portal.open_data.descriptions import Description, Licence, Snapshot, data_package, file_metadata
from gmg_portal.open_data.table_classes import ClosingIterator, Table, read_consistent_rows
from gmg_portal.open_data.tables import TABLES
from gmg_portal.open_data.writers import CSV_WITHOUT_BOM, FORMATS, Format, write_table
from gmg_portal.revision.current import CurrentRevision
from register.filtering.record_filters import RecordFilter, RecordQuery


@dataclass(frozen=True)
class TableQuery:
    """The query of a file of a table; `address` and `filters` are as metadata show them."""

    table: Table
    record: RecordQuery
    address: str = ""
    filters: str = ""

    @property
    def day(self) -> date | None:
        return self.record.day

    @property
    def is_part(self) -> bool:
        """Return whether the file is a selection of the rows of the day."""
        return bool(self.record.filters)

    def rows(self) -> QuerySet:
        """Return the rows that meet the query."""
        return self.table.filtered_rows(self.record) if self.table.filtered_rows else self.table.rows(self.day)


class DataView(RecordPage, TemplateView):
    """The page of the data files: columns, formats and sizes, and how to use and cite them."""

    template_name = "open_data/data_files.html"
    menus = (MenuEntry(Menu.MAIN, 80, gettext_lazy("Data")), MenuEntry(Menu.REUSE, 10, gettext_lazy("Data files")))

    def get_context_data(self, **kwargs):
        day = self.query.day
        return super().get_context_data(
            tables=[(table, table.rows(day if table.supports_as_of else None).count()) for table in TABLES.values()],
            formats=FORMATS.values(),
            snapshot=_snapshot(self.request),
            licence=Licence.from_settings(),
            edition=Edition.objects.first(),
            **kwargs,
        )


@require_safe
def data_file(request: HttpRequest, table: str, form: str) -> HttpResponse:
    """Return one table in one format, streamed while it is read."""
    if table not in TABLES or form not in FORMATS:
        raise Http404("There is no such data file.")
    table_config = TABLES[table]
    try:
        file_format, params = strictly_requested_format(request.GET, form)
        query = parse_table_query(params, table_config, request.build_absolute_uri())
        revision, rows = (
            (CurrentRevision.read(), None) if request.method == "HEAD" else read_consistent_rows(query.rows)
        )
    except ValidationError as error:
        return bad_request(error)
    snapshot = Snapshot(revision, today(), _origin(request))
    chunks = () if rows is None else _file_chunks(file_format, table_config, rows, snapshot, query)
    name = _file_name(table_config, revision, query)
    return StreamingHttpResponse(
        chunks,
        content_type=file_format.content_type,
        headers={
            "Content-Disposition": content_disposition_header(True, f"{name}.{form}"),
            **_file_headers(snapshot, query),
        },
    )


def _file_chunks(
    file_format: Format, table: Table, rows: ClosingIterator, snapshot: Snapshot, query: TableQuery
) -> ClosingIterator:
    licence = Licence.from_settings()
    metadata = file_metadata(
        table, snapshot, licence, query.day, query.is_part, address=query.address, filters=query.filters
    )
    return ClosingIterator(write_table(file_format, table, rows, snapshot.origin, metadata), rows)


def _file_headers(snapshot: Snapshot, query: TableQuery) -> dict[str, str]:
    """Return the headers that describe a file to programs: the same in every format, and outside of its rows."""
    licence = Licence.from_settings().url
    links = [f'<{snapshot.origin}{reverse("data-package")}>; rel="describedby"; type="application/json"']
    if licence.isascii() and licence.startswith(("http://", "https://")):
        links.append(f'<{licence}>; rel="license"')
    return {
        "Record-Revision": str(snapshot.standing.number),
        "Record-Day": (query.day or snapshot.day).isoformat(),
        "Link": ", ".join(links),
        # The file is streamed, so its length is unknown and ranges are impossible.
        "Accept-Ranges": "none",
    }


@require_safe
def package_file(request: HttpRequest) -> HttpResponse:
    """Serve `datapackage.json`, the Frictionless description of the files."""
    return _description_response(request, data_package, "application/json")


@require_safe
def catalog_file(request: HttpRequest) -> HttpResponse:
    """Serve the DCAT catalogue as JSON-LD, with all editions."""
    return _description_response(
        request,
        lambda snapshot, licence: catalog(snapshot, licence, list(Edition.objects.all())),
        "application/ld+json",
    )


def requested_format(params: QueryDict, form: str) -> tuple[Format, QueryDict]:
    """Return the format of a file, and the parameters without `bom`: bom=0 leaves out CSV's byte order mark."""
    if form != "csv" or "bom" not in params:
        return FORMATS[form], params
    params = params.copy()
    values = [value for value in params.pop("bom") if value]
    if len(values) > 1:
        raise ValidationError(repeated_parameter("bom"))
    if values and values[0] not in ("0", "1"):
        raise ValidationError(f"bom: {unknown_value(values[0], ['0', '1'])}")
    return (CSV_WITHOUT_BOM if values == ["0"] else FORMATS["csv"]), params


def strictly_requested_format(params: QueryDict, form: str) -> tuple[Format, QueryDict]:
    """Return the same for the files under /data/, which refuse `bom` without a value."""
    if form == "csv" and not all(params.getlist("bom")):
        raise ValidationError(missing_value("bom"))
    return requested_format(params, form)


def parse_table_query(params: QueryDict, table: Table, address: str) -> TableQuery:
    """Return the query of a table from the parameters of an address; raise ValidationError for an invalid one."""
    filters = "; ".join(f"{name} = {', '.join(values)}" for name, values in params.lists())
    if table.filterset is None:
        day = parse_as_of(params, {"as_of"} if table.supports_as_of else ())
        return TableQuery(table, RecordQuery(day), address, filters)
    return TableQuery(table, _valid_query(table.filterset(params)), address, filters)


def _valid_query(filterset: RecordFilter) -> RecordQuery:
    """Return the query of a filter set; raise ValidationError if one of its parameters is invalid."""
    fields = filterset.form.fields
    for name, values in filterset.data.lists():
        if name in fields and not all(values):
            raise ValidationError(missing_value(name))
        if name in fields and len(values) > 1 and not takes_list(filterset, name):
            raise ValidationError(repeated_parameter(name))
    for message in form_error_messages(filterset.form):
        raise ValidationError(message)
    return filterset.query


def bad_request(error: ValidationError) -> HttpResponse:
    """Return a 400 response in plain text with the error's sentence."""
    return HttpResponse(f"{error.message}\n", status=400, content_type="text/plain; charset=utf-8")


def _description_response(
    request: HttpRequest, describe: Callable[[Snapshot, Licence], Description], content_type: str
) -> HttpResponse:
    try:
        parse_as_of(request.GET, ())
    except ValidationError as error:
        return bad_request(error)
    description = describe(_snapshot(request), Licence.from_settings())
    options = {"ensure_ascii": False, "indent": 2}
    return JsonResponse(description, content_type=content_type, json_dumps_params=options)


def _snapshot(request: HttpRequest) -> Snapshot:
    return Snapshot(CurrentRevision.read(), today(), _origin(request))


def _origin(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _file_name(table: Table, revision: CurrentRevision, query: TableQuery) -> str:
    part = "-selection" if query.is_part else ""
    as_of = f"-as-of-{query.day.isoformat()}" if query.day else ""
    return f"{table.name}{part}{as_of}-{today().isoformat()}-revision-{revision.number}"
