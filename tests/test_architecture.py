"""Conventions that matter, each as a check that fails."""

import ast
import gc
import importlib.util
from pathlib import Path

import grimp
import pgtrigger
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import models
from factory.django import DjangoModelFactory

from agencies.models import AccessToken, Agency, ChairTerm, FormerName, Invitation, Membership, SubmittedForm, User
from agenda.models import AgendaPoint, Alignment, Event, Framework, Statement
from commitments.models import (
    Answer,
    Assessment,
    Commitment,
    CommitmentMovement,
    Contribution,
    Digest,
    Evidence,
    Milestone,
    Mistake,
    Notice,
    Partner,
    ProgressReport,
    ReportingCycle,
    ReportMovement,
    Stakeholder,
    StatusChange,
    Withdrawal,
    WorkingCopy,
)
from gmg_portal.api_urls import RESOURCES
from gmg_portal.models import AuditEntry, Edition, KeptAnswer, KnownAddress, Revision, SignInWarning
from recommendations.models import Recommendation
from tests import factories
from tests.conftest import LONGEST
from workgroups.models import Participation, WorkGroup, WorkPlan

ROOT = Path(settings.BASE_DIR)
APPS = ["agencies", "agenda", "workgroups", "recommendations", "commitments", "gmg_portal"]
PACKAGES = ["foundation", *APPS]
# From the roof down; apps of one floor never import each other.
LAYERS = [
    grimp.Layer("gmg_portal"),
    grimp.Layer("commitments"),
    grimp.Layer("workgroups", "recommendations", independent=True),
    grimp.Layer("agencies", "agenda", independent=True),
    grimp.Layer("foundation"),
]
# Proxies stand for the rows of many-to-many sets, and hold their triggers alone.
MODELS = {
    model
    for app in APPS
    for model in apps.get_app_config(app).get_models()
    if not (hasattr(model, "instance_type") or model._meta.proxy)
}
# Written by the database alone, with the revision; nobody enters or edits them.
MOVEMENTS = {CommitmentMovement, ReportMovement}
# What the portal notes of sign-ins and of forms for itself; nobody reads or edits it.
NOTED_BY_THE_PORTAL = {KnownAddress, SignInWarning, SubmittedForm}
BY_DATABASE = {*MOVEMENTS, Withdrawal}
NOT_PUBLIC = {
    *(
        User,
        Membership,
        Invitation,
        AccessToken,
        Revision,
        AuditEntry,
        KeptAnswer,
        Digest,
        Mistake,
        Notice,
        WorkingCopy,
    ),
    *MOVEMENTS,
    *NOTED_BY_THE_PORTAL,
}
PUBLIC = MODELS - NOT_PUBLIC
# What has an address, and what is shown on the page of something that has one (or, by its name, on a page of its own).
ADDRESSED = {
    Agency,
    AgendaPoint,
    Framework,
    Event,
    WorkGroup,
    WorkPlan,
    Recommendation,
    Commitment,
    ProgressReport,
    StatusChange,
    Edition,
}
SHOWN_WITH = {
    ChairTerm: Agency,
    FormerName: Agency,
    Alignment: Framework,
    Participation: WorkGroup,
    Partner: Commitment,
    Stakeholder: Commitment,
    Milestone: Commitment,
    Withdrawal: Commitment,
    Assessment: Commitment,
    Answer: Assessment,
    Evidence: ProgressReport,
    Contribution: ProgressReport,
    ReportingCycle: ProgressReport,
    Statement: "about",
}
# Plain words about the group itself, which the API leaves to the page; a round, which reports name by its title; and
# frozen files, which describe themselves.
NOT_IN_API = {Statement, ReportingCycle, Edition}
# Append-only, a single row that the database keeps, what the portal notes of its mails, and what is not even saved yet:
# none has earlier states.
WITHOUT_HISTORY = {StatusChange, Revision, AuditEntry, KeptAnswer, Edition, Digest, Notice, WorkingCopy, *BY_DATABASE}
WITHOUT_HISTORY |= NOTED_BY_THE_PORTAL

ANY_APP = {
    "__init__.py",
    "actions.py",
    "admin.py",
    "api.py",
    "apps.py",
    "filters.py",
    "migrations",
    "models.py",
    "permissions.py",
    "querysets.py",
    "serializers.py",
    "sql_functions.py",
    "summaries.py",
    "templatetags",
    "urls.py",
    "views.py",
}
# What an app holds beside: a package in place of a module that outgrew one file, or a subject of its own.
MORE = {
    "agencies": {"mail.py", "names.py", "submissions.py"},
    "commitments": {
        "admin",
        "amendments",
        "callers.py",
        "changes.py",
        "chronicle.py",
        "citations.py",
        "comparison.py",
        "database_limits.py",
        "dates.py",
        "exchange",
        "evidence",
        "facets.py",
        "fields.py",
        "forms.py",
        "letters.py",
        "loading",
        "management",
        "mistakes.py",
        "models",
        "notices.py",
        "register.py",
        "review.py",
        "related.py",
        "search.py",
        "serializers",
        "spelling.py",
        "succession.py",
        "summaries",
        "telling.py",
        "testimony.py",
        "triggers",
        "wording.py",
        "workflow.py",
        "working_copies.py",
    },
    "recommendations": {"history.py"},
}


