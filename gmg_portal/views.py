from django.db.models import F
from django.views.generic import TemplateView

from agencies.models import Agency, ChairTerm
from agenda.models import Statement
from commitments import summaries
from commitments.changes import changes
from commitments.models import Commitment
from gmg_portal.timeline import timeline

SHOWN_AT_HOME = 8


class HomeView(TemplateView):
    """Headline figures, the matrix, what changed, what is silent."""

    template_name = "home.html"

    def get_context_data(self, **kwargs):
        day = self.request.as_of
        standing = Commitment.objects.published(day).with_standing(day)
        return super().get_context_data(
            members=Agency.objects.members().count(),
            total=standing.count(),
            statuses=summaries.status_counts(standing, day),
            freshness=summaries.freshness(day),
            matrix=summaries.matrix(day),
            changes=changes(day, limit=SHOWN_AT_HOME),
            silent=standing.filter(standing_freshness__in=["never_reported", "overdue", "due"])
            .select_related("lead_agency", "workgroup")
            .order_by(F("last_heard_on").asc(nulls_first=True), "pk")[:SHOWN_AT_HOME],
            as_of_honoured=True,
            **kwargs,
        )


class AboutView(TemplateView):
    """The group in its own words, and how to read the register."""

    template_name = "about.html"

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
    """What nobody has taken up, dated or reported on."""

    template_name = "gaps.html"

    def get_context_data(self, **kwargs):
        day = self.request.as_of
        return super().get_context_data(gaps=summaries.gaps(day), as_of_honoured=True, **kwargs)


class TimelineView(TemplateView):
    """Events and every published change, newest first."""

    template_name = "timeline.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(periods=timeline(self.request.as_of), as_of_honoured=True, **kwargs)
