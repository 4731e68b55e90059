import json
from io import StringIO

import pytest
import yaml
from django.core.cache import cache
from django.core.management import call_command

PROBLEMS = {"400", "404", "406", "414", "429", "500", "503"}


@pytest.fixture(autouse=True)
def forget_earlier_requests():
    cache.clear()


@pytest.fixture
def schema(client, db):
    return client.get("/api/v1/schema/").json()


@pytest.fixture
def operations(schema):
    """What is open to everybody."""
    paths = schema["paths"].items()
    return [(path, path_item["get"]) for path, path_item in paths if not path.startswith("/api/v1/drafts/")]


def test_description_is_made_without_a_warning_and_without_a_database():
    out = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)

    assert yaml.safe_load(out.getvalue())["openapi"] == "3.1.1"


def test_json_and_yaml_say_the_same(client, schema):
    response = client.get("/api/v1/schema/", {"format": "yaml"})

    assert response["Content-Type"].startswith("application/vnd.oai.openapi")
    assert json.loads(json.dumps(yaml.safe_load(response.content), default=str)) == schema


def test_operations_are_named_for_clients(operations):
    assert {operation["operationId"] for _path, operation in operations} == {
        *("list_agencies", "get_agency", "list_agenda_points", "get_agenda_point", "list_frameworks", "get_framework"),
        *("list_workgroups", "get_workgroup", "list_recommendations", "get_recommendation"),
        *("list_commitments", "get_commitment", "list_reports", "get_report"),
        *("list_status_changes", "get_status_change", "list_events", "get_event"),
        *("get_summary_matrix", "get_summary_gaps", "get_summary_freshness"),
    }


def test_nothing_but_reading_is_described_where_no_token_is_asked_for(schema):
    methods = {path: tuple(methods) for path, methods in schema["paths"].items()}
    writing = {path: found for path, found in methods.items() if path.startswith("/api/v1/drafts/")}

    assert {found for path, found in methods.items() if path not in writing} == {("get",)}
    assert writing == {
        "/api/v1/drafts/": ("get", "post"),
        "/api/v1/drafts/{code}/": ("get", "patch"),
        "/api/v1/drafts/{code}/evidence/": ("post",),
        "/api/v1/drafts/{code}/evidence/{piece}/": ("delete",),
        "/api/v1/drafts/{code}/submit/": ("post",),
    }


def test_submission_is_described_with_its_token_its_key_and_every_answer(schema):
    operations = {
        operation["operationId"]: operation
        for path, methods in schema["paths"].items()
        if path.startswith("/api/v1/drafts/")
        for operation in methods.values()
    }

    assert {tuple(operation["tags"]) for operation in operations.values()} == {("Submission",)}
    assert all(operation["security"] == [{"AgencyToken": []}] for operation in operations.values())
    assert set(operations) == {
        *("list_drafts", "create_draft", "get_draft", "update_draft", "submit_draft", "add_evidence"),
        "remove_evidence",
    }
    asked = {
        name: {parameter["name"] for parameter in operation.get("parameters", []) if parameter.get("required")}
        for name, operation in operations.items()
    }
    assert {name for name, words in asked.items() if "Idempotency-Key" in words} == {
        *("create_draft", "submit_draft", "add_evidence")
    }
    assert "If-Match" in asked["update_draft"]
    for operation in operations.values():
        assert {"401", "403", "429"} <= set(operation["responses"])
        assert all(answer["description"] for answer in operation["responses"].values())
    assert {"409", "412", "413", "415", "422", "428"} <= set(operations["update_draft"]["responses"])
    assert schema["components"]["securitySchemes"]["AgencyToken"]["scheme"] == "bearer"


def test_every_parameter_and_answer_is_described(operations):
    silent = [
        (path, said)
        for path, operation in operations
        for said in [*operation["parameters"], *operation["responses"].values()]
        if not said.get("description")
    ]

    assert silent == []


def test_every_error_is_a_problem(operations):
    for _path, operation in operations:
        answers = operation["responses"]

        assert set(answers) == {"200", "304", *PROBLEMS}
        assert {tuple(answers[status]["content"]) for status in PROBLEMS} == {("application/problem+json",)}


def test_commitments_are_described_with_every_word_of_the_register(operations):
    words = {parameter["name"] for parameter in dict(operations)["/api/v1/commitments/"]["parameters"]}

    assert words == {
        *("q", "lead", "agency", "workgroup", "agenda_point", "recommendation", "level", "kind", "status", "outlook"),
        *("freshness", "verification", "scope", "place", "due_before", "due_after", "updated_since", "ordering"),
        *("fields", "as_of", "page", "page_size", "cursor", "format"),
    }


def test_enumerations_have_names_of_the_glossary(schema):
    enums = {name for name, component in schema["components"]["schemas"].items() if "enum" in component}

    assert enums == {
        *("AlignmentStrength", "AssessmentFinding", "AssessorKind", "CommitmentConfidence", "CommitmentKind"),
        *(
            "CommitmentScope",
            "CommitmentState",
            "DraftState",
            "EvidenceKind",
            "EvidenceMediaType",
            "Freshness",
            "Lack",
            "LeadKind",
        ),
        *("LinkCheck", "Outlook", "ParticipationRole", "Precision", "RecommendationLevel", "ReportOrigin"),
        *("StakeholderKind", "Status", "Verification", "WorkGroupKind"),
    }


def test_docs_hold_nothing_inline(client, db):
    page = client.get("/api/v1/docs/").content.decode()
    script = client.get("/api/v1/docs/?script=")

    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=") == 3
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in script.content.decode()
