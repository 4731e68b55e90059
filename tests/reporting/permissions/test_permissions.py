"""Permissions beyond `permission_table`: partners, two agencies in one person, and the licences of each role."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from commitments import permissions
from commitments.models import Commitment
from reporting import permissions as reporting_permissions
from reporting.models import Answer, Assessment, ProgressReport
from tests.support.factories import AnswerFactory, AssessmentFactory, CommitmentFactory, ProgressReportFactory

pytestmark = pytest.mark.django_db


def test_partner_sees_no_draft_of_the_lead(ohchr, ohchr_focal_point):
    draft = CommitmentFactory(draft=True, partners=[ohchr])
    report = ProgressReportFactory(commitment=CommitmentFactory(partners=[ohchr]))

    assert list(Commitment.objects.visible_to(ohchr_focal_point).filter(pk=draft.pk)) == []
    assert list(ProgressReport.objects.visible_to(ohchr_focal_point).filter(pk=report.pk)) == []


def test_agency_of_a_report_written_on_its_behalf_gains_nothing_by_it(ohchr, ohchr_focal_point):
    report = ProgressReportFactory(on_behalf_of=ohchr)

    assert list(ProgressReport.objects.visible_to(ohchr_focal_point)) == []
    assert list(ProgressReport.objects.editable_by(ohchr_focal_point)) == []
    assert ProgressReport.objects.get() == report


def test_assessed_agency_sees_no_draft_of_the_assessment(ohchr, ohchr_focal_point):
    AssessmentFactory(submitted=True, commitment=CommitmentFactory(lead_agency=ohchr))

    assert list(Assessment.objects.visible_to(ohchr_focal_point)) == []


def test_assessing_agency_sees_no_draft_of_the_answer(ohchr, ohchr_focal_point):
    AnswerFactory(submitted=True, assessment__agency=ohchr)

    assert list(Answer.objects.visible_to(ohchr_focal_point)) == []


def test_rows_of_a_person_with_two_agencies_come_once(ilo, iom, ilo_focal_point):
    ilo_focal_point.memberships.create(agency=iom, starts_on=date(2014, 1, 1))
    commitment = CommitmentFactory(draft=True, lead_agency=ilo)

    assert list(Commitment.objects.visible_to(ilo_focal_point)) == [commitment]
    assert list(Commitment.objects.editable_by(ilo_focal_point)) == [commitment]


PEOPLE = [
    "administrator",
    "secretariat",
    "ilo_focal_point",
    "ilo_alternate",
    "undesa_focal_point",
    "outsider",
    "anonymous",
]
ALLOWED = {
    permissions.may_create_drafts: {"administrator", "ilo_focal_point", "ilo_alternate", "undesa_focal_point"},
    reporting_permissions.may_assess: {
        "administrator",
        "secretariat",
        "ilo_focal_point",
        "ilo_alternate",
        "undesa_focal_point",
    },
    permissions.may_classify: {"administrator", "secretariat"},
    permissions.may_correct: {"administrator"},
    permissions.may_withdraw: {"administrator", "secretariat"},
    permissions.may_restore: {"administrator", "secretariat"},
    reporting_permissions.may_manage_cycles: {"administrator", "secretariat"},
}


@pytest.fixture
def anonymous():
    return AnonymousUser()


@pytest.mark.parametrize("may", ALLOWED, ids=lambda may: may.__name__)
def test_roles_that_may(may, request):
    people = {name: request.getfixturevalue(name) for name in PEOPLE}

    assert {name for name, someone in people.items() if may(someone)} == ALLOWED[may]


@pytest.mark.parametrize(
    ("lead", "allowed"),
    [
        ("ilo", {"administrator", "ilo_focal_point", "ilo_alternate"}),
        ("iom", {"administrator"}),
        ("decent_work", {"administrator", "ilo_focal_point", "ilo_alternate"}),
        ("data_and_research", {"administrator", "undesa_focal_point"}),
    ],
)
def test_people_who_may_lead_for_an_agency_or_a_group(lead, allowed, request):
    people = {name: request.getfixturevalue(name) for name in PEOPLE}
    lead = request.getfixturevalue(lead)

    leads = {
        name: {*permissions.agencies_for(someone), *permissions.groups_for(someone)} for name, someone in people.items()
    }
    assert {name for name, theirs in leads.items() if lead in theirs} == allowed
