"""Tests of the dashboard: exact task lists, their tasks and links."""

from datetime import date

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from agencies.models import Agency
from gmg_portal.editors.dashboard.building import build_dashboard
from gmg_portal.editors.dashboard.tasks import MAX_TASKS, MAX_TASKS_SHORT
from reporting import actions
from tests.support.factories import (
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    MembershipFactory,
    MilestoneFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    published_report,
)

WRITING = {"sent-back", "due", "contributions", "assessments", "drafts", "waiting", "lacking", "published"}


def titles_by_list(user) -> dict[str, set[str]]:
    """Return the titles of the tasks by the key of their list, without empty lists."""
    return {
        task_list.key: {task.title for task in task_list.tasks} for task_list in build_dashboard(user).nonempty_lists
    }


def complete(**fields):
    """Return a published commitment with deadline, milestone and evidence."""
    commitment = CommitmentFactory(deadline_on=date(2030, 1, 1), **fields)
    MilestoneFactory(commitment=commitment)
    published_report(commitment)
    return commitment


def task_of(user, key):
    (task,) = next(task_list for task_list in build_dashboard(user).task_lists if task_list.key == key).tasks
    return task


def test_dashboard_of_a_focal_point_lists_expected_reports(ilo_focal_point, secretariat, ilo, iom, cycle):
    due, draft, back, waiting, foreign = (
        complete(lead_agency=lead, title=title)
        for lead, title in [(ilo, "due"), (ilo, "draft"), (ilo, "back"), (ilo, "waiting"), (iom, "foreign")]
    )
    for commitment in (due, foreign):
        ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    for commitment in (draft, foreign):
        ProgressReportFactory(commitment=commitment)
    for commitment in (back, waiting, foreign):
        ProgressReportFactory(submitted=True, commitment=commitment, author=ilo_focal_point)
    actions.send_back(back.reports.get(state="submitted"), note="Name the source.", by=secretariat)

    assert titles_by_list(ilo_focal_point) == {
        "sent-back": {"back"},
        "due": {"due"},
        "drafts": {"draft"},
        "waiting": {"waiting"},
    }
    task = task_of(ilo_focal_point, "sent-back")
    assert task.note == "Name the source."
    assert task.facts[0].startswith("by secretariat on ")


def test_expected_report_no_longer_needed_is_in_no_task_list(ilo_focal_point, ilo, secretariat):
    closed = ReportingCycleFactory(opened=True, closed_on=date(2014, 12, 31))
    opened = ReportingCycleFactory(opened=True)
    ProgressReportFactory(commitment=complete(lead_agency=ilo), cycle=closed, blank=True)
    answered = complete(lead_agency=ilo)
    published_report(answered, on="2014-07-02")
    ProgressReportFactory(commitment=answered, cycle=opened, blank=True)
    ProgressReportFactory(commitment=CommitmentFactory(lead_agency=ilo, withdrawn=True), cycle=opened, blank=True)

    assert titles_by_list(ilo_focal_point) == {}


DUE = {
    "2014-07-02": ("due in 60 days (31 August 2014)", ""),
    "2014-08-17": ("due in 14 days (31 August 2014)", "soon"),
    "2014-08-30": ("due in 1 day (31 August 2014)", "soon"),
    "2014-08-31": ("due today", "soon"),
    "2014-09-01": ("1 day overdue (was due on 31 August 2014)", "late"),
}


def test_due_report_says_how_many_days_are_left(ilo_focal_point, ilo, cycle, time_machine):
    ProgressReportFactory(commitment=complete(lead_agency=ilo), cycle=cycle, blank=True)
    tasks = {}

    for day in DUE:
        time_machine.move_to(f"{day}T12:00:00+00:00", tick=False)
        tasks[day] = task_of(ilo_focal_point, "due")

    assert {day: (task.facts, task.urgency, task.action.label) for day, task in tasks.items()} == {
        day: (["Second half of 2014", text], urgency, "Report") for day, (text, urgency) in DUE.items()
    }


def test_earlier_due_comes_first_and_its_action_opens_the_form(client, ilo_focal_point, ilo, cycle):
    earlier = ReportingCycleFactory(opened=True, due_on=date(2014, 8, 1))
    later, first = (
        ProgressReportFactory(commitment=complete(lead_agency=ilo), cycle=of, blank=True) for of in (cycle, earlier)
    )

    tasks = next(task_list for task_list in build_dashboard(ilo_focal_point).task_lists if task_list.key == "due").tasks

    pages = [reverse("admin:reporting_progressreport_change", args=[report.pk]) for report in (first, later)]
    assert [task.action.address for task in tasks] == pages
    client.force_login(ilo_focal_point)
    assert client.get(pages[0]).status_code == 200


