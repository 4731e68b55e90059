"""Concurrent requests for one report: one comes first, the other gets an error, nothing is lost or done twice."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from reporting import actions
from reporting.models import Contribution, ProgressReport
from tests.support.factories import PartnerFactory, ProgressReportFactory, UserFactory, in_group
from tests.support.form_filling import filled

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

DONE = "done"
TOO_LATE = "which does not allow that."


def race(**acts) -> dict[str, str]:
    """Let each act begin in the same moment, in a thread of its own; DONE, or what refused it."""
    start, outcomes = Barrier(len(acts)), {}

    def run(name, act):
        try:
            start.wait(timeout=30)
            answer = act()
            outcomes[name] = answer if isinstance(answer, str) else DONE
        except ValidationError as refusal:
            outcomes[name] = " ".join(refusal.messages)
        except PermissionDenied as refusal:
            outcomes[name] = str(refusal)
        finally:
            connection.close()

    threads = [Thread(target=run, args=each) for each in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


@pytest.fixture
def reviewers(db):
    return [in_group(UserFactory(), "secretariat") for _ in range(2)]


def verbs_of(report) -> list[str]:
    """Return the change reasons of the history, in order."""
    lines = report.history.exclude(history_change_reason=None).order_by("history_id")
    return list(lines.values_list("history_change_reason", flat=True))


def test_report_is_either_published_or_sent_back(commitment, reviewers):
    report = ProgressReportFactory(submitted=True, commitment=commitment, status="planning")
    publisher, sender = reviewers

    outcomes = race(
        publish=lambda: actions.publish(report, by=publisher),
        send_back=lambda: actions.send_back(report, note="Name the source.", by=sender),
    )

    report.refresh_from_db()
    (won,) = (verb for verb, outcome in outcomes.items() if outcome == DONE)
    (lost,) = (outcome for outcome in outcomes.values() if outcome != DONE)
    published = won == "publish"
    assert lost.endswith(TOO_LATE)
    assert verbs_of(report) == [won]
    assert (report.state, report.number) == (("published", 1) if published else ("sent_back", None))
    assert commitment.status_changes.count() == (1 if published else 0)


def test_submission_during_a_save_has_the_saved_text_or_reports_a_conflict(commitment, ilo_focal_point, ilo_alternate):
    report = ProgressReportFactory(commitment=commitment, status="planning", achieved="First")
    address = reverse("admin:reporting_progressreport_change", args=[report.pk])
    client = Client()
    client.force_login(ilo_focal_point)
    data = filled(client.get(address), achieved="Second")

    def save():
        answer = client.post(address, data)
        return None if answer.status_code == 302 else answer.content.decode()

    outcomes = race(save=save, submit=lambda: actions.submit(report, by=ilo_alternate))

    report.refresh_from_db()
    assert (outcomes["submit"], report.state) == (DONE, "submitted")
    if outcomes["save"] == DONE:
        assert report.achieved == "Second"
    else:
        assert report.achieved == "First"
        assert "Second" in outcomes["save"]


def test_submitting_what_was_seen_fails_where_its_writer_has_saved(commitment, ilo_focal_point, ilo_alternate):
    report = ProgressReportFactory(commitment=commitment, status="planning", achieved="First")
    seen = report.version
    address = reverse("admin:reporting_progressreport_change", args=[report.pk])
    client = Client()
    client.force_login(ilo_focal_point)
    data = filled(client.get(address), achieved="Second")

    outcomes = race(
        save=lambda: str(client.post(address, data).status_code),
        submit=lambda: actions.submit(report, by=ilo_alternate, seen=seen),
    )

    report.refresh_from_db()
    stands = (report.state, report.achieved, outcomes["save"] == "302", outcomes["submit"] == DONE)
    assert stands in {("draft", "Second", True, False), ("submitted", "First", False, True)}


def test_contribution_is_in_the_submission_or_its_partner_reads_why_not(
    commitment, iom, iom_focal_point, ilo_focal_point
):
    PartnerFactory(commitment=commitment, agency=iom, part="Runs the pilots.")
    report = ProgressReportFactory(commitment=commitment, status="planning", author=ilo_focal_point)

    outcomes = race(
        contribute=lambda: actions.contribute(report, agency=iom, text="Three pilots ran.", by=iom_focal_point, seen=0),
        submit=lambda: actions.submit(report, by=ilo_focal_point),
    )

    report.refresh_from_db()
    parts = list(Contribution.objects.values_list("text", flat=True))
    assert (outcomes["submit"], report.state) == (DONE, "submitted")
    if outcomes["contribute"] == DONE:
        part = Contribution.objects.get().history.get()
        assert (parts, part.history_date < report.submitted_at) == (["Three pilots ran."], True)
    else:
        assert parts == []
        assert "it takes no more parts" in outcomes["contribute"]


def test_two_of_a_partner_write_one_part(commitment, iom, iom_focal_point):
    PartnerFactory(commitment=commitment, agency=iom, part="Runs the pilots.")
    report = ProgressReportFactory(commitment=commitment)
    texts = {"first": "Three pilots ran.", "second": "Four pilots ran."}

    outcomes = race(
        **{
            name: lambda text=text: actions.contribute(report, agency=iom, text=text, by=iom_focal_point, seen=0)
            for name, text in texts.items()
        }
    )

    (won,) = (name for name, outcome in outcomes.items() if outcome == DONE)
    assert [part.text for part in Contribution.objects.all()] == [texts[won]]
    assert any(outcome.startswith("Somebody else of your agency") for outcome in outcomes.values())


def test_two_of_a_lead_submit_once(commitment, ilo_focal_point, ilo_alternate):
    report = ProgressReportFactory(commitment=commitment, status="planning")

    outcomes = race(
        first=lambda: actions.submit(report, by=ilo_focal_point),
        second=lambda: actions.submit(report, by=ilo_alternate),
    )

    assert sum(outcome == DONE for outcome in outcomes.values()) == 1
    assert any(outcome.endswith(TOO_LATE) for outcome in outcomes.values())
    assert verbs_of(ProgressReport.objects.get()) == ["submit"]
