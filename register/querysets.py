"""Querysets of commitments with what the register shows of each: status fields, latest report, search."""

from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.search import SearchRank, SearchVector
from django.db import models
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Greatest

from commitments.choices import Status
from commitments.models import Commitment, Withdrawal
from commitments.querysets import CommitmentQuerySet, finished, moved_at_expression
from foundation.clock import today
from register.search.full_text import SEARCH_CONFIG, headline, plain, search_query
from reporting.models import Assessment, Contribution, ProgressReport, ReportingCycle


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
        return self.alias(search_vector=F("search") if day is None else self._vector_on(day))

    def with_standing(self, day: date | None = None) -> Self:
        """Annotate the four status fields and the day of the latest report, as of today or the end of a day.

        Adds `standing_status`, `standing_outlook`, `standing_verification`, `standing_freshness`,
        `standing_finished`, `last_heard_on` and `last_heard_precision`; with nothing reported the first two are ''
        and the last two None.
        """
        reports = self._reports().published(day).newest_first()
        status, outlook = (F("status"), F("outlook")) if day is None else (_first(reports, "status"), None)
        if outlook is None:
            outlook = _first(reports, "outlook", default="not_assessed")
        return (
            self.annotate(
                standing_status=status,
                standing_outlook=outlook,
                standing_verification=self._verification(day),
                last_heard_on=Subquery(reports.values("published_on")[:1], output_field=DateField()),
                last_heard_precision=Subquery(reports.values("published_precision")[:1]),
            )
            .annotate(standing_finished=self._finished(day))
            .annotate(standing_freshness=self._freshness(day))
        )

    def _reports(self):
        return ProgressReport.objects.filter(commitment=OuterRef("pk"))

    def _cycles(self):
        return ReportingCycle.objects

    def _finished(self, day: date | None) -> Case:
        """Return the expression that is true if no reports are owed; see `finished()` for withdrawn successors."""
        if day is None:
            done = finished()
        else:
            withdrawals = Withdrawal.objects.in_force_on(day)
            reports = ProgressReport.objects.published(day).newest_first()
            last = reports.filter(commitment=OuterRef(OuterRef("pk"))).values("superseded_by")[:1]
            withdrawn = Exists(withdrawals.filter(commitment=Subquery(last)))
            superseded = Q(standing_status="superseded") & ~Q(withdrawn)
            done = Q(standing_status__in=Status.finished_without_successor()) | superseded
        return Case(When(done, then=Value(True)), default=Value(False), output_field=BooleanField())

    def _verification(self, day: date | None) -> Case:
        """Return the verification, computed from the newest assessment of each assessor."""
        assessments = Assessment.objects
        standing = assessments.published(day).newest_of_each_assessor(day).filter(commitment=OuterRef("pk"))
        return Case(
            When(Exists(standing.filter(finding="disagrees")), then=Value("disputed")),
            When(Exists(standing.filter(assessor_kind="independent")), then=Value("independently_assessed")),
            When(Exists(standing), then=Value("peer_reviewed")),
            default=Value("self_reported"),
            output_field=CharField(),
        )

    def _freshness(self, day: date | None) -> Case:
        """Return the freshness, computed against the newest open cycle; the methods page defines the values."""
        now = day or today()
        cycle = self._cycles().opened(now).first()
        finished = When(standing_finished=True, then=Value("current"))
        if cycle is None:
            return Case(finished, default=Value("not_yet_due"), output_field=CharField())
        expected = Exists(self._reports().filter(cycle=cycle))
        unreported = Value("due") if now <= cycle.due_on else Value("overdue")
        return Case(
            finished,
            When(last_heard_on__gte=cycle.opened_on, then=Value("current")),
            When(~expected, then=Value("not_yet_due")),
            When(last_heard_on__isnull=True, then=Value("due" if now <= cycle.due_on else "never_reported")),
            default=unreported,
            output_field=CharField(),
        )

    def with_state(self, day: date | None = None) -> Self:
        """Annotate `standing_state` (published or withdrawn) as of a day, with the withdrawal's day and reason."""
        if day is None:
            return self.annotate(
                standing_state=F("state"),
                standing_withdrawn_on=F("withdrawn_on"),
                standing_withdrawn_reason=F("withdrawn_reason"),
            )
        withdrawal = self._withdrawal(day)
        return self.annotate(
            standing_state=Case(When(Exists(withdrawal), then=Value("withdrawn")), default=Value("published")),
            standing_withdrawn_on=Subquery(withdrawal.values("withdrawn_on")[:1], output_field=DateField()),
            standing_withdrawn_reason=Coalesce(
                Subquery(withdrawal.values("withdrawn_reason")[:1]), Value(""), output_field=TextField()
            ),
        )

    def with_moved_at(self, day: date | None = None) -> Self:
        """Annotate `moved_at`, the time of the last public change of each row; needs `with_standing()`.

        A change of freshness at midnight (UTC) counts, though nothing is written then. For past days it is None: such
        times are not kept.
        """
        if day is not None:
            return self.annotate(moved_at=moved_at_expression("", day))
        cycle = self._cycles().opened(today())
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
        reports = self._reports().published(day).newest_first()
        return self.annotate(
            standing_reason=_first(reports, "status_reason"),
            successor=_first(reports, "superseded_by__reference"),
            successor_title=_first(reports, "superseded_by__title"),
            successor_state=self._successor_state(reports, day),
        )

    def _successor_state(self, reports, day: date | None) -> Coalesce:
        if day is None:
            return _first(reports, "superseded_by__state")
        withdrawals = Withdrawal.objects.in_force_on(day)
        withdrawn = Exists(withdrawals.filter(commitment=OuterRef("superseded_by")))
        state = Case(
            When(superseded_by=None, then=Value("")),
            When(withdrawn, then=Value("withdrawn")),
            default=Value("published"),
        )
        return _first(reports.annotate(successor_state=state), "successor_state")

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
        reports = self._reports().published(day)
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

    def _vector_on(self, day: date) -> SearchVector:
        return (
            SearchVector(plain("title"), weight="A", config=SEARCH_CONFIG)
            + SearchVector(plain("summary"), plain("original_text"), weight="B", config=SEARCH_CONFIG)
            + SearchVector(plain(self._report_texts(day)), weight="C", config=SEARCH_CONFIG)
        )


def _midnight(days: models.QuerySet) -> Cast:
    """Return the timestamp at which a day begins (UTC, the time zone of the database connections)."""
    return Cast(Subquery(days), DateTimeField())


def _joined(groups, text) -> Coalesce:
    """Return the texts of the rows of each group, joined by spaces; '' for an empty group."""
    joined = groups.annotate(joined=StringAgg(text, " ", output_field=TextField())).values("joined")
    return Coalesce(Subquery(joined), Value(""), output_field=TextField())


def _first(reports, field: str, default: str = "") -> Coalesce:
    return Coalesce(Subquery(reports.values(field)[:1]), Value(default), output_field=CharField())
