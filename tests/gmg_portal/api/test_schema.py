import json
import re
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from rest_framework.settings import api_settings

from foundation.rest.problem_details import exception_handler
from gmg_portal.api.openapi.descriptions import PARAMETER_VALUES, SUMMARIES, TAGS, VALUE_DESCRIPTIONS
from gmg_portal.api.openapi.examples import EXAMPLES, PARAMETER_EXAMPLES, SYNTHETIC_EXAMPLES
from gmg_portal.api.openapi.problems import PROBLEMS
from register.search.full_text import MAX_CHARACTERS

COMMITTED = Path(settings.BASE_DIR, "docs", "openapi.yaml")
COMPONENTS = "#/components/schemas/"
# The portal's own data have no value for these, so any example would be refused.
WITHOUT_EXAMPLE = {"place"}
COMMON_ERRORS = {str(status) for status in PROBLEMS} - {"404"}


def read(text: str | bytes) -> dict:
    return yaml.load(text, Loader=yaml.CSafeLoader)  # noqa: S506 (safe as the other, and quicker)


@pytest.fixture(autouse=True)
def forget_earlier_requests():
    cache.clear()


@pytest.fixture
def schema(client, db):
    return client.get("/api/v1/schema/").json()


@pytest.fixture
def operations(schema):
    return [(path, operation) for path, path_item in schema["paths"].items() for operation in path_item.values()]


@pytest.mark.exhaustive
def test_description_is_made_without_a_warning_and_without_a_database_as_it_is_committed():
    out = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)

    made = out.getvalue()
    assert list(OpenAPIV31SpecValidator(read(made)).iter_errors()) == []
    assert made == COMMITTED.read_text(), "The description has moved: write docs/openapi.yaml anew with `make openapi`."


def test_committed_description_names_no_portal_and_no_operator():
    committed = read(COMMITTED.read_text())

    assert committed["openapi"] == "3.1.1"
    assert [server["url"] for server in committed["servers"]] == ["/"]
    assert not {"contact", "license"} & set(committed["info"])


