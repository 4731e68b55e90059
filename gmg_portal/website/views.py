"""The public pages that span several apps: home, about, fixed pages, gaps, timeline."""

from dataclasses import dataclass

from django.core.paginator import EmptyPage, Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from agencies.models import Agency, ChairTerm
from agenda.models import Event, Statement
from commitments.choices import Freshness, Outlook, Status, Verification
from foundation.http.public_pages import Menu, MenuEntry, PublicPage, RecordPage
from foundation.text.unknown_words import unknown_value
from gmg_portal.website import timeline
from gmg_portal.website.gap_lists import LACK_LABELS, commitment_lists, gap_subjects
from gmg_portal.website.query_forms import PagedTimelineQueryForm
from register import statistics
from register.changes.published import changes
from register.querysets import register_commitments

HOME_LIST_LENGTH = 8


@dataclass(frozen=True)
class MatrixTexts:
    """The texts of the matrix by the kind of its columns: their name, the caption, and how to read the numbers."""

    label: Promise
    caption: Promise
    reading: Promise


MATRIX_TEXTS = {
    "agenda_point": MatrixTexts(
        gettext_lazy("By agenda point"),
        gettext_lazy("Commitments by lead and agenda point"),
        gettext_lazy("One may serve several points; the last column counts each once."),
    ),
    "status": MatrixTexts(
        gettext_lazy("By status"),
        gettext_lazy("Commitments by lead and status"),
        gettext_lazy("Each is counted once, by the latest report of its lead."),
    ),
    "freshness": MatrixTexts(
        gettext_lazy("By freshness"),
        gettext_lazy("Commitments by lead and freshness"),
        gettext_lazy("Each is counted once, by how long its lead has been silent."),
    ),
}


class HomeView(RecordPage, TemplateView):
    """The home page: headline figures, the matrix, the latest changes, and silent commitments."""

    template_name = "website/home.html"
    accepted_params = frozenset({"as_of", "by"})

    def get(self, request, *args, **kwargs):
        by = self.query.values.get("by", statistics.MATRIX_COLUMNS[0])
        if by not in statistics.MATRIX_COLUMNS:
            problem = f"by: {unknown_value(by, statistics.MATRIX_COLUMNS)}"
            return render(request, "errors/invalid_query.html", {"problem": problem}, status=400)
        return super().get(request, *args, by=by, **kwargs)

    def get_context_data(self, by, **kwargs):
        day = self.query.day
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
            matrix_texts=MATRIX_TEXTS[by],
            matrix_columns=MATRIX_TEXTS,
            changes=changes(day, limit=HOME_LIST_LENGTH),
            **kwargs,
        )


class AboutView(PublicPage, TemplateView):
    """The group's statements about itself, and how to read the register."""

    template_name = "website/about.html"
    menus = (
        MenuEntry(Menu.MAIN, 90, gettext_lazy("About")),
        MenuEntry(Menu.ABOUT, 10, gettext_lazy("The group and this register")),
    )

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


class MethodsView(PublicPage, TemplateView):
    """The page of the terms of the register, with how each value is determined."""

    template_name = "website/methods.html"
    extra_context = {
        "statuses": Status,
        "outlooks": Outlook,
        "freshnesses": Freshness.by_rank(),
        "verifications": Verification,
    }
    menus = (MenuEntry(Menu.ABOUT, 20, gettext_lazy("Methods")),)


class AccessibilityView(PublicPage, TemplateView):
    """The page on accessibility, and where to report a barrier."""

    template_name = "website/accessibility.html"
    menus = (MenuEntry(Menu.ABOUT, 30, gettext_lazy("Accessibility")),)


class GapsView(RecordPage, TemplateView):
    """The gaps: points, recommendations, levels and members without commitments, deadlines or reports, and disputes."""

    template_name = "website/gaps.html"
    menus = (MenuEntry(Menu.MAIN, 60, gettext_lazy("Gaps")), MenuEntry(Menu.CHANGES, 30, gettext_lazy("Gaps")))
    api_route = "summary-gaps"
    rows_per_list = 100

    def get_context_data(self, **kwargs):
        day = self.query.day
        gaps = statistics.gaps(day)
        lacks = ("commitment", "date", "report_in_cycle" if gaps.cycle else "report")
        return super().get_context_data(
            gaps=gaps,
            subjects=gap_subjects(gaps),
            lack_labels=[LACK_LABELS[lack] for lack in lacks],
            commitments=commitment_lists(day, gaps),
            shown=self.rows_per_list,
            **kwargs,
        )


class TimelineView(RecordPage, TemplateView):
    """Events and every published change, newest first."""

    template_name = "website/timeline.html"
    menus = (MenuEntry(Menu.MAIN, 70, gettext_lazy("Timeline")), MenuEntry(Menu.CHANGES, 10, gettext_lazy("Timeline")))
    accepted_params = None
    paginate_by = 100

    def get(self, request, *args, **kwargs):
        query_form = PagedTimelineQueryForm(request.GET)
        if query_form.is_valid():
            return super().get(request, *args, query_form=query_form, **self._results(query_form), **kwargs)
        context = self.get_context_data(query_form=query_form, problems=query_form.problems, **kwargs)
        return self.render_to_response(context, status=400)

    def _results(self, query_form: PagedTimelineQueryForm) -> dict:
        params = query_form.cleaned_data
        all_years = timeline.query_timeline(query_form, self.query.day)
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
            "year_pages": [(year, year.first // self.paginate_by + 1) for year in results.years],
            "later_events": [] if self.request.GET else self._events_on_later_pages(results),
        }

    def _events_on_later_pages(self, results):
        """Return (event, page) for events beyond the first page: an event's URL is an anchor, which names no page."""
        numbered = [(step, index // self.paginate_by + 1) for index, step in enumerate(results[:])]
        return [(step, page) for step, page in numbered if page > 1 and isinstance(step, Event)]
