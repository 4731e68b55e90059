"""Who is to be told of what: written in the transaction of the act itself, told by mail later (`telling`).

Nobody is told of their own act, nor of a row that they may not see: whoever comes into question by their place is
asked for through the same querysets as every page. The database takes each notice once.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from agencies.models import Agency, Membership, User
from agencies.permissions import SECRETARIAT
from commitments.models import Answer, Assessment, Commitment, Mistake, Notice, ProgressReport, ReportingCycle
from commitments.models.notice import SUBJECTS
from commitments.workflow import Reviewed
from foundation.clock import today
from workgroups.models import Participation

Kind = Notice.Kind
SUBJECT = {
    Answer: "answer",
    Assessment: "assessment",
    Commitment: "commitment",
    Mistake: "mistake",
    ProgressReport: "report",
    ReportingCycle: "cycle",
}
FIRST_WORD, LAST_WORD = 14, 3  # days before a cycle is due


# Acts, each told of once it is done


def submitted(row: Reviewed, *, by) -> None:
    """To whoever may publish it."""
    leads = people_of(leads_of(row)) if not isinstance(row, Assessment) else User.objects.none()
    found = [person for person in reviewers() | leads if may(type(row).objects.reviewable_by, person, row)]
    write(Kind.SUBMITTED, row, found, by=by, occasion=row.version)


def sent_back(row: Reviewed, *, by) -> list[Notice]:
    """To its writers: those who wrote or submitted it, and whoever writes for the lead today."""
    hands = User.objects.filter(pk__in=[row.author_id, row.submitted_by_id], is_active=True)
    found = [person for person in hands | writers_of(row) if may(type(row).objects.editable_by, person, row)]
    return write(Kind.SENT_BACK, row, found, by=by, occasion=row.version)


def published(row: Reviewed, *, by) -> None:
    """To its writers, to the lead of what is assessed, and to the partners."""
    commitment = row if isinstance(row, Commitment) else row.commitment
    partners = people_of(Agency.objects.filter(pk__in=commitment.partners.values("agency")))
    hands = User.objects.filter(pk__in=[row.author_id, row.submitted_by_id], is_active=True)
    everybody = hands | writers_of(row) | people_of(leads_of(commitment)) | partners
    found = [person for person in everybody if may(type(row).objects.visible_to, person, row)]
    write(Kind.PUBLISHED, row, found, by=by, occasion=row.version)


def cycle_opened(cycle: ReportingCycle, *, by) -> None:
    write(Kind.CYCLE_OPENED, cycle, debtors(cycle), by=by)


def mistake_reported(mistake: Mistake) -> None:
    """To whoever answers readers."""
    leads = people_of(leads_of(mistake.commitment)) if mistake.commitment.workgroup_id else User.objects.none()
    found = [person for person in reviewers() | leads if may(Mistake.objects.answerable_by, person, mistake)]
    write(Kind.MISTAKE_REPORTED, mistake, found, by=None)


def reminded(cycle: ReportingCycle, *, by) -> None:
    """To all who still owe a report, once a day at most."""
    write(Kind.REMINDED, cycle, debtors(cycle), by=by, occasion=today().toordinal())


def due_days() -> int:
    """Have everybody told whose reports are due in 14 or 3 days, or overdue. May run as often as it likes.

    A day that was missed is caught up on, in the words of the day on which that happens. Returns how many were news.
    """
    running = ReportingCycle.objects.filter(opened_on__isnull=False, closed_on__isnull=True)
    return sum(len(write(kind, cycle, debtors(cycle), by=None)) for cycle in running if (kind := due_kind(cycle)))


def due_kind(cycle: ReportingCycle) -> Kind | None:
    left = (cycle.due_on - today()).days
    if left < 0:
        return Kind.OVERDUE
    if left <= LAST_WORD:
        return Kind.DUE_IN_3
    return Kind.DUE_IN_14 if left <= FIRST_WORD else None


# Who


def people_of(agencies: QuerySet[Agency]) -> QuerySet[User]:
    """Who acts for one of the agencies today."""
    acting = Membership.objects.current().filter(agency__in=agencies)
    return User.objects.filter(is_active=True, pk__in=acting.values("user"))


def reviewers() -> QuerySet[User]:
    return User.objects.filter(
        Q(is_superuser=True) | Q(pk__in=User.objects.filter(groups__name=SECRETARIAT).values("pk")), is_active=True
    )


def leads_of(row: Reviewed) -> QuerySet[Agency]:
    """The agency that leads, or those that co-chair or co-convene the group that does."""
    commitment = row if isinstance(row, Commitment) else row.commitment
    return _agencies(commitment.lead_agency_id, commitment.workgroup_id)


def writers_of(row: Reviewed) -> QuerySet[User]:
    if not isinstance(row, Assessment):
        return people_of(leads_of(row))
    if row.assessor_kind == Assessment.AssessorKind.INDEPENDENT:
        return User.objects.filter(is_active=True, pk__in=User.objects.filter(groups__name=SECRETARIAT).values("pk"))
    return people_of(_agencies(row.agency_id, row.workgroup_id))


def _agencies(agency: int | None, workgroup: int | None) -> QuerySet[Agency]:
    leading = Participation.objects.leading().filter(workgroup=workgroup)
    return Agency.objects.filter(Q(pk=agency) | Q(pk__in=leading.values("agency")))


def debtors(cycle: ReportingCycle) -> list[User]:
    """Who writes for a lead that has not reported in this cycle yet."""
    acting = User.objects.filter(is_active=True, pk__in=Membership.objects.current().values("user"))
    return [person for person in acting if owed_by(person, cycle).exists()]


def owed_by(person, cycle: ReportingCycle) -> QuerySet[ProgressReport]:
    """What a cycle asks of this person's agencies and groups, and nobody has sent off."""
    return ProgressReport.objects.owned_by(person).filter(cycle=cycle).owed()


def may(rows, person, row) -> bool:
    """Whether one of the querysets that ask for permission holds the row for this person."""
    return rows(person).filter(pk=row.pk).exists()


# Writing


def write(kind: Kind, subject, people: Iterable[User], *, by, occasion: int = 0) -> list[Notice]:
    """Write what is not written yet. Returns the notices that are new."""
    about = {SUBJECT[type(subject)]: subject}
    wanted = {person for person in people if by is None or person.pk != by.pk}
    same = Notice.objects.filter(kind=kind, occasion=occasion, **about)
    known = set(same.values_list("pk", flat=True))
    Notice.objects.bulk_create(
        [Notice(recipient=person, kind=kind, occasion=occasion, **about) for person in wanted], ignore_conflicts=True
    )
    return list(same.filter(recipient__in=wanted).exclude(pk__in=known).select_related("recipient", *SUBJECTS))
