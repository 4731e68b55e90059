import pytest

pytestmark = pytest.mark.database


def test_group_lists_its_members(client, data_and_research):
    assert client.get("/api/v1/workgroups/data-and-research/").json() == {
        "slug": "data-and-research",
        "kind": "working_group",
        "title": "Data and Research",
        "mandate": "",
        "participations": [
            {
                "role": "co_chair",
                "agency": {
                    "code": "undesa",
                    "title": "United Nations Department of Economic and Social Affairs",
                    "url": "http://testserver/agencies/undesa/",
                },
            },
            {
                "role": "co_chair",
                "agency": {
                    "code": "iom",
                    "title": "International Organization for Migration",
                    "url": "http://testserver/agencies/iom/",
                },
            },
        ],
        "commitments_url": "http://testserver/api/v1/commitments/?workgroup=data-and-research",
        "url": "http://testserver/workgroups/data-and-research/",
    }


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", ["data-and-research", "decent-work"]),
        ("?kind=task_force", ["decent-work"]),
        ("?kind=task_force&kind=working_group", ["data-and-research", "decent-work"]),
        ("?agency=iom", ["data-and-research", "decent-work"]),
        ("?agency=ilo", ["decent-work"]),
        ("?agency=ilo&agency=iom", ["data-and-research", "decent-work"]),
        ("?ordering=-slug", ["decent-work", "data-and-research"]),
    ],
)
def test_groups_are_found_by_kind_and_agency(client, data_and_research, decent_work, query, slugs):
    rows = client.get(f"/api/v1/workgroups/{query}").json()["results"]

    assert [row["slug"] for row in rows] == slugs


def test_agency_that_is_not_known_is_refused_with_those_that_are(client, decent_work):
    (error,) = client.get("/api/v1/workgroups/", {"agency": "nasa"}).json()["errors"]

    assert (error["parameter"], error["allowed"]) == ("agency", ["ilo", "iom"])
