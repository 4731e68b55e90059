"""Querysets of commitments with what the register shows of each: status fields, latest report, search."""

from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.search import SearchRank
from django.db import models
from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Greatest

from commitments.models import Commitment
from commitments.querysets import CommitmentQuerySet, moved_at_expression
from foundation.clock import today
from register.search.full_text import headline, search_query
from register.standings.querysets import freshness, standing_on
from reporting.models import Contribution, ProgressReport, ReportingCycle


def register_commitments() -> "RegisterQuerySet":
    """Return all commitments with the queries of the register."""
    return RegisterQuerySet(Commitment)


def unanswered_recommendations(rows: models.QuerySet, day: date | None = None) -> models.QuerySet:
    """Filter recommendations without a published commitment to them or their parts, now or on a day (UTC)."""
    answering = Q(recommendations=OuterRef("pk")) | Q(recommendations__parent=OuterRef("pk"))
    return rows.filter(~Exists(Commitment.objects.published(day).filter(answering)))


class RegisterQuerySet(CommitmentQuerySet):
    """Commitments with what the register shows of each: status fields, latest report, and search."""

    def listed(self, day: date | None = None) -> Self:
        """Return the published rows with what a table row shows: status annotations, lead and agenda points."""
        rows = self.published(day).with_standing(day).select_related("lead_agency", "workgroup")
        return rows.prefetch_related("agenda_points").defer("search")

    def search(self, text: str, day: date | None = None) -> Self:
        """Return the rows that match a full-text search of the texts of the day, annotated with `rank`."""
        return self.with_search_vector(day).filter(search_vector=search_query(text)).with_rank(text)

    def with_rank(self, text: str) -> Self:
        """Annotate `rank`, how well a row matches a search; the rows need the alias `search_vector`."""
        return self.annotate(rank=SearchRank(F("search_vector"), search_query(text)))

    def with_search_vector(self, day: date | None = None) -> Self:
        """Add the alias `search_vector`, the searched text of a row today or at the end of a day."""
        return self._joined_with_standing(day).alias(search_vector=F("standing__search"))

    def published(self, day: date | None = None) -> Self:
        if day is None:
            return super().published()
        return self._joined_with_standing(day).alias(state_of_day=F("standing__state")).filter(state_of_day="published")

    def public(self, day: date | None = None) -> Self:
        if day is None:
            return super().public()
        return self._joined_with_standing(day).alias(state_of_day=F("standing__state")).exclude(state_of_day=None)

    def with_standing(self, day: date | None = None) -> Self:
        """Annotate the four status fields and the day of the latest report, as of today or the end of a day.

        Adds `standing_status`, `standing_outlook`, `standing_verification`, `standing_freshness`,
        `standing_finished`, `last_update_on` and `last_update_precision`; with nothing reported the status is ''
        and the day None.
        """
        return self._joined_with_standing(day).annotate(
            standing_status=F("standing__status"),
            standing_outlook=F("standing__outlook"),
            standing_verification=F("standing__verification"),
            standing_finished=F("standing__finished"),
            standing_freshness=freshness(day, "standing__"),
            last_update_on=F("standing__last_update_on"),
            last_update_precision=F("standing__last_update_precision"),
        )

    def with_state(self, day: date | None = None) -> Self:
        """Annotate `standing_state` (published or withdrawn) as of a day, with the withdrawal's day and reason."""
        return self._joined_with_standing(day).annotate(
            standing_state=F("standing__state"),
            standing_withdrawn_on=F("standing__withdrawn_on"),
            standing_withdrawn_reason=F("standing__withdrawn_reason"),
        )

    def _joined_with_standing(self, day: date | None) -> Self:
        """Join the standing of today or of the end of a day, as `standing`; the methods of one query join it once."""
        return self.alias(standing=FilteredRelation("standings", condition=standing_on(day, "standings__")))

    def with_moved_at(self, day: date | None = None) -> Self:
        """Annotate `moved_at`, the time of the last public change of each row; needs `with_standing()`.

        A change of freshness at midnight (UTC) counts, though nothing is written then. For past days it is None: such
        times are not kept.
        """
        if day is not None:
            return self.annotate(moved_at=moved_at_expression("", day))
        cycle = ReportingCycle.objects.opened(today())
        overdue_from = ExpressionWrapper(F("due_on") + Value(timedelta(days=1)), output_field=DateTimeField())
        freshness_changed_at = Case(
            When(standing_freshness="due", then=_midnight(cycle.values("opened_on")[:1])),
            When(
                standing_freshness__in=("overdue", "never_reported"),
                then=_midnight(cycle.annotate(overdue_from=overdue_from).values("overdue_from")[:1]),
            ),
            output_field=DateTimeField(),
        )
        return self.annotate(moved_at=Greatest("movement__moved_at", freshness_changed_at))

    def with_latest_report(self, day: date | None = None) -> Self:
        """Annotate the reason and the successor that the latest report names.

        Adds `standing_reason`, and of the successor `successor` (its reference), `successor_title` and
        `successor_state` (published or withdrawn); all '' where there is none.
        """
        return self._joined_with_standing(day).annotate(
            standing_reason=F("standing__status_reason"),
            successor=F("standing__successor"),
            successor_title=F("standing__successor_title"),
            successor_state=F("standing__successor_state"),
        )

    def with_highlights(self, text: str, day: date | None = None) -> Self:
        """Annotate `highlighted_title`, and `highlighted_text`, an excerpt of the other texts, with the search hits."""
        excerpt = {"max_words": 40, "min_words": 20, "short_word": 0, "max_fragments": 2, "fragment_delimiter": " … "}
        return self.alias(body_text=self._body_text(day)).annotate(
            highlighted_title=headline("title", text, highlight_all=True),
            highlighted_text=headline("body_text", text, **excerpt),
        )

    def _report_texts(self, day: date | None) -> Concat:
        """Return the texts of the published reports, joined, and then those of the partners' contributions."""
        text = Concat("achieved", Value(" "), "barriers", Value(" "), "next_steps", output_field=TextField())
        reports = ProgressReport.objects.filter(commitment=OuterRef("pk")).published(day)
        parts = Contribution.objects.published(day)
        parts = parts.filter(report__commitment=OuterRef("pk"))
        return Concat(
            _joined(reports.order_by().values("commitment"), text),
            Value(" "),
            _joined(parts.order_by().values("report__commitment"), F("text")),
            output_field=TextField(),
        )

    def with_body_text(self, day: date | None = None) -> Self:
        """Annotate `body_text`: summary, original text and published reports (those of the day)."""
        return self.annotate(body_text=self._body_text(day))

    def _body_text(self, day: date | None) -> Concat:
        own = Concat("summary", Value(" "), "original_text", Value(" "), output_field=TextField())
        return Concat(own, self._report_texts(day), output_field=TextField())


def _midnight(days: models.QuerySet) -> Cast:
    """Return the timestamp at which a day begins (UTC, the time zone of the database connections)."""
    return Cast(Subquery(days), DateTimeField())


def _joined(groups, text) -> Coalesce:
    """Return the texts of the rows of each group, joined by spaces; '' for an empty group."""
    joined = groups.annotate(joined=StringAgg(text, " ", output_field=TextField())).values("joined")
    return Coalesce(Subquery(joined), Value(""), output_field=TextField())
