"""Files of charts, for any query of the register: the drawing as SVG, or the numbers as CSV."""

from dataclasses import replace
from datetime import date

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commitments.models import Commitment
from foundation.clock import today
from foundation.filters.as_of import parse_as_of
from foundation.filters.lists import drop_empty_values
from foundation.filters.messages import repeated_parameter
from foundation.text.unknown_words import unknown_value
from gmg_portal.open_data.views import bad_request, requested_format
from gmg_portal.open_data.writers import Format
from gmg_portal.website.charts.figures import Figure
from gmg_portal.website.charts.registry import CHARTS, ChartQuery, build_chart, build_timeline_chart
from register.statistics.matrix import MATRIX_COLUMNS

CONTENT_TYPES = {"svg": "image/svg+xml; charset=utf-8", "csv": "text/csv; charset=utf-8"}


@require_safe
def chart_file(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """Return one of `CHARTS` for the commitments that the query parameters select; a matrix also takes `by`."""
    if name not in CHARTS:
        raise Http404("There is no such figure.")
    _require_known_form(form)
    try:
        csv_format, params = _csv_format(drop_empty_values(request.GET), form)
    except ValidationError as error:
        return bad_request(error)
    by = MATRIX_COLUMNS[0]
    if name == "matrix" and "by" in params:
        params = params.copy()
        *others, value = params.pop("by")
        by = value or by
        if others:
            return bad_request(ValidationError(repeated_parameter("by")))
        if by not in MATRIX_COLUMNS:
            return bad_request(ValidationError(f"by: {unknown_value(by, MATRIX_COLUMNS)}"))
    try:
        query = ChartQuery.parse(params)
    except ValueError as error:
        return bad_request(ValidationError(str(error)))
    figure = build_chart(name, name, query, by=by)
    if query.label:
        titles = {"title": figure.title, "question": query.label}
        figure = replace(figure, title=_("%(title)s (%(question)s)") % titles)
    return _file_response(request, figure, f"{name}-{by}" if name == "matrix" else name, form, csv_format, query.day)


@require_safe
def commitment_timeline_file(request: HttpRequest, reference: str, form: str) -> HttpResponse:
    """Return the timeline of one commitment."""
    _require_known_form(form)
    try:
        csv_format, params = _csv_format(request.GET, form)
        day = parse_as_of(params, {"as_of"})
    except ValidationError as error:
        return bad_request(error)
    rows = Commitment.objects.public(day).defer("search").prefetch_related("milestones", "withdrawals")
    commitment = get_object_or_404(rows, reference=reference)
    title = _("The timeline of %(commitment)s") % {"commitment": commitment}
    figure = build_timeline_chart("timeline", commitment, day, title=title)
    return _file_response(request, figure, reference, form, csv_format, day)


def _csv_format(params: QueryDict, form: str) -> tuple[Format | None, QueryDict]:
    """Return the format of the numbers, None for a drawing; and the parameters without that of the format."""
    return requested_format(params, "csv") if form == "csv" else (None, params)


def _require_known_form(form: str) -> None:
    if form not in CONTENT_TYPES:
        raise Http404("A figure is a file of svg or csv.")


def _file_response(
    request: HttpRequest, figure: Figure, name: str, form: str, csv_format: Format | None, day: date | None
) -> HttpResponse:
    if csv_format is None:
        svg = figure.file(_source_lines(request, day), request.build_absolute_uri("/").rstrip("/"))
        content = f'<?xml version="1.0" encoding="UTF-8"?>\n{svg}'
    else:
        content = b"".join(csv_format.write(figure.header, figure.rows))
    if day:
        name = f"{name}-as-of-{day.isoformat()}"
    headers = {"Content-Disposition": content_disposition_header(False, f"{name}.{form}")}
    return HttpResponse(content, content_type=CONTENT_TYPES[form], headers=headers)


def _source_lines(request: HttpRequest, day: date | None) -> list[str]:
    """Return the source of a drawing for use outside of the site: the day of the record, and the drawing's URL."""
    values = {"day": date_format(day or today())}
    return [
        _("GMG HLD follow-up portal, the record as it stood on %(day)s.") % values,
        request.build_absolute_uri(),
    ]
