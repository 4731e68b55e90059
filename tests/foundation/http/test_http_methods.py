import pytest

from gmg_portal.api.urls import ENDPOINTS

ELSEWHERE = {"Origin": "https://elsewhere.example"}
FILES = [
    *("/data/", "/data/commitments.csv", "/data/datapackage.json", "/data/catalog.jsonld"),
    *("/feeds/changes.atom", "/calendar/due.ics", "/embed/matrix/", "/compare.csv", "/charts/statuses.svg"),
]
API = ["/api/", "/api/v1/", *(f"/api/v1/{name}/" for name in ENDPOINTS)]


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*FILES, *API])
def test_options_returns_the_methods_alone(client, path):
    answer = client.options(path)

    assert (answer.status_code, answer["Allow"], answer.content) == (200, "GET, HEAD, OPTIONS", b"")
    assert "Content-Type" not in answer
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer


@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_what_is_read_only_says_so_before_it_asks_for_a_token_of_forms(client, path, method):
    client.handler.enforce_csrf_checks = True

    answer = getattr(client, method)(path)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.django_db
def test_options_of_an_unknown_address_is_not_found(client):
    assert client.options("/data/editions.csv.gz.exe").status_code == 404


# Other sites


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*FILES[:-2], "/api/v1/events/", "/api/v1/nowhere/", "/data/nothing.csv"])
def test_every_site_reads_the_same_answer_without_credentials(client, ilo_focal_point, path):
    client.force_login(ilo_focal_point)
    own, other = client.get(path), client.get(path, headers=ELSEWHERE)

    for answer in (own, other):
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer
        assert "origin" not in answer.get("Vary", "").lower()
        assert {"ETag", "Last-Modified", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "Sunset"} <= set(
            answer["Access-Control-Expose-Headers"].split(", ")
        )


@pytest.mark.django_db
def test_every_site_reads_every_file(client, commitment):
    files = [
        "/gaps/silent-commitments.csv",
        "/compare.csv?from=2014-01-01",
        f"/commitments/{commitment.reference}/cite.bib",
        f"/commitments/{commitment.reference}/cite.ris",
        "/charts/matrix.svg",
    ]
    for path in files:
        answer = client.get(path, headers=ELSEWHERE)

        assert (answer.status_code, answer.get("Access-Control-Allow-Origin")) == (200, "*"), path


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
def test_preflight_of_drafts_gets_the_methods_alone(client, headers):
    headers_sent = ELSEWHERE | headers | {"Access-Control-Request-Method": "POST"}

    for path in ("/api/v1/drafts/", "/api/v1/drafts/6f9619ff-8b86-4011-b42d-00c04fc964ff/"):
        answer = client.options(path, headers=headers_sent)

        assert (answer.status_code, answer.content) == (200, b"")
        assert "GET" in answer["Allow"]
        assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize(
    "path", ["/api/v1/events/", "/data/commitments.csv", "/feeds/changes.atom", "/commitments.atom"]
)
def test_preflight_is_cached_for_a_day(client, path):
    headers_sent = ELSEWHERE | {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }

    answer = client.options(path, headers=headers_sent)

    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert {"if-none-match", "if-modified-since", "accept"} <= set(answer["Access-Control-Allow-Headers"].split(", "))
    assert "authorization" not in answer["Access-Control-Allow-Headers"].lower()
    assert answer["Access-Control-Max-Age"] == "86400"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/drafts/", "/admin/", "/admin/x.atom", "/accounts/login/", "/agencies/"])
def test_no_cors_headers_on_writes_and_personal_pages(client, path):
    answers = [
        client.get(path, headers=ELSEWHERE),
        client.options(path, headers=ELSEWHERE | {"Access-Control-Request-Method": "POST"}),
    ]

    assert not [name for answer in answers for name in answer.headers if name.startswith("Access-Control-")]
