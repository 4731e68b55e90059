from datetime import date

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse

from tests.factories import (
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    MilestoneFactory,
    PartnerFactory,
    ProgressReportFactory,
    RecommendationFactory,
    published_report,
)

pytestmark = pytest.mark.django_db

REGISTER = reverse("commitments:list")


def assert_answers(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


# The register


def test_register_shows_published_rows_and_their_count(client, commitment, draft):
    html = assert_answers(client, REGISTER)

    assert "1 commitment\n" in html
    assert commitment.title in html
    assert draft.title not in html


def test_register_counts_its_facets(client, commitment, points):
    commitment.agenda_points.add(points[1])

    response = client.get(REGISTER)

    facet = {facet.word: facet for facet in response.context["facets"]}["agenda_point"]
    assert [(option.value, option.count, option.chosen) for option in facet.options] == [("2", 1, False)]


def test_register_shows_the_words_chosen_with_the_address_that_lets_each_go(client, commitment):
    CommitmentFactory(lead_agency=commitment.lead_agency, kind="norm")

    response = client.get(f"{REGISTER}?lead=ilo&kind=programme&page=1")

    assert [(word["label"], word["value"], word["without"]) for word in response.context["chosen"]] == [
        ("Lead", "ILO", "?kind=programme"),
        ("Kind", "Programme", "?lead=ilo"),
    ]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("statsu=completed", "‘statsu’ is not a word of this register. Allowed: agency, agenda_point, as_of"),
        ("status=done", "status: ‘done’ is not known here. Allowed: completed, discontinued"),
        ("fields=title,size", "fields: ‘size’ is not a field here. Allowed: reference, title, summary"),
        ("page=two", "page: page is a whole number from 1."),
        ("page_size=201", "page_size: Ensure this value is less than or equal to 200."),
    ],
)
def test_register_refuses_what_it_does_not_know_by_name(client, commitment, query, says):
    html = assert_answers(client, f"{REGISTER}?{query}", status=400)

    assert says in html
    assert commitment.title not in html


def test_register_shows_the_fields_asked_for_as_a_table(client, commitment, points):
    commitment.agenda_points.set(points[:2])

    response = client.get(f"{REGISTER}?fields=title,lead,agenda_points,due_on")

    ((title, *rest),) = response.context["table"]
    assert title == (f"http://testserver{commitment.get_absolute_url()}", commitment.title)
    assert [text for _address, text in rest] == ["ilo", "1; 2", "–"]


def test_register_past_its_last_page_is_not_found(client, commitment):
    assert_answers(client, f"{REGISTER}?page=2", status=404)


def test_register_keeps_the_question_from_page_to_page(client, ilo):
    for _ in range(3):
        CommitmentFactory(lead_agency=ilo)

    html = assert_answers(client, f"{REGISTER}?lead=ilo&page_size=2")

    assert 'href="?lead=ilo&amp;page_size=2&amp;page=2"' in html


def test_register_as_of_a_day_says_so(client, commitment):
    html = assert_answers(client, f"{REGISTER}?as_of=2014-02-20")

    assert "at the end of 20 February 2014 (UTC)" in html
    assert commitment.title in html


@pytest.mark.parametrize("rows", [1, 30])
def test_register_takes_the_same_queries_however_many_rows(client, ilo, points, django_assert_num_queries, rows):
    for _ in range(rows):
        published_report(CommitmentFactory(lead_agency=ilo, agenda_points=points))

    with django_assert_num_queries(REGISTER_QUERIES):
        client.get(f"{REGISTER}?page_size=50")


REGISTER_QUERIES = 27


# One commitment


@pytest.fixture
def whole(ilo, iom, points):
    """A commitment with all that its page can show."""
    commitment = CommitmentFactory(
        lead_agency=ilo,
        title="Fair recruitment",
        original_text="We undertake to lower what migrants pay.",
        agenda_points=points[1:3],
        recommendations=[RecommendationFactory(code="POL-4")],
        start_on=date(2014, 3, 31),
        start_precision="month",
        due_on=date(2016, 12, 31),
        due_precision="year",
        confidence="known",
    )
    PartnerFactory(commitment=commitment, agency=iom, part="Runs the corridors.")
    MilestoneFactory(commitment=commitment, title="Pilot", due_on=date(2014, 9, 30), met_on=date(2014, 11, 1))
    published_report(commitment, on="2014-06", status="planning", achieved="Donors were found.")
    evidence = [EvidenceFactory.build(report=None, title="Evaluation of the pilot", symbol="ILO/1")]
    published_report(commitment, on="2015-01-31", status="in_progress", achieved="Pilot done.", evidence=evidence)
    AssessmentFactory(commitment=commitment, agency=iom, public=True, text="Visited and confirmed.")
    return commitment


