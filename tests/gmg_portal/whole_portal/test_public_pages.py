"""Test the declarations of public pages: every page has one, and what reads them agrees."""

from datetime import date

import pytest
from django.template import Context, Template
from django.urls import URLPattern, get_resolver, reverse

from foundation.http.public_pages import Menu, PublicPage, StrictQuery, public_page, public_urls
from gmg_portal.syndication.sitemaps import SITEMAPS
from gmg_portal.website.context_processors import FOOTER_TITLES, OTHER_ENTRIES, site
from tests.support.exhaustive import first_fast

# The API has a description of its own; the others are for signed-in people.
OTHER_AREAS = ("api/", "accounts/", "admin/")
# Addresses that end with '/' as pages do, and the reason why they are none.
NOT_PAGES = {
    "commitments:evidence": "a file",
    "oembed": "JSON for other sites",
    "embed-commitment": "a frame in pages of other sites",
    "embed-matrix": "a frame in pages of other sites",
    "embed-agency": "a frame in pages of other sites",
}


def patterns_in(resolver, route="", namespace=""):
    for pattern in resolver.url_patterns:
        path = f"{route}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield path, f"{namespace}{pattern.name}", pattern.callback
        else:
            yield from patterns_in(
                pattern, path, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            )


def public_addresses():
    """Return the view of each address outside of the other areas that ends with '/', by the name of its URL."""
    return {
        name: view
        for path, name, view in patterns_in(get_resolver())
        if not path.startswith(OTHER_AREAS) and (path.endswith("/") or path == "")
    }


def test_every_page_is_declared():
    undeclared = {name for name, view in public_addresses().items() if public_page(view) is None}

    assert undeclared == set(NOT_PAGES), (
        "Derive the view of a page from PublicPage or RecordPage; add any other address to NOT_PAGES with a reason."
    )


def test_declarations_are_found_by_the_names_of_their_addresses():
    declared = {name: public_page(view) for name, view in public_addresses().items() if public_page(view)}

    assert {url.name: url.page for url in public_urls()} == declared
    assert {url.name for url in public_urls() if not url.takes_arguments} >= {"home", "agenda:list", "editions"}
    assert {url.name for url in public_urls() if url.takes_arguments} >= {"agenda:detail", "edition-changes"}


def test_page_of_the_record_accepts_the_day():
    records = [url.page for url in public_urls() if url.page.supports_as_of]

    assert {
        page for page in records if page.accepted_params is not None and "as_of" not in page.accepted_params
    } == set()
    assert len(records) > 15


def test_every_page_with_arguments_has_its_rows_in_the_sitemap():
    with_arguments = {url.name for url in public_urls() if url.takes_arguments and url.page.in_sitemap}

    assert with_arguments == set(SITEMAPS) - {"pages"}, "Add the rows to SITEMAPS, or set in_sitemap = False."


def test_pages_in_menus_take_no_arguments():
    assert {url.name for url in public_urls() if url.takes_arguments and url.page.menus} == set()


def test_positions_in_a_menu_differ():
    entries = [*(entry for url in public_urls() for entry in url.page.menus), *OTHER_ENTRIES.values()]

    positions = [(entry.menu, entry.position) for entry in entries]
    assert len(positions) == len(set(positions)), f"Two entries share a position: {sorted(positions)}"
    assert {menu for menu, _position in positions} == {Menu.MAIN, *FOOTER_TITLES}


def test_menus_are_in_the_order_of_positions(rf, settings):
    settings.CONTACT_EMAIL = "portal@example.org"

    context = site(rf.get("/gaps/"))

    assert [link["url"] for link in context["navigation"]] == [
        "/commitments/",
        "/agenda/",
        "/agencies/",
        "/workgroups/",
        "/recommendations/",
        "/gaps/",
        "/timeline/",
        "/data/",
        "/about/",
    ]
    assert [link["url"] for link in context["navigation"] if link["current"]] == ["/gaps/"]
    assert [[link["url"] for link in column["entries"]] for column in context["footer"]] == [
        ["/commitments/", "/agenda/", "/agenda/convergence/", "/agencies/", "/workgroups/", "/recommendations/"],
        ["/timeline/", "/compare/", "/gaps/", "/feeds/changes.atom", "/calendar/due.ics"],
        ["/data/", "/data/editions/", "/api/v1/docs/"],
        ["/about/", "/methods/", "/accessibility/", "/admin/", "mailto:portal@example.org"],
    ]


@pytest.mark.parametrize(("base", "is_page"), [(PublicPage, True), (StrictQuery, False), (object, False)])
def test_view_is_a_public_page_by_its_class(base, is_page):
    def view(request): ...

    view.view_class = base

    assert public_page(view) is (base if is_page else None)


def test_view_without_a_class_is_no_public_page():
    assert public_page(lambda request: None) is None


@pytest.mark.parametrize(
    "url", first_fast([url for url in public_urls() if not url.takes_arguments]), ids=lambda url: url.name
)
def test_unknown_parameter_is_refused_by_every_page(client, db, url):
    assert client.get(reverse(url.name), {"no_such_parameter": "1"}).status_code == 400


PAGES_WITHOUT_ARGUMENTS = [url for url in public_urls() if not url.takes_arguments]
INVALID_DAYS = ["soon", "2014-02-30", "2999-01-01"]


@pytest.mark.parametrize("day", INVALID_DAYS)
def test_invalid_day_is_refused_by_every_page(client, db, day):
    statuses = {url.name: client.get(reverse(url.name), {"as_of": day}).status_code for url in PAGES_WITHOUT_ARGUMENTS}

    assert statuses == dict.fromkeys(statuses, 400)


def test_every_page_hands_the_day_to_its_template(client, db):
    takes_no_day = {url.name for url in PAGES_WITHOUT_ARGUMENTS if url.page.accepted_params == frozenset()}

    days = {
        url.name: client.get(reverse(url.name), {"as_of": "2014-06-30"}).context["as_of"]
        for url in PAGES_WITHOUT_ARGUMENTS
        if url.name not in takes_no_day
    }

    assert takes_no_day == {"editions", "versions"}
    assert days == dict.fromkeys(days, date(2014, 6, 30))
    assert len(days) > 10


@pytest.mark.parametrize("path", ["/no-such-page/", "/agencies/no-such-agency/"])
def test_links_of_an_error_page_keep_the_day(client, db, path):
    response = client.get(path, {"as_of": "2014-06-30"})

    assert response.status_code == 404
    assert 'href="/agenda/?as_of=2014-06-30"' in response.content.decode()


def test_link_in_a_partial_without_the_day_is_an_error():
    template = Template('{% load as_of_links %}{% with_as_of "/agenda/" as_of %}')

    with pytest.raises(TypeError, match="as_of=as_of"):
        template.render(Context())
    assert template.render(Context({"as_of": None})) == "/agenda/"
    assert template.render(Context({"as_of": date(2014, 6, 30)})) == "/agenda/?as_of=2014-06-30"
