from datetime import date

import pytest

from tests.support.factories import AlignmentFactory, EventFactory, FrameworkFactory

pytestmark = pytest.mark.database


def test_points_stand_in_their_order(client, points):
    rows = client.get("/api/v1/agenda-points/").json()["results"]

    assert [row["number"] for row in rows] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert rows[1] == {
        "number": 2,
        "title": "Reduce the costs of labour migration",
        "commitments_url": "http://testserver/api/v1/commitments/?agenda_point=2",
        "url": "http://testserver/agenda/2/",
    }


def test_framework_has_its_alignment_for_each_point(client, points):
    framework = FrameworkFactory(code="hld", title="HLD Declaration", symbol="A/RES/68/4", adopted_on=date(2013, 10, 3))
    for point, strength in ((points[1], "partial"), (points[0], "explicit")):
        AlignmentFactory(framework=framework, point=point, strength=strength, quote="decent work", paragraph="14")

    row = client.get("/api/v1/frameworks/hld/").json()

    assert [(cell["agenda_point"]["code"], cell["strength"]) for cell in row.pop("alignments")] == [
        (1, "explicit"),
        (2, "partial"),
    ]
    assert row == {
        "code": "hld",
        "title": "HLD Declaration",
        "symbol": "A/RES/68/4",
        "adopted_on": "2013-10-03",
        "link": None,
        "is_base": False,
        "url": "http://testserver/agenda/convergence/#hld",
    }


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ({}, ["dialogue", "forum", "summit"]),
        ({"ordering": "-starts"}, ["summit", "forum", "dialogue"]),
        ({"as_of": "2014-05-14"}, ["dialogue", "forum"]),
        ({"as_of": "2014-05-13"}, ["dialogue"]),
        ({"starts_after": "2014-05-14", "starts_before": "2014-05-14"}, ["forum"]),
    ],
)
def test_events_are_found_by_their_days(client, db, words, slugs):
    for slug, day in (("forum", "2014-05-14"), ("summit", "2016-09-19"), ("dialogue", "2013-10-03")):
        EventFactory(slug=slug, starts_on=day)

    rows = client.get("/api/v1/events/", words).json()["results"]

    assert [row["slug"] for row in rows] == slugs


def test_event_that_had_not_begun_is_absent(client, db):
    EventFactory(slug="forum", starts_on="2014-05-14")

    codes = [client.get("/api/v1/events/forum/", {"as_of": day}).status_code for day in ("2014-05-13", "2014-05-14")]

    assert codes == [404, 200]


def test_framework_is_found_from_the_day_of_its_adoption(client, db):
    FrameworkFactory(code="declaration", adopted_on=date(2013, 10, 3))
    FrameworkFactory(code="undated", adopted_on=None)

    codes = {
        day: {row["code"] for row in client.get("/api/v1/frameworks/", {"as_of": day}).json()["results"]}
        for day in ("2013-10-02", "2013-10-03")
    }

    assert codes == {"2013-10-02": {"undated"}, "2013-10-03": {"declaration", "undated"}}
