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

from agencies.models import Membership
from agencies.permissions import agencies_of
from commitments.permissions import (
    OPEN_STATES,
    PUBLIC_STATES,
    agencies_for,
    confidential,
    handled,
    in_inbox,
    independent,
    independent_of,
    is_assessor,
    is_owner,
    is_party,
    led_group,
    open_for_parts,
    readable,
    reviewable,
    takes_part,
    waiting,
    with_stake,
    writable,
)
from commitments.search import SEARCH_CONFIG, headline, plain, search_query
from foundation.clock import today

FINISHED = ("completed", "discontinued", "superseded")
# Lines of the history, beside those of forms, by which a person had a hand in a row.
HANDS = ("submit", "import", "token")


def finished(prefix: str = "") -> Q:
    """Commitments on which nothing more is owed; `prefix` leads to the commitment.

    A commitment whose successor was withdrawn is not finished: nothing has taken its place.
    """
    status, successor = f"{prefix}status", f"{prefix}superseded_by__state"
    return Q(**{f"{status}__in": ["completed", "discontinued"]}) | Q(**{status: "superseded", successor: "published"})


def public_on(day: date | None) -> Q:
    """Rows that readers see: today's published ones, or those that stood published at the end of a day (UTC)."""
    return Q(state="published") if day is None else Q(state__in=PUBLIC_STATES, published_on__lte=day)


