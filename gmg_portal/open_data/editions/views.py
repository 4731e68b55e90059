"""Editions as readers and programs find them: the list, one edition, its files, and any two side by side."""

import logging
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from foundation.http.conditional import conditional_response
from foundation.http.ranges import partial_response
from gmg_portal.models import Edition
from gmg_portal.open_data.columns import Reading
from gmg_portal.open_data.descriptions import Licence
from gmg_portal.open_data.editions.citing import EditionCitation
from gmg_portal.open_data.editions.differences import (
    CSV_HEADER,
    JSON_HEADER,
    SORTS,
    differences,
    line_records,
    object_records,
    summaries,
)
from gmg_portal.open_data.editions.frozen import Damaged, files_of, opened
from gmg_portal.open_data.tables import TABLES
from gmg_portal.open_data.views import asked_day, chosen_format, refused
from gmg_portal.open_data.writers import FORMATS

logger = logging.getLogger(__name__)

SHOWN = 100
A_YEAR = 365 * 24 * 60 * 60  # seconds
CITED = {"bib": ("bibtex", "application/x-bibtex"), "ris": ("ris", "application/x-research-info-systems")}
DIFFERENCES = {"csv": (CSV_HEADER, line_records), "json": (JSON_HEADER, object_records)}


class FrozenView(TemplateView):
    """A page of what is frozen: it takes no words, and `as_of` least of all."""

    def get(self, request, *args, **kwargs):
        try:
            asked_day(request, ())
        except ValidationError as refusal:
            return render(request, "400.html", {"problem": refusal.message}, status=400)
        try:
            return super().get(request, *args, **kwargs)
        except Damaged as damage:
            logger.error("%s", damage)
            return render(request, "editions/damaged.html", {"problem": str(damage)}, status=503)


class EditionsView(FrozenView):
    """Every edition, newest first, each with what changed since the one before."""

    template_name = "editions/list.html"

    def get_context_data(self, **kwargs):
        editions = list(Edition.objects.all())
        pairs = zip(editions, [*editions[1:], None], strict=bool(editions))
        return super().get_context_data(pairs=list(pairs), tables=TABLES.values(), **kwargs)


class EditionView(FrozenView):
    """One edition: its files with their digests, how to cite it, and the way to what changed."""

    template_name = "editions/detail.html"

    def get_context_data(self, day, **kwargs):
        edition = _edition(day)
        address = self.request.build_absolute_uri(edition.get_absolute_url())
        names = [str(table) for table in edition.counts]
        return super().get_context_data(
            edition=edition,
            files=[_shown(file, names) for file in edition.files],
            counts=[(_title(table), edition.counts[table]) for table in _in_order(edition.counts)],
            earlier=Edition.objects.filter(day__lt=edition.day),
            later=Edition.objects.filter(day__gt=edition.day).last(),
            changes=_counted(edition.changes),
            sorts=SORTS.values(),
            citation=EditionCitation.of_edition(edition, address),
            licence=Licence.stated(),
            **kwargs,
        )


class SinceView(FrozenView):
    """What differs between two editions, table by table; the files have all of it."""

    template_name = "editions/comparison.html"

    def get(self, request, *args, **kwargs):
        earlier, later = _pair(kwargs["earlier"], kwargs["day"])
        if earlier.day > later.day:
            return redirect("edition-since", earlier.day.isoformat(), later.day.isoformat(), permanent=True)
        return super().get(request, *args, pair=(earlier, later), **kwargs)

    def get_context_data(self, pair, **kwargs):
        kwargs |= dict(zip(("earlier", "later"), pair, strict=True))
        tables = [
            {
                "name": summary.table,
                "title": _title(summary.table),
                "key": TABLES[summary.table].key if summary.table in TABLES else _("key"),
                "total": sum(summary.counts.values()),
                "lists": [
                    {
                        "word": f"{summary.table}-{sort}",
                        "sort": sort,
                        "title": title,
                        "meaning": meaning,
                        "count": summary.counts[sort],
                        "rows": summary.first[sort],
                    }
                    for sort, (title, meaning) in SORTS.items()
                ],
            }
            for summary in summaries(*pair, SHOWN)
        ]
        return super().get_context_data(tables=tables, sorts=SORTS.values(), shown=SHOWN, **kwargs)


