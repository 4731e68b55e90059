"""Queries of reports and what belongs to them, by state and by person."""

from datetime import date
from typing import Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import (
    Exists,
    OuterRef,
    Prefetch,
    Q,
)
from django.db.models.functions import TruncDate

from accounts.models import Membership
from accounts.permissions import agencies_of
from commitments.models import Commitment
from commitments.permissions import (
    OPEN_STATES,
    PUBLIC_STATES,
    agencies_for,
    independent,
    is_owner,
    led_group,
    with_stake,
)
from commitments.querysets import ReviewedQuerySet, finished, moved_at_expression, public_on
from reporting.permissions import accepts_contributions, in_inbox, is_assessor, is_partner, is_party


class ProgressReportQuerySet(ReviewedQuerySet):
    """Progress reports, by state and by person."""

    parts = ("evidence", "contributions")

    def in_register(self, day: date | None = None) -> Self:
        """Return the published reports on published commitments; those of withdrawn ones are left out."""
        return self.published(day).filter(commitment__in=Commitment.objects.published(day).order_by().values("pk"))

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
        return self.annotate(moved_at=moved_at_expression("movement__moved_at", day))

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

        Of finished commitments, and of those with another report published since the cycle opened, none is expected.
        """
        since = self.model.objects.published().filter(
            commitment=OuterRef("commitment"), published_on__gte=OuterRef("cycle__opened_on")
        )
        running = self.in_open_cycle().filter(state__in=OPEN_STATES, commitment__state="published")
        return running.exclude(finished("commitment__")).exclude(Exists(since))


class AssessmentQuerySet(ReviewedQuerySet):
    """Assessments, by state and by person."""

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
    """Answers to assessments, by state and by person."""

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


class EvidenceQuerySet(models.QuerySet):
    """Evidence, by who may see it."""

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
    """Partners' contributions, by who may see them."""

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
    """Changes of status, by the day on which they are public."""

    def published(self, day: date | None = None) -> Self:
        """Return the changes of commitments that have a page, up to the end of a day."""
        changes = self.filter(commitment__state__in=PUBLIC_STATES)
        return changes if day is None else changes.filter(changed_on__lte=day)

    def in_register(self, day: date | None = None) -> Self:
        """Return the changes of published commitments; those of withdrawn ones are left out."""
        return self.published(day).filter(commitment__in=Commitment.objects.published(day).order_by().values("pk"))

    def with_moved_at(self, day: date | None = None) -> Self:
        """Annotate `moved_at`, the time of the last public change of the report that made the change."""
        return self.annotate(moved_at=moved_at_expression("report__movement__moved_at", day))

    def newest_first(self) -> Self:
        return self.order_by("-changed_on", "-pk")


class ReportingCycleQuerySet(models.QuerySet):
    """Reporting cycles, by day."""

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


class NotificationQuerySet(models.QuerySet):
    """Notifications, by whether they were sent."""

    def waiting(self) -> Self:
        """Return the notifications that were neither sent nor dropped."""
        return self.filter(sent_at__isnull=True, dropped_at__isnull=True)


class CorrectionQuerySet(models.QuerySet):
    """Reported mistakes, by who may answer them."""

    def visible_to(self, user) -> Self:
        return self.filter(in_inbox(user))

    def waiting(self) -> Self:
        """Return the reported mistakes that were neither answered nor closed."""
        return self.filter(state="open")

    def answerable_by(self, user) -> Self:
        return self.visible_to(user).waiting()


class AutosavedFormQuerySet(models.QuerySet):
    """Unsaved form contents, for the person who typed them and for colleagues who may write the row."""

    def of(self, user, row, parent=None) -> Self:
        """Return the person's own copy of a row, or of a new row of a commitment or assessment."""
        return self.on(row, parent).filter(user=user)

    def on(self, row, parent=None) -> Self:
        """Return everybody's copies of a row, or of a new row of a commitment or assessment."""
        return self.filter(form=row._meta.model_name, row=row.pk, **self.parent_columns(row, parent))

    @staticmethod
    def parent_columns(row, parent) -> dict:
        """Return the values of the columns for the row to which a new row belongs; a saved row needs none."""
        is_of = None if row.pk or parent is None else parent._meta.model_name
        return {column: parent if column == is_of else None for column in ("commitment", "assessment")}

    def offered_to(self, user, row, parent=None) -> Self:
        """Return the copies by colleagues of the person's agencies, of a row that the person may write.

        The colleague must have acted for the agency on the day of the copy. Administrators and reviewers get none by
        their role.
        """
        written = row if row.pk else getattr(parent, "commitment", parent)
        if written is None or user.is_anonymous or not self._own(user, row, written):
            return self.none()
        acting = Membership.objects.filter(user=OuterRef("user"), agency__in=agencies_of(user))
        acting = acting.filter(starts_on__lte=OuterRef("typed_on"))
        acting = acting.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("typed_on")))
        return (
            self.on(row, parent)
            .exclude(user=user)
            .alias(typed_on=TruncDate("saved_at"))
            .filter(Exists(acting))
            .select_related("user")
            .order_by("-saved_at")
        )

    def _own(self, user, row, written) -> bool:
        rows = type(written).objects.owned_by(user).filter(pk=written.pk)
        return (rows.editable_by(user) if row.pk else rows).exists()
