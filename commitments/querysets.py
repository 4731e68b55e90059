from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchRank, SearchVector
from django.db import models
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, TruncDate

from accounts.models import Membership
from accounts.permissions import agencies_of
from commitments.permissions import (
    OPEN_STATES,
    PUBLIC_STATES,
    accepts_contributions,
    agencies_for,
    confidential,
    handled,
    in_inbox,
    independent,
    independent_of,
    is_assessor,
    is_owner,
    is_partner,
    is_party,
    led_group,
    readable,
    reviewable,
    waiting,
    with_stake,
    writable,
)
from commitments.search import SEARCH_CONFIG, headline, plain, search_query
from foundation.clock import today

FINISHED = ("completed", "discontinued", "superseded")
# Change reasons of history lines that make their user an author of the row, as do lines without a reason (forms).
AUTHORSHIP_REASONS = ("submit", "import", "token")


def finished(prefix: str = "") -> Q:
    """Return the condition that a commitment owes no more reports; `prefix` leads to the commitment.

    A commitment whose successor was withdrawn is not finished: nothing replaces it.
    """
    status, successor = f"{prefix}status", f"{prefix}superseded_by__state"
    return Q(**{f"{status}__in": ["completed", "discontinued"]}) | Q(**{status: "superseded", successor: "published"})


def public_on(day: date | None) -> Q:
    """Return the condition for rows published today, or at the end of a day (UTC)."""
    return Q(state="published") if day is None else Q(state__in=PUBLIC_STATES, published_on__lte=day)


class ReviewedQuerySet(models.QuerySet):
    """Rows of the review workflow.

    A subclass defines the conditions `owner`, `led` and `independent`, and names the relations that belong to a row.
    """

    owner = led = independent = None
    parts: tuple[str, ...] = ()

    def published(self, day: date | None = None) -> Self:
        """Return the rows published today, or at the end of a day (UTC)."""
        return self.filter(public_on(day))

    def visible_to(self, user) -> Self:
        return self.filter(readable(user, self.owner(user)))

    def editable_by(self, user) -> Self:
        """Return the drafts and sent-back rows that the person may write and submit."""
        return self.filter(writable(user, self.owner(user)))

    def waiting_for(self, user) -> Self:
        """Return the submitted rows that a reviewer sees, oldest first; some may be for another reviewer to decide."""
        return self.filter(waiting(user, self.led(user))).order_by("submitted_at", "pk")

    def reviewable_by(self, user) -> Self:
        """Return the submitted rows that the person may publish or send back, except those they ever changed."""
        if user.is_anonymous:
            return self.none()
        rows = self.filter(reviewable(user, self.led(user), self.independent(user)))
        authored = Q(history_change_reason__isnull=True) | Q(history_change_reason__in=AUTHORSHIP_REASONS)
        rows = rows.exclude(Exists(self.model.history.filter(authored, id=OuterRef("pk"), history_user=user)))
        for part in self.parts:
            link = self.model._meta.get_field(part)
            written = link.related_model.history.filter(**{link.field.name: OuterRef("pk")}, history_user=user)
            rows = rows.exclude(Exists(written))
        return rows

    def owned_by(self, user) -> Self:
        """Return the rows that the person's agencies and groups own, in any state."""
        return self.filter(self.owner(user))

    def handled_by(self, user) -> Self:
        return self.filter(handled(user, self.owner(user)))

    def confidential_to(self, user) -> Self:
        """Return the rows whose history, review and private evidence the person may read."""
        return self.filter(confidential(user, self.owner(user)))