class ReviewedQuerySet(models.QuerySet):
    """Rows of the review workflow.

    A subclass says who owns a row, which group leads it, who is independent of it, and what belongs to it.
    """

    owner = led = independent = None
    parts: tuple[str, ...] = ()

    def published(self, day: date | None = None) -> Self:
        """What the public record holds today, or held at the end of a day (UTC)."""
        return self.filter(public_on(day))

    def visible_to(self, user) -> Self:
        return self.filter(readable(user, self.owner(user)))

    def editable_by(self, user) -> Self:
        """Drafts and sent-back rows which the person may write and submit."""
        return self.filter(writable(user, self.owner(user)))

    def waiting_for(self, user) -> Self:
        """Submitted rows within a reviewer's reach, longest waiting first; some may be for another to decide."""
        return self.filter(waiting(user, self.led(user))).order_by("submitted_at", "pk")

    def reviewable_by(self, user) -> Self:
        """Submitted rows which the person may publish or send back: none that they ever had a hand in."""
        if user.is_anonymous:
            return self.none()
        rows = self.filter(reviewable(user, self.led(user), self.independent(user)))
        hand = Q(history_change_reason__isnull=True) | Q(history_change_reason__in=HANDS)
        rows = rows.exclude(Exists(self.model.history.filter(hand, id=OuterRef("pk"), history_user=user)))
        for part in self.parts:
            link = self.model._meta.get_field(part)
            written = link.related_model.history.filter(**{link.field.name: OuterRef("pk")}, history_user=user)
            rows = rows.exclude(Exists(written))
        return rows

    def owned_by(self, user) -> Self:
        """Rows that the person's agencies and groups write, whatever their state."""
        return self.filter(self.owner(user))

    def handled_by(self, user) -> Self:
        return self.filter(handled(user, self.owner(user)))

    def confidential_to(self, user) -> Self:
        """Rows whose history, review and private evidence the person may read."""
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
        """Commitments that no agency of the person leads, co-leads or is a partner in."""
        return self.none() if user.is_anonymous else self.filter(independent_of(user))

    def published(self, day: date | None = None) -> Self:
        rows = self.filter(public_on(day))
        return rows if day is None else rows.exclude(Exists(self._withdrawal(day)))

    def public(self, day: date | None = None) -> Self:
        """Commitments that have a page: the published ones, and the withdrawn ones, whose page says so."""
        return self.filter(Q(state__in=PUBLIC_STATES) if day is None else public_on(day))

    def listed(self, day: date | None = None) -> Self:
        """Published rows with all that a line of a table shows: standing, lead and points."""
        rows = self.published(day).with_standing(day).select_related("lead_agency", "workgroup")
        return rows.prefetch_related("agenda_points").defer("search")

    def involving(self, *agencies) -> Self:
        """Led by one of the agencies or with one as a partner."""
        return self.filter(Q(lead_agency__in=agencies) | Exists(self._partners().filter(agency__in=agencies)))

    def running(self) -> Self:
        """Published and not finished: still owing a word."""
        return self.published().exclude(finished())

    def without_successor(self) -> Self:
        """Superseded by what was withdrawn since: they run again until a report says otherwise."""
        return self.published().filter(status="superseded", superseded_by__state="withdrawn")

    def search(self, text: str, day: date | None = None) -> Self:
        """Full text of title, summary, original text and published reports (those of the day), with `rank`."""
        query = search_query(text)
        return self.with_text(day).filter(text_on=query).annotate(rank=SearchRank(F("text_on"), query))

    def with_text(self, day: date | None = None) -> Self:
        """Name the words by which a row is found, today or at the end of a day, `text_on`."""
        return self.alias(text_on=F("search") if day is None else self._vector_on(day))

    def with_standing(self, day: date | None = None) -> Self:
        """Annotate the four status fields and the last word, as they stand today or stood at the end of a day.

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
        """The withdrawal of each commitment in force at the end of a day."""
        withdrawals = self.model._meta.get_field("withdrawals").related_model.objects
        return withdrawals.in_force_on(day).filter(commitment=OuterRef("pk"))

    def _reports(self):
        return self.model._meta.get_field("reports").related_model.objects.filter(commitment=OuterRef("pk"))

    def _cycles(self):
        return self.model._meta.get_field("reports").related_model._meta.get_field("cycle").related_model.objects

    def _partners(self):
        return self.model._meta.get_field("partners").related_model.objects.filter(commitment=OuterRef("pk"))

    def _finished(self, day: date | None) -> Case:
        """Whether nothing more is owed. What was superseded by a commitment that was withdrawn since runs again."""
        if day is None:
            done = finished()
        else:
            withdrawals = self.model._meta.get_field("withdrawals").related_model.objects.in_force_on(day)
            reports = self.model._meta.get_field("reports").related_model.objects.published(day).newest_first()
            last = reports.filter(commitment=OuterRef(OuterRef("pk"))).values("superseded_by")[:1]
            gone = Exists(withdrawals.filter(commitment=Subquery(last)))
            done = Q(standing_status__in=["completed", "discontinued"]) | Q(standing_status="superseded") & ~Q(gone)
        return Case(When(done, then=Value(True)), default=Value(False), output_field=BooleanField())

    def _verification(self, day: date | None) -> Case:
        """The judgement that stands beside the agency's word: the newest of each assessor counts."""
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
        """See the glossary of the methods page: always computed, against the newest cycle that has opened."""
        now = day or today()
        cycle = self._cycles().opened(now).first()
        finished = When(standing_finished=True, then=Value("current"))
        if cycle is None:
            return Case(finished, default=Value("not_yet_due"), output_field=CharField())
        asked = Exists(self._reports().filter(cycle=cycle))
        silent = Value("due") if now <= cycle.due_on else Value("overdue")
        return Case(
            finished,
            When(last_heard_on__gte=cycle.opened_on, then=Value("current")),
            When(~asked, then=Value("not_yet_due")),
            When(last_heard_on__isnull=True, then=Value("due" if now <= cycle.due_on else "never_reported")),
            default=silent,
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
        gone = self._withdrawal(day)
        return self.annotate(
            standing_state=Case(When(Exists(gone), then=Value("withdrawn")), default=Value("published")),
            standing_withdrawn_on=Subquery(gone.values("withdrawn_on")[:1], output_field=DateField()),
            standing_withdrawn_reason=Coalesce(
                Subquery(gone.values("withdrawn_reason")[:1]), Value(""), output_field=TextField()
            ),
        )

    def with_moved_at(self, day: date | None = None) -> Self:
        """Annotate `moved_at`: when what is said of each last changed in public; needs `with_standing()`.

        Freshness turns at midnight (UTC) with nothing being written, and that is a change too. Of past days no such
        moment is kept: it is None.
        """
        if day is not None:
            return self.annotate(moved_at=_moved_at("", day))
        cycle = self._cycles().opened(today())
        late = ExpressionWrapper(F("due_on") + Value(timedelta(days=1)), output_field=DateTimeField())
        turned = Case(
            When(standing_freshness="due", then=_midnight(cycle.values("opened_on")[:1])),
            When(
                standing_freshness__in=("overdue", "never_reported"),
                then=_midnight(cycle.annotate(late=late).values("late")[:1]),
            ),
            output_field=DateTimeField(),
        )
        return self.annotate(moved_at=Greatest("movement__moved_at", turned))

    def with_last_word(self, day: date | None = None) -> Self:
        """Annotate what the last report gives beside the status.

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
        gone = Exists(withdrawals.filter(commitment=OuterRef("superseded_by")))
        state = Case(
            When(superseded_by=None, then=Value("")), When(gone, then=Value("withdrawn")), default=Value("published")
        )
        return _first(reports.annotate(successor_state=state), "successor_state")

    def with_hits(self, text: str, day: date | None = None) -> Self:
        """Annotate `marked_title` and `marked_text`: the title, and where the other texts meet a search, with hits."""
        excerpt = {"max_words": 40, "min_words": 20, "short_word": 0, "max_fragments": 2, "fragment_delimiter": " … "}
        return self.alias(words=self._words(day)).annotate(
            marked_title=headline("title", text, highlight_all=True),
            marked_text=headline("words", text, **excerpt),
        )

    def with_words(self, day: date | None = None) -> Self:
        """Annotate `words`: summary, original text and published reports (those of the day)."""
        return self.annotate(words=self._words(day))

    def _words(self, day: date | None) -> Concat:
        own = Concat("summary", Value(" "), "original_text", Value(" "), output_field=TextField())
        return Concat(own, self._said(day), output_field=TextField())

    def _said(self, day: date | None) -> Concat:
        """The words of the published reports, one after the other, and then those of partners in them."""
        said = Concat("achieved", Value(" "), "barriers", Value(" "), "next_steps", output_field=TextField())
        reports = self._reports().published(day)
        parts = reports.model._meta.get_field("contributions").related_model.objects.published(day)
        parts = parts.filter(report__commitment=OuterRef("pk"))
        return Concat(
            _joined(reports.order_by().values("commitment"), said),
            Value(" "),
            _joined(parts.order_by().values("report__commitment"), F("text")),
            output_field=TextField(),
        )

    def _vector_on(self, day: date) -> SearchVector:
        return (
            SearchVector(plain("title"), weight="A", config=SEARCH_CONFIG)
            + SearchVector(plain("summary"), plain("original_text"), weight="B", config=SEARCH_CONFIG)
            + SearchVector(plain(self._said(day)), weight="C", config=SEARCH_CONFIG)
        )


def _midnight(days: models.QuerySet) -> Cast:
    """The moment at which a day begins (UTC, the zone of our connections)."""
    return Cast(Subquery(days), DateTimeField())


def _moved_at(column: str, day: date | None) -> F | Value:
    return F(column) if day is None else Value(None, output_field=DateTimeField())


def _joined(groups, words) -> Coalesce:
    """The words of the rows of one group, one after the other; '' where there are none."""
    joined = groups.annotate(words=StringAgg(words, " ", output_field=TextField())).values("words")
    return Coalesce(Subquery(joined), Value(""), output_field=TextField())


def _first(reports, field: str, default: str = "") -> Coalesce:
    return Coalesce(Subquery(reports.values(field)[:1]), Value(default), output_field=CharField())


class ProgressReportQuerySet(ReviewedQuerySet):
    parts = ("evidence", "contributions")

    def in_register(self, day: date | None = None) -> Self:
        """Published reports on what stands in the register: those of withdrawn commitments are left out."""
        commitments = self.model._meta.get_field("commitment").related_model.objects
        return self.published(day).filter(commitment__in=commitments.published(day).order_by().values("pk"))

    def owner(self, user) -> Q:
        return is_owner(user, "commitment__")

    def led(self, user) -> Q:
        return led_group(user, "commitment__")

    def independent(self, user) -> Q:
        """The agency on whose behalf it is, and partners with a part in it, which may be partners no more, count."""
        on_behalf = with_stake(None, "on_behalf_of", None)
        contributors = ArraySubquery(self._contributions().values("agency"))
        return independent(user, "commitment__", on_behalf, contributors)

    def _contributions(self):
        parts = self.model._meta.get_field("contributions").related_model.objects
        return parts.filter(report=OuterRef("pk")).order_by()

    def published(self, day: date | None = None) -> Self:
        """Published reports of commitments that have a page."""
        return self.filter(public_on(day), commitment__state__in=PUBLIC_STATES)

    def with_moved_at(self, day: date | None = None) -> Self:
        """Annotate `moved_at`: when what is said of each last changed in public; None of past days."""
        return self.annotate(moved_at=_moved_at("movement__moved_at", day))

    def newest_first(self) -> Self:
        return self.order_by("-published_on", "-number", "-pk")

    def contributable_by(self, user) -> Self:
        """Reports still open to which the person's agency, as a partner, adds its part."""
        if user.is_anonymous:
            return self.none()
        own = self.model.objects.filter(takes_part(user), open_for_parts())
        return self.filter(pk__in=own.values("pk"))

    def blank(self) -> Self:
        """Expected by a cycle, and nothing written yet."""
        return self.filter(status="", achieved="", barriers="", next_steps="")

    def asked(self) -> Self:
        """Expected by a cycle that takes reports."""
        return self.filter(cycle__opened_on__isnull=False, cycle__closed_on__isnull=True)

    def owed(self) -> Self:
        """Asked for and not sent off, on what is running and was not reported on otherwise since the cycle opened."""
        since = self.model.objects.published().filter(
            commitment=OuterRef("commitment"), published_on__gte=OuterRef("cycle__opened_on")
        )
        running = self.asked().filter(state__in=OPEN_STATES, commitment__state="published")
        return running.exclude(finished("commitment__")).exclude(Exists(since))


class AssessmentQuerySet(ReviewedQuerySet):
    def owner(self, user) -> Q:
        return is_assessor(user)

    def led(self, user) -> Q:
        return NO_GROUP

    def independent(self, user) -> Q:
        """Who co-leads the commitment or the assessing group is not."""
        co_leads = with_stake(None, None, "commitment__workgroup")
        return independent(user, "commitment__", co_leads, with_stake(None, "agency", "workgroup"))

    def newest_of_each_assessor(self, day: date | None = None) -> Self:
        """Leave out what the same assessor has since judged anew."""
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
        """Fetch beside each what its lead answers, as `public_answers`, oldest first."""
        answers = self.model._meta.get_field("answers").related_model.objects.published(day)
        answers = answers.oldest_first().select_related("reviewing_agency")
        return self.prefetch_related(Prefetch("answers", answers, to_attr="public_answers"))

    def unanswered(self) -> Self:
        """Published judgements that do not wholly agree, with no answer published or in hand."""
        standing = self.published().filter(commitment__state="published").exclude(finding="agrees")
        return standing.newest_of_each_assessor().filter(answers__isnull=True)

    def answerable_by(self, user) -> Self:
        """Published judgements on what the person's agencies and groups lead."""
        return self.published().filter(is_owner(user, "commitment__"), commitment__state="published")


class AnswerQuerySet(ReviewedQuerySet):
    def owner(self, user) -> Q:
        return is_owner(user, "assessment__commitment__")

    def led(self, user) -> Q:
        return led_group(user, "assessment__commitment__")

    def independent(self, user) -> Q:
        """Whoever assessed has no say in what is answered."""
        assessors = with_stake(None, "assessment__agency", "assessment__workgroup")
        return independent(user, "assessment__commitment__", assessors) & ~is_party(user, "assessment__")

    def oldest_first(self) -> Self:
        return self.order_by("published_on", "pk")


NO_GROUP = Q(pk__isnull=True)


class WithdrawalQuerySet(models.QuerySet):
    def in_force_on(self, day: date) -> Self:
        """Withdrawals that had begun by the end of a day (UTC) and were not yet taken back."""
        return self.filter(withdrawn_on__lte=day).exclude(restored_on__lte=day)

    def with_number(self) -> Self:
        """Annotate `number`: which withdrawal of its commitment each is, from 1."""
        earlier = self.model.objects.filter(commitment=OuterRef("commitment"), pk__lte=OuterRef("pk")).order_by()
        counts = earlier.values("commitment").annotate(count=Count("pk")).values("count")
        return self.annotate(number=Subquery(counts))

    def until(self, day: date | None) -> Self:
        """Withdrawals that had begun by the end of a day (UTC), taken back or not; None means all."""
        return self.all() if day is None else self.filter(withdrawn_on__lte=day)

    def restored(self, day: date | None) -> Self:
        """Withdrawals that had been taken back by the end of a day (UTC); None means by now."""
        return self.filter(restored_on__isnull=False) if day is None else self.filter(restored_on__lte=day)


class MilestoneQuerySet(models.QuerySet):
    """Steps are part of their commitment's wording, and are written with it."""

    def editable_by(self, user) -> Self:
        commitments = self.model._meta.get_field("commitment").related_model.objects
        return self.filter(commitment__in=commitments.editable_by(user))


class EvidenceQuerySet(models.QuerySet):
    def public(self) -> Self:
        """Evidence that readers may see; whether its report is published is for the caller to ask."""
        return self.filter(is_public=True)

    def visible_to(self, user) -> Self:
        """Evidence that is not public stays with its writers and the reviewers; as to the rest see `public()`."""
        reports = self.model._meta.get_field("report").related_model.objects
        return self.filter(Q(is_public=True) | Q(report__in=reports.confidential_to(user)))


class ContributionQuerySet(models.QuerySet):
    def published(self, day: date | None = None) -> Self:
        """Parts of published reports; a report's parts are public as long as the report is."""
        return self.filter(report__in=self._reports().published(day))

    def in_register(self, day: date | None = None) -> Self:
        """Parts of the reports on what stands in the register: those of withdrawn commitments are left out."""
        return self.filter(report__in=self._reports().in_register(day))

    def newest_first(self) -> Self:
        return self.order_by("-report__published_on", "-report__number", "-pk")

    def visible_to(self, user) -> Self:
        """One's own agency's, and those of every report that the person may read."""
        return self.filter(self._own(user) | Q(report__in=self._reports().visible_to(user)))

    def confidential_to(self, user) -> Self:
        """Parts of which the person may read what they said before."""
        return self.filter(self._own(user) | Q(report__in=self._reports().confidential_to(user)))

    def _own(self, user) -> Q:
        return Q(agency__in=agencies_for(user))

    def _reports(self):
        return self.model._meta.get_field("report").related_model.objects


class StatusChangeQuerySet(models.QuerySet):
    def published(self, day: date | None = None) -> Self:
        """Changes of commitments that have a page, up to the end of a day."""
        changes = self.filter(commitment__state__in=PUBLIC_STATES)
        return changes if day is None else changes.filter(changed_on__lte=day)

    def in_register(self, day: date | None = None) -> Self:
        """Changes of what stands in the register: those of withdrawn commitments are left out."""
        commitments = self.model._meta.get_field("commitment").related_model.objects
        return self.published(day).filter(commitment__in=commitments.published(day).order_by().values("pk"))

    def with_moved_at(self, day: date | None = None) -> Self:
        """Annotate `moved_at`: a change is never altered, but names the commitment and the report that made it."""
        return self.annotate(moved_at=_moved_at("report__movement__moved_at", day))

    def newest_first(self) -> Self:
        return self.order_by("-changed_on", "-pk")


class ReportingCycleQuerySet(models.QuerySet):
    def opened(self, day: date) -> Self:
        """Cycles that had opened by the end of the day, newest first."""
        return self.filter(opened_on__lte=day).order_by("-opened_on", "-pk")

    def closed(self, day: date) -> Self:
        """Cycles that stood closed at the end of the day, whether or not they were reopened since."""
        lines = self.model.history.filter(id=OuterRef("pk"), closed_on__lte=day)
        reopened = self.model.history.filter(
            id=OuterRef("id"), reopened_on__lte=day, reopened_on__gte=OuterRef("closed_on")
        )
        return self.filter(Q(closed_on__lte=day) | Exists(lines.exclude(Exists(reopened))))


class NoticeQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Nobody was told yet, and nobody decided that it need not be."""
        return self.filter(told_at__isnull=True, dropped_at__isnull=True)


class MistakeQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        return self.filter(in_inbox(user))

    def waiting(self) -> Self:
        """Neither answered nor closed."""
        return self.filter(state="open")

    def answerable_by(self, user) -> Self:
        return self.visible_to(user).waiting()


class WorkingCopyQuerySet(models.QuerySet):
    """What people typed and did not save: for their own eyes, and for those of a colleague who may write the row."""

    def of(self, user, row, commitment=None) -> Self:
        """The person's own copy of a row, or of a new one about a commitment."""
        return self.on(row, commitment).filter(user=user)

    def on(self, row, commitment=None) -> Self:
        rows = self.filter(form=row._meta.model_name, row=row.pk)
        return rows.filter(commitment=commitment if row.pk is None else None)

    def offered_to(self, user, row, commitment=None) -> Self:
        """What colleagues typed, on the day as people of an agency of this person, into a row that is theirs to write.

        Being administrator or reviewer opens none: only acting for the same agency does.
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
