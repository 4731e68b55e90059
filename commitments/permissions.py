"""Who may do what with commitments, reports and assessments: the table of the workflow as conditions on rows.

Every function answers a condition (`Q`) over the rows of a model; `prefix` leads from that model to the commitment
('' for the commitment itself, 'commitment__' for its reports). Pages, admin, API and actions all ask here, through
the querysets' `visible_to`, `editable_by` and `reviewable_by`.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import ArrayOverlap
from django.db.models import BigIntegerField, F, Func, Q, QuerySet, Value

from agencies.models import Agency
from agencies.permissions import agencies_of, is_administrator, is_secretariat, may_edit_reference_data
from workgroups.models import Participation, WorkGroup
from workgroups.permissions import groups_led_by

PUBLIC_STATES = ("published", "withdrawn")
OPEN_STATES = ("draft", "sent_back")

ALL = Q(pk__isnull=False)
NONE = Q(pk__isnull=True)


def is_owner(user, prefix: str = "") -> Q:
    """The person's agency leads, or co-chairs or co-convenes the group that leads."""
    return Q(**{f"{prefix}lead_agency__in": agencies_of(user)}) | Q(**{f"{prefix}workgroup__in": groups_led_by(user)})


def takes_part(user) -> Q:
    """Reports on what the person's agencies are partners in. A partner adds its own part, and sees nothing else."""
    return Q(commitment__partners__agency__in=agencies_for(user))


def open_for_parts() -> Q:
    """Reports that can still be submitted, and so take the parts of partners."""
    return Q(state__in=OPEN_STATES, commitment__state="published", cycle__closed_on__isnull=True)


def is_assessor(user) -> Q:
    """Assessments that the person's agency or group makes; the secretariat keeps those of independent assessors."""
    own = Q(agency__in=agencies_of(user)) | Q(workgroup__in=groups_led_by(user))
    return own | Q(assessor_kind="independent") if is_secretariat(user) else own


def readable(user, owned: Q) -> Q:
    """What is public, one's own, and for the secretariat whatever was submitted."""
    if user.is_anonymous:
        return Q(state__in=PUBLIC_STATES)
    if is_administrator(user):
        return ALL
    if is_secretariat(user):
        return owned | ~Q(state="draft")
    return owned | Q(state__in=PUBLIC_STATES)


def writable(user, owned: Q) -> Q:
    """Drafts and what was sent back, of one's own agency or group."""
    if user.is_anonymous:
        return NONE
    return Q(state__in=OPEN_STATES) & (ALL if is_administrator(user) else owned)


def waiting(user, led: Q) -> Q:
    """What was submitted within this reviewer's reach, be it for another reviewer to decide."""
    if user.is_anonymous:
        return NONE
    return Q(state="submitted") & (ALL if is_administrator(user) or is_secretariat(user) else led)


def reviewable(user, led: Q, independence: Q) -> Q:
    """What waits for this reviewer and what they are independent of: see `independent`."""
    if user.is_anonymous:
        return NONE
    return waiting(user, led) & ~(Q(author=user) | Q(submitted_by=user)) & independence


def acted_for(user) -> Func:
    """The agencies for which the person acted at any time since a row was submitted, or acts now, as an array.

    A token narrows what may be seen, and makes nobody more independent: all agencies of the person count.
    """
    return _agencies("agencies_acted_for", Value(user.pk), F("submitted_at"))


def with_stake(commitment: str, lead: str | None, workgroup: str | None) -> Func:
    """The agencies with a stake in a commitment, as an array: lead, partners and, with `workgroup`, who leads that.

    The arguments name columns that hold its key, that of the agency and that of the group.
    """
    return _agencies(
        "commitments_agencies_with_stake", *(F(name) if name else Value(None) for name in (commitment, lead, workgroup))
    )