class CommitmentQuerySet(ReviewedQuerySet):
    parts = ("partners", "milestones")

    def owner(self, user) -> Q:
        return is_owner(user)

    def led(self, user) -> Q:
        return led_group(user)

    def independent(self, user) -> Q:
        return independent(user)

    def independent_of(self, user) -> Self:
        """Return the commitments that no agency of the person leads, co-leads or is a partner in."""
        return self.none() if user.is_anonymous else self.filter(independent_of(user))

    def published(self, day: date | None = None) -> Self:
        rows = self.filter(public_on(day))
        return rows if day is None else rows.exclude(Exists(self._withdrawal(day)))

    def public(self, day: date | None = None) -> Self:
        """Return the commitments that have a page: published and withdrawn ones."""
        return self.filter(Q(state__in=PUBLIC_STATES) if day is None else public_on(day))

    def listed(self, day: date | None = None) -> Self:
        """Return the published rows with what a table row shows: status annotations, lead and agenda points."""
        rows = self.published(day).with_standing(day).select_related("lead_agency", "workgroup")
        return rows.prefetch_related("agenda_points").defer("search")

    def involving(self, *agencies) -> Self:
        """Return the rows that one of the agencies leads or is a partner in."""
        return self.filter(Q(lead_agency__in=agencies) | Exists(self._partners().filter(agency__in=agencies)))

    def running(self) -> Self:
        """Return the published rows that are not finished: they still owe reports."""
        return self.published().exclude(finished())

    def without_successor(self) -> Self:
        """Return the superseded rows whose successor was withdrawn: they run again until the next report."""
        return self.published().filter(status="superseded", superseded_by__state="withdrawn")

    def search(self, text: str, day: date | None = None) -> Self:
        """Return the rows that match a full-text search, annotated with `rank`.

        Searched are the title, summary, original text and published reports (those of the day).
        """
        query = search_query(text)
        return (
            self.with_search_vector(day)
            .filter(search_vector=query)
            .annotate(rank=SearchRank(F("search_vector"), query))
        )

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

    def _withdrawal(self, day: date):
        """Return the withdrawal of each commitment that is in force at the end of a day."""
        withdrawals = self.model._meta.get_field("withdrawals").related_model.objects
        return withdrawals.in_force_on(day).filter(commitment=OuterRef("pk"))

    def _reports(self):
        return self.model._meta.get_field("reports").related_model.objects.filter(commitment=OuterRef("pk"))

    def _cycles(self):
        return self.model._meta.get_field("reports").related_model._meta.get_field("cycle").related_model.objects

    def _partners(self):
        return self.model._meta.get_field("partners").related_model.objects.filter(commitment=OuterRef("pk"))

    def _finished(self, day: date | None) -> Case:
        """Return the expression that is true if no reports are owed; see `finished()` for withdrawn successors."""
        if day is None:
            done = finished()
        else:
            withdrawals = self.model._meta.get_field("withdrawals").related_model.objects.in_force_on(day)
            reports = self.model._meta.get_field("reports").related_model.objects.published(day).newest_first()
            last = reports.filter(commitment=OuterRef(OuterRef("pk"))).values("superseded_by")[:1]
            withdrawn = Exists(withdrawals.filter(commitment=Subquery(last)))
            superseded = Q(standing_status="superseded") & ~Q(withdrawn)
            done = Q(standing_status__in=["completed", "discontinued"]) | superseded
        return Case(When(done, then=Value(True)), default=Value(False), output_field=BooleanField())

    def _verification(self, day: date | None) -> Case:
        """Return the verification, computed from the newest assessment of each assessor."""
        assessments = self.model._meta.get_field("assessments").related_model.objects
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
            return self.annotate(moved_at=_moved_at("", day))
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
        withdrawals = self.model._meta.get_field("withdrawals").related_model.objects.in_force_on(day)
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

    def with_body_text(self, day: date | None = None) -> Self:
        """Annotate `body_text`: summary, original text and published reports (those of the day)."""
        return self.annotate(body_text=self._body_text(day))

    def _body_text(self, day: date | None) -> Concat:
        own = Concat("summary", Value(" "), "original_text", Value(" "), output_field=TextField())
        return Concat(own, self._report_texts(day), output_field=TextField())

    def _report_texts(self, day: date | None) -> Concat:
        """Return the texts of the published reports, joined, and then those of the partners' contributions."""
        text = Concat("achieved", Value(" "), "barriers", Value(" "), "next_steps", output_field=TextField())
        reports = self._reports().published(day)
        parts = reports.model._meta.get_field("contributions").related_model.objects.published(day)
        parts = parts.filter(report__commitment=OuterRef("pk"))
        return Concat(
            _joined(reports.order_by().values("commitment"), text),
            Value(" "),
            _joined(parts.order_by().values("report__commitment"), F("text")),
            output_field=TextField(),
        )

    def _vector_on(self, day: date) -> SearchVector:
        return (
            SearchVector(plain("title"), weight="A", config=SEARCH_CONFIG)
            + SearchVector(plain("summary"), plain("original_text"), weight="B", config=SEARCH_CONFIG)
            + SearchVector(plain(self._report_texts(day)), weight="C", config=SEARCH_CONFIG)
        )