def test_assessments_of_ones_own_work_wait_for_an_answer(client, ilo_focal_point, ilo, iom):
    disputed, answered, in_hand, agreed, foreign = (
        complete(lead_agency=lead, title=title)
        for lead, title in [(ilo, "disputed"), (ilo, "answered"), (ilo, "in hand"), (ilo, "agreed"), (iom, "foreign")]
    )
    assessment = AssessmentFactory(public=True, commitment=disputed, finding="disagrees")
    AssessmentFactory(submitted=True, commitment=agreed, finding="disagrees")
    AssessmentFactory(public=True, commitment=agreed, finding="agrees")
    AssessmentFactory(public=True, commitment=foreign, finding="disagrees")
    AnswerFactory(public=True, assessment__commitment=answered)
    AnswerFactory(submitted=True, assessment__commitment=in_hand, author=ilo_focal_point)

    assert titles_by_list(ilo_focal_point) == {"assessments": {"disputed"}, "waiting": {"in hand"}}
    client.force_login(ilo_focal_point)
    page = client.get(task_of(ilo_focal_point, "assessments").action.address)
    assert page.context["adminform"].form.initial["assessment"] == str(assessment.pk)
    assert set(page.context["adminform"].form.fields["assessment"].queryset) == {
        *ilo.led_commitments.get(title="disputed").assessments.all(),
        *ilo.led_commitments.get(title="answered").assessments.all(),
        *ilo.led_commitments.get(title="in hand").assessments.all(),
        ilo.led_commitments.get(title="agreed").assessments.get(state="published"),
    }


def test_published_lately_leads_to_the_public_page(ilo_focal_point, ilo, time_machine):
    time_machine.move_to("2014-09-01T12:00:00+00:00", tick=False)
    commitment = complete(lead_agency=ilo, title="heard", published_on=date(2014, 1, 1))
    published_report(complete(lead_agency=ilo, title="long ago", published_on=date(2014, 1, 1)), on="2014-06-30")
    report = published_report(commitment, on="2014-08-31")

    published = next(
        task_list for task_list in build_dashboard(ilo_focal_point).task_lists if task_list.key == "published"
    )

    assert published.tasks[0].action.address == report.get_absolute_url()
    assert published.tasks[0].facts == ["on 31 August 2014"]
    assert {task.title for task in published.tasks} == {"heard", "long ago"}
    time_machine.move_to("2014-12-01T12:00:00+00:00", tick=False)
    assert titles_by_list(ilo_focal_point) == {}


def test_commitment_that_lacks_something_says_what_and_how_to_mend_it(ilo_focal_point, ilo):
    bare = CommitmentFactory(lead_agency=ilo, title="bare")
    hidden = EvidenceFactory.build(report=None, is_public=False)
    published_report(bare, evidence=[hidden])
    complete(lead_agency=ilo, title="complete")
    published_report(CommitmentFactory(lead_agency=ilo, title="finished"), status="completed")
    in_hand = ProgressReportFactory(commitment=bare)

    task = task_of(ilo_focal_point, "lacking")

    asking = reverse("commitments:mistake", args=[bare.reference])
    assert task.title == "bare"
    assert [(link.label, link.address) for link in task.links] == [
        ("No evidence: report with evidence", reverse("admin:reporting_progressreport_change", args=[in_hand.pk])),
        ("No deadline: ask for it to be added", f"{asking}?lack=deadline"),
        ("No milestone: ask for it to be added", f"{asking}?lack=milestones"),
    ]


def test_administrator_adds_what_is_lacking_in_the_form(administrator, ilo):
    MembershipFactory(user=administrator, agency=ilo)
    bare = CommitmentFactory(lead_agency=ilo)

    page = reverse("admin:commitments_commitment_change", args=[bare.pk])
    assert [(link.label, link.address) for link in task_of(administrator, "lacking").links[1:]] == [
        ("No deadline: add it", f"{page}#id_deadline"),
        ("No milestone: add it", f"{page}#milestones-group"),
    ]


