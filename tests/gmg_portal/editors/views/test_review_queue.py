"""The reviewers' queue: its order, its parts, and publishing many at once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from gmg_portal.editors.views.review_queue import MAX_ROWS, queue_of
from gmg_portal.models import AuditEntry
from reporting import actions
from reporting.models import ProgressReport
from tests.support.factories import (
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    ParticipationFactory,
    ProgressReportFactory,
)
from tests.support.form_filling import messages_on

NOON = datetime(2014, 3, 1, 12, tzinfo=UTC)
HAND = "You or your agency had a hand in this: another reviewer decides."


def keys(user, **words):
    return [row.key for row in queue_of(user, **words).rows]


@pytest.fixture
def waiting(ilo, iom, decent_work):
    """One of each kind, the commitment waiting longest."""
    answer = AnswerFactory(
        submitted=True, submitted_at=NOON + timedelta(days=3), assessment__commitment__lead_agency=ilo
    )
    assessment = AssessmentFactory(
        submitted=True, submitted_at=NOON + timedelta(days=2), commitment=CommitmentFactory(lead_agency=iom)
    )
    report = ProgressReportFactory(
        submitted=True, submitted_at=NOON + timedelta(days=1), commitment=CommitmentFactory(workgroup=decent_work)
    )
    commitment = CommitmentFactory(submitted=True, submitted_at=NOON, lead_agency=ilo)
    return {
        "commitment": f"commitment-{commitment.pk}",
        "report": f"report-{report.pk}",
        "assessment": f"assessment-{assessment.pk}",
        "answer": f"answer-{answer.pk}",
    }


def test_longest_waiting_comes_first_whatever_it_is(secretariat, waiting):
    for state in ("draft", "sent_back"):
        ProgressReportFactory(**{state: True})

    assert keys(secretariat) == list(waiting.values())


@pytest.mark.parametrize("kind", ["commitment", "report", "assessment", "answer"])
def test_queue_of_one_kind(kind, secretariat, waiting):
    assert keys(secretariat, kind=kind) == [waiting[kind]]


@pytest.mark.parametrize(
    ("lead", "kinds"), [("ilo", ["commitment", "answer"]), ("iom", ["assessment"]), ("decent-work", ["report"])]
)
def test_queue_of_one_lead(lead, kinds, secretariat, waiting):
    assert keys(secretariat, lead=lead) == [waiting[kind] for kind in kinds]


def test_group_lead_has_the_groups_rows_and_reads_why_not_ones_own(ilo_focal_point, iom_focal_point, waiting):
    own = ProgressReport.objects.get()
    ProgressReport.objects.filter(pk=own.pk).update(author=ilo_focal_point, submitted_by=ilo_focal_point)

    assert [(row.key, row.refusal) for row in queue_of(ilo_focal_point).rows] == [(waiting["report"], HAND)]
    assert [(row.key, row.refusal) for row in queue_of(iom_focal_point).rows] == [(waiting["report"], "")]


def test_assessor_reads_that_another_reviews_the_answer(ohchr, ohchr_focal_point, decent_work):
    AnswerFactory(
        submitted=True, assessment__agency=ohchr, assessment__commitment=CommitmentFactory(workgroup=decent_work)
    )
    ParticipationFactory(workgroup=decent_work, agency=ohchr, role="co_convener")

    assert [row.refusal for row in queue_of(ohchr_focal_point).rows] == [HAND]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2014-03-01T23:00", "since today"),
        ("2014-03-02T01:00", "waits for 1 day"),
        ("2014-03-15T12:00", "waits for 14 days"),
    ],
)
def test_line_says_how_long_it_waits(moment, words, secretariat, time_machine):
    CommitmentFactory(submitted=True, submitted_at=NOON)
    time_machine.move_to(f"{moment}:00+00:00", tick=False)

    assert [row.waiting_time for row in queue_of(secretariat).rows] == [words]


@pytest.mark.exhaustive
def test_long_queue_shows_its_oldest_and_counts_the_rest(secretariat):
    CommitmentFactory.create_batch(MAX_ROWS + 2, submitted=True)

    queue = queue_of(secretariat)

    assert (len(queue.rows), queue.hidden_count) == (MAX_ROWS, 2)


# The page


def test_queue_is_for_reviewers_alone(client, ohchr_focal_point, secretariat, waiting):
    client.force_login(ohchr_focal_point)
    assert client.get(reverse("admin:queue")).status_code == 403
    assert client.post(reverse("admin:queue"), {"row": [waiting["report"]], "confirmed": "yes"}).status_code == 403

    client.force_login(secretariat)
    assertContains(client.get(reverse("admin:queue")), 'type="checkbox"', count=4)
    assert ProgressReport.objects.get().state == "submitted"


def test_ones_own_row_has_a_reason_in_place_of_a_box(client, administrator):
    CommitmentFactory(submitted=True, author=administrator, title="Mine")
    client.force_login(administrator)

    page = client.get(reverse("admin:queue"))

    assertContains(page, HAND)
    assertNotContains(page, 'type="checkbox"')


@pytest.mark.parametrize(
    ("params", "sentence", "allowed"),
    [
        ({"kind": "rumour"}, "kind: ‘rumour’ is not a valid value of this filter.", ["report", "commitment"]),
        ({"lead": "nobody"}, "lead: ‘nobody’ is not a valid value of this filter.", ["ilo", "decent-work"]),
        ({"state": "draft"}, "‘state’ is not a parameter of this page.", ["kind", "lead"]),
        ({"lead": ["ilo", "iom"]}, "‘lead’ is given more than once: give it once.", []),
    ],
)
def test_unknown_part_of_the_queue_is_refused_and_audited(client, secretariat, waiting, params, sentence, allowed):
    client.force_login(secretariat)

    page = client.get(reverse("admin:queue"), params)

    assertContains(page, sentence, status_code=400)
    for value in allowed:
        assertContains(page, f"<code>{value}</code>", status_code=400)
    assertNotContains(page, 'type="checkbox"', status_code=400)
    entry = AuditEntry.objects.get(what="refused")
    assert (entry.person, entry.reason) == (secretariat, f"parameter {next(iter(params))}")


def selected(page, *keys):
    """Return the data that the queue's form sends when the rows with these keys are ticked."""
    rows = page.context["queue"].rows
    return {"row": list(keys), **{f"seen_{row.key}": row.obj.version for row in rows}}


