"""Pages and files of editions: the list, one edition, its files, and the differences between two."""

import logging
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header, http_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from foundation.filters.as_of import parse_as_of
from foundation.http.conditional import conditional_response
from foundation.http.public_pages import Menu, MenuEntry, PublicPage
from foundation.http.ranges import partial_response
from gmg_portal.models import Edition
from gmg_portal.open_data.descriptions import Licence
from gmg_portal.open_data.editions.citations import EditionCitation
from gmg_portal.open_data.editions.differences import (
    CHANGE_TYPES,
    CSV_HEADER,
    JSON_HEADER,
    csv_records,
    differences,
    json_records,
    summarize_differences,
)
from gmg_portal.open_data.editions.files import DamagedFile, edition_files, open_verified
from gmg_portal.open_data.table_classes import ClosingIterator
from gmg_portal.open_data.tables import TABLES
from gmg_portal.open_data.views import bad_request, strictly_requested_format
from gmg_portal.open_data.writers import FORMATS

logger = logging.getLogger(__name__)

MAX_ROWS_SHOWN = 100
ONE_YEAR = 365 * 24 * 60 * 60  # seconds
CITATION_FORMATS = {"bib": ("bibtex", "application/x-bibtex"), "ris": ("ris", "application/x-research-info-systems")}
DIFFERENCES = {"csv": (CSV_HEADER, csv_records), "json": (JSON_HEADER, json_records)}


class EditionPageView(PublicPage, TemplateView):
    """Base page of editions: it takes no parameters, not even `as_of`."""

    accepted_params = frozenset()

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except DamagedFile as error:
            logger.error("%s", error)
            return render(request, "open_data/editions/damaged.html", {"problem": str(error)}, status=503)


class EditionsView(EditionPageView):
    """Every edition, newest first, each with what changed since the one before."""

    template_name = "open_data/editions/list.html"
    menus = (MenuEntry(Menu.REUSE, 20, gettext_lazy("Editions")),)

    def get_context_data(self, **kwargs):
        editions = list(Edition.objects.all())
        pairs = zip(editions, [*editions[1:], None], strict=bool(editions))
        return super().get_context_data(pairs=list(pairs), tables=TABLES.values(), **kwargs)


class EditionView(EditionPageView):
    """The page of an edition: its files with digests, its citation, and links to its changes."""

    template_name = "open_data/editions/detail.html"

    def get_context_data(self, day, **kwargs):
        edition = _edition(day)
        address = self.request.build_absolute_uri(edition.get_absolute_url())
        names = [str(table) for table in edition.counts]
        return super().get_context_data(
            edition=edition,
            files=[_describe_file(file, names) for file in edition.files],
            counts=[(_table_title(table), edition.counts[table]) for table in _in_table_order(edition.counts)],
            earlier=Edition.objects.filter(day__lt=edition.day),
            later=Edition.objects.filter(day__gt=edition.day).last(),
            changes=_change_counts(edition.changes),
            change_types=CHANGE_TYPES.values(),
            citation=EditionCitation.of_edition(edition, address),
            licence=Licence.from_settings(),
            **kwargs,
        )


class SinceView(EditionPageView):
    """The differences between two editions, table by table, shortened; the files have all of them."""

    template_name = "open_data/editions/comparison.html"
    in_sitemap = False

    def get(self, request, *args, **kwargs):
        earlier, later = _edition_pair(kwargs["earlier"], kwargs["day"])
        if earlier.day > later.day:
            return redirect("edition-changes", earlier.day.isoformat(), later.day.isoformat(), permanent=True)
        return super().get(request, *args, pair=(earlier, later), **kwargs)

    def get_context_data(self, pair, **kwargs):
        kwargs |= dict(zip(("earlier", "later"), pair, strict=True))
        tables = [
            {
                "name": summary.table,
                "title": _table_title(summary.table),
                "key": TABLES[summary.table].key if summary.table in TABLES else _("key"),
                "total": sum(summary.counts.values()),
                "lists": [
                    {
                        "word": f"{summary.table}-{change_type}",
                        "change_type": change_type,
                        "title": title,
                        "meaning": meaning,
                        "count": summary.counts[change_type],
                        "rows": summary.first[change_type],
                    }
                    for change_type, (title, meaning) in CHANGE_TYPES.items()
                ],
            }
            for summary in summarize_differences(*pair, MAX_ROWS_SHOWN)
        ]
        return super().get_context_data(
            tables=tables, change_types=CHANGE_TYPES.values(), shown=MAX_ROWS_SHOWN, **kwargs
        )


