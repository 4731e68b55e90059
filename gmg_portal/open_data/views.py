from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from django_filters import FilterSet

from commitments.filters import PastDayField, given_twice, refusals, takes_list, unknown_parameter
from foundation.clock import today
from gmg_portal.http.revision import Standing
from gmg_portal.models import Edition
from gmg_portal.open_data.catalogue import catalog
from gmg_portal.open_data.columns import Reading, Table, read_at_one_revision
from gmg_portal.open_data.descriptions import Description, Issue, Licence, about, data_package
from gmg_portal.open_data.tables import TABLES
from gmg_portal.open_data.writers import FORMATS, PLAIN_CSV, Format, write_table


@dataclass(frozen=True)
class Asked:
    """What of a table is asked: the record of which day, whether a part of it, and the rows, read anew at each call."""

    day: date | None
    is_part: bool
    rows: Callable[[], QuerySet]
    address: str = ""
    filters: str = ""


class DataView(TemplateView):
    """The data files: what each holds, its columns, its formats and its size, and how to use and cite them."""

    template_name = "website/data_files.html"

    def get(self, request, *args, **kwargs):
        try:
            request.as_of = asked_day(request, {"as_of"})
        except ValidationError as refusal:
            return render(request, "400.html", {"problem": refusal.message}, status=400)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        day = self.request.as_of
        return super().get_context_data(
            tables=[(table, table.rows(day if table.by_day else None).count()) for table in TABLES.values()],
            formats=FORMATS.values(),
            issue=_issue(self.request),
            licence=Licence.stated(),
            edition=Edition.objects.first(),
            as_of_honoured=True,
            **kwargs,
        )


@require_safe
def data_file(request: HttpRequest, table: str, form: str) -> HttpResponse:
    """One table whole, in one format, written while it is read."""
    if table not in TABLES or form not in FORMATS:
        raise Http404("There is no such data file.")
    chosen = TABLES[table]
    try:
        kind = chosen_format(request, form)
        question = asked(request, chosen)
        standing, rows = (Standing.read(), None) if request.method == "HEAD" else read_at_one_revision(question.rows)
    except ValidationError as refusal:
        return refused(refusal)
    issue = Issue(standing, today(), _origin(request))
    parts = () if rows is None else _parts(kind, chosen, rows, issue, question)
    name = _file_name(chosen, standing, question)
    return StreamingHttpResponse(
        parts,
        content_type=kind.content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"', **_told(issue, question)},
    )


def _parts(kind: Format, table: Table, rows: Reading, issue: Issue, question: Asked) -> Reading:
    licence = Licence.stated()
    words = about(
        table, issue, licence, question.day, question.is_part, address=question.address, filters=question.filters
    )
    return Reading(write_table(kind, table, rows, issue.origin, words), rows)


def _told(issue: Issue, question: Asked) -> dict[str, str]:
    """What a file is, for programs: alike in every format, and beside the rows, so that no reader trips over it."""
    licence = Licence.stated().url
    links = [f'<{issue.origin}{reverse("data-package")}>; rel="describedby"; type="application/json"']
    if licence.isascii() and licence.startswith(("http://", "https://")):
        links.append(f'<{licence}>; rel="license"')
    return {
        "Record-Revision": str(issue.standing.number),
        "Record-Day": (question.day or issue.day).isoformat(),
        "Link": ", ".join(links),
        # It is written while it is read, so neither its length nor a part of it is known before.
        "Accept-Ranges": "none",
    }


@require_safe
def package_file(request: HttpRequest) -> HttpResponse:
    return _described(request, data_package, "application/json")


@require_safe
def catalog_file(request: HttpRequest) -> HttpResponse:
    return _described(
        request,
        lambda issue, licence: catalog(issue, licence, list(Edition.objects.all())),
        "application/ld+json",
    )


def chosen_format(request: HttpRequest, form: str) -> Format:
    """Return the format of a file, and take `bom` out of the question: 0 leaves out the byte order mark of CSV."""
    if form != "csv" or "bom" not in request.GET:
        return FORMATS[form]
    params = request.GET.copy()
    values = params.pop("bom")
    request.GET = params
    if len(values) > 1:
        raise ValidationError(given_twice("bom"))
    if values[0] not in ("0", "1"):
        raise ValidationError(_("bom: ‘%(value)s’ is not a valid value. Use one of: 0, 1.") % {"value": values[0]})
    return PLAIN_CSV if values[0] == "0" else FORMATS["csv"]


def asked(request: HttpRequest, table: Table) -> Asked:
    address = request.build_absolute_uri()
    filters = "; ".join(f"{word} = {', '.join(values)}" for word, values in request.GET.lists())
    if table.filterset is None:
        day = asked_day(request, {"as_of"} if table.by_day else ())
        return Asked(day, False, lambda: table.rows(day), address, filters)
    filterset = _asked_filterset(request, table)
    is_part = bool(filterset.asked)
    return Asked(filterset.day, is_part, lambda: table.found(_asked_filterset(request, table)), address, filters)


def _asked_filterset(request: HttpRequest, table: Table) -> FilterSet:
    """The question in the words of the register, or of the API's list; what it does not know is refused by name."""
    filterset = table.filterset(request.GET)
    fields = filterset.form.fields
    for word, values in filterset.data.lists():
        if word in fields and not all(values):
            raise ValidationError(_("‘%(word)s’ has no value: give one, or leave it out.") % {"word": word})
        if word in fields and len(values) > 1 and not takes_list(filterset, word):
            raise ValidationError(given_twice(word))
    for sentence in refusals(filterset.form):
        raise ValidationError(sentence)
    return filterset


def asked_day(request: HttpRequest, allowed: Collection[str]) -> date | None:
    """The day of `as_of`, if one is asked; a word that is not allowed or not a day up to today is refused."""
    for word, values in request.GET.lists():
        if word not in allowed:
            raise ValidationError(unknown_parameter(word, allowed))
        if len(values) > 1:
            raise ValidationError(given_twice(word))
    if "as_of" not in request.GET:
        return None
    try:
        return PastDayField().clean(request.GET["as_of"])
    except ValidationError as refusal:
        raise ValidationError(f"as_of: {refusal.message}") from None


def refused(refusal: ValidationError) -> HttpResponse:
    return HttpResponse(f"{refusal.message}\n", status=400, content_type="text/plain; charset=utf-8")


def _described(
    request: HttpRequest, describe: Callable[[Issue, Licence], Description], content_type: str
) -> HttpResponse:
    try:
        asked_day(request, ())
    except ValidationError as refusal:
        return refused(refusal)
    description = describe(_issue(request), Licence.stated())
    options = {"ensure_ascii": False, "indent": 2}
    return JsonResponse(description, content_type=content_type, json_dumps_params=options)


def _issue(request: HttpRequest) -> Issue:
    return Issue(Standing.read(), today(), _origin(request))


def _origin(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _file_name(table: Table, standing: Standing, question: Asked) -> str:
    part = "-selection" if question.is_part else ""
    as_of = f"-as-of-{question.day.isoformat()}" if question.day else ""
    return f"{table.name}{part}{as_of}-{today().isoformat()}-revision-{standing.number}"
