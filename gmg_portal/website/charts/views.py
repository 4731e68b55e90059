"""Every figure as a file: drawn as SVG, or its numbers as CSV, for any question of the register."""

from dataclasses import replace
from datetime import date

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commitments.filters import repeated_parameter
from commitments.models import Commitment
from commitments.statistics.matrix import MATRIX_COLUMNS
from foundation.clock import today
from gmg_portal.open_data.views import asked_day, chosen_format, refused
from gmg_portal.open_data.writers import Format
from gmg_portal.website.charts.figures import Figure
from gmg_portal.website.charts.registry import CHARTS, Asked, chart, story_chart

CONTENT_TYPES = {"svg": "image/svg+xml; charset=utf-8", "csv": "text/csv; charset=utf-8"}


@require_safe
def chart_file(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """One of `CHARTS` of the commitments that the words of the register find; a matrix also takes `by`."""
    if name not in CHARTS:
        raise Http404("There is no such figure.")
    _known_form(form)
    try:
        kind = _kind(request, form)
    except ValidationError as refusal:
        return refused(refusal)
    data, by = request.GET.copy(), MATRIX_COLUMNS[0]
    if name == "matrix" and "by" in data:
        *others, by = data.pop("by")
        if others:
            return refused(ValidationError(repeated_parameter("by")))
        if by not in MATRIX_COLUMNS:
            words = {"by": by, "allowed": ", ".join(MATRIX_COLUMNS)}
            return refused(ValidationError(_("by: ‘%(by)s’ is not a valid value. Allowed: %(allowed)s.") % words))
    try:
        of = Asked.of(data)
    except ValueError as refusal:
        return refused(ValidationError(str(refusal)))
    figure = chart(name, name, of, by=by)
    if of.in_words:
        titles = {"title": figure.title, "question": of.in_words}
        figure = replace(figure, title=_("%(title)s (%(question)s)") % titles)
    return _answer(request, figure, f"{name}-{by}" if name == "matrix" else name, form, kind, of.day)


@require_safe
def story_file(request: HttpRequest, reference: str, form: str) -> HttpResponse:
    """The time line of one commitment, as its page shows it."""
    _known_form(form)
    try:
        kind = _kind(request, form)
        day = asked_day(request, {"as_of"})
    except ValidationError as refusal:
        return refused(refusal)
    rows = Commitment.objects.public(day).defer("search").prefetch_related("milestones", "withdrawals")
    commitment = get_object_or_404(rows, reference=reference)
    title = _("The time line of %(commitment)s") % {"commitment": commitment}
    return _answer(request, story_chart("story", commitment, day, title=title), reference, form, kind, day)


def _kind(request: HttpRequest, form: str) -> Format | None:
    """The format of the numbers; of a drawing there is one form only."""
    return chosen_format(request, "csv") if form == "csv" else None


def _known_form(form: str) -> None:
    if form not in CONTENT_TYPES:
        raise Http404("A figure is a file of svg or csv.")


def _answer(
    request: HttpRequest, figure: Figure, name: str, form: str, kind: Format | None, day: date | None
) -> HttpResponse:
    if kind is None:
        drawn = figure.file(_source(request, day), request.build_absolute_uri("/").rstrip("/"))
        content = f'<?xml version="1.0" encoding="UTF-8"?>\n{drawn}'
    else:
        content = b"".join(kind.write(figure.header, figure.rows))
    if day:
        name = f"{name}-as-of-{day.isoformat()}"
    headers = {"Content-Disposition": f'inline; filename="{name}.{form}"'}
    return HttpResponse(content, content_type=CONTENT_TYPES[form], headers=headers)


def _source(request: HttpRequest, day: date | None) -> list[str]:
    """Where a drawing comes from, for those who meet it elsewhere: the day of the record, and its address."""
    when = {"day": date_format(day or today(), "j F Y")}
    return [
        _("GMG HLD follow-up portal, the record as it stood on %(day)s.") % when,
        request.build_absolute_uri(),
    ]