@require_safe
def edition_file(request: HttpRequest, day: str, name: str) -> HttpResponse:
    """Return a file after verifying its digest; the answer can be cached for ever."""
    edition = _edition(day)
    file = edition_files(edition).get(name)
    if file is None:
        raise Http404("This edition has no such file.")
    try:
        parse_as_of(request.GET, ())
        handle = open_verified(edition, file)
    except ValidationError as error:
        return bad_request(error)
    except DamagedFile as error:
        return _damaged_response(error)
    response = FileResponse(handle, content_type=file.mediatype, filename=name)
    response["ETag"] = f'"{file.sha256}"'
    response["Last-Modified"] = http_date(edition.published_at.timestamp())
    response["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
    response["Record-Revision"], response["Record-Day"] = str(edition.revision), edition.day.isoformat()
    conditional = conditional_response(request, response["ETag"], None, response)
    return partial_response(request, response) if conditional is response else conditional


@require_safe
def since_file(request: HttpRequest, day: str, earlier: str, form: str) -> HttpResponse:
    """Return all differences between two editions, as CSV rows or JSON objects."""
    if form not in DIFFERENCES:
        raise Http404("There is no such file.")
    first, last = _edition_pair(earlier, day)
    if first.day > last.day:
        return redirect("edition-changes-file", first.day.isoformat(), last.day.isoformat(), form, permanent=True)
    header, records = DIFFERENCES[form]
    try:
        file_format, params = strictly_requested_format(request.GET, form)
        parse_as_of(params, ())
        rows = differences(first, last)
    except ValidationError as error:
        return bad_request(error)
    except DamagedFile as error:
        return _damaged_response(error)
    return StreamingHttpResponse(
        ClosingIterator(file_format.write(header, records(rows)), rows),
        content_type=file_format.content_type,
        headers={"Content-Disposition": content_disposition_header(True, f"changes-{first}-{last}.{form}")},
    )


@require_safe
def edition_citation(request: HttpRequest, day: str, form: str) -> HttpResponse:
    """Return the citation as a file for BibTeX or RIS."""
    if form not in CITATION_FORMATS:
        raise Http404("There is no such citation.")
    edition = _edition(day)
    try:
        parse_as_of(request.GET, ())
    except ValidationError as error:
        return bad_request(error)
    citation = EditionCitation.of_edition(edition, request.build_absolute_uri(edition.get_absolute_url()))
    citation_format, content_type = CITATION_FORMATS[form]
    return HttpResponse(
        getattr(citation, citation_format),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, f"edition-{edition}.{form}")},
    )


def _edition(day: str) -> Edition:
    """Return the edition of a day in the format YYYY-MM-DD; other formats are not found."""
    try:
        parsed = date.fromisoformat(day)
    except ValueError:
        raise Http404("This is not a day.") from None
    if parsed.isoformat() != day:
        raise Http404("A day is written YYYY-MM-DD.")
    return get_object_or_404(Edition, day=parsed)


def _edition_pair(earlier: str, later: str) -> tuple[Edition, Edition]:
    pair = _edition(earlier), _edition(later)
    if pair[0] == pair[1]:
        raise Http404("An edition does not differ from itself.")
    return pair


def _damaged_response(error: DamagedFile) -> HttpResponse:
    """Answer 503 for a damaged file, and log it; the operator can restore it from a backup."""
    logger.error("%s", error)
    message = _("%(damage)s It is not handed out until it has been restored.") % {"damage": error}
    response = HttpResponse(f"{message}\n", status=503, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def _describe_file(file: dict, tables: list[str]) -> dict:
    name, _dot, form = file["name"].rpartition(".")
    if name in tables and form in FORMATS:
        holds = _("%(table)s: %(format)s") % {"table": _table_title(name), "format": FORMATS[form].title}
    else:
        holds = _metadata_file_labels().get(file["name"], "")
    return {**file, "holds": holds}


def _metadata_file_labels() -> dict[str, str]:
    return {
        "changes.json": _("What changed since the edition before, one object a row"),
        "changes.csv": _("What changed since the edition before, one line a field"),
        "datapackage.json": _("Data package (Frictionless): columns, keys, relations, digests"),
        "manifest.json": _("Manifest: what this edition is, its counts, its files and their digests"),
        "SHA256SUMS": _("Digests of all files, for sha256sum --check"),
    }


def _change_counts(changes: dict | None) -> list[dict]:
    counts = changes or {}
    return [
        {"title": _table_title(table), "counts": [counts[table][change_type] for change_type in CHANGE_TYPES]}
        for table in _in_table_order(counts)
    ]


def _in_table_order(tables: Iterable[str]) -> list[str]:
    """Sort by the order of TABLES: PostgreSQL does not keep the order of a JSON object's keys."""
    return sorted(tables, key=lambda table: (list(TABLES).index(table) if table in TABLES else len(TABLES), table))


def _table_title(table: str) -> str:
    return str(TABLES[table].title) if table in TABLES else table