def _midnight(days: models.QuerySet) -> Cast:
    """Return the timestamp at which a day begins (UTC, the time zone of the database connections)."""
    return Cast(Subquery(days), DateTimeField())


def _moved_at(column: str, day: date | None) -> F | Value:
    return F(column) if day is None else Value(None, output_field=DateTimeField())


def _joined(groups, text) -> Coalesce:
    """Return the texts of the rows of each group, joined by spaces; '' for an empty group."""
    joined = groups.annotate(joined=StringAgg(text, " ", output_field=TextField())).values("joined")
    return Coalesce(Subquery(joined), Value(""), output_field=TextField())


def _first(reports, field: str, default: str = "") -> Coalesce:
    return Coalesce(Subquery(reports.values(field)[:1]), Value(default), output_field=CharField())


class ProgressReportQuerySet(ReviewedQuerySet):
    parts = ("evidence", "contributions")

    def in_register(self, day: date | None = None) -> Self:
        """Return the published reports on published commitments; those of withdrawn ones are left out."""
        commitments = self.model._meta.get_field("commitment").related_model.objects
        return self.published(day).filter(commitment__in=commitments.published(day).order_by().values("pk"))

    def owner(self, user) -> Q:
        return is_owner(user, "commitment__")

    def led(self, user) -> Q:
        return led_group(user, "commitment__")

    def independent(self, user) -> Q:
        """Return the condition of independence, also from the agency reported for and from contributing partners.

        Agencies with a contribution count even if they are no longer partners.
        """
        on_behalf = with_stake(None, "on_behalf_of", None)
        contributors = ArraySubquery(self._contributions().values("agency"))
        return independent(user, "commitment__", on_behalf, contributors)

    def _contributions(self):
        parts = self.model._meta.get_field("contributions").related_model.objects
        return parts.filter(report=OuterRef("pk")).order_by()

    def published(self, day: date | None = None) -> Self:
        """Return the published reports of commitments that have a page."""
        return self.filter(public_on(day), commitment__state__in=PUBLIC_STATES)

    def with_moved_at(self, day: date | None = None) -> Self:
        """Annotate `moved_at`, the time of the last public change of each row; None for past days."""
        return self.annotate(moved_at=_moved_at("movement__moved_at", day))

    def newest_first(self) -> Self:
        return self.order_by("-published_on", "-number", "-pk")

    def contributable_by(self, user) -> Self:
        """Return the open reports to which the person's agency, as a partner, may add a contribution."""
        if user.is_anonymous:
            return self.none()
        own = self.model.objects.filter(is_partner(user), accepts_contributions())
        return self.filter(pk__in=own.values("pk"))

    def blank(self) -> Self:
        """Return the reports in which nothing has been written yet."""
        return self.filter(status="", achieved="", barriers="", next_steps="")

    def in_open_cycle(self) -> Self:
        """Return the reports of cycles that are open for reports."""
        return self.filter(cycle__opened_on__isnull=False, cycle__closed_on__isnull=True)

    def owed(self) -> Self:
        """Return the reports still to be submitted in open cycles.

        Finished commitments, and those with another report published since the cycle opened, owe none.
        """
        since = self.model.objects.published().filter(
            commitment=OuterRef("commitment"), published_on__gte=OuterRef("cycle__opened_on")
        )
        running = self.in_open_cycle().filter(state__in=OPEN_STATES, commitment__state="published")
        return running.exclude(finished("commitment__")).exclude(Exists(since))


