"""The review page: comparisons, remarks and decisions."""

from datetime import date

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from commitments.models import Commitment
from gmg_portal.editors.review.comparison import compare_with_published, compare_with_sent_back, show_submitted
from gmg_portal.editors.review.remarks import remarks
from reporting import actions
from reporting.models import ProgressReport
from tests.support.factories import (
    AgencyFactory,
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    MilestoneFactory,
    PartnerFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    published_report,
)
from tests.support.form_filling import messages_on

pytestmark = pytest.mark.django_db


def changed(comparison):
    """The words that went and those that came, by field."""
    return {
        field.label: tuple(
            "".join(piece.text for piece in pieces if piece.kind != "same").strip()
            for pieces in (field.before, field.after)
        )
        for field in comparison.fields
        if field.changed
    }


def review_page(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_review", args=[row.pk])


# Two sides


def test_report_stands_beside_the_last_published_one(commitment):
    published_report(commitment, on="2014-01-31", achieved="Long ago.")
    published_report(commitment, on="2014-06-30", status="planning", achieved="Two courses were held in Geneva.")
    report = ProgressReportFactory(
        submitted=True, commitment=commitment, achieved="Five courses were held in Geneva.", barriers="No funds."
    )

    beside = compare_with_published(report)

    assert (beside.before, beside.after) == ("Last published, 30 June 2014", "Submitted")
    assert changed(beside) == {
        "Status": ("Planning", "In progress"),
        "Achieved": ("Two", "Five"),
        "Barriers": ("", "No funds."),
    }
    assert beside.changes == 3
    assert [field.label for field in beside.fields if not field.changed] == ["Outlook"]


def test_each_side_reads_as_its_own_text(commitment):
    before, after = "Two courses were held in Geneva.", "Five courses were held in Geneva, and one in Bern."
    published_report(commitment, achieved=before)
    report = ProgressReportFactory(submitted=True, commitment=commitment, achieved=after)

    (field,) = [field for field in compare_with_published(report).fields if field.label == "Achieved"]

    assert ["".join(piece.text for piece in side) for side in (field.before, field.after)] == [before, after]


def test_first_report_stands_alone(commitment):
    report = ProgressReportFactory(submitted=True, commitment=commitment)

    assert compare_with_published(report) is None
    assert {field.label: field.changed for field in show_submitted(report).fields} == {
        "Status": False,
        "Outlook": False,
        "Achieved": False,
    }


def test_assessment_stands_beside_the_same_assessors_last_one(commitment, iom):
    AssessmentFactory(public=True, commitment=commitment, agency=AgencyFactory(), text="Of another.")
    AssessmentFactory(public=True, commitment=commitment, agency=iom, text="Nothing was found.")
    assessment = AssessmentFactory(
        submitted=True, commitment=commitment, agency=iom, finding="disagrees", text="Nothing was seen."
    )

    assert changed(compare_with_published(assessment)) == {"Finding": ("Agrees with the lead's report", "Disagrees"),
                                              "Assessment": ("found", "seen")}  # fmt: skip


def test_answer_stands_beside_the_last_one_to_the_same_assessment():
    first = AnswerFactory(public=True, text="It was in Geneva.")
    AnswerFactory(public=True, text="Elsewhere.")
    second = AnswerFactory(submitted=True, assessment=first.assessment, text="It was in Bern.")

    assert changed(compare_with_published(second)) == {"Answer": ("Geneva", "Bern")}


def test_commitment_that_was_sent_back_shows_what_was_mended(ilo, iom, points, ilo_focal_point, secretariat):
    commitment = CommitmentFactory(
        draft=True, lead_agency=ilo, title="Fair recruitment", agenda_points=points[:1], partners=[iom]
    )
    step = MilestoneFactory(commitment=commitment, title="Pilot")
    assert compare_with_sent_back(commitment) is None
    actions.submit(commitment, by=ilo_focal_point)
    actions.send_back(commitment, note="Name the day.", by=secretariat)
    commitment.refresh_from_db()
    commitment.title, commitment.deadline_on, commitment.deadline_precision = (
        "Fair employment",
        date(2015, 1, 31),
        "month",
    )
    commitment.save()
    commitment.agenda_points.set(points[1:2])
    commitment.partners.get().delete()
    step.title = "Pilot in Bern"
    step.save()
    actions.submit(commitment, by=ilo_focal_point)
    commitment.refresh_from_db()

    again = compare_with_sent_back(commitment)

    assert changed(again) == {
        "Title": ("recruitment", "employment"),
        "Deadline": ("", "January 2015"),
        "Agenda points": (str(points[0]), str(points[1])),
        "Partners": ("IOM: Trains the trainers.", ""),
        "Milestones": ("Pilot", "Pilot in Bern"),
    }
    assert again.changes == len(again.fields)


def test_evidence_added_since_the_report_was_sent_back_is_marked(commitment, ilo_focal_point, secretariat):
    report = ProgressReportFactory(commitment=commitment)
    EvidenceFactory(report=report, title="First", url="https://example.org/1")
    actions.submit(report, by=ilo_focal_point)
    actions.send_back(report, note="Name more.", by=secretariat)
    EvidenceFactory(report=report, title="Second", url="https://example.org/2", is_public=False)
    report.refresh_from_db()
    actions.submit(report, by=ilo_focal_point)

    (field,) = compare_with_sent_back(report).fields

    assert field.label == "Evidence"
    assert [piece.text for piece in field.after] == [
        "Publication: First, https://example.org/1\nPublication: Second, https://example.org/2, not public"
    ]


# Remarks


def remarked(row):
    return {remark.text for remark in remarks(row) if not remark.is_blocking}


@pytest.mark.parametrize(
    ("before", "fields", "evidence", "sentences"),
    [
        ("planning", {}, [{}], {"It moves the status from ‘Planning’ to ‘In progress’."}),
        ("in_progress", {}, [], {"No public evidence backs it."}),
        (
            "in_progress",
            {"status": "completed"},
            [{}, {"is_public": False}],
            {
                "It moves the status from ‘In progress’ to ‘Completed’.",
                "It says ‘Completed’: look whether the evidence shows it, since nothing more will be asked for.",
                "Evidence that is not public stays with writers and reviewers: readers will not see it.",
            },
        ),
        (
            "completed",
            {},
            [{}],
            {"It moves the status from ‘Completed’ to ‘In progress’.", "What was finished is taken up again."},
        ),
        ("in_progress", {"outlook": "at_risk"}, [{}], {"The outlook is clouded, and no barrier is named."}),
        ("in_progress", {"outlook": "at_risk", "barriers": "No funds."}, [{}], set()),
        (
            "in_progress",
            {},
            [{"link_check": "broken", "link_checked_at": "2014-01-01T00:00:00Z"}],
            {"The last check found a link of the evidence broken."},
        ),
    ],
)
def test_report_is_remarked_on(before, fields, evidence, sentences, commitment):
    published_report(commitment, status=before)
    report = ProgressReportFactory(submitted=True, commitment=commitment, **fields)
    for piece in evidence:
        EvidenceFactory(report=report, **piece)

    assert remarked(report) == sentences


def test_blocking_remarks_are_marked(commitment):
    report = ProgressReportFactory(submitted=True, commitment=commitment, status="completed")

    stops = [remark.text for remark in remarks(report) if remark.is_blocking]

    assert stops == ["‘Completed’ needs at least one public piece of evidence."]


def test_commitment_is_remarked_on_for_what_it_lacks(points, iom):
    CommitmentFactory(title="Fair recruitment")
    bare = CommitmentFactory(submitted=True, title="fair recruitment")
    whole = CommitmentFactory(submitted=True, deadline_on=date(2015, 1, 1), agenda_points=points, partners=[iom])
    MilestoneFactory(commitment=whole)

    assert remarked(bare) == {
        "No deadline is given.",
        "No agenda point is chosen.",
        "No milestone is named.",
        "It stands in the register already, under the same title.",
    }
    assert remarked(whole) == set()


def test_dissent_and_late_answers_are_remarked_on(commitment, iom):
    old = AssessmentFactory(public=True, commitment=commitment, agency=iom, finding="disagrees")
    answer = AnswerFactory(submitted=True, assessment=old)
    assert remarked(answer) == set()

    new = AssessmentFactory(submitted=True, commitment=commitment, agency=iom, finding="disagrees")
    assert remarked(new) == {"Once it is published, the commitment stands as ‘Disputed’, and its lead may answer."}
    AssessmentFactory(public=True, commitment=commitment, agency=iom, published_on=date(2014, 12, 1))
    assert remarked(answer) == {"The same assessor has assessed it again since: the answer is to the older assessment."}


# The page


@pytest.fixture
def waiting(commitment, ilo_focal_point):
    published_report(commitment, achieved="Two courses were held in Geneva.")
    report = ProgressReportFactory(
        submitted=True,
        commitment=commitment,
        author=ilo_focal_point,
        achieved="Five courses were held in Geneva.",
        cycle=ReportingCycleFactory(opened=True),
    )
    EvidenceFactory(report=report, title="The course book", url="https://example.org/book")
    EvidenceFactory(report=report, title="Minutes", is_public=False)
    return report


def test_page_shows_both_sides_the_evidence_and_both_buttons(client, secretariat, waiting):
    client.force_login(secretariat)

    page = client.get(review_page(waiting))

    assertContains(page, "<h3>Achieved</h3>", html=True)
    assertContains(page, '<del><span class="visually-hidden">(removed: </span>Two')
    assertContains(page, '<ins><span class="visually-hidden">(added: </span>Five')
    assertContains(page, 'href="https://example.org/book"')
    assertContains(page, "Minutes")
    assertContains(page, "Publish</button>")
    assertContains(page, "Send back with this note</button>")


def test_reviewer_publishes_on_the_page(client, secretariat, waiting):
    client.force_login(secretariat)
    seen = client.get(review_page(waiting)).context["form"].initial["seen"]

    answer = client.post(review_page(waiting), {"seen": seen, "publish": "yes", "note": ""}, follow=True)

    waiting.refresh_from_db()
    assertRedirects(answer, reverse("admin:index"))
    assert (waiting.state, waiting.reviewed_by) == ("published", secretariat)
    assert messages_on(answer) == [f"{waiting.commitment} was published."]


def test_reviewer_sends_back_on_the_page(client, secretariat, waiting):
    client.force_login(secretariat)

    client.post(review_page(waiting), {"seen": waiting.version, "send_back": "yes", "note": "Name the source."})

    waiting.refresh_from_db()
    assert (waiting.state, waiting.review_note) == ("sent_back", "Name the source.")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"send_back": "yes", "note": "  "}, "Write a note that says what to mend."),
        (
            {"publish": "yes", "note": "Name the source."},
            "A note goes only with sending back: take it out to publish, or send back.",
        ),
        (
            {"publish": "yes", "seen": "1000"},
            "Somebody changed this since you opened it: look at it again before you decide.",
        ),
    ],
)
def test_impossible_decision_gets_a_message_and_loses_nothing(data, sentence, client, secretariat, waiting):
    client.force_login(secretariat)

    page = client.post(review_page(waiting), {"seen": waiting.version, **data})

    waiting.refresh_from_db()
    assertContains(page, sentence)
    assert waiting.state == "submitted"
    if data.get("note", "").strip():
        assertContains(page, data["note"])


