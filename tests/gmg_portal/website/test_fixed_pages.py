"""Pages of fixed text: methods, accessibility, error pages."""

import re

import pytest
from django.core.exceptions import SuspiciousOperation
from django.template.loader import get_template
from django.urls import reverse

from commitments.models import Freshness, Outlook, Status, Verification
from foundation.rest import problem_details
from tests.support.factories import ChairTermFactory, RecommendationFactory, StatementFactory

pytestmark = pytest.mark.django_db


def html_of(client, address):
    return client.get(address).content.decode()


def test_methods_explains_every_value_at_its_anchor(client):
    html = html_of(client, reverse("methods"))

    anchors = re.findall(r'<dt id="([^"]+)">', html)
    assert sorted(anchors) == sorted(
        word for words in (Status, Outlook, Freshness, Verification) for word in words.values
    )


def test_methods_describes_every_value(client):
    html = html_of(client, reverse("methods"))

    described = [value.description for values in (Status, Outlook, Freshness, Verification) for value in values]
    assert [text for text in described if f"<dd>{text}</dd>" not in html] == []


def test_methods_has_the_anchors_that_pages_name(client):
    html = html_of(client, reverse("methods"))

    named = {"status", "outlook", "freshness", "verification", "counting", "days", "as-of", "two-persons", "known"}
    assert named - set(re.findall(r' id="([^"]+)"', html)) == set()


def test_freshness_links_to_its_method(client, ilo, commitment):
    html = html_of(client, ilo.get_absolute_url())

    assert f'href="{reverse("methods")}#freshness"' in html


def test_accessibility_names_the_contact_where_there_is_one(client, settings):
    settings.CONTACT_EMAIL = "portal@example.org"

    assert 'href="mailto:portal@example.org"' in html_of(client, reverse("accessibility"))


def test_accessibility_says_so_where_there_is_no_contact(client, settings):
    settings.CONTACT_EMAIL = ""

    html = html_of(client, reverse("accessibility"))

    assert "mailto:" not in html
    assert "names no address for reports" in html


def test_about_lists_statements_in_sections_and_chairs_in_order(client, ilo):
    ChairTermFactory(agency=ilo, source="ilo.org")
    StatementFactory(text="promote coherent approaches")
    StatementFactory(section="road_ahead", text="broader cooperation")

    response = client.get(reverse("about"))

    html = response.content.decode()
    assert [section["value"] for section in response.context["sections"]] == ["mandate", "road_ahead"]
    shown = ("promote coherent approaches", "broader cooperation", "31 December 2014", "source: ilo.org")
    assert [text for text in shown if text not in html] == []


def test_page_not_found_offers_search_and_links(client):
    response = client.get("/nowhere/")

    html = response.content.decode()
    assert response.status_code == 404
    assert [text for text in ('role="search"', reverse("agencies:list"), reverse("methods")) if text not in html] == []


def test_page_without_permission_leads_to_the_dashboard(client, secretariat):
    client.force_login(secretariat)

    response = client.get(reverse("admin:reporting_progressreport_import"))

    html = response.content.decode()
    assert response.status_code == 403
    assert [text for text in ("<h1>Not open to your account</h1>", reverse("admin:index")) if text not in html] == []


def test_refused_query_offers_the_page_without_it(client):
    response = client.get("/agencies/?as_of=soon")

    html = response.content.decode()
    assert response.status_code == 400
    assert 'href="/agencies/"' in html
    assert "2014-03-05 or 5 March 2014" in html


PAGES = [
    "/agencies/",
    "/agencies/ilo/",
    "/agenda/",
    "/agenda/1/",
    "/agenda/convergence/",
    "/workgroups/",
    "/workgroups/decent-work/",
    "/recommendations/",
    "/recommendations/GOV-1/",
    "/recommendations/levels/governance/",
]


def test_unknown_and_repeated_parameters_are_refused(client, decent_work, points):
    RecommendationFactory(code="GOV-1", level="governance")
    refusals = {
        "asof=2014-06-30": "‘asof’ is not a parameter here. Did you mean ‘as_of’? Allowed: as_of.",
        "as_of=2014-06-30&as_of=2015-01-01": "once",
    }

    for address in PAGES:
        assert client.get(address).status_code == 200, address
        for query, sentence in refusals.items():
            response = client.get(f"{address}?{query}")
            assert response.status_code == 400, (address, query)
            assert sentence in response.content.decode(), (address, query)


def test_server_error_page_loads_nothing_else():
    for name in ("errors/500.html", "errors/bad_request.html"):
        html = get_template(name).render()

        assert set(re.findall(r'(?:href|src)="([^"]+)"', html)) == {"/", "/commitments/", "/data/"}
        assert not re.search(r"<style|<script|style=|\{[%{]", html)


def test_request_for_an_unknown_host_is_refused_with_a_page(client, settings):
    settings.ALLOWED_HOSTS = ["portal.example"]

    response = client.get("/agencies/", headers={"Host": "elsewhere.example"})

    assert response.status_code == 400
    assert "Not a request that can be read" in response.content.decode()


def test_bad_request_page_does_not_show_the_exception(rf):
    response = problem_details.bad_request(rf.get("/agencies/"), SuspiciousOperation("secret"))

    assert response.status_code == 400
    assert b"secret" not in response.content
