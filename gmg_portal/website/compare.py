"""The comparison of the record on two days, as a page and as a CSV file."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from agencies.names_of_day import names_on
from foundation.clock import today
from foundation.filters.form_fields import PastDayField
from foundation.filters.lists import drop_empty_values
from foundation.http.public_pages import Menu, MenuEntry, PublicPage
from gmg_portal.open_data.views import bad_request, requested_format
from gmg_portal.website.query_forms import CompareQueryForm, missing_first_day
from register.changes.comparison import CHANGES, ComparedCommitment, Comparison, compare
from reporting.models import ReportingCycle

ROWS_PER_LIST = 100
CSV_HEADER = (
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


class CompareView(PublicPage, TemplateView):
    """The comparison of two days; without days, a form to choose them."""

    template_name = "website/compare.html"
    menus = (MenuEntry(Menu.CHANGES, 20, gettext_lazy("Compare two days")),)
    accepted_params = None

    def get(self, request, *args, **kwargs):
        with names_on(_second_day(request)):  # includes the choices of the form and the rendering of the page
            return self._respond(request).render()

    def _respond(self, request) -> TemplateResponse:
        query_form = CompareQueryForm(request.GET)
        if not query_form.is_valid():
            context = self.get_context_data(query_form=query_form, problems=query_form.problems, last=today())
            return self.render_to_response(context, status=400)
        context = self.get_context_data(query_form=query_form, last=today(), **_results(query_form))
        return self.render_to_response(context)


@require_safe
def compare_file(request: HttpRequest) -> HttpResponse:
    """Return the whole comparison as CSV: a row for each commitment, with the names of its changes."""
    try:
        csv_format, params = requested_format(request.GET, "csv")
    except ValidationError as error:
        return bad_request(error)
    query_form = CompareQueryForm(params)
    if not query_form.is_valid():
        return bad_request(ValidationError(" ".join(query_form.problems)))
    if query_form.cleaned_data["from"] is None:
        return bad_request(ValidationError(f"from: {missing_first_day()}"))
    comparison = _compare(query_form)
    filename = f"comparison-{comparison.since.isoformat()}-{comparison.until.isoformat()}.csv"
    origin = request.build_absolute_uri("/").rstrip("/")
    return StreamingHttpResponse(
        csv_format.write(list(CSV_HEADER), [_csv_row(row, origin) for row in comparison.rows]),
        content_type=csv_format.content_type,
        headers={"Content-Disposition": content_disposition_header(True, filename)},
    )


def _second_day(request: HttpRequest) -> date | None:
    try:
        return PastDayField(required=False).clean(drop_empty_values(request.GET).get("until"))
    except ValidationError:
        return None  # the form refuses the value


def _compare(query_form: CompareQueryForm) -> Comparison:
    params = query_form.cleaned_data
    filters = {name: params[name] for name in query_form.filter_names if params[name]}
    return compare(params["from"], params["until"] or today(), query_form.commitments(), filters)


def _results(query_form: CompareQueryForm) -> dict:
    """Return the template context of the results; without a first day, of the suggested days."""
    if query_form.cleaned_data["from"] is None:
        return {"presets": _presets()}
    comparison = _compare(query_form)
    lists = [
        {
            "code": code,
            "change": change,
            "count": len(comparison.lists[code]),
            "rows": comparison.lists[code][:ROWS_PER_LIST],
        }
        for code, change in CHANGES.items()
    ]
    return {
        "comparison": comparison,
        "lists": lists,
        "file": f"{reverse('compare-file')}?{query_form.query}",
        "register": {
            "then": _register_url(comparison, comparison.since),
            "now": _register_url(comparison, comparison.until),
        },
    }


def _register_url(comparison: Comparison, day: date) -> str:
    """Return the URL of the register with the same filters, as of one of the days."""
    query = urlencode({**comparison.words, "as_of": day.isoformat()}, doseq=True)
    return f"{reverse('commitments:list')}?{query}"


def _presets() -> list[tuple[str, date]]:
    """Return suggested first days for a comparison until today, as (label, day), earliest first."""
    last_day = today()
    days = [
        (_("Since the year of the Dialogue ended"), date(2013, 12, 31)),
        (_("Since a year ago"), last_day - timedelta(days=365)),
        (_("Since a month ago"), last_day - timedelta(days=30)),
    ]
    cycle = ReportingCycle.objects.opened(last_day).last()
    if cycle:
        days.append((_("Since the first reporting cycle opened"), cycle.opened_on))
    return sorted(days, key=lambda preset: preset[1])


def _csv_row(row: ComparedCommitment, origin: str) -> list:
    then, now = row.then, row.now
    return [
        row.commitment.reference,
        row.commitment.title,
        row.commitment.lead_code,
        then and then.status,
        now and now.status,
        then and then.freshness,
        now and now.freshness,
        row.changes,
        f"{origin}{row.commitment.get_absolute_url()}",
    ]
