"""Every figure as a file: drawn as SVG, or its numbers as CSV, for any question of the register."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commitments.filters import CommitmentFilter
from commitments.models import Commitment
from commitments.summaries.matrix import MATRIX_COLUMNS
from commitments.summaries.story import story
from gmg_portal.bulk.views import asked_day, refused
from gmg_portal.bulk.writers import write_csv
from gmg_portal.charts import stories
from gmg_portal.charts.figures import TITLES, Figure
from gmg_portal.charts.registry import CHARTS, Asked, matrix_figure

# How rows are listed and of which day they are; all others find them, and lead to them.
OF_THE_LIST = ("as_of", "ordering")
CONTENT_TYPES = {"svg": "image/svg+xml; charset=utf-8", "csv": "text/csv; charset=utf-8"}


@require_safe
def chart_file(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """One of `CHARTS` of the commitments that the words of the register find."""
    if name not in CHARTS:
        raise Http404("There is no such figure.")
    _known_form(form)
    filterset = CommitmentFilter(request.GET, queryset=Commitment.objects.all())
    if not filterset.is_valid():
        told = [sentence for sentences in filterset.errors.values() for sentence in sentences]
        return refused(ValidationError(" ".join(map(str, told))))
    words = {word: values for word, values in request.GET.lists() if word not in OF_THE_LIST and any(values)}
    figure = CHARTS[name](name, TITLES[name](), Asked(filterset, words, filterset.day), get_language_bidi())
    return _answer(figure, name, form)


@require_safe
def matrix_file(request: HttpRequest, form: str) -> HttpResponse:
    """The matrix of home; `by` says which columns it has."""
    _known_form(form)
    by = request.GET.get("by", MATRIX_COLUMNS[0])
    if by not in MATRIX_COLUMNS:
        words = {"by": by, "allowed": ", ".join(MATRIX_COLUMNS)}
        return refused(ValidationError(_("by: ‘%(by)s’ is not known here. Allowed: %(allowed)s.") % words))
    try:
        day = asked_day(request, {"as_of", "by"})
    except ValidationError as refusal:
        return refused(refusal)
    return _answer(matrix_figure("matrix", by, day, rtl=get_language_bidi()), f"matrix-{by}", form)


@require_safe
def story_file(request: HttpRequest, reference: str, form: str) -> HttpResponse:
    """The time line of one commitment, as its page shows it."""
    _known_form(form)
    try:
        day = asked_day(request, {"as_of"})
    except ValidationError as refusal:
        return refused(refusal)
    rows = Commitment.objects.public(day).defer("search").prefetch_related("milestones")
    commitment = get_object_or_404(rows, reference=reference)
    title = _("The time line of %(commitment)s") % {"commitment": commitment}
    return _answer(stories.story("story", title, story(commitment, day), rtl=get_language_bidi()), reference, form)


def _known_form(form: str) -> None:
    if form not in CONTENT_TYPES:
        raise Http404("A figure is a file of svg or csv.")


def _answer(figure: Figure, name: str, form: str) -> HttpResponse:
    if form == "svg":
        content = f'<?xml version="1.0" encoding="UTF-8"?>\n{figure.sheets[0].svg}'
    else:
        content = b"".join(write_csv(figure.header, figure.rows))
    headers = {"Content-Disposition": f'inline; filename="{name}.{form}"'}
    return HttpResponse(content, content_type=CONTENT_TYPES[form], headers=headers)