class AssessmentQuerySet(ReviewedQuerySet):
    def owner(self, user) -> Q:
        return is_assessor(user)

    def led(self, user) -> Q:
        return NO_GROUP

    def independent(self, user) -> Q:
        """Return the condition of independence, also from co-leads of the commitment and the assessing group."""
        co_leads = with_stake(None, None, "commitment__workgroup")
        return independent(user, "commitment__", co_leads, with_stake(None, "agency", "workgroup"))

    def newest_of_each_assessor(self, day: date | None = None) -> Self:
        """Exclude assessments that a later one by the same assessor replaces."""
        later = (
            self.model.objects.published(day)
            .filter(commitment=OuterRef("commitment"), assessor_key=OuterRef("assessor_key"))
            .filter(
                Q(published_on__gt=OuterRef("published_on"))
                | Q(published_on=OuterRef("published_on"), pk__gt=OuterRef("pk"))
            )
        )
        return self.exclude(Exists(later))

    def with_answers(self, day: date | None = None) -> Self:
        """Prefetch the lead's published answers as `public_answers`, oldest first."""
        answers = self.model._meta.get_field("answers").related_model.objects.published(day)
        answers = answers.oldest_first().select_related("reviewing_agency")
        return self.prefetch_related(Prefetch("answers", answers, to_attr="public_answers"))

    def unanswered(self) -> Self:
        """Return the published assessments that do not fully agree and have no answer in any state."""
        standing = self.published().filter(commitment__state="published").exclude(finding="agrees")
        return standing.newest_of_each_assessor().filter(answers__isnull=True)

    def answerable_by(self, user) -> Self:
        """Return the published assessments of commitments that the person's agencies and groups lead."""
        return self.published().filter(is_owner(user, "commitment__"), commitment__state="published")


class AnswerQuerySet(ReviewedQuerySet):
    def owner(self, user) -> Q:
        return is_owner(user, "assessment__commitment__")

    def led(self, user) -> Q:
        return led_group(user, "assessment__commitment__")

    def independent(self, user) -> Q:
        """Return the condition of independence, also from the assessor."""
        assessors = with_stake(None, "assessment__agency", "assessment__workgroup")
        return independent(user, "assessment__commitment__", assessors) & ~is_party(user, "assessment__")

    def oldest_first(self) -> Self:
        return self.order_by("published_on", "pk")


NO_GROUP = Q(pk__isnull=True)


class WithdrawalQuerySet(models.QuerySet):
    def in_force_on(self, day: date) -> Self:
        """Return the withdrawals made by the end of a day (UTC) and not yet taken back then."""
        return self.filter(withdrawn_on__lte=day).exclude(restored_on__lte=day)

    def with_number(self) -> Self:
        """Annotate `number`, the position of each withdrawal among those of its commitment, from 1."""
        earlier = self.model.objects.filter(commitment=OuterRef("commitment"), pk__lte=OuterRef("pk")).order_by()
        counts = earlier.values("commitment").annotate(count=Count("pk")).values("count")
        return self.annotate(number=Subquery(counts))

    def until(self, day: date | None) -> Self:
        """Return the withdrawals made by the end of a day (UTC), taken back or not; None means all."""
        return self.all() if day is None else self.filter(withdrawn_on__lte=day)

    def restored(self, day: date | None) -> Self:
        """Return the withdrawals taken back by the end of a day (UTC); None means by now."""
        return self.filter(restored_on__isnull=False) if day is None else self.filter(restored_on__lte=day)


class MilestoneQuerySet(models.QuerySet):
    """Milestones; the permission to edit them is that of their commitment."""

    def editable_by(self, user) -> Self:
        commitments = self.model._meta.get_field("commitment").related_model.objects
        return self.filter(commitment__in=commitments.editable_by(user))


class EvidenceQuerySet(models.QuerySet):
    def public(self) -> Self:
        """Return the public evidence; the caller checks whether its report is published."""
        return self.filter(is_public=True)

    def visible_to(self, user) -> Self:
        """Return public evidence, and private evidence of reports that are confidential to the person.

        The caller checks whether its report is published.
        """
        reports = self.model._meta.get_field("report").related_model.objects
        return self.filter(Q(is_public=True) | Q(report__in=reports.confidential_to(user)))