def test_desk_of_a_reviewer_holds_what_waits_and_the_cycles(secretariat, administrator, commitment, ilo_focal_point):
    ProgressReportFactory(submitted=True, commitment=commitment, author=ilo_focal_point)
    ProgressReportFactory(commitment=commitment)
    AssessmentFactory(submitted=True, commitment=commitment, author=secretariat)

    assert titles_by_list(administrator) == {"review": {commitment.title}}
    assert titles_by_list(secretariat) == {"review": {commitment.title}}
    assert [task_list.count for task_list in build_dashboard(secretariat).nonempty_lists] == [1]
    assert [task_list.count for task_list in build_dashboard(administrator).nonempty_lists] == [2]


def test_cycles_wait_to_be_opened_run_and_closed(secretariat, ilo_focal_point, time_machine):
    time_machine.move_to("2014-07-15T12:00:00+00:00", tick=False)
    ReportingCycleFactory(title="to open")
    ReportingCycleFactory(title="runs", opened=True)
    ReportingCycleFactory(title="to close", opened=True, opens_on=date(2014, 1, 1), due_on=date(2014, 2, 1),
                          closes_on=date(2014, 6, 1))  # fmt: skip
    ReportingCycleFactory(title="closed", opened=True, closed_on=date(2014, 7, 10))
    ReportingCycleFactory(title="to come", opens_on=date(2014, 8, 1))

    assert {task.title: task.action.label for task in build_dashboard(secretariat).cycles} == {
        "to close": "Close",
        "to open": "Open",
        "runs": "Remind",
    }
    assert build_dashboard(ilo_focal_point).cycles == []


def test_what_waits_for_a_group_lead_is_not_also_waited_for(undesa_focal_point, iom_focal_point, data_and_research):
    commitment = complete(workgroup=data_and_research)
    ProgressReportFactory(submitted=True, commitment=commitment, author=iom_focal_point)

    assert titles_by_list(undesa_focal_point) == {"review": {commitment.title}}
    assert titles_by_list(iom_focal_point) == {"waiting": {commitment.title}}


def test_dashboard_shows_agencies_and_their_last_update(client, ilo_focal_point, ilo):
    client.force_login(ilo_focal_point)
    assertContains(client.get("/admin/"), "It has never reported.")

    published_report(CommitmentFactory(lead_agency=ilo), on="2014-06")
    published_report(CommitmentFactory(lead_agency=ilo), on="2014-03-02")

    page = client.get("/admin/")
    assertContains(page, "You act for ILO.")
    assertContains(page, "Last update: June 2014.")
    assertContains(page, reverse("admin:handover", args=["ilo"]))


def test_empty_task_lists_say_so_in_words(client, ohchr_focal_point):
    client.force_login(ohchr_focal_point)

    page = client.get("/admin/")

    assert {task_list.key for task_list in page.context["dashboard"].empty_lists} == WRITING
    for task_list in page.context["dashboard"].empty_lists:
        assertContains(page, task_list.empty_text)
    assertContains(page, "Nothing waits for you.")
    assertNotContains(page, "task-list__items")


@pytest.mark.exhaustive
def test_desk_costs_the_same_with_many_rows(client, ilo_focal_point, cycle, django_assert_num_queries):
    ilo = Agency.objects.get(code="ilo")
    client.force_login(ilo_focal_point)

    for rows in (1, MAX_TASKS):
        for _number in range(rows):
            commitment = CommitmentFactory(lead_agency=ilo)
            ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
            AssessmentFactory(public=True, commitment=commitment, finding="disagrees")
            for state in ("draft", "submitted", "sent_back"):
                ProgressReportFactory(commitment=commitment, author=ilo_focal_point, **{state: True})
        with django_assert_num_queries(DASHBOARD_QUERIES):
            page = client.get("/admin/")

    by_key = {task_list.key: task_list for task_list in page.context["dashboard"].task_lists}
    assert (len(by_key["due"].tasks), by_key["due"].hidden_count) == (MAX_TASKS, 1)
    assert (len(by_key["lacking"].tasks), by_key["lacking"].count) == (MAX_TASKS_SHORT, MAX_TASKS + 1)


@pytest.mark.exhaustive
def test_desk_of_a_reviewer_costs_the_same_with_many_rows(client, secretariat, django_assert_num_queries):
    client.force_login(secretariat)

    for rows in (1, 8):
        for _number in range(rows):
            ProgressReportFactory(submitted=True)
            CommitmentFactory(submitted=True)
            AnswerFactory(submitted=True)
            ReportingCycleFactory(opened=True)
        with django_assert_num_queries(REVIEWERS_QUERIES):
            client.get("/admin/")


DASHBOARD_QUERIES = 35
REVIEWERS_QUERIES = 13
