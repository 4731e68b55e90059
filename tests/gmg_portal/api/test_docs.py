import re

import pytest
from django.core.cache import cache

from gmg_portal.templatetags.code_text import code_html

ADDRESS = "/api/v1/docs/"


@pytest.fixture(autouse=True)
def forget_earlier_requests():
    cache.clear()


def test_page_shows_every_operation_component_and_error(client, db):
    description = client.get("/api/v1/schema/").json()
    operations = [operation for path_item in description["paths"].values() for operation in path_item.values()]
    statuses = {status for operation in operations for status in operation["responses"] if status >= "400"}

    page = client.get(ADDRESS).content.decode()

    wanted = {
        *(operation["operationId"] for operation in operations),
        *(f"component-{name}" for name in description["components"]["schemas"]),
        *(f"error-{status}" for status in statuses),
    }
    assert [name for name in wanted if page.count(f'<h3 id="{name}">') != 1] == []
    assert page.count("<script") == page.count('<script type="application/ld+json">')
    assert "<style" not in page


def test_every_link_on_the_page_leads_somewhere(client, db):
    page = client.get(ADDRESS).content.decode()

    here = set(re.findall(r'id="([^"]+)"', page))
    anchors = set(re.findall(r'href="#([^"]+)"', page))

    assert anchors - here == set()


def test_word_that_the_page_does_not_know_is_a_problem(client, db):
    response = client.get(ADDRESS, {"tag": "agencies"})

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_operator_is_named_on_the_page(client, db, settings):
    settings.CONTACT_EMAIL = "portal@example.org"
    settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL = "Some licence", "https://example.org/licence"

    page = client.get(ADDRESS).content.decode()

    assert '<a href="mailto:portal@example.org">' in page
    assert '<a href="https://example.org/licence" rel="license">Some licence</a>' in page


def test_names_within_texts_stand_as_code_and_nothing_else_becomes_markup(client, db):
    page = client.get("/api/v1/docs/").content.decode()

    assert "With <code>as_of</code> it has the members" in page
    assert "`" not in page
    assert code_html("<b> `a<b`") == "&lt;b&gt; <code>a&lt;b</code>"