def test_own_work_is_read_on_the_page_and_not_decided(client, administrator, commitment):
    own = ProgressReportFactory(submitted=True, commitment=commitment, author=administrator)
    client.force_login(administrator)

    page = client.get(review_page(own))
    posted = client.post(review_page(own), {"seen": own.version, "publish": "yes"})

    assertContains(page, "Nobody publishes or sends back what they wrote or submitted themselves.")
    assertNotContains(page, "Publish</button>")
    assert posted.status_code == 403
    assert ProgressReport.objects.get().state == "submitted"


def test_page_is_closed_to_everybody_but_reviewers(client, ilo_focal_point, ohchr_focal_point, waiting, iom):
    foreign = CommitmentFactory(submitted=True, lead_agency=iom, title="Whispered")

    for person, row, status in (
        (ilo_focal_point, waiting, 403),
        (ohchr_focal_point, waiting, 302),
        (ohchr_focal_point, foreign, 302),
    ):
        client.force_login(person)
        answer = client.get(review_page(row))
        assert answer.status_code == status
        assert "Whispered" not in answer.content.decode()
        assert client.post(review_page(row), {"seen": row.version, "publish": "yes"}).status_code == status
    assert set(Commitment.objects.filter(pk=foreign.pk).values_list("state", flat=True)) == {"submitted"}
    assert ProgressReport.objects.get(pk=waiting.pk).state == "submitted"


