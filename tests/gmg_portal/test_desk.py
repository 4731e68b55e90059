from agencies.models import Agency
from commitments import actions
from gmg_portal.desk import MOST, desk_of
from tests.factories import CommitmentFactory, ProgressReportFactory


def piles(user) -> dict[str, set[str]]:
    return {pile.title: {item.name for item in pile.items} for pile in desk_of(user).piles}


def test_desk_of_a_focal_point_holds_what_is_owed(ilo_focal_point, secretariat, ilo, iom, cycle):
    due, draft, back, waiting, foreign = (
        CommitmentFactory(lead_agency=lead, title=title)
        for lead, title in [(ilo, "due"), (ilo, "draft"), (ilo, "back"), (ilo, "waiting"), (iom, "foreign")]
    )
    for commitment in (due, foreign):
        ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    for commitment in (draft, foreign):
        ProgressReportFactory(commitment=commitment)
    for commitment in (back, waiting, foreign):
        ProgressReportFactory(submitted=True, commitment=commitment, author=ilo_focal_point)
    actions.send_back(back.reports.get(), note="Name the source.", by=secretariat)

    assert piles(ilo_focal_point) == {
        "Sent back to you": {str(back)},
        "Reports due": {str(due)},
        "Your drafts": {str(draft)},
        "Waiting for a reviewer": {str(waiting)},
    }
    assert "Name the source." in {item.detail for pile in desk_of(ilo_focal_point).piles for item in pile.items}


def test_desk_of_a_reviewer_holds_what_waits(secretariat, administrator, commitment, ilo_focal_point):
    ProgressReportFactory(submitted=True, commitment=commitment, author=ilo_focal_point)
    ProgressReportFactory(commitment=commitment)

    assert piles(secretariat) == piles(administrator) == {"Waiting for your review": {str(commitment)}}


def test_what_waits_for_a_group_lead_is_not_also_waited_for(undesa_focal_point, iom_focal_point, data_and_research):
    commitment = CommitmentFactory(workgroup=data_and_research)
    ProgressReportFactory(submitted=True, commitment=commitment, author=iom_focal_point)

    assert piles(undesa_focal_point) == {"Waiting for your review": {str(commitment)}}
    assert piles(iom_focal_point) == {"Waiting for a reviewer": {str(commitment)}}


def test_empty_desk_says_so(client, ohchr_focal_point):
    client.force_login(ohchr_focal_point)

    assert "Nothing waits for you." in client.get("/admin/").content.decode()


def test_desk_costs_the_same_with_many_rows(client, ilo_focal_point, cycle, django_assert_num_queries):
    ilo = Agency.objects.get(code="ilo")
    client.force_login(ilo_focal_point)

    for rows in (1, MOST + 1):
        for _number in range(rows):
            ProgressReportFactory(commitment=CommitmentFactory(lead_agency=ilo), cycle=cycle, blank=True)
        with django_assert_num_queries(38):
            page = client.get("/admin/")

    assert len(page.context["desk"].piles[0].items) == MOST
    assert page.context["desk"].piles[0].more > 0
