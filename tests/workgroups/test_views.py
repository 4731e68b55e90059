import pytest
from django.urls import reverse

from tests.factories import CommitmentFactory, WorkPlanFactory

pytestmark = pytest.mark.django_db


def test_group_list_shows_the_groups_their_leads_and_the_work_plans(client, decent_work):
    WorkPlanFactory(title="Multi-Annual Work Plan")
    CommitmentFactory(workgroup=decent_work)
    CommitmentFactory(workgroup=decent_work, draft=True)

    response = client.get(reverse("workgroups:list"))

    html = response.content.decode()
    assert [group.led for group in response.context["workgroups"]] == [1]
    shown = ["Migration and Decent Work", "Task force", "Co-convener", "Multi-Annual Work Plan"]
    assert [text for text in shown if text not in html] == []


def test_group_page_shows_what_the_group_undertook(client, decent_work, commitment):
    own = CommitmentFactory(workgroup=decent_work)
    CommitmentFactory(workgroup=decent_work, submitted=True)

    response = client.get(decent_work.get_absolute_url())

    assert list(response.context["commitments"]) == [own]


def test_group_that_is_not_there_is_not_found(client):
    assert client.get("/workgroups/nobody/").status_code == 404
