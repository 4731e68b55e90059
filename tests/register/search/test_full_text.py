"""Search texts: their limits, and malicious ones."""

import pytest
from django.db import connection

from register.querysets import register_commitments
from register.search.full_text import MAX_CHARACTERS, MAX_WORDS, normalize_search, search_error
from tests.support.factories import CommitmentFactory

pytestmark = pytest.mark.database

# Every address that answers a search of the register.
SEARCHES = [
    "/commitments/",
    "/commitments.atom",
    "/data/commitments.csv",
    "/data/commitments.ndjson",
    "/data/commitments.json",
    "/data/commitments.xlsx",
    "/calendar/due.ics",
    "/charts/matrix.svg",
    "/charts/matrix.csv",
    "/api/v1/commitments/",
]
HOSTILE = [
    "-" * 64,
    "- " * 100,
    "(-" * 100,
    "a(-(-(-" * 25,
    "!-" * 100,
    '"' * 199,
    '-"' * 100,
    "or " * 60,
    "a or " * 40,
    "(((((" * 40,
    "&|!():*<->" * 20,
    "'\\" * 100,
    "%" * 200,
    "a-b-c-d-e-f-" * 16,
    "a/b/c/d/" * 25,
    "x" * 200,
    "ß" * 200,
    "漢" * 200,
    "🤷" * 200,
    "\u202e\u200f\u2066" * 60,
    "\x01\x02\x03",
    "e\u0301" * 100,
    "1.2.3.4." * 25,
    "http://a.b/?c=d&" * 12,
    "a:*&b:A|!c",
]


@pytest.fixture
def recruitment(ilo):
    return CommitmentFactory(lead_agency=ilo, title="Fair recruitment of migrant workers", places=["Mexico"])


@pytest.mark.parametrize("address", SEARCHES)
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("recruitment " * 5000, "A search may have up to 200"),
        (" ".join(f"w{number}" for number in range(21)), "A search may have up to 20"),
    ],
)
def test_search_longer_than_what_is_answered_is_refused_wherever_it_is_asked(
    client, recruitment, address, text, sentence
):
    response = client.get(address, {"q": text[:7000]})

    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert response.status_code == 400
    assert "This search has" in content.decode()
    assert sentence in content.decode()


def test_search_of_sixty_thousand_characters_is_refused_before_it_is_read(client, recruitment):
    for address in SEARCHES:
        assert client.get(address, {"q": "recruitment " * 5000}).status_code in (400, 414), address


def test_page_that_refuses_a_search_keeps_what_was_typed(client, recruitment):
    text = "recruitment " * 20

    response = client.get("/commitments/", {"q": text})

    assert f'type="search" name="q" value="{text}"' in response.content.decode()


def test_repeated_words_count_once(client, recruitment):
    response = client.get("/api/v1/commitments/", {"q": "fair " * 39})

    assert response.json()["count"] == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x" * MAX_CHARACTERS, False),
        ("x" * (MAX_CHARACTERS + 1), True),
        (" ".join(f"w{number}" for number in range(MAX_WORDS)), False),
        (" ".join(f"w{number}" for number in range(MAX_WORDS + 1)), True),
        ("-".join(f"w{number}" for number in range(MAX_WORDS + 1)), True),
    ],
)
def test_search_problem_names_what_is_too_long(text, problem):
    assert bool(search_error(text)) == problem


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("fair Fair fair", "fair Fair"),
        ("fair recruitment or recruitment fair", "fair recruitment or recruitment fair"),
        ("fair or fair", "fair"),
        ("a x or a", "a x or a"),
        ('"new york new york"', '"new york new york"'),
        ("fair --recruitment -", "fair -recruitment"),
        ("-" * 64, ""),
        ("or", ""),
        ("A/RES/68/4", "A/RES/68/4"),
    ],
)
def test_normalized_search_holds_each_part_once(text, normal):
    assert normalize_search(text) == normal


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_search_is_answered(client, recruitment, text):
    for address in ("/commitments/", "/api/v1/commitments/"):
        assert client.get(address, {"q": text}).status_code in (200, 400), address


@pytest.mark.parametrize("encoded", ["%00", "%ED%A0%80", "%FF", "%C0%80", "%u0041", "%"])
def test_search_that_is_no_text_is_answered(client, recruitment, encoded):
    for address in SEARCHES:
        assert client.get(f"{address}?q={encoded}").status_code in (200, 400), address


def test_what_postgresql_refuses_as_a_search_finds_nothing(recruitment):
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_websearch('portal_english', %s) = ''", ["-" * 64])
        assert cursor.fetchone() == (True,)

    for text in HOSTILE:
        register_commitments().search(text).count()


def test_search_is_worked_out_once_for_each_statement(recruitment):
    plan = register_commitments().search("recruitment").explain()

    assert "portal_websearch" not in plan


@pytest.mark.parametrize("text", ["x" * 201, " ".join(f"w{number}" for number in range(21))])
def test_search_of_the_editors_lists_has_the_same_limits(client, administrator, text):
    client.force_login(administrator)

    response = client.get("/admin/agencies/agency/", {"q": text, "o": "1"})

    assert response.status_code == 400
    assert "This search has" in response.content.decode()
    assert f'value="{text}"' in response.content.decode()
    assert '<input type="hidden" name="o" value="1">' in response.content.decode()


def test_completion_of_the_editors_forms_has_the_same_limits(client, administrator):
    client.force_login(administrator)
    field = {"app_label": "commitments", "model_name": "commitment", "field_name": "lead_agency"}

    response = client.get("/admin/autocomplete/", {**field, "term": "x" * 201})

    assert response.status_code == 400
    assert "This search has 201 characters" in response.json()["error"]