def test_commitment_page_shows_its_whole_story(client, whole):
    html = assert_answers(client, whole.get_absolute_url())

    told = [
        "We undertake to lower what migrants pay.",
        "International Labour Organization",
        "Runs the corridors.",
        "2. Reduce the costs of labour migration",
        "POL-4",
        '<time datetime="2014-03">March 2014</time>',
        '<time datetime="2016">2016</time>',
        "Pilot",
        "1 November 2014",
        "Donors were found.",
        "Pilot done.",
        "Evaluation of the pilot",
        "link not checked yet",
        "Visited and confirmed.",
        "In progress",
        "Peer-reviewed",
        "31 January 2015",
        "not yet confirmed",
        f"http://testserver{whole.get_absolute_url()}",
    ]
    assert [text for text in told if text not in html] == []


def test_commitment_page_shows_reports_newest_first_under_lasting_numbers(client, whole):
    html = assert_answers(client, whole.get_absolute_url())

    assert html.index('id="report-2"') < html.index('id="report-1"')


def test_commitment_page_as_of_a_day_tells_the_story_up_to_it(client, whole):
    html = assert_answers(client, f"{whole.get_absolute_url()}?as_of=2014-10-01")

    assert "Donors were found." in html
    assert "Planning" in html
    assert "as_of=2014-10-01" in html
    assert [text for text in ("Pilot done.", "1 November 2014", "31 January 2015") if text in html] == []


def test_commitment_page_before_publication_is_not_found(client, whole):
    assert_answers(client, f"{whole.get_absolute_url()}?as_of=2014-02-19", status=404)


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_commitment_that_is_not_published_is_not_found(client, state):
    hidden = CommitmentFactory(**{state: True})

    assert_answers(client, hidden.get_absolute_url(), status=404)


def test_commitment_page_holds_back_drafts_and_private_evidence(client, commitment, ilo_focal_point):
    evidence = [EvidenceFactory.build(report=None), EvidenceFactory.build(report=None, title="Hushed", is_public=False)]
    published_report(commitment, evidence=evidence)
    ProgressReportFactory(commitment=commitment, achieved="Whispered")
    ProgressReportFactory(commitment=commitment, sent_back=True, achieved="Returned", review_note="Blunt words")
    AssessmentFactory(commitment=commitment, text="Undisclosed")
    client.force_login(ilo_focal_point)

    html = assert_answers(client, commitment.get_absolute_url())

    secrets = ["Hushed", "Whispered", "Returned", "Blunt words", "Undisclosed"]
    assert [secret for secret in secrets if secret in html] == []


def test_withdrawn_commitment_keeps_its_page_and_says_so(client):
    withdrawn = CommitmentFactory(withdrawn=True)

    assert "This commitment was withdrawn on 1 September 2014." in assert_answers(client, withdrawn.get_absolute_url())
    assert "was withdrawn" not in assert_answers(client, f"{withdrawn.get_absolute_url()}?as_of=2014-08-31")


def test_commitment_is_cited_with_its_address_and_the_day(client, commitment):
    with time_machine.travel("2016-05-09T23:59:00Z", tick=False):
        html = assert_answers(client, commitment.get_absolute_url())

    assert (
        f"ILO (2014). Fair recruitment of migrant workers. GMG HLD follow-up portal, {commitment.reference}. "
        f"http://testserver{commitment.get_absolute_url()} (as the record stood on 9 May 2016)."
    ) in html


# Files behind reports


def filed(report=None, **fields):
    return EvidenceFactory.build(report=report, url="", file=ContentFile(b"%PDF-1.7 pilot", "pilot.pdf"), **fields)


def address_of(evidence):
    return reverse("commitments:evidence", args=[evidence.report.commitment.reference, evidence.file_name])


def test_evidence_file_of_a_published_report_is_handed_over_to_keep(client, commitment):
    evidence = filed()
    published_report(commitment, evidence=[evidence])

    response = client.get(address_of(evidence))

    assert b"".join(response.streaming_content) == b"%PDF-1.7 pilot"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_evidence_file_of_a_draft_is_not_found(client, commitment, ilo_focal_point):
    evidence = filed(ProgressReportFactory(commitment=commitment))
    evidence.save()
    client.force_login(ilo_focal_point)

    assert_answers(client, address_of(evidence), status=404)


def test_evidence_file_that_is_not_public_is_not_found(client, commitment):
    evidence = filed(is_public=False)
    published_report(commitment, evidence=[evidence])

    assert_answers(client, address_of(evidence), status=404)


def test_evidence_file_that_is_gone_from_the_store_is_not_found(client, commitment):
    evidence = filed()
    published_report(commitment, evidence=[evidence])
    evidence.file.storage.delete(evidence.file.name)

    assert_answers(client, address_of(evidence), status=404)
