from datetime import UTC, datetime

import pytest
import time_machine
from django.db import OperationalError
from django.urls import reverse

from gmg_portal.models import Revision
from gmg_portal.revision import Standing
from tests.factories import AgencyFactory, CommitmentFactory

AGENCIES = reverse("agencies:list")


@pytest.mark.django_db(transaction=True)
def test_validator_changes_with_the_public_record_alone(client):
    agency = AgencyFactory()
    before = client.get(AGENCIES)["ETag"]

    CommitmentFactory(draft=True, lead_agency=agency)
    after_draft = client.get(AGENCIES)["ETag"]
    CommitmentFactory(lead_agency=agency)
    after_published = client.get(AGENCIES)["ETag"]

    assert after_draft == before
    assert after_published != before


@pytest.mark.django_db(transaction=True)
def test_page_known_to_the_reader_is_answered_by_its_validator_alone(client, django_assert_num_queries):
    etag = client.get(AGENCIES)["ETag"]

    with django_assert_num_queries(1):
        response = client.get(AGENCIES, headers={"If-None-Match": etag})

    assert response.status_code == 304
    assert response.content == b""
    assert response["ETag"] == etag


@pytest.mark.django_db
def test_validator_turns_with_the_day_in_utc(client):
    moved_at = datetime(2016, 5, 9, 12, tzinfo=UTC)
    Revision.objects.update_or_create(id=1, defaults={"number": 7, "moved_at": moved_at})

    with time_machine.travel("2016-05-09T23:59:59Z", tick=False):
        before = client.get(AGENCIES)
    with time_machine.travel("2016-05-10T00:00:00Z", tick=False):
        after = client.get(AGENCIES)

    assert before["ETag"] != after["ETag"]
    assert after["Last-Modified"] == "Tue, 10 May 2016 00:00:00 GMT"


@pytest.mark.django_db
def test_validator_differs_by_question_and_by_form_of_answer(client):
    etags = {
        client.get(AGENCIES)["ETag"],
        client.get(f"{AGENCIES}?as_of=2016-01-01")["ETag"],
        client.get(AGENCIES, headers={"Accept": "text/plain"})["ETag"],
    }

    assert len(etags) == 3


@pytest.mark.django_db
def test_public_page_may_be_stored_and_must_be_asked_about(client):
    directives = set(client.get(AGENCIES)["Cache-Control"].split(", "))

    assert directives == {"public", "max-age=0", "must-revalidate"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/accounts/login/", "/nowhere/", "/commitments/?statsu=1"])
def test_page_that_is_private_or_refused_has_no_validator(client, address):
    response = client.get(address)

    assert "ETag" not in response


@pytest.mark.django_db
def test_public_page_sets_no_cookie_and_knows_no_person(client, ilo_focal_point):
    anonymous = client.get(AGENCIES)
    client.force_login(ilo_focal_point)
    known = client.get(AGENCIES)

    assert anonymous.cookies == {}
    assert known.content == anonymous.content


@pytest.mark.django_db
def test_page_is_given_without_validator_when_the_revision_cannot_be_read(client, monkeypatch):
    def unreachable():
        raise OperationalError("unreachable")

    monkeypatch.setattr(Standing, "read", unreachable)

    response = client.get(AGENCIES)

    assert response.status_code == 200
    assert "ETag" not in response


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/commitments/%00/", "/feeds/recommendations/%00.atom", "/api/v1/commitments/%00/"]
)
def test_path_that_the_database_cannot_hold_is_refused(client, address):
    response = client.get(address)

    assert response.status_code == 400
    assert response["Content-Type"].startswith("application/problem+json" if "/api/" in address else "text/html")