class ContributionQuerySet(models.QuerySet):
    def published(self, day: date | None = None) -> Self:
        """Return the contributions to published reports; they are public as long as the report is."""
        return self.filter(report__in=self._reports().published(day))

    def in_register(self, day: date | None = None) -> Self:
        """Return the contributions to published reports on published commitments."""
        return self.filter(report__in=self._reports().in_register(day))

    def newest_first(self) -> Self:
        return self.order_by("-report__published_on", "-report__number", "-pk")

    def visible_to(self, user) -> Self:
        """Return the contributions of the person's agencies, and those to reports that the person may read."""
        return self.filter(self._own(user) | Q(report__in=self._reports().visible_to(user)))

    def confidential_to(self, user) -> Self:
        """Return the contributions whose history the person may read."""
        return self.filter(self._own(user) | Q(report__in=self._reports().confidential_to(user)))

    def _own(self, user) -> Q:
        return Q(agency__in=agencies_for(user))

    def _reports(self):
        return self.model._meta.get_field("report").related_model.objects


class StatusChangeQuerySet(models.QuerySet):
    def published(self, day: date | None = None) -> Self:
        """Return the changes of commitments that have a page, up to the end of a day."""
        changes = self.filter(commitment__state__in=PUBLIC_STATES)
        return changes if day is None else changes.filter(changed_on__lte=day)

    def in_register(self, day: date | None = None) -> Self:
        """Return the changes of published commitments; those of withdrawn ones are left out."""
        commitments = self.model._meta.get_field("commitment").related_model.objects
        return self.published(day).filter(commitment__in=commitments.published(day).order_by().values("pk"))

    def with_moved_at(self, day: date | None = None) -> Self:
        """Annotate `moved_at`, the time of the last public change of the report that made the change."""
        return self.annotate(moved_at=_moved_at("report__movement__moved_at", day))

    def newest_first(self) -> Self:
        return self.order_by("-changed_on", "-pk")


class ReportingCycleQuerySet(models.QuerySet):
    def opened(self, day: date) -> Self:
        """Return the cycles opened by the end of the day, newest first."""
        return self.filter(opened_on__lte=day).order_by("-opened_on", "-pk")

    def closed(self, day: date) -> Self:
        """Return the cycles that were closed at the end of the day, even if they were reopened since."""
        lines = self.model.history.filter(id=OuterRef("pk"), closed_on__lte=day)
        reopened = self.model.history.filter(
            id=OuterRef("id"), reopened_on__lte=day, reopened_on__gte=OuterRef("closed_on")
        )
        return self.filter(Q(closed_on__lte=day) | Exists(lines.exclude(Exists(reopened))))


class NoticeQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Return the notices that were neither sent nor dropped."""
        return self.filter(told_at__isnull=True, dropped_at__isnull=True)


class MistakeQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        return self.filter(in_inbox(user))

    def waiting(self) -> Self:
        """Return the reported mistakes that were neither answered nor closed."""
        return self.filter(state="open")

    def answerable_by(self, user) -> Self:
        return self.visible_to(user).waiting()


class WorkingCopyQuerySet(models.QuerySet):
    """Unsaved form contents, for the person who typed them and for colleagues who may write the row."""

    def of(self, user, row, commitment=None) -> Self:
        """Return the person's own copy of a row, or of a new row about a commitment."""
        return self.on(row, commitment).filter(user=user)

    def on(self, row, commitment=None) -> Self:
        rows = self.filter(form=row._meta.model_name, row=row.pk)
        return rows.filter(commitment=commitment if row.pk is None else None)

    def offered_to(self, user, row, commitment=None) -> Self:
        """Return the copies by colleagues of the person's agencies, of a row that the person may write.

        The colleague must have acted for the agency on the day of the copy. Administrators and reviewers get none by
        their role.
        """
        written = row if row.pk else commitment
        if written is None or user.is_anonymous or not self._own(user, row, written):
            return self.none()
        acting = Membership.objects.filter(user=OuterRef("user"), agency__in=agencies_of(user))
        acting = acting.filter(starts_on__lte=OuterRef("typed_on"))
        acting = acting.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("typed_on")))
        return (
            self.on(row, commitment)
            .exclude(user=user)
            .alias(typed_on=TruncDate("saved_at"))
            .filter(Exists(acting))
            .select_related("user")
            .order_by("-saved_at")
        )

    def _own(self, user, row, written) -> bool:
        rows = type(written).objects.owned_by(user).filter(pk=written.pk)
        return (rows.editable_by(user) if row.pk else rows).exists()