@pytest.mark.parametrize("make", [AssessmentFactory, AnswerFactory, CommitmentFactory])
def test_every_kind_has_its_page(make, client, secretariat):
    row = make(submitted=True)
    client.force_login(secretariat)

    assertContains(client.get(review_page(row)), "Your decision")


def test_answer_is_read_with_the_assessment(client, secretariat):
    answer = AnswerFactory(submitted=True, assessment__text="Nothing was found.")
    client.force_login(secretariat)

    assertContains(client.get(review_page(answer)), "Nothing was found.")


def test_page_of_a_draft_leads_nowhere(client, secretariat, administrator, commitment):
    draft = ProgressReportFactory(commitment=commitment, achieved="Whispered")

    client.force_login(secretariat)
    assert client.get(review_page(draft)).status_code == 302
    client.force_login(administrator)
    page = client.get(review_page(draft))
    assert page.status_code == 403
    assert "This is in the state ‘Draft’" in page.content.decode()


@pytest.mark.exhaustive
def test_page_costs_the_same_with_many_rows(client, secretariat, commitment, django_assert_num_queries):
    client.force_login(secretariat)
    waiting = CommitmentFactory(submitted=True)

    for rows in (1, 30):
        for _number in range(rows):
            PartnerFactory(commitment=waiting)
            MilestoneFactory(commitment=waiting)
        with django_assert_num_queries(PAGE_QUERIES):
            client.get(review_page(waiting))


PAGE_QUERIES = 18


def test_period_is_shown_in_words(commitment):
    report = ProgressReportFactory(
        submitted=True, commitment=commitment, period_start=date(2014, 1, 1), period_end=date(2014, 6, 30)
    )

    (period,) = [field for field in show_submitted(report).fields if field.label == "Period"]

    assert "".join(piece.text for piece in period.after) == "1 January 2014 – 30 June 2014"
