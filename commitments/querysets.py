"""Queries of reviewed rows and of commitments, by state and by person."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
)

from commitments.choices import Status
from commitments.permissions import (
    PUBLIC_STATES,
    confidential,
    handled,
    independent,
    independent_of,
    is_owner,
    led_group,
    readable,
    reviewable,
    waiting,
    writable,
)

# Change reasons of history lines that make their user an author of the row, as do lines without a reason (forms).
AUTHORSHIP_REASONS = ("submit", "import", "token")


def finished(prefix: str = "") -> Q:
    """Return the condition that no more reports are expected of a commitment; `prefix` leads to the commitment.

    A commitment whose successor was withdrawn is not finished: nothing replaces it.
    """
    status, successor = f"{prefix}status", f"{prefix}superseded_by__state"
    return Q(**{f"{status}__in": Status.finished_without_successor()}) | Q(
        **{status: "superseded", successor: "published"}
    )


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
    """Commitments, by state and by person."""

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

    def involving(self, *agencies) -> Self:
        """Return the rows that one of the agencies leads or is a partner in."""
        return self.filter(Q(lead_agency__in=agencies) | Exists(self._partners().filter(agency__in=agencies)))

    def running(self) -> Self:
        """Return the published rows that are not finished: they still owe reports."""
        return self.published().exclude(finished())

    def without_successor(self) -> Self:
        """Return the superseded rows whose successor was withdrawn: they run again until the next report."""
        return self.published().filter(status="superseded", superseded_by__state="withdrawn")

    def _withdrawal(self, day: date):
        """Return the withdrawal of each commitment that is in force at the end of a day."""
        withdrawals = self.model._meta.get_field("withdrawals").related_model.objects
        return withdrawals.in_force_on(day).filter(commitment=OuterRef("pk"))

    def _partners(self):
        return self.model._meta.get_field("partners").related_model.objects.filter(commitment=OuterRef("pk"))


def moved_at_expression(column: str, day: date | None) -> F | Value:
    return F(column) if day is None else Value(None, output_field=DateTimeField())


class WithdrawalQuerySet(models.QuerySet):
    """Withdrawals, by the day on which they are in force."""

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

    def unmet_on(self, day: date | None) -> Self:
        """Return those not met at the end of a day (UTC); a day of None asks of today."""
        return self.exclude(met_on__lte=day or date.max)
