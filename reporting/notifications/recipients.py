"""People whom an event concerns, and whether they may see a row.

Permission is checked with the same querysets as every page.
"""

from collections.abc import Callable, Iterable

from django.db.models import Model, Q, QuerySet

from accounts.models import Membership, User
from accounts.permissions import SECRETARIAT
from agencies.models import Agency
from commitments.models import Commitment
from commitments.workflow import Reviewed
from reporting.models import Assessment, ProgressReport, ReportingCycle
from workgroups.models import Participation

# A permission query of a model: `visible_to`, `editable_by` …
PermissionRows = Callable[[User], QuerySet]


def members_of(agencies: QuerySet[Agency]) -> QuerySet[User]:
    """Return the active users who act for one of the agencies today."""
    acting = Membership.objects.current().filter(agency__in=agencies)
    return User.objects.filter(is_active=True, pk__in=acting.values("user"))


def reviewers() -> QuerySet[User]:
    """Return the active administrators and members of the secretariat."""
    return User.objects.filter(
        Q(is_superuser=True) | Q(pk__in=User.objects.filter(groups__name=SECRETARIAT).values("pk")), is_active=True
    )


def lead_agencies(row: Reviewed) -> QuerySet[Agency]:
    """Return the agency that leads, or those that co-chair or co-convene the group that leads."""
    commitment = row if isinstance(row, Commitment) else row.commitment
    return _agencies(commitment.lead_agency_id, commitment.workgroup_id)


def authors(row: Reviewed) -> QuerySet[User]:
    """Return the active users who wrote or submitted the row."""
    return User.objects.filter(pk__in=[row.author_id, row.submitted_by_id], is_active=True)


def writers(row: Reviewed) -> QuerySet[User]:
    """Return the users who write today for the lead, or for the assessor of an assessment."""
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


def reports_owed_by(person: User, cycle: ReportingCycle) -> QuerySet[ProgressReport]:
    """Return the reports of a cycle that the person's agencies and groups have not submitted yet."""
    return ProgressReport.objects.owned_by(person).filter(cycle=cycle).owed()


def with_access(rows: PermissionRows, people: Iterable[User], row: Model) -> list[User]:
    """Return the people for whom the row is in a permission queryset."""
    return [person for person in people if has_access(rows, person, row)]


def has_access(rows: PermissionRows, person: User, row: Model) -> bool:
    """Return whether the row is in a permission queryset (`visible_to`, `editable_by` …) for this person."""
    return rows(person).filter(pk=row.pk).exists()
