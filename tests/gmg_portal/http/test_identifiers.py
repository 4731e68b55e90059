"""Identifiers in any case, with and without the slash, lead to the page and to the row of the API."""

import pytest
from django.urls import get_resolver

from gmg_portal.http.identifiers import canonical_path
from tests.support.factories import EventFactory, FrameworkFactory, RecommendationFactory, published_report


@pytest.fixture
def paths(points, decent_work, ilo, commitment):
    """Return a path of each public page or API row that has an identifier."""
    published_report(commitment, on="2014-06-30")
    recommendation = RecommendationFactory(code="POL-3a")
    framework, event = FrameworkFactory(code="HLD-2013"), EventFactory(slug="Dialogue-2013")
    reference = commitment.reference
    return [
        f"/commitments/{reference}/",
        f"/commitments/{reference}/mistake/",
        f"/commitments/{reference}/cite.bib",
        f"/charts/commitments/{reference}.svg",
        f"/embed/commitment/{reference}/",
        "/embed/agency/ilo/",
        "/agencies/ilo/",
        "/feeds/agencies/ilo.atom",
        "/workgroups/decent-work/",
        "/feeds/workgroups/decent-work.atom",
        f"/recommendations/{recommendation.code}/",
        f"/feeds/recommendations/{recommendation.code}.atom",
        "/recommendations/levels/policy/",
        "/agenda/3/",
        "/feeds/agenda/3.atom",
        f"/api/v1/commitments/{reference}/",
        f"/api/v1/reports/{reference}-1/",
        f"/api/v1/status-changes/{reference}-1/",
        "/api/v1/agencies/ilo/",
        "/api/v1/agenda-points/3/",
        f"/api/v1/frameworks/{framework.code}/",
        "/api/v1/workgroups/decent-work/",
        f"/api/v1/recommendations/{recommendation.code}/",
        f"/api/v1/events/{event.slug}/",
    ]


def with_identifier(path, write):
    """Return the path with its identifier changed by `write`."""
    fixed = next(
        prefix
        for prefix in (
            "/charts/commitments/", "/embed/commitment/", "/embed/agency/", "/feeds/agencies/", "/feeds/workgroups/",
            "/feeds/recommendations/", "/feeds/agenda/", "/recommendations/levels/", "/api/v1/commitments/",
            "/api/v1/reports/", "/api/v1/status-changes/", "/api/v1/agencies/", "/api/v1/agenda-points/",
            "/api/v1/frameworks/", "/api/v1/workgroups/", "/api/v1/recommendations/", "/api/v1/events/",
            "/commitments/", "/agencies/", "/workgroups/", "/recommendations/", "/agenda/",
        )
        if path.startswith(prefix)
    )  # fmt: skip
    identifier, *rest = path.removeprefix(fixed).split("/", 1)
    name, dot, form = identifier.partition(".")
    return "/".join([f"{fixed}{write(name)}{dot}{form}", *rest])


@pytest.mark.exhaustive
def test_identifier_in_another_case_leads_to_its_address(client, paths):
    for path in paths:
        assert client.get(path).status_code == 200, path
        for write in (str.upper, str.lower, str.title):
            address = with_identifier(path, write)
            response = client.get(f"{address}?as_of=2026-01-01")

            if address == path:
                continue
            assert (response.status_code, response["Location"]) == (301, f"{path}?as_of=2026-01-01"), address


def test_identifier_without_final_slash_redirects_once(client, paths):
    for path in (path for path in paths if path.endswith("/")):
        for write in (str, str.upper, str.lower):
            address = with_identifier(path, write).removesuffix("/")
            response = client.get(f"{address}?as_of=2026-01-01")

            assert (response.status_code, response["Location"]) == (301, f"{path}?as_of=2026-01-01"), address


def test_reference_of_a_draft_does_not_redirect(client, draft):
    for path in (f"/commitments/{draft.reference}/".lower(), f"/api/v1/commitments/{draft.reference}/".lower()):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/commitments/hld-9999/", "/agencies/nobody/", "/agencies/%00/", "/agencies/'/", "/%E2%80%AE/"]
)
def test_unknown_identifier_is_not_found(client, db, path):
    assert client.get(path).status_code in (400, 404)


def test_redirect_never_leaves_the_portal(client, ilo):
    for path in ("//elsewhere.example/agencies/ILO/", "/agencies//elsewhere.example/", "/\\elsewhere.example/"):
        response = client.get(path)

        assert "elsewhere.example" not in response.get("Location", "") or response["Location"].startswith("/agencies/")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/api/v1/commitments", "/api/v1/drafts", "/api/v1/agencies/ilo"])
def test_change_sent_without_the_slash_is_refused_by_its_method(client, ilo, method, address):
    response = getattr(client, method)(address)

    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
    assert f"{address}/" in response.json()["detail"]
    assert "GET" in response["Allow"]


@pytest.mark.parametrize(
    "write", [str, str.lower, lambda path: path.removesuffix("/"), lambda path: f"{path}?fbclid=1"]
)
def test_oembed_takes_every_address_that_leads_to_a_page(client, commitment, ilo, write):
    for path in (f"/commitments/{commitment.reference}/", "/agencies/ilo/"):
        response = client.get("/oembed/", {"url": f"http://testserver{write(path)}"})

        assert response.status_code == 200, path
        assert "fbclid" not in response.content.decode()


def test_every_address_with_an_identifier_of_text_has_a_rule(paths):
    """Names the URL parameters without a rule, so that a new one makes this test fail."""
    exempt = {"table", "form", "name", "day", "earlier", "piece", "level", "key", "uidb36", "uidb64", "token"}
    covered = {"reference", "code", "slug"}
    names = set()

    def walk(patterns, prefix):
        for pattern in patterns:
            route = f"{prefix}{pattern.pattern}"
            if route.startswith(("admin/", "accounts/", "api/")):
                continue
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, route)
            else:
                names.update(pattern.pattern.regex.groupindex)

    walk(get_resolver().url_patterns, "")

    assert names - exempt - covered - {"number"} == set()


def test_path_in_its_own_case_stays(paths):
    assert [canonical_path(path) for path in paths] == paths


@pytest.mark.parametrize(
    "path", ["//evil.example/recommendations/levels/POLICY", "//evil.example/ABCDEF12-0000-4000-8000-000000000000/"]
)
def test_no_address_leads_to_another_host(client, db, path):
    answer = client.get("/", PATH_INFO=path)

    assert not answer.get("Location", "").startswith("//")