def test_many_are_published_after_one_question_and_the_rest_named_with_reasons(client, administrator, waiting, ilo):
    own = CommitmentFactory(submitted=True, lead_agency=ilo, author=administrator, title="Mine")
    draft = CommitmentFactory(draft=True, lead_agency=ilo, title="Draft")
    report = ProgressReport.objects.get()
    client.force_login(administrator)
    page = client.get(reverse("admin:queue"))
    data = selected(
        page, *waiting.values(), f"commitment-{own.pk}", f"commitment-{draft.pk}", "commitment-x", "rumour-1"
    )
    data[f"seen_commitment-{draft.pk}"] = draft.version
    report.barriers = "Changed after the queue was read."
    report.save()

    question = client.post(reverse("admin:queue"), data)
    assert ProgressReport.objects.get().state == "submitted"
    versions = {key: seen for key, _row, _kind, seen in question.context["rows"]}
    confirmed = {"row": list(versions), "confirmed": "yes", **{f"seen_{key}": seen for key, seen in versions.items()}}
    answer = client.post(reverse("admin:queue"), confirmed, follow=True)

    assertRedirects(answer, reverse("admin:queue"))
    assert set(messages_on(answer)) == {
        f"{report.commitment}: Somebody changed this since you opened it: look at it again before you decide.",
        f"{own}: Nobody publishes or sends back what they wrote or submitted themselves.",
        f"{draft}: This is in the state ‘Draft’, which does not allow that.",
        "3 were published.",
    }
    assert [row.key for row in queue_of(administrator).rows] == [f"commitment-{own.pk}", waiting["report"]]


def test_nothing_chosen_gets_a_message(client, secretariat, waiting):
    client.force_login(secretariat)

    answer = client.post(reverse("admin:queue"), {"row": []}, follow=True)

    assert messages_on(answer) == ["Nothing was chosen: tick what is to be published."]


def test_draft_that_is_not_ones_own_is_not_even_named(client, secretariat, iom):
    secret = CommitmentFactory(draft=True, lead_agency=iom, title="Whispered")
    client.force_login(secretariat)

    answer = client.post(reverse("admin:queue"), {"row": [f"commitment-{secret.pk}"]}, follow=True)

    assertNotContains(answer, "Whispered")


@pytest.mark.exhaustive
def test_queue_costs_the_same_with_many_rows(client, secretariat, django_assert_num_queries):
    client.force_login(secretariat)

    for rows in (1, 6):
        for _number in range(rows):
            ProgressReportFactory(submitted=True)
            CommitmentFactory(submitted=True, author=secretariat)
            AnswerFactory(submitted=True)
            AssessmentFactory(submitted=True)
        with django_assert_num_queries(QUEUE_QUERIES):
            client.get(reverse("admin:queue"))


QUEUE_QUERIES = 10


def test_what_is_decided_leaves_the_queue(secretariat, waiting):
    actions.send_back(ProgressReport.objects.get(), note="Name it.", by=secretariat)

    assert waiting["report"] not in keys(secretariat)
