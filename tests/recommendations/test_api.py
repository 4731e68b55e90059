import pytest

from tests.support.factories import RecommendationFactory

pytestmark = pytest.mark.database


@pytest.fixture
def recommendations(points):
    RecommendationFactory(code="GOV-1", level="governance", agenda_points=points[:1], position=1)
    whole = RecommendationFactory(code="P15-1", level="post_2015", text="Advocate", position=2)
    RecommendationFactory(code="P15-1a", level="post_2015", text="A goal", parent=whole, agenda_points=points[5:6])


def test_list_holds_whole_recommendations_with_their_parts(client, recommendations):
    rows = client.get("/api/v1/recommendations/").json()["results"]

    assert [row["code"] for row in rows] == ["GOV-1", "P15-1"]
    assert rows[1]["parts"] == [
        {
            "code": "P15-1a",
            "text": "A goal",
            "agenda_points": [
                {
                    "code": 6,
                    "title": "Integrate migration into the development agenda",
                    "url": "http://testserver/agenda/6/",
                }
            ],
            "url": "http://testserver/recommendations/P15-1a/",
        }
    ]


def test_part_has_its_own_row_and_names_the_whole(client, recommendations):
    row = client.get("/api/v1/recommendations/P15-1a/").json()

    assert row["parent"] == {
        "code": "P15-1",
        "title": "Advocate",
        "url": "http://testserver/recommendations/P15-1/",
    }
    assert row["commitments_url"] == "http://testserver/api/v1/commitments/?recommendation=P15-1a"


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("?level=governance", ["GOV-1"]),
        ("?level=governance&level=post_2015", ["GOV-1", "P15-1"]),
        ("?agenda_point=1", ["GOV-1"]),
        ("?agenda_point=6", ["P15-1"]),
        ("?agenda_point=1&agenda_point=6", ["GOV-1", "P15-1"]),
        ("?agenda_point=2", []),
        ("?ordering=-code", ["P15-1", "GOV-1"]),
    ],
)
def test_recommendations_are_found_by_level_and_point(client, recommendations, query, codes):
    rows = client.get(f"/api/v1/recommendations/{query}").json()["results"]

    assert [row["code"] for row in rows] == codes
