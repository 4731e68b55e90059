"""The public pages that span several apps: home, about, fixed pages, gaps, timeline."""

from django.core.exceptions import ValidationError
from django.core.paginator import EmptyPage, Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.generic import TemplateView

from agencies.models import Agency, ChairTerm
from agenda.models import Event, Statement
from foundation.text.unknown_words import unknown_value
from gmg_portal.open_data.views import parse_as_of
from gmg_portal.website import timeline
from gmg_portal.website.gap_lists import LACK_LABELS, commitment_lists, gap_subjects
from gmg_portal.website.query_forms import PagedTimelineQueryForm
from register import statistics
from register.changes import changes
from register.querysets import register_commitments

HOME_LIST_LENGTH = 8


class HomeView(TemplateView):
    """The home page: headline figures, the matrix, the latest changes, and silent commitments."""

    template_name = "website/home.html"
    query_params = frozenset({"as_of", "by"})

    def get(self, request, *args, **kwargs):
        by = request.GET.get("by", statistics.MATRIX_COLUMNS[0])
        if by not in statistics.MATRIX_COLUMNS:
            problem = f"by: {unknown_value(by, statistics.MATRIX_COLUMNS)}"
            return render(request, "400.html", {"problem": problem}, status=400)
        return super().get(request, *args, by=by, **kwargs)

    def get_context_data(self, by, **kwargs):
        day = self.request.as_of
        commitments = register_commitments().published(day).with_standing(day)
        freshness = statistics.freshness(day)
        return super().get_context_data(
            members=Agency.objects.members(day).count(),
            total=commitments.count(),
            statuses=statistics.status_counts(commitments, day),
            owed=freshness.owed,
            silent=freshness.silent()[:HOME_LIST_LENGTH],
            matrix=statistics.matrix(day, by),
            by=by,
            changes=changes(day, limit=HOME_LIST_LENGTH),
            as_of_honoured=True,
            **kwargs,
        )


class FixedPageView(TemplateView):
    """A page whose text does not depend on the day; `as_of` is accepted, because links carry it from page to page."""

    query_params = frozenset({"as_of"})


class AboutView(FixedPageView):
    """The group's statements about itself, and how to read the register."""

    template_name = "website/about.html"

    def get_context_data(self, **kwargs):
        statements = list(Statement.objects.all())
        sections = [
            {
                "value": section.value,
                "label": section.label,
                "statements": [statement for statement in statements if statement.section == section],
            }
            for section in Statement.Section
        ]
        return super().get_context_data(
            sections=[section for section in sections if section["statements"]],
            members=Agency.objects.members().count(),
            chair_terms=ChairTerm.objects.select_related("agency"),
            **kwargs,
        )


class GapsView(TemplateView):
    """The gaps: points, recommendations, levels and members without commitments, deadlines or reports, and disputes."""

    template_name = "website/gaps.html"
    rows_per_list = 100

    def get(self, request, *args, **kwargs):
        try:
            parse_as_of(request, {"as_of"})
        except ValidationError as error:
            return render(request, "400.html", {"problem": error.message}, status=400)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        day = self.request.as_of
        gaps = statistics.gaps(day)
        lacks = ("commitment", "date", "report_in_cycle" if gaps.cycle else "report")
        return super().get_context_data(
            gaps=gaps,
            subjects=gap_subjects(gaps),
            lack_labels=[LACK_LABELS[lack] for lack in lacks],
            commitments=commitment_lists(day, gaps),
            shown=self.rows_per_list,
            as_of_honoured=True,
            **kwargs,
        )


class TimelineView(TemplateView):
    """Events and every published change, newest first."""

    template_name = "website/timeline.html"
    paginate_by = 100

    def get(self, request, *args, **kwargs):
        self.query_form = PagedTimelineQueryForm(request.GET)
        if self.query_form.is_valid():
            return super().get(request, *args, **self._results(), **kwargs)
        context = self.get_context_data(problems=self.query_form.problems, **kwargs)
        return self.render_to_response(context, status=400)

    def _results(self):
        params = self.query_form.cleaned_data
        all_years = timeline.query_timeline(self.query_form, self.request.as_of)
        results = all_years.of_year(params["year"])
        paginator = Paginator(results, self.paginate_by)
        try:
            page = paginator.page(params["page"] or 1)
        except EmptyPage as error:
            raise Http404(str(error)) from None
        return {
            "page": page,
            "periods": timeline.periods(page.object_list),
            "years": all_years.years,
            "jumps": [(year, year.first // self.paginate_by + 1) for year in results.years],
            "elsewhere": [] if self.request.GET else self._events_on_later_pages(results),
        }

    def _events_on_later_pages(self, results):
        """Return (event, page) for events beyond the first page: an event's URL is an anchor, which names no page."""
        numbered = [(step, index // self.paginate_by + 1) for index, step in enumerate(results[:])]
        return [(step, page) for step, page in numbered if page > 1 and isinstance(step, Event)]

    def get_context_data(self, **kwargs):
        return super().get_context_data(query_form=self.query_form, as_of_honoured=True, **kwargs)
