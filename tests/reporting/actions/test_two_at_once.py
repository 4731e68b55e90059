from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from reporting import actions
from reporting.models import ProgressReport
from tests.reporting.actions.rows import CHANGED_SINCE, SUBMITTED, commitment_in, state_of
from tests.support.factories import ProgressReportFactory, UserFactory, in_group

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (lambda row, seen, by: actions.submit(row, by=by, seen=seen), "draft"),
        (lambda row, seen, by: actions.publish(row, by=by, seen=seen), "submitted"),
        (lambda row, seen, by: actions.send_back(row, note="Name it.", by=by, seen=seen), "submitted"),
    ],
    ids=["submit", "publish", "send_back"],
)
@pytest.mark.parametrize("make", SUBMITTED)
def test_decision_on_what_has_changed_since_is_refused(make, verb, state, administrator):
    row = make(state)
    seen = row.version
    type(row).objects.get(pk=row.pk).save()

    with pytest.raises(ValidationError) as refusal:
        verb(row, seen, administrator)

    assert refusal.value.messages == [CHANGED_SINCE]
    assert state_of(row) == state


def test_decision_on_what_was_seen_is_taken(administrator):
    row = commitment_in("submitted")

    actions.publish(row, by=administrator, seen=row.version)

    assert state_of(row) == "published"


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_publish_a_report_once(commitment):
    reviewers = [in_group(UserFactory(), "secretariat") for _ in range(2)]
    report = ProgressReportFactory(submitted=True, commitment=commitment, status="planning")
    start, outcomes = Barrier(2), []

    def publish(reviewer):
        try:
            start.wait(timeout=30)
            actions.publish(ProgressReport.objects.get(pk=report.pk), by=reviewer)
            outcomes.append("published")
        except ValidationError as refusal:
            outcomes.append(refusal.messages)
        finally:
            connection.close()

    threads = [Thread(target=publish, args=[reviewer]) for reviewer in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    refused = ["This is in the state ‘Published’, which does not allow that."]
    assert sorted(outcomes, key=str) == sorted(["published", refused], key=str)
    assert report.history.filter(history_change_reason="publish").count() == 1
    assert commitment.status_changes.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_reports_of_a_commitment_are_published_one_after_the_other(commitment):
    reviewer = in_group(UserFactory(), "secretariat")
    reports = [
        ProgressReportFactory(submitted=True, commitment=commitment, status=status)
        for status in ("planning", "in_progress")
    ]
    start, outcomes = Barrier(2), []

    def publish(report):
        try:
            start.wait(timeout=30)
            outcomes.append(actions.publish(report, by=reviewer).number)
        finally:
            connection.close()

    threads = [Thread(target=publish, args=[report]) for report in reports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    first, second = commitment.reports.order_by("number")
    commitment.refresh_from_db()
    assert sorted(outcomes) == [1, 2]
    assert commitment.status == second.status
    assert list(commitment.status_changes.order_by("pk").values_list("from_status", "to_status")) == [
        ("", first.status),
        (first.status, second.status),
    ]
