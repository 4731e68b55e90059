from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse

from reporting import actions
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    MilestoneFactory,
    PartnerFactory,
    ProgressReportFactory,
    RecommendationFactory,
    UserFactory,
    in_group,
    published_report,
)

pytestmark = pytest.mark.django_db


def assert_answers(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


# The page


@pytest.fixture
def whole(ilo, iom, ohchr, points):
    """A commitment with all that its page can show."""
    commitment = CommitmentFactory(
        lead_agency=ilo,
        title="Fair recruitment",
        original_text="We undertake to lower what migrants pay.",
        agenda_points=points[1:3],
        recommendations=[RecommendationFactory(code="POL-4")],
        start_on=date(2014, 3, 31),
        start_precision="month",
        deadline_on=date(2016, 12, 31),
        deadline_precision="year",
        confidence="known",
    )
    PartnerFactory(commitment=commitment, agency=iom, part="Runs the corridors.")
    MilestoneFactory(commitment=commitment, title="Pilot", deadline_on=date(2014, 9, 30), met_on=date(2014, 11, 1))
    published_report(commitment, on="2014-06", status="planning", achieved="Donors were found.")
    evidence = [EvidenceFactory.build(report=None, title="Evaluation of the pilot", symbol="ILO/1")]
    published_report(commitment, on="2015-01-31", status="in_progress", achieved="Pilot done.", evidence=evidence)
    AssessmentFactory(commitment=commitment, agency=ohchr, public=True, text="Visited and confirmed.")
    return commitment


def test_commitment_page_shows_all_that_is_public(client, whole):
    html = assert_answers(client, whole.get_absolute_url())

    texts = [
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
        "Visited and confirmed.",
        "In progress",
        "Peer-reviewed",
        "31 January 2015",
        "not yet confirmed",
        f"http://testserver{whole.get_absolute_url()}",
    ]
    assert [text for text in texts if text not in html] == []


def test_commitment_page_shows_reports_newest_first_under_lasting_numbers(client, whole):
    html = assert_answers(client, whole.get_absolute_url())

    assert html.index('id="report-2"') < html.index('id="report-1"')


def test_commitment_page_as_of_a_day_shows_what_was_public_by_then(client, whole):
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
        "ILO (2014). <bdi>Fair recruitment of migrant workers</bdi>. "
        f"GMG HLD follow-up portal, {commitment.reference}. "
        f"http://testserver{commitment.get_absolute_url()} (as the record stood on 9 May 2016)."
    ) in html


def test_header_shows_lead_deadline_status_and_verification(client, whole, undesa):
    AssessmentFactory(commitment=whole, agency=undesa, finding="disagrees", public=True)

    html = assert_answers(client, whole.get_absolute_url())

    head = " ".join(html[html.index('<dl class="key-facts">') : html.index('id="original"')].split())
    texts = [
        "International Labour Organization",
        ">IOM</a>",
        '<time datetime="2014-03">March 2014</time> – <time datetime="2016">2016</time>',
        "In progress",
        "31 January 2015",
        "Disputed",
        "UN DESA: Disagrees",
        "OHCHR: Agrees with the lead",
        "3. Eliminate migrant exploitation",
    ]
    assert [text for text in texts if text not in head] == []


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ({}, "not known"),
        ({"start_on": date(2014, 3, 31)}, "no deadline given"),
        ({"deadline_on": date(2016, 1, 1)}, "start not known"),
    ],
)
def test_header_names_unknown_dates(client, ilo, days, says):
    html = assert_answers(client, CommitmentFactory(lead_agency=ilo, **days).get_absolute_url())

    assert says in html[html.index('<dl class="key-facts">') : html.index('<nav class="section-links"')]


def test_reports_say_on_whose_behalf_and_where_they_are_taken_from(client, commitment, iom, cycle, ilo_focal_point):
    published_report(commitment, on="2014-06-30", on_behalf_of=iom)
    published_report(commitment, on="2014-08-01", cycle=cycle, author=ilo_focal_point)

    html = assert_answers(client, commitment.get_absolute_url())

    second, first = html[html.index('id="report-2"') : html.index('id="report-1"')], html[html.index('id="report-1"') :]
    first = first[: first.index('id="assessments"')]
    source = "Taken from the public source; not written by the lead in this portal"
    assert (source in first, source in second) == (True, False)
    assert "On behalf of" in first
    assert "Given outside a reporting cycle" in first
    assert "Second half of 2014" in second
    assert ilo_focal_point.username not in html
    assert '<a href="#report-2">Report 2</a>' in second


