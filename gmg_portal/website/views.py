from django.core.exceptions import ValidationError
from django.core.paginator import EmptyPage, Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from agencies.models import Agency, ChairTerm
from agenda.models import Event, Statement
from commitments import statistics
from commitments.changes import changes
from commitments.models import Commitment
from gmg_portal.open_data.views import asked_day
from gmg_portal.website import timeline
from gmg_portal.website.gap_lists import WANTING, commitment_lists, subjects
from gmg_portal.website.query_forms import PagedTimeQuestion

SHOWN_AT_HOME = 8


class HomeView(TemplateView):
    """Headline figures, the matrix, what changed, who is silent."""

    template_name = "website/home.html"
    words = frozenset({"as_of", "by"})

    def get(self, request, *args, **kwargs):
        by = request.GET.get("by", statistics.MATRIX_COLUMNS[0])
        if by not in statistics.MATRIX_COLUMNS:
            allowed = ", ".join(statistics.MATRIX_COLUMNS)
            problem = _("by: ‘%(by)s’ is not a valid value. Allowed: %(allowed)s.") % {"by": by, "allowed": allowed}
            return render(request, "400.html", {"problem": problem}, status=400)
        return super().get(request, *args, by=by, **kwargs)

    def get_context_data(self, by, **kwargs):
        day = self.request.as_of
        standing = Commitment.objects.published(day).with_standing(day)
        freshness = statistics.freshness(day)
        return super().get_context_data(
            members=Agency.objects.members(day).count(),
            total=standing.count(),
            statuses=statistics.status_counts(standing, day),
            owed=freshness.owed,
            silent=freshness.silent()[:SHOWN_AT_HOME],
            matrix=statistics.matrix(day, by),
            by=by,
            changes=changes(day, limit=SHOWN_AT_HOME),
            as_of_honoured=True,
            **kwargs,
        )


class FixedPageView(TemplateView):
    """A page whose text depends on no day; links may bring one along."""

    words = frozenset({"as_of"})


class AboutView(FixedPageView):
    """The group in its own words, and how to read the register."""

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
    """What nobody has taken up, dated or reported on, and whose word is disputed: each list at its own address."""

    template_name = "website/gaps.html"
    shown = 100

    def get(self, request, *args, **kwargs):
        try:
            asked_day(request, {"as_of"})
        except ValidationError as refusal:
            return render(request, "400.html", {"problem": refusal.message}, status=400)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        day = self.request.as_of
        gaps = statistics.gaps(day)
        return super().get_context_data(
            gaps=gaps,
            subjects=subjects(gaps),
            wanting=[WANTING[word] for word in ("commitment", "date", "report_in_cycle" if gaps.cycle else "report")],
            commitments=commitment_lists(day, gaps),
            shown=self.shown,
            as_of_honoured=True,
            **kwargs,
        )


class TimelineView(TemplateView):
    """Events and every published change, newest first; the address holds the whole question."""

    template_name = "website/timeline.html"
    paginate_by = 100

    def get(self, request, *args, **kwargs):
        self.question = PagedTimeQuestion(request.GET)
        if self.question.is_valid():
            return super().get(request, *args, **self._answer(), **kwargs)
        context = self.get_context_data(problems=self.question.problems, **kwargs)
        return self.render_to_response(context, status=400)

    def _answer(self):
        asked = self.question.cleaned_data
        whole = timeline.asked(self.question, self.request.as_of)
        line = whole.of(asked["year"])
        paginator = Paginator(line, self.paginate_by)
        try:
            page = paginator.page(asked["page"] or 1)
        except EmptyPage as beyond:
            raise Http404(str(beyond)) from None
        return {
            "page": page,
            "periods": timeline.periods(page.object_list),
            "years": whole.years,
            "jumps": [(year, year.first // self.paginate_by + 1) for year in line.years],
            "elsewhere": [] if self.request.GET else self._elsewhere(line),
        }

    def _elsewhere(self, line):
        """Events on later pages with their page, for an event's address names only its place on the first."""
        placed = [(step, index // self.paginate_by + 1) for index, step in enumerate(line[:])]
        return [(step, page) for step, page in placed if page > 1 and isinstance(step, Event)]

    def get_context_data(self, **kwargs):
        return super().get_context_data(question=self.question, as_of_honoured=True, **kwargs)