def independent(user, prefix: str = "", *further: Func) -> Q:
    """Rows on which the person may decide: the one rule of independence, which the database keeps by triggers as well.

    Not independent is whoever acts, or acted since the row was submitted, for an agency for which anybody who wrote or
    submitted it acted, that leads the commitment alone, or that is a partner in it. The co-chairs and co-conveners of
    the group that leads are independent of each other. `further` are more agencies with a stake in the row.
    """
    stake = with_stake(f"{prefix}pk", f"{prefix}lead_agency", None)
    involved = [F("involved_agencies"), stake, *further]
    return ~Q(*(ArrayOverlap(agencies, acted_for(user)) for agencies in involved), _connector=Q.OR)


def independent_of(user, prefix: str = "") -> Q:
    """Rows on whose commitment the person may judge or change by themselves: co-leading it forbids that as well."""
    stake = with_stake(f"{prefix}pk", f"{prefix}lead_agency", f"{prefix}workgroup")
    return ~Q(ArrayOverlap(stake, _agencies("agencies_acted_for", Value(user.pk), Value(None))))


def interested_agencies(commitment) -> QuerySet[Agency]:
    """Those that lead a commitment, co-lead the group that does, or are partners in it: they do not assess it."""
    leading = Participation.objects.leading().filter(workgroup=commitment.workgroup_id)
    return Agency.objects.filter(
        Q(pk=commitment.lead_agency_id)
        | Q(pk__in=leading.values("agency"))
        | Q(pk__in=commitment.partners.values("agency"))
    )


def _agencies(function: str, *arguments) -> Func:
    return Func(*arguments, function=function, output_field=ArrayField(BigIntegerField()))


def is_party(user, prefix: str = "") -> Q:
    """Judgements that the person or one of their agencies made: the answer to them is for others to review."""
    own = Q(**{f"{prefix}author": user}) | Q(**{f"{prefix}submitted_by": user})
    return own | Q(**{f"{prefix}agency__in": agencies_of(user)})


def led_group(user, prefix: str = "") -> Q:
    """Rows whose lead is a group that the person's agency co-chairs or co-convenes."""
    return Q(**{f"{prefix}workgroup__in": groups_led_by(user)})


def handled(user, owned: Q) -> Q:
    """What the person writes while it is a draft, whatever its state."""
    return ALL if is_administrator(user) else owned


def confidential(user, owned: Q) -> Q:
    """Rows whose history and review the person may read: one's own, and for reviewers at large all they see."""
    return readable(user, owned) if is_administrator(user) or is_secretariat(user) else owned


def agencies_for(user) -> QuerySet[Agency]:
    """The agencies in whose name the person may undertake, report and assess."""
    return Agency.objects.all() if is_administrator(user) else agencies_of(user)


def partners_for(user, commitment) -> QuerySet[Agency]:
    """The partners in a commitment in whose name the person writes."""
    return agencies_for(user).filter(partnerships__commitment=commitment)


def groups_for(user) -> QuerySet[WorkGroup]:
    """The groups in whose name the person may undertake and assess."""
    return WorkGroup.objects.all() if is_administrator(user) else groups_led_by(user)


def may_start(user) -> bool:
    """Whether the person may begin a draft at all."""
    return is_administrator(user) or agencies_of(user).exists()


def may_review(user) -> bool:
    """Whether there can be anything that the person publishes or sends back."""
    return is_administrator(user) or is_secretariat(user) or groups_led_by(user).exists()


def may_assess(user) -> bool:
    return may_start(user) or is_secretariat(user)


def may_classify(user) -> bool:
    """Change the editorial reading of what is public (points, recommendations, confidence), where independent."""
    return may_edit_reference_data(user)


def may_correct(user) -> bool:
    """Change the wording of a published commitment, where independent; its history keeps what stood before."""
    return is_administrator(user)


def may_withdraw(user) -> bool:
    return is_administrator(user) or is_secretariat(user)


def may_restore(user) -> bool:
    """Return whether the person may take a withdrawn commitment back into the register."""
    return may_withdraw(user)


def may_manage_cycles(user) -> bool:
    return may_edit_reference_data(user)


def in_inbox(user) -> Q:
    """Mistakes that readers reported and this reviewer answers: all of them, or those about what one's groups lead."""
    if user.is_anonymous:
        return NONE
    return ALL if is_administrator(user) or is_secretariat(user) else led_group(user, "commitment__")