def test_older_reports_are_folded_and_keep_their_addresses(client, commitment):
    for month in range(1, 6):
        published_report(commitment, on=f"2014-{month + 2:02}", achieved=f"Course {month} was held.")

    html = assert_answers(client, commitment.get_absolute_url())

    assert html.count('<details class="report">') == 4
    assert '<article class="report" id="report-5">' in html
    assert [number for number in range(1, 6) if f'id="report-{number}"' not in html] == []
    assert "Compare with report 4" in html
    assert '<del><span class="visually-hidden">(removed: </span> 4<span class="visually-hidden">) </span></del>' in html
    assert '<ins><span class="visually-hidden">(added: </span> 5<span class="visually-hidden">) </span></ins>' in html


@pytest.mark.parametrize(
    ("outcome", "query", "says"),
    [
        ("answers", "", "link answers, checked 3 January 2016"),
        ("moved", "", "link has moved, checked 3 January 2016"),
        ("broken", "", "link is broken, checked 3 January 2016"),
        ("broken", "?as_of=2016-01-03", "link is broken, checked 3 January 2016"),
        ("broken", "?as_of=2016-01-02", "link last checked after this day"),
    ],
)
def test_last_link_check_is_shown_in_words(client, commitment, outcome, query, says):
    moment = datetime(2016, 1, 3, 12, tzinfo=UTC)
    published_report(
        commitment, evidence=[EvidenceFactory.build(report=None, link_check=outcome, link_checked_at=moment)]
    )

    html = assert_answers(client, f"{commitment.get_absolute_url()}{query}")

    assert says in html
    assert html.count("link is broken") == (says.count("link is broken"))


@pytest.mark.parametrize("query", ["", "?as_of=2016-01-02"])
def test_unchecked_link_has_no_check_text(client, commitment, query):
    published_report(commitment, evidence=[EvidenceFactory.build(report=None)])

    html = assert_answers(client, f"{commitment.get_absolute_url()}{query}")

    assert "link-check" not in html
    assert "checked" not in html[html.index("https://example.org/evidence/") :][:400]


def test_evidence_seen_after_the_day_asked_for_is_not_yet_seen(client, commitment):
    published_report(commitment, evidence=[EvidenceFactory.build(report=None, seen_on=date(2015, 1, 5))])

    assert "seen on 5 January 2015" in assert_answers(client, commitment.get_absolute_url())
    assert "seen on" not in assert_answers(client, f"{commitment.get_absolute_url()}?as_of=2014-12-31")


def test_assessments_are_shown_beside_the_report_with_the_difference(client, commitment, iom, undesa):
    report = published_report(commitment, on="2014-06-30", status="completed")
    AssessmentFactory(
        commitment=commitment, agency=undesa, report=report, finding="agrees", public=True, text="Seen in June."
    )
    AssessmentFactory(
        commitment=commitment, agency=undesa, finding="disagrees", public=True, published_on=date(2014, 11, 1)
    )

    html = assert_answers(client, commitment.get_absolute_url())

    others = html[html.index('id="assessments"') : html.index('id="facts"')]
    assert "The lead reports “Completed”; UN DESA disagrees." in others
    assert "replaced by a newer one of 1 November 2014" in others
    assert '<a href="#report-1">report 1</a>' in others
    assert others.count("replaced by a newer one") == 1


def test_answer_is_shown_below_the_assessment_from_its_day_on(client, commitment, iom):
    assessment = AssessmentFactory(commitment=commitment, agency=iom, finding="disagrees", public=True)
    for state in ("draft", "submitted", "sent_back"):
        AnswerFactory(assessment__commitment=commitment, text="Whispered", **{state: True})
    AnswerFactory(assessment=assessment, public=True, text="They were held at night.", published_on=date(2014, 10, 15))
    AnswerFactory(assessment=assessment, public=True, text="And by day.", published_on=date(2014, 12, 1))

    def others(query=""):
        html = assert_answers(client, f"{commitment.get_absolute_url()}{query}")
        return html[html.index('id="assessments"') : html.index('id="facts"')]

    today = others()
    assert today.count("ILO answers") == 2
    assert "Nothing was found" not in today and "Whispered" not in today
    assert today.index("They were held at night.") < today.index("And by day.")
    assert "And by day." not in others("?as_of=2014-11-30")
    assert others("?as_of=2014-10-15").count("ILO answers") == 1
    assert "ILO answers" not in others("?as_of=2014-10-14")


def test_milestone_met_later_is_not_yet_met_on_the_day(client, commitment):
    MilestoneFactory(commitment=commitment, title="Pilot", deadline_on=date(2014, 9, 30), met_on=date(2014, 11, 1))

    def met(query):
        html = assert_answers(client, f"{commitment.get_absolute_url()}{query}")
        return html[html.index('id="milestones"') : html.index('id="facts"')]

    assert "1 November 2014" in met("")
    assert "overdue" in met("?as_of=2014-10-31")
    assert "not yet" in met("?as_of=2014-09-30")
    assert "1 November 2014" not in met("?as_of=2014-10-31")


