"""Notices of events: created in the transaction of the event, mailed later by `digests`.

The person who caused an event gets no notice of it, and nobody gets a notice of a row that they may not see: the
recipients are checked with the same querysets as every page. The database stores each notice once.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from accounts.models import Membership, User
from accounts.permissions import SECRETARIAT
from agencies.models import Agency
from commitments.models import Commitment
from commitments.workflow import Reviewed
from foundation.clock import today
from reporting.models import Answer, Assessment, Correction, Notification, ProgressReport, ReportingCycle
from reporting.models.notification import SUBJECTS
from workgroups.models import Participation

Kind = Notification.Kind
SUBJECT = {
    Answer: "answer",
    Assessment: "assessment",
    Commitment: "commitment",
    Correction: "mistake",
    ProgressReport: "report",
    ReportingCycle: "cycle",
}
FIRST_REMINDER, LAST_REMINDER = 14, 3  # days before the deadline of a cycle


# Events


def submitted(row: Reviewed, *, by) -> None:
    """Notify everybody who may publish the row."""
    leads = members_of(lead_agencies(row)) if not isinstance(row, Assessment) else User.objects.none()
    recipients = [person for person in reviewers() | leads if has_access(type(row).objects.reviewable_by, person, row)]
    create_notices(Kind.SUBMITTED, row, recipients, by=by, occasion=row.version)


def sent_back(row: Reviewed, *, by) -> list[Notification]:
    """Notify the people who wrote or submitted the row, and those who write for the lead today."""
    authors = User.objects.filter(pk__in=[row.author_id, row.submitted_by_id], is_active=True)
    recipients = [person for person in authors | writers(row) if has_access(type(row).objects.editable_by, person, row)]
    return create_notices(Kind.SENT_BACK, row, recipients, by=by, occasion=row.version)


def published(row: Reviewed, *, by) -> None:
    """Notify the writers of the row, the lead of the commitment and the partners."""
    commitment = row if isinstance(row, Commitment) else row.commitment
    partners = members_of(Agency.objects.filter(pk__in=commitment.partners.values("agency")))
    authors = User.objects.filter(pk__in=[row.author_id, row.submitted_by_id], is_active=True)
    candidates = authors | writers(row) | members_of(lead_agencies(commitment)) | partners
    recipients = [person for person in candidates if has_access(type(row).objects.visible_to, person, row)]
    create_notices(Kind.PUBLISHED, row, recipients, by=by, occasion=row.version)


def cycle_opened(cycle: ReportingCycle, *, by) -> None:
    create_notices(Kind.CYCLE_OPENED, cycle, people_owing_reports(cycle), by=by)


def mistake_reported(mistake: Correction) -> None:
    """Notify everybody who may answer the reported mistake."""
    leads = members_of(lead_agencies(mistake.commitment)) if mistake.commitment.workgroup_id else User.objects.none()
    recipients = [
        person for person in reviewers() | leads if has_access(Correction.objects.answerable_by, person, mistake)
    ]
    create_notices(Kind.MISTAKE_REPORTED, mistake, recipients, by=None)


def reminded(cycle: ReportingCycle, *, by) -> None:
    """Notify everybody who still owes a report in the cycle, at most once a day."""
    create_notices(Kind.REMINDED, cycle, people_owing_reports(cycle), by=by, occasion=today().toordinal())


def notify_due_cycles() -> int:
    """Notify everybody whose reports are due in 14 or 3 days, or overdue, and return the number of new notices.

    Runs may be repeated: each notice is created once. A run that was missed is made up for by the next one.
    """
    running = ReportingCycle.objects.filter(opened_on__isnull=False, closed_on__isnull=True)
    return sum(
        len(create_notices(kind, cycle, people_owing_reports(cycle), by=None))
        for cycle in running
        if (kind := deadline_kind(cycle))
    )


def deadline_kind(cycle: ReportingCycle) -> Kind | None:
    left = (cycle.due_on - today()).days
    if left < 0:
        return Kind.OVERDUE
    if left <= LAST_REMINDER:
        return Kind.DUE_IN_3
    return Kind.DUE_IN_14 if left <= FIRST_REMINDER else None


# Recipients


def members_of(agencies: QuerySet[Agency]) -> QuerySet[User]:
    """Return the active users who act for one of the agencies today."""
    acting = Membership.objects.current().filter(agency__in=agencies)
    return User.objects.filter(is_active=True, pk__in=acting.values("user"))


def reviewers() -> QuerySet[User]:
    return User.objects.filter(
        Q(is_superuser=True) | Q(pk__in=User.objects.filter(groups__name=SECRETARIAT).values("pk")), is_active=True
    )


def lead_agencies(row: Reviewed) -> QuerySet[Agency]:
    """Return the agency that leads, or those that co-chair or co-convene the group that leads."""
    commitment = row if isinstance(row, Commitment) else row.commitment
    return _agencies(commitment.lead_agency_id, commitment.workgroup_id)


def writers(row: Reviewed) -> QuerySet[User]:
    if not isinstance(row, Assessment):
        return members_of(lead_agencies(row))
    if row.assessor_kind == Assessment.AssessorKind.INDEPENDENT:
        return User.objects.filter(is_active=True, pk__in=User.objects.filter(groups__name=SECRETARIAT).values("pk"))
    return members_of(_agencies(row.agency_id, row.workgroup_id))


def _agencies(agency: int | None, workgroup: int | None) -> QuerySet[Agency]:
    leading = Participation.objects.leading().filter(workgroup=workgroup)
    return Agency.objects.filter(Q(pk=agency) | Q(pk__in=leading.values("agency")))


def people_owing_reports(cycle: ReportingCycle) -> list[User]:
    """Return the users who write for a lead that has not reported in this cycle yet."""
    acting = User.objects.filter(is_active=True, pk__in=Membership.objects.current().values("user"))
    return [person for person in acting if reports_owed_by(person, cycle).exists()]


def reports_owed_by(person, cycle: ReportingCycle) -> QuerySet[ProgressReport]:
    """Return the reports of a cycle that the person's agencies and groups have not submitted yet."""
    return ProgressReport.objects.owned_by(person).filter(cycle=cycle).owed()


def has_access(rows, person, row) -> bool:
    """Return whether the row is in a permission queryset (`visible_to`, `editable_by` …) for this person."""
    return rows(person).filter(pk=row.pk).exists()


# Notices


def create_notices(kind: Kind, subject, people: Iterable[User], *, by, occasion: int = 0) -> list[Notification]:
    """Create the notices that do not exist yet, except for the person `by`, and return the new ones.

    `occasion` tells events of the same kind about the same subject apart: a version, or the day of a reminder.
    """
    reference = {SUBJECT[type(subject)]: subject}
    recipients = {person for person in people if by is None or person.pk != by.pk}
    notices = Notification.objects.filter(kind=kind, occasion=occasion, **reference)
    existing = set(notices.values_list("pk", flat=True))
    Notification.objects.bulk_create(
        [Notification(recipient=person, kind=kind, occasion=occasion, **reference) for person in recipients],
        ignore_conflicts=True,
    )
    new = notices.filter(recipient__in=recipients).exclude(pk__in=existing)
    return list(new.select_related("recipient", *SUBJECTS))