def sources(*folders):
    """The Python files below some folders of the project, as syntax trees by path."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    # CPython 3.11 fails to parse where the collector calls Python code meanwhile, as hypothesis makes it do.
    gc.disable()
    try:
        return {path.relative_to(ROOT): ast.parse(path.read_text()) for path in paths if "migrations" not in path.parts}
    finally:
        gc.enable()


def name_of(node):
    """'datetime.now' of the call `datetime.now()`, 'now' of `timezone().now()`."""
    if isinstance(node, ast.Attribute):
        owner = name_of(node.value)
        return f"{owner}.{node.attr}" if owner else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


# Imports


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def test_imports_run_downward_only(graph):
    upward = graph.find_illegal_dependencies_for_layers(layers=LAYERS)

    assert {(found.importer, found.imported) for found in upward} == set()


def test_no_module_is_a_drawer_of_odds_and_ends(graph):
    drawers = {"common", "core", "utils", "helpers", "misc", "services"}

    assert {module for module in graph.modules if drawers & set(module.split("."))} == set()


def test_project_imports_nothing_of_its_tests():
    imported = {
        (path, name)
        for path, tree in sources(*PACKAGES).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or node.names[0].name]
        if name.split(".")[0] == "tests"
    }

    assert imported == set()


@pytest.mark.parametrize("app", [app for app in APPS if app != "gmg_portal"])
def test_app_holds_only_files_of_known_names(app):
    listing = {path.name for path in (ROOT / app).iterdir()} - {"__pycache__"}

    assert listing - ANY_APP == MORE.get(app, set())


def test_second_driver_that_would_be_preferred_silently_is_absent():
    assert importlib.util.find_spec("psycopg") is None
    assert importlib.util.find_spec("psycopg2") is not None


# Models


def test_every_model_has_its_admin():
    registered = set(admin.site._registry)
    inline = {inline.model for model_admin in admin.site._registry.values() for inline in model_admin.inlines}

    assert MODELS - registered - inline == BY_DATABASE | NOTED_BY_THE_PORTAL


def test_every_model_has_its_factory():
    made = {
        factory._meta.model
        for factory in vars(factories).values()
        if isinstance(factory, type) and issubclass(factory, DjangoModelFactory) and not factory._meta.abstract
    }

    assert made == MODELS - {Revision, *BY_DATABASE, *NOTED_BY_THE_PORTAL}


def test_every_model_says_what_it_is():
    assert {model for model in MODELS if model.__str__ is models.Model.__str__} == set()
    assert {model for model in MODELS if not model.__doc__ or model.__doc__.startswith(f"{model.__name__}(")} == set()


def test_every_public_model_has_its_page():
    assert {model for model in MODELS if hasattr(model, "get_absolute_url")} == ADDRESSED
    assert ADDRESSED | set(SHOWN_WITH) == PUBLIC
    assert ADDRESSED & set(SHOWN_WITH) == set()


@pytest.mark.parametrize(
    ("model", "page"),
    [(model, page) for model, page in SHOWN_WITH.items() if not isinstance(page, str)],
    ids=lambda model: model.__name__,
)
def test_what_has_no_page_is_tied_to_what_has_one(model, page):
    tied = {field.related_model for field in model._meta.get_fields() if field.is_relation}

    assert page in ADDRESSED | set(SHOWN_WITH)
    assert page in tied


def test_every_public_model_is_in_the_api():
    waiting = {
        viewset(action=action, detail=action == "retrieve", request=None, kwargs={}).get_serializer_class()
        for viewset in RESOURCES.values()
        for action in ("list", "retrieve")
    }
    seen = set()
    while waiting:
        serializer = waiting.pop()
        seen.add(serializer)
        fields = [getattr(field, "child", field) for field in serializer._declared_fields.values()]
        waiting |= {type(field) for field in fields if hasattr(field, "_declared_fields")} - seen
    answered = {serializer.Meta.model for serializer in seen if hasattr(serializer, "Meta")}

    assert PUBLIC - answered == NOT_IN_API


def test_every_model_that_is_edited_keeps_its_history():
    assert {model for model in MODELS if hasattr(model, "history")} == MODELS - WITHOUT_HISTORY


def test_every_history_is_append_only_and_audited():
    histories = {model for model in apps.get_models() if hasattr(model, "instance_type")}
    sets = {model for model in histories if hasattr(model, "m2m_history_id")}
    registered = {(model, trigger.name) for model, trigger in pgtrigger.registered()}

    assert {model for model in histories if (model, "append_only") not in registered} == set()
    assert {model for model in histories - sets if (model, "audited") not in registered} == set()


def test_no_default_manager_hides_rows():
    managers = [manager for model in MODELS for manager in (model._default_manager, model._base_manager)]

    assert {manager.model for manager in managers if manager.get_queryset().query.where.children} == set()


# Time


NAIVE_WITHOUT_ZONE = {"datetime.now", "datetime.fromtimestamp", "datetime.combine", "datetime.strptime", "datetime"}
ALWAYS_NAIVE = {
    "date.today",
    "date.fromtimestamp",
    "datetime.today",
    "datetime.utcnow",
    "datetime.utcfromtimestamp",
    "timezone.make_naive",
}
# How many arguments stand before the one that names the zone.
BEFORE_ZONE = {"datetime.now": 0, "datetime.fromtimestamp": 1, "datetime.combine": 2, "datetime": 7}


def is_naive(call):
    name = name_of(call.func).replace("datetime.datetime", "datetime").replace("datetime.date.", "date.")
    if name in ALWAYS_NAIVE:
        return True
    if name not in NAIVE_WITHOUT_ZONE:
        return False
    named = any(keyword.arg in {"tz", "tzinfo"} for keyword in call.keywords)
    return not named and len(call.args) <= BEFORE_ZONE.get(name, 99)


def test_no_moment_is_without_its_zone():
    naive = [
        (str(path), call.lineno) for path, tree in sources(*PACKAGES).items() for call in calls(tree) if is_naive(call)
    ]

    assert naive == []


@pytest.mark.parametrize(
    ("code", "naive"),
    [
        ("datetime.now()", True),
        ("datetime.datetime.now()", True),
        ("datetime.now(UTC)", False),
        ("datetime.now(tz=UTC)", False),
        ("datetime.utcnow()", True),
        ("date.today()", True),
        ("datetime.date.today()", True),
        ("datetime(2014, 1, 1)", True),
        ("datetime(2014, 1, 1, tzinfo=UTC)", False),
        ("datetime.combine(day, noon)", True),
        ("datetime.combine(day, noon, UTC)", False),
        ("timezone.now()", False),
        ("today()", False),
    ],
)
def test_naive_moments_are_told_from_others(code, naive):
    (call,) = [node for node in calls(ast.parse(code)) if node.col_offset == 0]

    assert is_naive(call) is naive


def test_time_is_utc():
    assert (settings.USE_TZ, settings.TIME_ZONE) == (True, "UTC")


# Tests


def is_assertion(node):
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    last = name_of(node.func).split(".")[-1]
    return last.startswith("assert") or last in {"raises", "expect", "django_assert_num_queries"}


def test_no_test_is_without_an_assertion():
    tests = [
        (str(path), node.name, any(is_assertion(inner) for inner in ast.walk(node)))
        for path, tree in sources("tests").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]

    assert len(tests) > 0
    assert [(path, name) for path, name, asserts in tests if not asserts] == []


def without_reason(tree):
    """The lines on which a test is skipped, or expected to fail, without a word why."""
    marks = {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail", "pytest.skip", "pytest.importorskip"}
    reasoned = {
        call.func
        for call in calls(tree)
        if any(keyword.arg == "reason" for keyword in call.keywords)
        or (name_of(call.func) in {"pytest.skip", "pytest.mark.skip"} and call.args)
    }
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and name_of(node) in marks]
    return [node.lineno for node in found if node not in reasoned]


def test_longest_files_are_there():
    assert [name for name in LONGEST if not (ROOT / name).exists()] == []


def test_no_skip_is_without_a_reason():
    silent = [(str(path), line) for path, tree in sources("tests").items() for line in without_reason(tree)]

    assert silent == []


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("pytest.skip()", [1]),
        ("pytest.skip('No browser.')", []),
        ("@pytest.mark.skip\ndef test(): ...", [1]),
        ("@pytest.mark.skipif(slow)\ndef test(): ...", [1]),
        ("@pytest.mark.skipif(slow, reason='Slow.')\ndef test(): ...", []),
        ("pytest.importorskip('playwright')", [1]),
    ],
)
def test_skips_without_a_reason_are_told_from_others(code, lines):
    assert without_reason(ast.parse(code)) == lines