def test_served_description_names_the_operator(client, db, settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    settings.CONTACT_EMAIL = "portal@example.org"
    settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL = "CC BY 4.0", "https://example.org/licence"

    served = client.get("/api/v1/schema/").json()

    assert [server["url"] for server in served["servers"]] == ["https://portal.example.org"]
    assert served["externalDocs"]["url"] == "https://portal.example.org/data/versions/"
    assert served["info"]["contact"] == {"name": "GMG HLD follow-up portal", "email": "portal@example.org"}
    assert served["info"]["license"] == {"name": "CC BY 4.0", "url": "https://example.org/licence"}
    assert served["components"] == read(COMMITTED.read_text())["components"]


def test_json_and_yaml_say_the_same(client, schema):
    response = client.get("/api/v1/schema/", {"format": "yaml"})

    assert response["Content-Type"].startswith("application/vnd.oai.openapi")
    assert json.loads(json.dumps(read(response.content), default=str)) == schema


def test_operations_are_named_for_clients(operations):
    assert {operation["operationId"] for _path, operation in operations} == {
        *("list_agencies", "get_agency", "list_agenda_points", "get_agenda_point", "list_frameworks", "get_framework"),
        *("list_workgroups", "get_workgroup", "list_recommendations", "get_recommendation"),
        *("list_commitments", "get_commitment", "list_reports", "get_report"),
        *("list_status_changes", "get_status_change", "list_events", "get_event"),
        *("get_summary_matrix", "get_summary_gaps", "get_summary_freshness"),
        *("list_drafts", "create_draft", "get_draft", "update_draft", "submit_draft"),
        *("add_evidence", "remove_evidence"),
    }


def test_without_a_token_only_reading_is_described(schema):
    for path, path_item in schema["paths"].items():
        keys = {key for operation in path_item.values() for choice in operation["security"] for key in choice}

        assert keys == ({"AgencyToken"} if path.startswith("/api/v1/drafts/") else set())
        assert keys or all(operation["security"] == [] for operation in path_item.values())
        assert keys or set(path_item) == {"get"}


def test_lists_are_sent_as_generated_clients_send_them(operations):
    lists = [
        parameter
        for _path, operation in operations
        for parameter in operation["parameters"]
        if parameter["schema"].get("type") == "array"
    ]

    assert {(parameter["style"], parameter["explode"]) for parameter in lists} == {("form", True)}
    assert {"fields", "ordering", "lead", "kind"} <= {parameter["name"] for parameter in lists}
    assert all("epeat" in parameter["description"] and "comma" in parameter["description"] for parameter in lists)


def test_search_is_described_with_its_bounds(operations):
    (search,) = [
        parameter["schema"]
        for _path, operation in operations
        for parameter in operation["parameters"]
        if parameter["name"] == "q"
    ]

    assert search == {"type": "string", "minLength": 1, "maxLength": MAX_CHARACTERS, "pattern": r"^[^\u0000]+$"}


def test_forms_of_an_answer_are_typed_alike(operations):
    """Clients type an answer as a union of its formats: a text among them would make the JSON a text too."""
    for _path, operation in operations:
        schemas = [content["schema"] for content in operation["responses"].get("200", {}).get("content", {}).values()]
        assert all(schema == schemas[0] for schema in schemas), operation["operationId"]


def test_version_is_semantic(schema):
    assert re.fullmatch(r"1\.\d+\.\d+", schema["info"]["version"])


def test_every_operation_is_described_and_tagged(schema, operations):
    tagged = {tag["name"] for tag in schema["tags"] if tag["description"]}
    missing = [
        f"{operation['operationId']}: {key}"
        for _path, operation in operations
        for key in ("summary", "description")
        if not operation.get(key)
    ]
    undescribed = {tag for _path, operation in operations for tag in operation["tags"]} - tagged

    assert missing == [], (
        "Summaries stand in SUMMARIES of api/openapi/descriptions.py, descriptions in view docstrings."
    )
    assert undescribed == set(), "Tags are described in TAGS of gmg_portal/api/openapi/descriptions.py."


def test_every_error_is_a_problem_with_an_example(operations):
    for path, operation in operations:
        answers = operation["responses"]
        errors = {status for status in answers if status >= "400"}

        assert errors >= COMMON_ERRORS, (
            f"{operation['operationId']} tells not all of its errors (api/openapi/problems.py)."
        )
        assert ("404" in errors) >= ("{" in path), f"{operation['operationId']} tells of no 404."
        for status in errors:
            (media_type,) = answers[status]["content"]
            content = answers[status]["content"][media_type]
            assert media_type == "application/problem+json"
            assert content.get("examples"), f"{operation['operationId']} shows no problem of status {status}."


@pytest.mark.parametrize("status", [400, 404, 405, 406, 429])
def test_problems_are_shown_as_they_are_answered(client, db, monkeypatch, status):
    example = PROBLEMS[status].example(status).value
    ask = client.delete if status == 405 else client.get
    if status == 429:
        (throttle,) = api_settings.DEFAULT_THROTTLE_CLASSES
        monkeypatch.setattr(throttle, "allow_request", lambda *_: False)
        monkeypatch.setattr(throttle, "wait", lambda *_: 30)

    address = f"{example['instance']}?{PROBLEMS[status].query}"
    response = ask(address, headers={"accept": "text/x-unknown"} if status == 406 else {})

    assert (response.status_code, response.json()) == (status, example)


def test_outage_is_shown_as_it_is_answered(rf):
    example = PROBLEMS[503].example(503).value

    response = exception_handler(OperationalError(), {"request": rf.get(example["instance"])})

    assert json.loads(response.content) == example


def test_every_component_and_field_is_described_with_an_example(schema):
    missing = []
    for name, component in schema["components"]["schemas"].items():
        if not component.get("description"):
            missing.append(f"{name}: no description (the docstring of its serializer)")
        for field, field_schema in component.get("properties", {}).items():
            missing += [f"{name}.{field}: {text}" for text in missing_texts(field_schema)]

    assert missing == [], "\n" + "\n".join(missing)


def missing_texts(schema: dict) -> list[str]:
    """Return the texts that a field lacks; a reference to a component serves as its example."""
    parts = [
        schema,
        schema.get("items", {}),
        *schema.get("oneOf", []),
        *schema.get("allOf", []),
        *schema.get("anyOf", []),
    ]
    has_example = any("$ref" in part or {"enum", "const", "examples"} & set(part) for part in parts)
    missing = [] if schema.get("description") else ["no description (help_text of the serializer's field)"]
    return (
        missing
        if has_example
        else [*missing, "no example (EXAMPLES or SYNTHETIC_EXAMPLES of gmg_portal/api/openapi/examples.py)"]
    )


def test_every_parameter_and_header_is_described_with_an_example(operations):
    missing = []
    for _path, operation in operations:
        for described in operation.get("parameters", []):
            value = described["schema"].get("items", described["schema"])
            name = f"{operation['operationId']}.{described['name']}"
            if not described.get("description"):
                missing.append(
                    f"{name}: no description (the filter's label, or PARAMETER_DESCRIPTIONS in descriptions.py)"
                )
            if described["name"] in WITHOUT_EXAMPLE:
                assert "example" not in described
            elif not {"example", "examples"} & set(described) and not {"enum", "$ref"} & set(value):
                missing.append(f"{name}: no example (PARAMETER_EXAMPLES of gmg_portal/api/openapi/examples.py)")
        for status, answer in operation["responses"].items():
            for header, described in answer.get("headers", {}).items():
                if not described.get("description") or "example" not in described:
                    missing.append(
                        f"{operation['operationId']} {status} {header}: no description or example "
                        "(HEADERS of descriptions.py and examples.py in api/openapi)"
                    )

    assert missing == [], "\n" + "\n".join(missing)


def test_examples_of_parameters_are_valid(operations):
    invalid = [
        f"{operation['operationId']}.{parameter['name']}: {parameter['example']!r}"
        for _path, operation in operations
        for parameter in operation.get("parameters", [])
        if "example" in parameter and not Draft202012Validator(parameter["schema"]).is_valid(parameter["example"])
    ]

    assert invalid == []


def test_every_value_of_every_enumeration_has_a_meaning(schema):
    def walk(value, where):
        if isinstance(value, dict):
            if "enum" in value and len(value.get("x-enum-descriptions", [])) != len(value["enum"]):
                missing.append(f"{where}: {value['enum']}")
            for name, part in value.items():
                walk(part, f"{where}.{name}")
        for number, part in enumerate(value if isinstance(value, list) else ()):
            walk(part, f"{where}.{part.get('name', number) if isinstance(part, dict) else number}")

    missing = []
    walk({name: schema[name] for name in ("paths", "components")}, "")

    assert missing == [], (
        "Meanings stand in VALUE_DESCRIPTIONS and PARAMETER_VALUES of api/openapi/descriptions.py.\n"
        + "\n".join(missing)
    )


def test_no_text_describes_a_missing_part(schema, operations):
    schemas = schema["components"]["schemas"]
    names = {parameter["name"] for _path, operation in operations for parameter in operation.get("parameters", [])}
    ids = {operation["operationId"] for _path, operation in operations}
    qualified_names = {
        f"{operation['operationId']}.{parameter['name']}"
        for _path, operation in operations
        for parameter in operation.get("parameters", [])
    }

    obsolete = [
        f"{name}.{field}"
        for table in (EXAMPLES, SYNTHETIC_EXAMPLES)
        for name, fields in table.items()
        for field in fields
        if field not in schemas.get(name, {}).get("properties", {})
    ]
    obsolete += [
        f"{name}: {set(values) - set(schemas[name]['enum'])}"
        for name, values in VALUE_DESCRIPTIONS.items()
        if name in schemas and set(values) - set(schemas[name]["enum"])
    ]
    obsolete += [name for name in VALUE_DESCRIPTIONS if name not in schemas]
    obsolete += [name for name in PARAMETER_VALUES if name not in names]
    obsolete += [word for word in PARAMETER_EXAMPLES if word not in names | qualified_names]
    obsolete += [name for name in SUMMARIES if name not in ids]
    obsolete += set(TAGS) - {tag for _path, operation in operations for tag in operation["tags"]}

    assert obsolete == []


def test_examples_of_fields_are_what_their_fields_take(schema):
    schemas = {"components": schema["components"]}
    wrong = [
        f"{name}.{field}: {example!r}: {error.message}"
        for name, component in schema["components"]["schemas"].items()
        for field, field_schema in component.get("properties", {}).items()
        for example in field_schema.get("examples", [])
        for error in Draft202012Validator({**field_schema, **schemas}).iter_errors(example)
    ]

    assert wrong == []


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
            "ErrorCode",
            "EvidenceKind",
            "EvidenceMediaType",
            "Freshness",
            "Lack",
            "LeadKind",
        ),
        *("LinkCheck", "Outlook", "ParticipationRole", "Precision", "ProblemCode", "RecommendationLevel"),
        *("ReportOrigin", "ReviewingRole"),
        *("StakeholderKind", "Status", "Verification", "WorkGroupKind"),
    }