def test_trail_leads_from_level_to_recommendation_to_points(client, ilo, points):
    whole = RecommendationFactory(code="P15-1", level="post_2015")
    part = RecommendationFactory(code="P15-1a", level="post_2015", parent=whole, agenda_points=[points[7]])
    commitment = CommitmentFactory(lead_agency=ilo, recommendations=[part])
    CommitmentFactory(recommendations=[part])

    html = assert_answers(client, commitment.get_absolute_url())

    trail = html[html.index('<ol class="recommendation-path">') : html.index('id="facts"')]
    steps = ["Post-2015 UN development agenda", ">P15-1<", ">P15-1a<", "Enhance migration partnerships", part.text]
    assert sorted(steps, key=trail.index) == steps
    assert "1 other commitment answers it" in trail
    assert "/commitments/?recommendation=P15-1a" in trail


def test_succession_as_of_a_day_is_that_of_the_day(client, commitment, ilo):
    successor = CommitmentFactory(lead_agency=ilo, title="Recruitment for all")
    published_report(commitment, on="2014-06-30", status="superseded", superseded_by=successor)

    def facts(row, query=""):
        html = assert_answers(client, f"{row.get_absolute_url()}{query}")
        return html[html.index('id="facts"') : html.index('id="status-history"')]

    assert "Superseded by" in facts(commitment)
    assert "Superseded by" not in facts(commitment, "?as_of=2014-06-29")
    assert "Takes the place of" in facts(successor)
    assert "Takes the place of" not in facts(successor, "?as_of=2014-06-29")


# Its history


@pytest.fixture
def amended(ilo, secretariat):
    """Public on 20 February 2014, reported on in June, reworded in August, withdrawn in September."""
    with time_machine.travel("2014-02-20T12:00:00Z"):
        commitment = CommitmentFactory(lead_agency=ilo, title="Fair recruitment")
    with time_machine.travel("2014-06-30T12:00:00Z"):
        published_report(commitment, on="2014-06-30", status="planning")
    with time_machine.travel("2014-08-01T12:00:00Z"):
        commitment.title = "Fair recruitment of nurses"
        commitment.save()
    with time_machine.travel("2014-09-01T12:00:00Z"):
        return actions.withdraw(commitment, reason="Entered twice.", by=secretariat)


def history(client, commitment, query=""):
    response = client.get(f"{commitment.get_absolute_url()}{query}")
    return [(str(entry.on), entry.kind) for entry in response.context["history"].entries]


def test_history_lists_publication_status_amendments_and_withdrawal_newest_first(client, amended):
    html = assert_answers(client, amended.get_absolute_url())

    story = html[html.index('id="status-history"') : html.index('id="cite"')]
    assert history(client, amended) == [
        ("1 September 2014", "withdrawn"),
        ("1 August 2014", "amended"),
        ("30 June 2014", "status"),
        ("20 February 2014", "published"),
    ]
    texts = [
        "The commitment was withdrawn.",
        "The title was reworded.",
        "(added: </span> of nurses",
        "The first status was “Planning”,",
        '<a href="#report-1">by the lead’s report 1</a>',
        "Entered on 30 June 2014, loaded from the source",
        "The commitment became public.",
    ]
    assert sorted(texts, key=story.index) == texts
    assert "secretariat" not in story


def test_history_as_of_a_day_ends_with_it_and_says_that_the_wording_is_of_today(client, amended):
    note = "The wording of this page is that of today"

    assert history(client, amended, "?as_of=2014-07-31") == [
        ("30 June 2014", "status"),
        ("20 February 2014", "published"),
    ]
    assert note in assert_answers(client, f"{amended.get_absolute_url()}?as_of=2014-07-31")
    assert history(client, amended, "?as_of=2014-08-01")[0] == ("1 August 2014", "amended")
    assert note not in assert_answers(client, f"{amended.get_absolute_url()}?as_of=2014-08-01")


def test_status_change_says_from_what_to_what(client, commitment):
    published_report(commitment, on="2014-06-30", status="planning")
    published_report(commitment, on="2014-12-31", status="discontinued", status_reason="No funds came.")

    html = assert_answers(client, commitment.get_absolute_url())

    assert "The status changed from “Planning” to “Discontinued”," in html
    assert "Reason: No funds came." in html


