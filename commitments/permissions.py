"""Permissions on commitments, reports and assessments, as conditions on rows.

Functions return a condition (`Q`) on the rows of a model; `prefix` leads from that model to the commitment ('' for the
commitment itself, 'commitment__' for its reports). Pages, admin, API and actions use them through the querysets'
`visible_to`, `editable_by` and `reviewable_by`. Functions named `may_…` return a bool for the person alone.
"""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import ArrayOverlap
from django.db.models import BigIntegerField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import Expression

from accounts.models import AnyUser
from accounts.permissions import agencies_of, is_administrator, is_secretariat, may_edit_reference_data
from agencies.models import Agency
from commitments.workflow import State
from workgroups.models import Participation, WorkGroup
from workgroups.permissions import groups_led_by

if TYPE_CHECKING:
    from commitments.models import Commitment

PUBLIC_STATES = State.public()
OPEN_STATES = State.open()

ALL = Q(pk__isnull=False)
NONE = Q(pk__isnull=True)


def is_owner(user: AnyUser, prefix: str = "") -> Q:
    """Return the condition that an agency of the person leads, or co-chairs or co-convenes the group that leads."""
    return Q(**{f"{prefix}lead_agency__in": agencies_of(user)}) | Q(**{f"{prefix}workgroup__in": groups_led_by(user)})


def readable(user: AnyUser, owned: Q) -> Q:
    """Return the condition for public rows, one's own, and for the secretariat all that were ever submitted."""
    if user.is_anonymous:
        return Q(state__in=PUBLIC_STATES)
    if is_administrator(user):
        return ALL
    if is_secretariat(user):
        return owned | ~Q(state="draft")
    return owned | Q(state__in=PUBLIC_STATES)


def writable(user: AnyUser, owned: Q) -> Q:
    """Return the condition for drafts and sent-back rows of one's own agency or group."""
    if user.is_anonymous:
        return NONE
    return Q(state__in=OPEN_STATES) & (ALL if is_administrator(user) else owned)


def waiting(user: AnyUser, led: Q) -> Q:
    """Return the condition for submitted rows that this reviewer sees; some may be for another to decide."""
    if user.is_anonymous:
        return NONE
    return Q(state="submitted") & (ALL if is_administrator(user) or is_secretariat(user) else led)


def reviewable(user: AnyUser, led: Q, independence: Q) -> Q:
    """Return the condition for submitted rows that this reviewer may decide on; see `independent`."""
    if user.is_anonymous:
        return NONE
    return waiting(user, led) & ~(Q(author=user) | Q(submitted_by=user)) & independence


def agencies_acted_for(user: AnyUser) -> Func:
    """Return the agencies for which the person acted since a row was submitted, or acts now, as an array of keys.

    All agencies of the person count, even if a token limits the request to one of them.
    """
    return _agencies("agencies_acted_for", Value(user.pk), F("submitted_at"))


def with_stake(commitment: str, lead: str | None, workgroup: str | None) -> Func:
    """Return the agencies with a stake in a commitment as an array of keys: lead, partners, leads of `workgroup`.

    The arguments are the names of the columns with the keys of the commitment, the lead agency and the group.
    """
    return _agencies(
        "commitments_agencies_with_stake", *(F(name) if name else Value(None) for name in (commitment, lead, workgroup))
    )


def independent(user: AnyUser, prefix: str = "", *further: Func) -> Q:
    """Return the condition for rows of which the person is independent, so that they may decide on them.

    A person is not independent if they act, or acted since the row was submitted, for an agency that was involved in
    writing or submitting it, that leads the commitment alone, or that is a partner in it. The co-chairs and
    co-conveners of the group that leads are independent of each other. `further` are arrays of more agencies with a
    stake in the row. Triggers in the database enforce the same rule.
    """
    stake = with_stake(f"{prefix}pk", f"{prefix}lead_agency", None)
    involved = [F("involved_agencies"), stake, *further]
    return ~Q(*(ArrayOverlap(agencies, agencies_acted_for(user)) for agencies in involved), _connector=Q.OR)


def independent_of(user: AnyUser, prefix: str = "") -> Q:
    """Return the condition for rows whose commitment the person may assess or change alone: not as a co-lead either."""
    stake = with_stake(f"{prefix}pk", f"{prefix}lead_agency", f"{prefix}workgroup")
    return ~Q(ArrayOverlap(stake, _agencies("agencies_acted_for", Value(user.pk), Value(None))))


def interested_agencies(commitment: "Commitment") -> QuerySet[Agency]:
    """Return the agencies that lead or co-lead a commitment or are partners in it, which may not assess it."""
    leading = Participation.objects.leading().filter(workgroup=commitment.workgroup_id)
    return Agency.objects.filter(
        Q(pk=commitment.lead_agency_id)
        | Q(pk__in=leading.values("agency"))
        | Q(pk__in=commitment.partners.values("agency"))
    )


def _agencies(function: str, *arguments: Expression) -> Func:
    return Func(*arguments, function=function, output_field=ArrayField(BigIntegerField()))


def led_group(user: AnyUser, prefix: str = "") -> Q:
    """Return the condition for rows led by a group that an agency of the person co-chairs or co-convenes."""
    return Q(**{f"{prefix}workgroup__in": groups_led_by(user)})


def handled(user: AnyUser, owned: Q) -> Q:
    """Return the condition for rows that the person may write as drafts, in any state."""
    return ALL if is_administrator(user) else owned


def confidential(user: AnyUser, owned: Q) -> Q:
    """Return the condition for rows whose history the person may read.

    These are one's own; for administrators and the secretariat all rows that they may read.
    """
    return readable(user, owned) if is_administrator(user) or is_secretariat(user) else owned


def agencies_for(user: AnyUser) -> QuerySet[Agency]:
    """Return the agencies for which the person may write commitments, reports and assessments."""
    return Agency.objects.all() if is_administrator(user) else agencies_of(user)


def partners_for(user: AnyUser, commitment: "Commitment | int") -> QuerySet[Agency]:
    """Return the partners in a commitment for which the person may write."""
    return agencies_for(user).filter(partnerships__commitment=commitment)


def groups_for(user: AnyUser) -> QuerySet[WorkGroup]:
    """Return the groups for which the person may write commitments and assessments."""
    return WorkGroup.objects.all() if is_administrator(user) else groups_led_by(user)


def may_create_drafts(user: AnyUser) -> bool:
    """Return whether the person may create drafts."""
    return is_administrator(user) or agencies_of(user).exists()


def may_review(user: AnyUser) -> bool:
    """Return whether the person can be a reviewer of any row."""
    return is_administrator(user) or is_secretariat(user) or groups_led_by(user).exists()


def may_classify(user: AnyUser) -> bool:
    """Return whether the person may change the classification of published rows of which they are independent.

    The classification is the agenda points, the recommendations and the confidence in the source.
    """
    return may_edit_reference_data(user)


def may_correct(user: AnyUser) -> bool:
    """Return whether the person may correct the texts of published commitments of which they are independent."""
    return is_administrator(user)


def may_withdraw(user: AnyUser) -> bool:
    """Return whether the person may withdraw a commitment from the register."""
    return is_administrator(user) or is_secretariat(user)


def may_restore(user: AnyUser) -> bool:
    """Return whether the person may take a withdrawn commitment back into the register."""
    return may_withdraw(user)
