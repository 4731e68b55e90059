"""Cursor pagination."""

from base64 import b64decode, b64encode
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from commitments.models import Commitment
from gmg_portal.api.urls import RESOURCES
from reporting import actions
from tests.support.factories import CommitmentFactory, many

REGISTER = "/api/v1/commitments/"

pytestmark = pytest.mark.django_db


def all_pages(client, address, at_each_page=lambda: None):
    """Yield the references of all pages, page by page."""
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        data = answer.json()
        yield [row["reference"] for row in data["results"]]
        address = data["next"]
        at_each_page()


def references():
    return list(Commitment.objects.published().order_by("pk").values_list("reference", flat=True))


def test_walk_gives_every_row_once_in_the_order_of_entry(client, ilo):
    many(CommitmentFactory, 7, lead_agency=ilo)

    pages = list(all_pages(client, f"{REGISTER}?cursor=*&page_size=3"))

    assert [len(page) for page in pages] == [3, 3, 1]
    assert sum(pages, []) == references()


def test_walk_during_edits_neither_skips_nor_repeats(client, ilo, secretariat):
    many(CommitmentFactory, 9, lead_agency=ilo)
    there = references()
    kept = [reference for place, reference in enumerate(there) if place not in (0, 4, 8)]

    def edit():
        """Withdraw a row already read and one not yet read, and add another."""
        for reference in set(there) - set(kept):
            if row := Commitment.objects.published().filter(reference=reference).first():
                actions.withdraw(row, by=secretariat, reason="Entered twice.")
                break
        CommitmentFactory(lead_agency=ilo)

    seen = sum(all_pages(client, f"{REGISTER}?cursor=*&page_size=2", edit), [])

    assert len(seen) == len(set(seen))
    assert [reference for reference in seen if reference in kept] == kept


def test_every_page_has_count_and_links(client, ilo):
    many(CommitmentFactory, 3, lead_agency=ilo)

    first = client.get(f"{REGISTER}?cursor=*&page_size=2")
    second = client.get(first.json()["next"])

    assert [answer.json()["count"] for answer in (first, second)] == [3, 3]
    assert first.json()["previous"] is None and second.json()["next"] is None
    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert client.get(second.json()["previous"]).json()["results"] == first.json()["results"]


def test_walk_keeps_to_the_words_asked(client, ilo, iom):
    many(CommitmentFactory, 3, lead_agency=ilo)
    CommitmentFactory(lead_agency=iom)

    assert [len(page) for page in all_pages(client, f"{REGISTER}?lead=ilo&cursor=*&page_size=2")] == [2, 1]


@pytest.mark.parametrize("name", RESOURCES)
def test_every_list_can_be_walked(client, name):
    assert client.get(f"/api/v1/{name}/?cursor=*").json() == {"count": 0, "next": None, "previous": None, "results": []}


@pytest.mark.parametrize("cursor", ["start", "cD0x", "cD1hYmM=", "%00", "cD0x" * 500])
def test_cursor_that_is_none_is_refused_with_the_way_to_begin(client, cursor):
    answer = client.get(f"{REGISTER}?cursor={cursor}")

    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert (fault["parameter"], fault["allowed"]) == ("cursor", ["*"])


def test_cursor_of_another_question_is_refused(client, ilo):
    many(CommitmentFactory, 3, lead_agency=ilo)
    following = client.get(f"{REGISTER}?cursor=*&page_size=1").json()["next"]

    assert client.get(f"{following}&lead=ilo").status_code == 400
    assert client.get(following.replace("commitments", "reports")).status_code == 400
    assert client.get(following.replace("page_size=1", "page_size=2")).status_code == 200


@pytest.mark.parametrize("word", ["page=2", "ordering=-title", "page=7&ordering=title,-due"])
def test_walk_goes_before_page_and_order(client, ilo, word):
    many(CommitmentFactory, 3, lead_agency=ilo)
    alone = [row["reference"] for row in client.get(f"{REGISTER}?cursor=*").json()["results"]]

    first = client.get(f"{REGISTER}?cursor=*&page_size=2&{word}").json()
    second = client.get(first["next"].replace(word, "")).json()

    assert [row["reference"] for row in [*first["results"], *second["results"]]] == alone
    assert second["next"] is None


def test_page_beside_a_cursor_is_a_number_all_the_same(client, db):
    answer = client.get(f"{REGISTER}?cursor=*&page=first")

    assert [fault["parameter"] for fault in answer.json()["errors"]] == ["page"]


@pytest.mark.parametrize("position", ["²", "٣", "-1", "9" * 5000])
def test_cursor_with_a_place_that_is_no_number_is_refused(client, ilo, position):
    """Forge a cursor from a valid one, with another position."""
    CommitmentFactory.create_batch(2, lead_agency=ilo)
    following = client.get(f"{REGISTER}?cursor=*&page_size=1").json()["next"]
    decoded = b64decode(parse_qs(urlsplit(following).query)["cursor"][0]).decode()
    place = parse_qs(decoded)["p"][0].partition(".")[0] + f".{position}"

    forged = b64encode(urlencode({"p": place}).encode()).decode()

    assert client.get(REGISTER, {"cursor": forged, "page_size": 1}).status_code == 400