def test_history_holds_back_what_was_written_before_publication(client, ilo, iom, administrator):
    reviewer = in_group(UserFactory(username="reviewing-person"), "secretariat")
    draft = CommitmentFactory(draft=True, lead_agency=ilo, title="Hushed", summary="Whispered")
    partner = PartnerFactory(commitment=draft, agency=iom, part="Muttered")
    step = MilestoneFactory(commitment=draft, title="Murmured")
    actions.submit(draft, by=administrator)
    draft = actions.send_back(draft, note="Blunt words", by=reviewer)
    draft.title, draft.summary, partner.part, step.title = "Fair", "Lower costs.", "Runs it.", "Pilot"
    for row in (draft, partner, step):
        row.save()
    actions.submit(draft, by=administrator)
    commitment = actions.publish(draft, by=reviewer)

    html = assert_answers(client, commitment.get_absolute_url())

    secrets = [
        "Hushed",
        "Whispered",
        "Muttered",
        "Murmured",
        "Blunt words",
        reviewer.username,
        administrator.username,
    ]
    assert [secret for secret in secrets if secret in html] == []
    assert [kind for _on, kind in history(client, commitment)] == ["published"]


# Use and citation


@pytest.mark.parametrize(
    ("form", "media_type", "starts"),
    [
        ("bib", "application/x-bibtex; charset=utf-8", "@misc{HLD-"),
        ("ris", "application/x-research-info-systems; charset=utf-8", "TY  - ELEC\r\n"),
    ],
)
def test_citation_is_a_file_for_reference_managers(client, commitment, form, media_type, starts):
    response = client.get(reverse("commitments:cite", args=[commitment.reference, form]), {"as_of": "2014-10-01"})

    text = response.content.decode()
    assert response["Content-Type"] == media_type
    assert response["Content-Disposition"] == f'attachment; filename="{commitment.reference}.{form}"'
    assert text.startswith(starts)
    assert f"http://testserver{commitment.get_absolute_url()}?as_of=2014-10-01" in text


def test_citation_file_of_what_is_not_public_is_not_found(client, commitment, draft):
    assert_answers(client, f"/commitments/{draft.reference}/cite.bib", status=404)
    assert_answers(client, f"/commitments/{commitment.reference}/cite.ris?as_of=2014-02-19", status=404)
    assert_answers(client, f"/commitments/{commitment.reference}/cite.doc", status=404)


def test_withdrawn_commitment_is_still_cited(client):
    withdrawn = CommitmentFactory(withdrawn=True)

    assert withdrawn.reference in assert_answers(client, f"/commitments/{withdrawn.reference}/cite.ris")


def test_page_leads_to_every_other_form_of_it(client, commitment):
    html = assert_answers(client, f"{commitment.get_absolute_url()}?as_of=2014-10-01")

    reference = commitment.reference
    addresses = [
        f"/api/v1/commitments/{reference}/?as_of=2014-10-01",
        f"/embed/commitment/{reference}/?as_of=2014-10-01",
        f"/commitments/{reference}/cite.bib?as_of=2014-10-01",
        f"/commitments/{reference}/cite.ris?as_of=2014-10-01",
        "/feeds/agencies/ilo.atom",
    ]
    assert [address for address in addresses if f'href="{address}"' not in html] == []


def test_mistakes_are_reported_on_a_page_beside(client, commitment):
    html = assert_answers(client, commitment.get_absolute_url())

    assert f'<a href="/commitments/{commitment.reference}/mistake/">Report a broken link or a mistake</a>' in html
    assert "mailto:" not in html


@pytest.mark.parametrize("rows", first_fast([1, 8]))
def test_page_takes_the_same_queries_however_many_rows(client, ilo, iom, points, django_assert_num_queries, rows):
    standard = RecommendationFactory(agenda_points=points)
    commitment = CommitmentFactory(lead_agency=ilo, agenda_points=points, recommendations=[standard])
    for number in range(rows):
        CommitmentFactory(lead_agency=ilo, agenda_points=points, recommendations=[RecommendationFactory()])
        commitment.recommendations.add(RecommendationFactory(parent=standard, agenda_points=points))
        MilestoneFactory(commitment=commitment)
        PartnerFactory(commitment=commitment)
        report = published_report(
            commitment, on=f"2014-{number % 6 + 6:02}" if rows == 1 else f"{2014 + number // 12}-{number % 12 + 1:02}"
        )
        assessment = AssessmentFactory(commitment=commitment, report=report, public=True)
        AnswerFactory(assessment=assessment, public=True)
        commitment.title = f"Fair recruitment {number}"
        commitment.save()

    with django_assert_num_queries(PAGE_QUERIES):
        assert_answers(client, commitment.get_absolute_url())


PAGE_QUERIES = 33


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


def test_evidence_file_that_is_gone_from_the_store_is_withheld(client, commitment):
    evidence = filed()
    published_report(commitment, evidence=[evidence])
    evidence.file.storage.delete(evidence.file.name)

    assert_answers(client, address_of(evidence), status=503)