@require_safe
def edition_file(request: HttpRequest, day: str, name: str) -> HttpResponse:
    """One frozen file, if it still is what was published; whoever has it already need not have it again."""
    edition = _edition(day)
    file = files_of(edition).get(name)
    if file is None:
        raise Http404("This edition has no such file.")
    try:
        asked_day(request, ())
        handle = opened(edition, file)
    except ValidationError as refusal:
        return refused(refusal)
    except Damaged as damage:
        return _withheld(damage)
    response = FileResponse(handle, content_type=file.mediatype, filename=name)
    response["ETag"] = f'"{file.sha256}"'
    response["Last-Modified"] = http_date(edition.published_at.timestamp())
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response["Record-Revision"], response["Record-Day"] = str(edition.revision), edition.day.isoformat()
    answer = conditional_response(request, response["ETag"], None, response)
    return partial_response(request, response) if answer is response else answer


@require_safe
def since_file(request: HttpRequest, day: str, earlier: str, form: str) -> HttpResponse:
    """All that differs between two editions, as rows or as objects."""
    if form not in DIFFERENCES:
        raise Http404("There is no such file.")
    first, last = _pair(earlier, day)
    if first.day > last.day:
        return redirect("edition-since-file", first.day.isoformat(), last.day.isoformat(), form, permanent=True)
    header, records = DIFFERENCES[form]
    try:
        kind = chosen_format(request, form)
        asked_day(request, ())
        found = differences(first, last)
    except ValidationError as refusal:
        return refused(refusal)
    except Damaged as damage:
        return _withheld(damage)
    return StreamingHttpResponse(
        Reading(kind.write(header, records(found)), found),
        content_type=kind.content_type,
        headers={"Content-Disposition": f'attachment; filename="changes-{first}-{last}.{form}"'},
    )


@require_safe
def edition_citation(request: HttpRequest, day: str, form: str) -> HttpResponse:
    """The citation as a file for BibTeX or RIS."""
    if form not in CITED:
        raise Http404("There is no such citation.")
    edition = _edition(day)
    try:
        asked_day(request, ())
    except ValidationError as refusal:
        return refused(refusal)
    citation = EditionCitation.of_edition(edition, request.build_absolute_uri(edition.get_absolute_url()))
    way, content_type = CITED[form]
    return HttpResponse(
        getattr(citation, way),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="edition-{edition}.{form}"'},
    )


def _edition(day: str) -> Edition:
    """The edition of a day as its address writes it, and in no other way of writing."""
    try:
        asked = date.fromisoformat(day)
    except ValueError:
        raise Http404("This is not a day.") from None
    if asked.isoformat() != day:
        raise Http404("A day is written YYYY-MM-DD.")
    return get_object_or_404(Edition, day=asked)


def _pair(earlier: str, later: str) -> tuple[Edition, Edition]:
    pair = _edition(earlier), _edition(later)
    if pair[0] == pair[1]:
        raise Http404("An edition does not differ from itself.")
    return pair


def _withheld(damage: Damaged) -> HttpResponse:
    """Not what was published is not handed out as if it were; the operator can bring it back from a backup."""
    logger.error("%s", damage)
    sentence = _("%(damage)s It is not handed out until it has been restored.") % {"damage": damage}
    response = HttpResponse(f"{sentence}\n", status=503, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def _shown(file: dict, tables: list[str]) -> dict:
    name, _dot, form = file["name"].rpartition(".")
    if name in tables and form in FORMATS:
        holds = _("%(table)s: %(format)s") % {"table": _title(name), "format": FORMATS[form].title}
    else:
        holds = _beside().get(file["name"], "")
    return {**file, "holds": holds}


def _beside() -> dict[str, str]:
    return {
        "changes.json": _("What changed since the edition before, one object a row"),
        "changes.csv": _("What changed since the edition before, one line a field"),
        "datapackage.json": _("Data package (Frictionless): columns, keys, relations, digests"),
        "manifest.json": _("Manifest: what this edition is, its counts, its files and their digests"),
        "SHA256SUMS": _("Digests of all files, for sha256sum --check"),
    }


def _counted(changes: dict | None) -> list[dict]:
    told = changes or {}
    return [{"title": _title(table), "counts": [told[table][sort] for sort in SORTS]} for table in _in_order(told)]


def _in_order(tables: Iterable[str]) -> list[str]:
    """As the files are offered; the database keeps the names of an object in an order of its own."""
    return sorted(tables, key=lambda table: (list(TABLES).index(table) if table in TABLES else len(TABLES), table))


def _title(table: str) -> str:
    return str(TABLES[table].title) if table in TABLES else table
