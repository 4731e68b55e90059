from datetime import date

import pytest
from django.urls import reverse

from tests.support.factories import (
    AgencyFactory,
    CommitmentFactory,
    Each,
    ParticipationFactory,
    ProgressReportFactory,
    WorkGroupFactory,
    WorkPlanFactory,
    many,
    published_report,
)

pytestmark = pytest.mark.django_db

MARK = "Quetzalcoatlus"
AS_OF = "as_of=2014-03-01"


def test_group_list_shows_the_groups_their_leads_and_the_work_plans(client, decent_work):
    WorkPlanFactory(title="Multi-Annual Work Plan")
    CommitmentFactory(workgroup=decent_work)
    CommitmentFactory(workgroup=decent_work, draft=True)

    html = client.get(reverse("workgroups:list")).content.decode()

    assert '<a href="/commitments/?workgroup=decent-work">1</a>' in html
    shown = ["Migration and Decent Work", "Task force", "Co-convener", "Multi-Annual Work Plan"]
    assert [text for text in shown if text not in html] == []


def test_group_list_as_of_a_day_stands_as_the_record_then(client, decent_work):
    then = CommitmentFactory(workgroup=decent_work)
    published_report(then, on="2014-06-30", status="ongoing")
    CommitmentFactory(workgroup=decent_work, published_on=date(2015, 1, 1))

    html = client.get(f"{reverse('workgroups:list')}?{AS_OF}").content.decode()

    assert "at the end of 1 March 2014 (UTC)" in html
    assert f'<a href="/commitments/?workgroup=decent-work&amp;{AS_OF}">1</a>' in html
    assert "Nothing reported: 1" in html


def test_group_list_takes_the_same_queries_however_many_groups(client, decent_work, django_assert_num_queries):
    queries = 7
    published_report(CommitmentFactory(workgroup=decent_work))

    with django_assert_num_queries(queries):
        client.get(reverse("workgroups:list"))
    groups = many(WorkGroupFactory, 12)
    many(ParticipationFactory, 12, workgroup=Each(groups), agency=Each(many(AgencyFactory, 12)))
    many(CommitmentFactory, 12, workgroup=Each(groups))
    many(WorkPlanFactory, 12)
    with django_assert_num_queries(queries):
        client.get(reverse("workgroups:list"))


def test_group_page_shows_what_the_group_undertook_and_who_leads_it(client, decent_work, commitment):
    own = CommitmentFactory(workgroup=decent_work)
    CommitmentFactory(workgroup=decent_work, submitted=True)

    response = client.get(decent_work.get_absolute_url())

    html = response.content.decode()
    assert list(response.context["commitments"]) == [own]
    assert [text for text in ("International Labour Organization", "Co-convener") if text not in html] == []


def test_group_page_names_the_points_on_which_the_group_leads_nothing(client, decent_work, ilo, points):
    CommitmentFactory(workgroup=decent_work, agenda_points=points[:7])
    CommitmentFactory(lead_agency=ilo, agenda_points=points)

    response = client.get(decent_work.get_absolute_url())

    assert response.context["unaddressed_points"] == points[7:]


def test_group_page_as_of_a_day_stands_as_the_record_then(client, decent_work):
    then = CommitmentFactory(workgroup=decent_work)
    published_report(then, on="2014-06-30", status="ongoing")
    CommitmentFactory(workgroup=decent_work, published_on=date(2015, 1, 1))

    response = client.get(f"{decent_work.get_absolute_url()}?{AS_OF}")

    assert list(response.context["commitments"]) == [then]
    assert [(count.code, count.count) for count in response.context["breakdown"].nonzero_counts] == [("", 1)]
    assert response.context["breakdown"].last_update is None


def test_group_page_shows_nothing_that_is_not_published(client, decent_work):
    own = CommitmentFactory(workgroup=decent_work)
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, workgroup=decent_work, title=MARK, summary=MARK)
        ProgressReportFactory(**{state: True}, commitment=own, achieved=MARK, status="completed")

    response = client.get(decent_work.get_absolute_url())

    assert MARK not in response.content.decode()
    assert [(count.code, count.count) for count in response.context["breakdown"].nonzero_counts] == [("", 1)]


def test_group_page_takes_the_same_queries_however_many_rows(client, decent_work, points, django_assert_num_queries):
    queries = 27
    published_report(CommitmentFactory(workgroup=decent_work, agenda_points=points))

    with django_assert_num_queries(queries):
        client.get(decent_work.get_absolute_url())
    many(CommitmentFactory, 12, workgroup=decent_work, agenda_points=points)
    many(ParticipationFactory, 12, workgroup=decent_work, agency=Each(many(AgencyFactory, 12)))
    with django_assert_num_queries(queries):
        client.get(decent_work.get_absolute_url())


def test_group_that_is_not_there_is_not_found(client):
    assert client.get("/workgroups/nobody/").status_code == 404
