"""The handover sheet: all that an agency owes and has done, for those who may know it."""

from datetime import date

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from gmg_portal.editors.views.handover import handover_sheet
from tests.support.factories import (
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    MilestoneFactory,
    ProgressReportFactory,
    published_report,
)

ILO = "/admin/handover/ilo/"


@pytest.fixture
def commitments_by_lead(ilo, iom, decent_work, cycle, ilo_focal_point):
    """Something of everything at ILO and in its group, and the same at IOM."""
    commitments = {}
    for lead in ({"lead_agency": ilo}, {"lead_agency": iom}):
        name = str(lead["lead_agency"])
        reported, owed, begun, back, waiting = (
            CommitmentFactory(title=f"{name} {title}", **lead)
            for title in ("reported", "owed", "begun", "back", "waiting")
        )
        secret = EvidenceFactory.build(report=None, title=f"{name} minutes", is_public=False)
        published_report(reported, evidence=[EvidenceFactory.build(report=None, title=f"{name} study"), secret])
        ProgressReportFactory(commitment=owed, cycle=cycle, blank=True)
        ProgressReportFactory(commitment=begun, cycle=cycle)
        ProgressReportFactory(commitment=back, sent_back=True, review_note=f"{name} note")
        ProgressReportFactory(commitment=waiting, submitted=True)
        commitments[name] = {"reported": reported, "owed": owed, "begun": begun, "back": back, "waiting": waiting}
    commitments["group"] = CommitmentFactory(workgroup=decent_work, title="Of the group")
    return commitments


def titles(rows):
    return {row.commitment.title for row in rows}


def test_sheet_holds_all_that_is_owed_and_was_done(commitments_by_lead, ilo, iom, ilo_focal_point):
    mine = commitments_by_lead["ILO"]
    led = CommitmentFactory(lead_agency=iom, partners=[ilo])
    dispute = AssessmentFactory(public=True, commitment=mine["reported"], finding="disagrees")
    AnswerFactory(public=True, assessment=dispute)

    handover = handover_sheet(ilo, ilo_focal_point)

    assert {row.title for row in handover.commitments} == {"Of the group", *(row.title for row in mine.values())}
    assert titles(handover.due) == {"ILO owed"}
    assert titles(handover.drafts) == {"ILO begun"}
    assert titles(handover.sent_back) == {"ILO back"}
    assert titles(handover.waiting) == {"ILO waiting"}
    assert titles(handover.reports) == {"ILO reported"}
    assert {piece.title for piece in handover.reports[0].evidence.all()} == {"ILO study", "ILO minutes"}
    assert handover.disputes == [dispute]
    assert handover.partnerships == [led]
    assert [membership.user for membership in handover.people] == [ilo_focal_point]


def test_secretariat_reads_the_sheet_without_the_drafts(client, commitments_by_lead, ilo, secretariat):
    handover = handover_sheet(ilo, secretariat)

    assert titles(handover.due) == {"ILO owed", "ILO begun"}
    assert titles(handover.drafts) == set()
    assert titles(handover.sent_back) == {"ILO back"}
    assert titles(handover.waiting) == {"ILO waiting"}
    client.force_login(secretariat)
    assertContains(client.get(ILO), "Drafts stand on it only for those who write them.")


def test_open_questions_are_those_of_what_still_runs(ilo, ilo_focal_point):
    running = CommitmentFactory(lead_agency=ilo)
    MilestoneFactory(commitment=running, title="Pilot", deadline_on=date(2014, 3, 1))
    MilestoneFactory(commitment=running, title="Met", deadline_on=date(2014, 3, 1), met_on=date(2014, 3, 1))
    bare = CommitmentFactory(lead_agency=ilo, deadline_on=date(2015, 1, 1))
    published_report(bare)
    published_report(CommitmentFactory(lead_agency=ilo), status="completed")

    assert handover_sheet(ilo, ilo_focal_point).open_questions == [
        f"{running.reference} has no deadline.",
        f"{running.reference}: the milestone “Pilot” was due on 1 March 2014 and is not met.",
        f"Nothing was ever reported on {running.reference}.",
        f"{bare.reference} has no milestone.",
    ]


def test_sheet_is_for_the_agency_the_secretariat_and_administrators(
    client, commitments_by_lead, ilo_focal_point, ilo_alternate, secretariat, administrator, iom_focal_point, outsider
):
    pages = {}
    for person in (ilo_focal_point, ilo_alternate, secretariat, administrator, iom_focal_point, outsider):
        client.force_login(person)
        answer = client.get(ILO)
        text = answer.content.decode()
        pages[person.username] = (answer.status_code, "ILO note" in text, "IOM note" in text)

    assert pages == {
        "ilo_focal_point": (200, True, False),
        "ilo_alternate": (200, True, False),
        "secretariat": (200, True, False),
        "administrator": (200, True, False),
        "iom_focal_point": (403, False, False),
        "outsider": (302, False, False),
    }


def test_sheet_is_closed_the_day_after_the_membership_ended(client, ilo_focal_point, commitments_by_lead, time_machine):
    ilo_focal_point.memberships.update(ends_on=date(2014, 9, 30))
    client.force_login(ilo_focal_point)

    time_machine.move_to("2014-09-30T23:59:00+00:00", tick=False)
    assertContains(client.get(ILO), "30 September 2014")
    time_machine.move_to("2014-10-01T00:00:00+00:00", tick=False)
    assert client.get(ILO).status_code == 302


def test_sheet_of_no_agency_is_not_found(client, secretariat):
    client.force_login(secretariat)

    assert client.get(reverse("admin:handover", args=["nobody"])).status_code == 404


def test_page_shows_standing_notes_and_evidence(client, ilo_focal_point, commitments_by_lead):
    client.force_login(ilo_focal_point)

    page = client.get(ILO)

    for text in ("ILO note", "ILO study", "ILO minutes", "In progress", "Second half of 2014, due 31 August 2014"):
        assertContains(page, text)
    assertNotContains(page, "IOM study")


@pytest.mark.exhaustive
def test_sheet_costs_the_same_with_many_rows(client, ilo, ilo_focal_point, cycle, django_assert_num_queries):
    client.force_login(ilo_focal_point)

    for rows in (1, 6):
        for _number in range(rows):
            commitment = CommitmentFactory(lead_agency=ilo, partners=[ilo])
            MilestoneFactory(commitment=commitment)
            published_report(commitment)
            ProgressReportFactory(commitment=commitment, cycle=cycle)
            CommitmentFactory(submitted=True, lead_agency=ilo)
            AnswerFactory(draft=True, assessment__commitment=commitment)
        with django_assert_num_queries(QUERIES):
            client.get(ILO)


QUERIES = 33
