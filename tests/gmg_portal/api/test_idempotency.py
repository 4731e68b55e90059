"""Test idempotency: a request sent twice acts once, in sequence, concurrently and after a crash."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from gmg_portal.api.drafts import idempotency
from gmg_portal.models import IdempotencyRecord
from reporting import actions
from reporting.models import Evidence, ProgressReport
from tests.gmg_portal.api.agency_systems import DRAFT_BODY, DRAFTS, System, system_for
from tests.support.evidence_files import pdf
from tests.support.factories import CommitmentFactory
from tests.support.locks import waiting_for_locks
from tests.support.processes import wait_until


@pytest.fixture
def system(client, ilo, ilo_focal_point):
    return system_for(client, ilo_focal_point, ilo)


def begin(system, commitment, key, **more):
    return system.post(body={"commitment": commitment.reference, "cycle": None, **DRAFT_BODY, **more}, key=key)


@pytest.mark.django_db
def test_same_request_is_answered_alike_and_another_with_its_key_is_refused(system, commitment, ilo_alternate, ilo):
    first, again = begin(system, commitment, '"a key"'.replace(" ", "-")), begin(system, commitment, "a-key")
    other = begin(system, commitment, "a-key", achieved="Other words.")
    elsewhere = CommitmentFactory(lead_agency=ilo)
    of_another = begin(system_for(system.client, ilo_alternate, ilo), elsewhere, "a-key")
    IdempotencyRecord.objects.update(made_at=timezone.now() - timedelta(hours=25))
    swept = idempotency.delete_expired_records(timezone.now())
    a_day_later = begin(system, commitment, "a-key")

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert {name: again[name] for name in ("ETag", "Location")} == {name: first[name] for name in ("ETag", "Location")}
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert other.status_code == 422
    assert (of_another.status_code, swept, a_day_later.status_code) == (201, 2, 409)
    assert a_day_later.json()["existing"] == first.json()["url"]
    assert ProgressReport.objects.count() == 2


@pytest.mark.django_db
def test_file_that_is_sent_twice_is_kept_once_and_another_is_refused(system, commitment, tmp_path):
    address = f"{begin(system, commitment, 'a').json()['url']}evidence/"
    names = {}
    for name, words in (("same", "A"), ("again", "A"), ("other", "B")):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(pdf(words))
        with path.open("rb") as file:
            names[name] = system.post(address, {"title": "A", "file": file}, key="b", form=True).status_code

    assert names == {"same": 201, "again": 201, "other": 422}
    assert Evidence.objects.count() == 1


@pytest.mark.django_db
def test_refused_request_may_be_mended_under_its_key(system, commitment):
    refused, mended = begin(system, commitment, "a", status="done"), begin(system, commitment, "a")

    assert (refused.status_code, mended.status_code) == (422, 201)


@pytest.mark.django_db(transaction=True)
def test_crash_in_the_middle_leaves_neither_row_nor_key(system, commitment, monkeypatch):
    system.client.raise_request_exception = False
    write = actions.write_draft

    def falls(*args, **kwargs):
        write(*args, **kwargs)
        raise OSError("The machine falls.")

    with monkeypatch.context() as fallen:
        fallen.setattr(actions, "write_draft", falls)
        before_keeping = begin(system, commitment, "a")
    with monkeypatch.context() as fallen:
        fallen.setattr(idempotency, "_stored_response", falls)
        after_keeping = begin(system, commitment, "a")
    left = (ProgressReport.objects.count(), IdempotencyRecord.objects.count())
    again = begin(system, commitment, "a")

    assert (before_keeping.status_code, after_keeping.status_code) == (500, 500)
    assert before_keeping.headers["Content-Type"] == "application/problem+json"
    assert left == (0, 0)
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_it_once(system, commitment, monkeypatch):
    """The first keeps its transaction open until the second, on another connection, waits for it."""
    report = begin(system, commitment, "a").json()
    submit, done, answers = actions.submit, [], []
    start = Barrier(2)

    def slowly(*args, **kwargs):
        done.append(submit(*args, **kwargs))
        wait_until(waiting_for_locks, "the other waits for this one")
        return done[-1]

    def send():
        try:
            start.wait(timeout=30)
            answers.append(System(Client(), secret=system.secret).post(f"{DRAFTS}{report['code']}/submit/", key="b"))
        finally:
            connection.close()

    monkeypatch.setattr(actions, "submit", slowly)
    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(done) == 1
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert sorted("Idempotency-Replayed" in answer for answer in answers) == [False, True]
    assert ProgressReport.objects.get().history.filter(history_change_reason="submit").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cycle_of_both", [{}, {"cycle": None}])
def test_two_at_once_with_keys_of_their_own_begin_one_report(system, commitment, monkeypatch, cycle_of_both):
    """The first keeps its transaction open until the second, on another connection, waits for it."""
    write, begun, answers = actions.write_draft, [], []
    start = Barrier(2)
    body = {"commitment": commitment.reference, **DRAFT_BODY, **cycle_of_both}

    def slowly(*args, **kwargs):
        begun.append(write(*args, **kwargs))
        wait_until(waiting_for_locks, "the other waits for this one")

    def send(key):
        try:
            start.wait(timeout=30)
            answers.append(System(Client(), secret=system.secret).post(body=body, key=key))
        finally:
            connection.close()

    monkeypatch.setattr(actions, "write_draft", slowly)
    threads = [Thread(target=send, args=[key]) for key in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(begun) == 1
    first, second = sorted(answers, key=lambda answer: answer.status_code)
    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json()["existing"] == first.json()["url"]
    assert ProgressReport.objects.count() == 1
