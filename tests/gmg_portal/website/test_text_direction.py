"""Text direction: titles and texts written by people have `dir="auto"` on every page."""

import re

import pytest

from tests.support.factories import CommitmentFactory, published_report

pytestmark = pytest.mark.django_db

TITLE = "مبادرة التوظيف العادل (Fair Recruitment) 2014"
PAGES = [
    "/",
    "/commitments/",
    "/commitments/?q=التوظيف",
    "/commitments/?view=table",
    "/agencies/ilo/",
    "/timeline/",
    "/compare/?from=2014-01-01&until=2014-12-31",
    "/gaps/",
]


@pytest.mark.parametrize("address", PAGES)
def test_title_in_a_list_sets_its_own_direction(client, ilo, address):
    row = CommitmentFactory(lead_agency=ilo, title=TITLE, summary=TITLE)
    published_report(row, on="2014-06-30")

    body = client.get(address).content.decode().partition("<main")[2]

    first_words = "مبادرة"
    tags = re.findall(rf"<(\w+[^<>]*)>[^<>]*(?:<mark>)?{first_words}", body)
    assert tags
    assert [tag for tag in tags if 'dir="auto"' not in tag and not tag.startswith(("mark", "bdi"))] == []
