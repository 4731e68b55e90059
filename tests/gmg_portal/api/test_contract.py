"""Test the API against its description with schemathesis, by valid and by invalid requests.

The rows are the portal's own data and some of kinds which those lack. CONTRACT_EXAMPLES=500 sends that many requests
per operation, and tests the limits of every parameter too (minutes).
"""

import os
from collections import Counter
from copy import deepcopy
from datetime import date
from io import StringIO

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.test import Client
from hypothesis import strategies
from rest_framework.settings import api_settings
from schemathesis.config import (
    ChecksConfig,
    CoveragePhaseConfig,
    FuzzingPhaseConfig,
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.config._checks import MissingRequiredHeaderConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Commitment
from gmg_portal.api.openapi.examples import EXAMPLES, PORTAL
from gmg_portal.wsgi import application
from recommendations.models import Recommendation
from tests.support.factories import (
    REVIEWED_AT,
    AccessTokenFactory,
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    MilestoneFactory,
    ReportingCycleFactory,
    StakeholderFactory,
    focal_point,
    published_report,
)
from workgroups.models import WorkGroup, WorkPlan

pytestmark = pytest.mark.exhaustive

EXAMPLES_OF_EACH = int(os.environ.get("CONTRACT_EXAMPLES", "0")) or 5
THOROUGH = EXAMPLES_OF_EACH >= 100
PAST_DAY = "past-day"
# A change without If-Match is answered with 428 (RFC 6585).
CHECKS = ChecksConfig(
    missing_required_header=MissingRequiredHeaderConfig(
        expected_statuses=["400", "401", "403", "406", "415", "422", "428"]
    )
)

schemathesis.openapi.format(PAST_DAY, strategies.dates(max_value=date(2026, 1, 1)).map(str))


def load_record():
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('commitments_reference', 1, false)")
    call_command("load_reference", stdout=StringIO())
    call_command("load_commitments", "data/commitments.csv", stdout=StringIO())


@pytest.fixture(scope="module", autouse=True)
def record(module_db):
    """Load the portal's own data and rows of kinds that they lack: complete, withdrawn, disputed, and drafts."""
    with module_db.unblock():
        make_record()


@pytest.fixture(autouse=True)
def no_throttling(monkeypatch):
    for throttle in api_settings.DEFAULT_THROTTLE_CLASSES:
        monkeypatch.setattr(throttle, "allow_request", lambda *_: True)


def make_record():
    load_record()
    ilo, iom = Agency.objects.get(code="ilo"), Agency.objects.get(code="iom")
    cycle = ReportingCycleFactory(opened=True)
    whole = CommitmentFactory(
        lead_agency=ilo,
        partners=[iom],
        stakeholders=[StakeholderFactory()],
        work_plan=WorkPlan.objects.get(),
        original_text="What was said.",
        scope="national",
        places=["Africa", "Asia"],
        start_on=date(2014, 12, 31),
        start_precision="year",
        deadline_on=date(2015, 6, 30),
        deadline_precision="month",
    )
    MilestoneFactory(commitment=whole, deadline_on=date(2014, 6, 30), met_on=date(2014, 8, 1))
    checked = EvidenceFactory.build(
        report=None, issued_on=date(2014, 6, 1), link_check="moved", link_checked_at=REVIEWED_AT
    )
    published_report(whole, on="2014-08-15", evidence=[checked], parts={iom: "Trained forty trainers."}, cycle=cycle)
    dissent = AssessmentFactory(
        commitment=whole, agency=Agency.objects.get(code="ohchr"), public=True, finding="disagrees"
    )
    AnswerFactory(assessment=dissent, public=True)
    AssessmentFactory(
        commitment=whole, agency=None, assessor_kind="independent", assessor_name="An institute", public=True
    )
    published_report(CommitmentFactory(lead_agency=ilo), status="superseded", superseded_by=whole, on="2014-09")
    CommitmentFactory(lead_agency=iom, withdrawn=True)
    CommitmentFactory(lead_agency=iom, draft=True)


@pytest.fixture(scope="module")
def whole_description(module_db, record):
    with module_db.unblock():
        return Client().get("/api/v1/schema/").json()


@pytest.fixture
def description(db, whole_description):
    return deepcopy(whole_description)


def param_values() -> dict[str, list[str]]:
    """Return the valid values of parameters that depend on the database, which the description cannot list."""

    def values(model, field):
        return list(map(str, model.objects.values_list(field, flat=True)))

    agencies, groups = values(Agency, "code"), values(WorkGroup, "slug")
    return {
        "agency": agencies,
        "agenda_point": values(AgendaPoint, "number"),
        "commitment": list(Commitment.objects.public().values_list("reference", flat=True)),
        "lead": [*agencies, *groups],
        "place": ["Africa", "Asia"],
        "recommendation": values(Recommendation, "code"),
        "workgroup": groups,
    }


# Two parameters that exclude each other, which a description cannot state: each is tested without the other.
INVALID_WITH_AS_OF, AS_OF_PARAMS = {"updated_since"}, {"as_of"}


def with_values_of_the_record(description: dict, without: set[str]) -> dict:
    """Return the description with the values of these rows, so that every valid request must succeed."""
    values = param_values()
    for path_item in description["paths"].values():
        for operation in path_item.values():
            parameters = operation.get("parameters", [])
            operation["parameters"] = [parameter for parameter in parameters if parameter["name"] not in without]
            for parameter in operation["parameters"]:
                if parameter["name"] == "ordering":
                    parameter["schema"]["items"] = without_updated(parameter["schema"]["items"])
                if parameter["name"] in values and parameter["in"] == "query":
                    parameter["schema"]["items"] = {"type": "string", "enum": values[parameter["name"]]}
                if parameter["name"] == "cursor":
                    parameter["schema"] = {"type": "string", "enum": ["*"]}
                if parameter["name"] == "as_of":
                    parameter["schema"]["format"] = PAST_DAY
    return description


def without_updated(ordering: dict) -> dict:
    """Return the sort values that go with `as_of`: past days have no times of change."""
    return {**ordering, "enum": [word for word in ordering["enum"] if word.removeprefix("-") != "updated"]}


@pytest.fixture
def contract(description, request):
    yield from schema_without(INVALID_WITH_AS_OF, description, request)


@pytest.fixture
def contract_of_walks(description, request):
    paths = description["paths"].items()
    description["paths"] = {
        path: path_item
        for path, path_item in paths
        if any(parameter["name"] == "cursor" for parameter in path_item.get("get", {}).get("parameters", []))
    }
    yield from schema_without(AS_OF_PARAMS, description, request)


def schema_without(params, description, request):
    request.node._nodeid = request.node.nodeid  # schemathesis asks for it by this name, which pytest 9.2 gave up
    generation = GenerationConfig(
        max_examples=EXAMPLES_OF_EACH,
        deterministic=True,
        database="none",
        no_shrink=not THOROUGH,
        with_security_parameters=False,
    )
    phases = PhasesConfig(
        coverage=CoveragePhaseConfig(enabled=THOROUGH), fuzzing=FuzzingPhaseConfig(generation=generation)
    )
    config = SchemathesisConfig(
        seed=2014, projects=ProjectsConfig(default=ProjectConfig(phases=phases, generation=generation, checks=CHECKS))
    )
    schema = schemathesis.openapi.from_dict(with_values_of_the_record(description, params), config=config)
    schema.app = application
    # Keep the connection open, as Django's test client does: it holds the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schema
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


operations_schema = schemathesis.pytest.from_fixture("contract")
walks_schema = schemathesis.pytest.from_fixture("contract_of_walks")


@operations_schema.exclude(path_regex=r"^/api/v1/drafts/").parametrize()
def test_api_answers_as_it_is_described(case, status_counts):
    response = send(case)

    case.validate_response(response)
    status_counts[response.status_code] += 1
    assert response.status_code < 500


@walks_schema.parametrize()
def test_walks_answer_as_they_are_described(case, status_counts):
    response = send(case)

    case.validate_response(response)
    status_counts[response.status_code] += 1
    assert response.status_code < 500


@operations_schema.include(path_regex=r"^/api/v1/drafts/").parametrize()
def test_drafts_answer_as_it_is_described(case, status_counts, token):
    """A schema cannot describe references and states, so a well-formed body may be refused."""
    headers = {"Authorization": f"Bearer {token.secret}"}
    response = send(case, headers)

    case.validate_response(response, headers=headers, excluded_checks=[positive_data_acceptance])
    status_counts[response.status_code] += 1
    assert response.status_code < 500


def send(case, headers=None):
    """Send the request and roll back its writes; ask for no compression, which the in-process client cannot decode."""
    before = transaction.savepoint()
    response = case.call(headers={"Accept-Encoding": "identity", **(headers or {})})
    transaction.savepoint_rollback(before)
    return response


@pytest.fixture
def status_counts(capsys):
    """Count the responses by status; a long run prints them."""
    status_counts = Counter()
    yield status_counts
    if THOROUGH:
        with capsys.disabled():
            print(f"\n{status_counts.total()} requests:", dict(sorted(status_counts.items())))


@pytest.fixture
def token(db):
    ilo = Agency.objects.get(code="ilo")
    return AccessTokenFactory(agency=ilo, made_by=focal_point(ilo, "ilo_focal_point"))


def collect_values(value, schema: dict, schemas: dict, values_by_field: dict) -> None:
    """Collect the values of every field of every component in a response."""
    for part in [schema, *schema.get("oneOf", []), *schema.get("allOf", [])]:
        name = part.get("$ref", "").removeprefix("#/components/schemas/")
        if name and isinstance(value, dict):
            properties = schemas[name]["properties"]
            assert set(value) == set(properties), f"{name} is answered with other fields than those described."
            for field, field_schema in properties.items():
                values_by_field.setdefault((name, field), []).append(value[field])
                collect_values(value[field], field_schema, schemas, values_by_field)
    for row in value if isinstance(value, list) else ():
        collect_values(row, schema.get("items", {}), schemas, values_by_field)


def test_examples_are_values_of_the_record_and_answers_hold_every_field(description, client):
    schemas = description["components"]["schemas"]
    addresses = ["agencies/undesa/", "recommendations/P15-1/", "commitments/HLD-0001/", "commitments/HLD-0061/"]
    values_by_field: dict = {}

    for path, path_item in description["paths"].items():
        if "get" in path_item and "{" not in path and not any(path_item["get"]["security"]):
            addresses.append(path.removeprefix("/api/v1/"))
    for address in addresses:
        path = f"/api/v1/{address}"
        template = next(candidate for candidate in description["paths"] if matches_template(candidate, path))
        content = description["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]
        params = {"page_size": 200} if address.count("/") == 1 else {}
        collect_values(client.get(path, params).json(), content["schema"], schemas, values_by_field)

    stale = [
        f"{component}.{field}: {value!r}"
        for component, fields in EXAMPLES.items()
        for field, value in fields.items()
        if at_portal(value) not in values_by_field.get((component, field), [])
    ]
    assert refused_examples(description, client) == []
    assert stale == [], (
        "gmg_portal/api/openapi/examples.py: no row of the portal's data has these values (see SYNTHETIC_EXAMPLES)."
    )


def refused_examples(description: dict, client) -> list[str]:
    """Return the public operations and parameters whose examples, each sent alone, are refused."""
    refused = []
    for path, path_item in description["paths"].items():
        parameters = [
            parameter for parameter in path_item.get("get", {}).get("parameters", []) if "example" in parameter
        ]
        address = path
        for parameter in parameters:
            address = address.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
        queries = [] if path.startswith("/api/v1/drafts/") else [{}]
        queries += [
            {parameter["name"]: parameter["example"]}
            for parameter in parameters
            if parameter["in"] == "query" and queries
        ]
        refused += [f"{address} {query}" for query in queries if client.get(address, query).status_code != 200]
    return refused


def matches_template(template: str, path: str) -> bool:
    template_parts, segments = template.split("/"), path.split("/")
    return len(template_parts) == len(segments) and all(
        template_part == segment or (template_part.startswith("{") and segment)
        for template_part, segment in zip(template_parts, segments, strict=True)
    )


def at_portal(value):
    return value.replace(PORTAL, "http://testserver") if isinstance(value, str) else value
