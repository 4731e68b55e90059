"""Two days of the record side by side, as a page and as a file."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from agencies.names import names_on
from commitments.comparison import CHANGES, Compared, Comparison, compare
from commitments.filters import PastDayField
from commitments.models import ReportingCycle
from foundation.clock import today
from gmg_portal.open_data.views import chosen_format, refused
from gmg_portal.website.query_forms import TwoDays, missing_first_day

SHOWN = 100
HEADER = (
    "reference",
    "title",
    "lead",
    "status_then",
    "status_now",
    "freshness_then",
    "freshness_now",
    "what_changed",
    "url",
)


class CompareView(TemplateView):
    """What changed between two days; with no days given, a form that asks for them."""

    template_name = "website/compare.html"

    def get(self, request, *args, **kwargs):
        with names_on(_second_day(request)):  # from the choices of the form to the last line of the page
            return self._page(request).render()

    def _page(self, request) -> TemplateResponse:
        question = TwoDays(request.GET)
        if not question.is_valid():
            context = self.get_context_data(question=question, problems=question.problems, last=today())
            return self.render_to_response(context, status=400)
        return self.render_to_response(self.get_context_data(question=question, last=today(), **_answer(question)))


@require_safe
def compare_file(request: HttpRequest) -> HttpResponse:
    """The whole comparison as CSV: one row for each commitment, and the words of what changed."""
    try:
        kind = chosen_format(request, "csv")
    except ValidationError as refusal:
        return refused(refusal)
    question = TwoDays(request.GET)
    if not question.is_valid():
        return refused(ValidationError(" ".join(question.problems)))
    if question.cleaned_data["from"] is None:
        return refused(ValidationError(f"from: {missing_first_day()}"))
    comparison = _compared(question)
    name = f"comparison-{comparison.since.isoformat()}-{comparison.until.isoformat()}.csv"
    origin = request.build_absolute_uri("/").rstrip("/")
    return StreamingHttpResponse(
        kind.write(list(HEADER), [_record(row, origin) for row in comparison.rows]),
        content_type=kind.content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _second_day(request: HttpRequest) -> date | None:
    try:
        return PastDayField(required=False).clean(request.GET.get("until"))
    except ValidationError:
        return None  # which the form refuses


def _compared(question: TwoDays) -> Comparison:
    asked = question.cleaned_data
    words = {word: asked[word] for word in question.narrowing if asked[word]}
    return compare(asked["from"], asked["until"] or today(), question.commitments(), words)


def _answer(question: TwoDays) -> dict:
    if question.cleaned_data["from"] is None:
        return {"presets": _presets()}
    comparison = _compared(question)
    lists = [
        {"word": word, "sort": sort, "count": len(comparison.lists[word]), "rows": comparison.lists[word][:SHOWN]}
        for word, sort in CHANGES.items()
    ]
    return {
        "comparison": comparison,
        "lists": lists,
        "file": f"{reverse('compare-file')}?{question.query}",
        "register": {
            "then": _register_address(comparison, comparison.since),
            "now": _register_address(comparison, comparison.until),
        },
    }


def _register_address(comparison: Comparison, day: date) -> str:
    """Return the address of the register with the same commitments on one of the days."""
    query = urlencode({**comparison.words, "as_of": day.isoformat()}, doseq=True)
    return f"{reverse('commitments:list')}?{query}"


def _presets() -> list[tuple[str, date]]:
    """Days from which a comparison until today tells something, earliest first."""
    now = today()
    days = [
        (_("Since the year of the Dialogue ended"), date(2013, 12, 31)),
        (_("Since a year ago"), now - timedelta(days=365)),
        (_("Since a month ago"), now - timedelta(days=30)),
    ]
    cycle = ReportingCycle.objects.opened(now).last()
    if cycle:
        days.append((_("Since the first reporting cycle opened"), cycle.opened_on))
    return sorted(days, key=lambda preset: preset[1])


def _record(row: Compared, origin: str) -> list:
    then, now = row.then, row.now
    return [
        row.commitment.reference,
        row.commitment.title,
        row.commitment.lead.code if row.commitment.lead_agency else row.commitment.lead.slug,
        then and then.status,
        now and now.status,
        then and then.freshness,
        now and now.freshness,
        row.changes,
        f"{origin}{row.commitment.get_absolute_url()}",
    ]
