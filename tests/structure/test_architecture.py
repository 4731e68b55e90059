"""Conventions of the project: each is a test."""

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

from accounts.models import AccessToken, Invitation, KnownAddress, Membership, SignInWarning, SubmittedForm, User
from agencies.models import Agency, ChairTerm, FormerName
from agenda.models import AgendaPoint, Alignment, Event, Framework, Statement
from commitments.models import Commitment, CommitmentMovement, Milestone, Partner, Stakeholder, Withdrawal
from gmg_portal.api.urls import RESOURCES
from gmg_portal.models import AuditEntry, Edition, IdempotencyRecord, Revision
from recommendations.models import Recommendation
from register.models import PendingRebuild, Standing
from reporting.models import (
    Answer,
    Assessment,
    AutosavedForm,
    Contribution,
    Correction,
    Digest,
    Evidence,
    Notification,
    ProgressReport,
    ReportingCycle,
    ReportMovement,
    StatusChange,
)
from tests.conftest import DATABASE_TESTS, FAST_TESTS, SLOWEST_FILES
from tests.support import factories
from workgroups.models import Participation, WorkGroup, WorkPlan

ROOT = Path(settings.BASE_DIR)
APPS = [
    "agencies",
    "agenda",
    "accounts",
    "workgroups",
    "recommendations",
    "commitments",
    "reporting",
    "register",
    "gmg_portal",
]
PACKAGES = ["foundation", *APPS]
# From top to bottom; the apps of one layer never import each other.
LAYERS = [
    grimp.Layer("gmg_portal"),
    grimp.Layer("register"),
    grimp.Layer("reporting"),
    grimp.Layer("commitments"),
    grimp.Layer("workgroups", "recommendations", independent=True),
    grimp.Layer("accounts"),
    grimp.Layer("agencies", "agenda", independent=True),
    grimp.Layer("foundation"),
]
# Proxies of many-to-many tables exist only for their triggers.
MODELS = {
    model
    for app in APPS
    for model in apps.get_app_config(app).get_models()
    if not (hasattr(model, "instance_type") or model._meta.proxy)
}
# Written only by the database, with the revision; nobody enters or edits them.
MOVEMENTS = {CommitmentMovement, ReportMovement}
# Internal rows on sign-ins and forms; nobody reads or edits them.
INTERNAL = {KnownAddress, SignInWarning, SubmittedForm}
# The read model of the register, which the database computes; readers see it as commitments and reports.
READ_MODEL = {Standing, PendingRebuild}
BY_DATABASE = {*MOVEMENTS, *READ_MODEL, Withdrawal}
NOT_PUBLIC = {
    *(
        User,
        Membership,
        Invitation,
        AccessToken,
        Revision,
        AuditEntry,
        IdempotencyRecord,
        Digest,
        Correction,
        Notification,
        AutosavedForm,
    ),
    *MOVEMENTS,
    *READ_MODEL,
    *INTERNAL,
}
PUBLIC = MODELS - NOT_PUBLIC
# Models with their own pages, and models that are shown on the page of another model (or on a page named here).
WITH_PAGE = {
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
# Texts about the group, which only the page shows; reporting cycles, which reports name by title; and editions, whose
# files describe themselves.
NOT_IN_API = {Statement, ReportingCycle, Edition}
# Models without earlier states: append-only ones, rows kept by the database, notes on mails, and unsaved texts.
WITHOUT_HISTORY = {
    StatusChange,
    Revision,
    AuditEntry,
    IdempotencyRecord,
    Edition,
    Digest,
    Notification,
    AutosavedForm,
    *BY_DATABASE,
}
WITHOUT_HISTORY |= INTERNAL

ANY_APP = {
    "__init__.py",
    "actions.py",
    "api.py",
    "apps.py",
    "choices.py",
    "filters.py",
    "forms.py",
    "migrations",
    "models.py",
    "permissions.py",
    "public_fields.py",
    "querysets.py",
    "serializers.py",
    "sql_functions.py",
    "templatetags",
    "urls.py",
    "views.py",
}
# Other modules of an app: a package in place of a module that outgrew one file, or a subject of its own.
FURTHER_FILES = {
    "accounts": {
        "actions",
        "attempts",
        "forms",
        "invitations",
        "models",
        "profile",
        "second_step",
        "sessions",
        "sign_in",
    },
    "agencies": {"models", "names_of_day.py"},
    "commitments": {"models", "rules.py", "succession.py", "triggers", "workflow.py"},
    "reporting": {
        "actions",
        "amendments",
        "evidence",
        "importers",
        "management",
        "models",
        "notifications",
        "rules",
        "triggers",
    },
    "register": {
        "changes",
        "details",
        "filtering",
        "management",
        "search",
        "serializers",
        "standings",
        "statistics",
        "views",
    },
}


# Names that do not say what they hold, and where they are refused so far.
VAGUE_NAMES = {"told", "found", "asked", "given", "said"}
WITHOUT_VAGUE_NAMES = [*PACKAGES, "benchmarks", "manage.py", "tests"]
# Packages whose names say everything, because Django gives them.
NAMED_BY_DJANGO = {"migrations", "management", "templatetags"}


def sources(*roots):
    """Return the syntax trees of Python files, by path: of single files, and of all below folders; no migrations."""
    paths = [path for root in roots for path in ([ROOT / root] if root.endswith(".py") else python_files(ROOT / root))]
    # CPython 3.11 fails to parse if the garbage collector runs Python code meanwhile, as hypothesis makes it do.
    gc.disable()
    try:
        return {path.relative_to(ROOT): ast.parse(path.read_text()) for path in paths if "migrations" not in path.parts}
    finally:
        gc.enable()


def python_files(folder):
    return sorted(folder.rglob("*.py"))


def name_of(node):
    """Return the dotted name of a node: 'datetime.now' for `datetime.now`, 'now' for `timezone().now`."""
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

    assert {(dependency.importer, dependency.imported) for dependency in upward} == set()


def test_no_module_has_a_name_without_a_subject(graph):
    names = {"common", "core", "utils", "helpers", "misc", "services"}

    assert {module for module in graph.modules if names & set(module.split("."))} == set()


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

    assert listing - ANY_APP == FURTHER_FILES.get(app, set())


def test_second_driver_that_would_be_preferred_silently_is_absent():
    assert importlib.util.find_spec("psycopg") is None
    assert importlib.util.find_spec("psycopg2") is not None


# Names and docstrings


def bound_names(tree):
    """Return (line, name) of all variables, parameters, functions and classes that a module defines."""
    names = []
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                names.append((node.lineno, name))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.append((node.lineno, name))
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.append((node.lineno, name))
    return sorted(names)


def vague_names(tree):
    return [(line, name) for line, name in bound_names(tree) if name.strip("_") in VAGUE_NAMES]


def test_no_name_is_vague():
    vague = [
        (str(path), line, name)
        for path, tree in sources(*WITHOUT_VAGUE_NAMES).items()
        for line, name in vague_names(tree)
    ]

    assert vague == []


def test_vague_names_are_looked_for_where_there_is_code():
    assert [root for root in WITHOUT_VAGUE_NAMES if not sources(root)] == []


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("told = 1", ["told"]),
        ("def f(asked, *given, **said): ...", ["asked", "given", "said"]),
        ("def _found(): ...", ["_found"]),
        ("class Told: ...", []),
        ("[found for found in rows]", ["found"]),
        ("for key, (told, row) in rows: ...", ["told"]),
        ("with opened as said: ...", ["said"]),
        ("if (asked := rows): ...", ["asked"]),
        ("try: ...\nexcept ValueError as said: ...", ["said"]),
        ("match row:\n    case [told, *found]: ...", ["told", "found"]),
        ("lambda given: given", ["given"]),
        ("from hypothesis import given", []),
        ("row.told = row.asked", []),
        ("f(told=found)", []),
        ("found_rows = 1", []),
    ],
)
def test_vague_names_are_distinguished_from_others(code, names):
    assert sorted(name for _line, name in vague_names(ast.parse(code))) == sorted(names)


def test_every_package_has_a_docstring():
    packages = {
        path: ast.get_docstring(tree)
        for path, tree in sources(*PACKAGES).items()
        if path.name == "__init__.py" and not NAMED_BY_DJANGO & set(path.parts)
    }

    assert len(packages) > len(PACKAGES)
    assert [str(path) for path, docstring in packages.items() if not docstring] == []


# Models


def test_every_model_has_its_admin():
    registered = set(admin.site._registry)
    inline = {inline.model for model_admin in admin.site._registry.values() for inline in model_admin.inlines}

    assert MODELS - registered - inline == BY_DATABASE | INTERNAL


def test_every_model_has_its_factory():
    made = {
        factory._meta.model
        for factory in vars(factories).values()
        if isinstance(factory, type) and issubclass(factory, DjangoModelFactory) and not factory._meta.abstract
    }

    assert made == MODELS - {Revision, *BY_DATABASE, *INTERNAL}


def test_every_model_has_a_name_and_a_docstring():
    assert {model for model in MODELS if model.__str__ is models.Model.__str__} == set()
    assert {model for model in MODELS if not model.__doc__ or model.__doc__.startswith(f"{model.__name__}(")} == set()


def test_every_public_model_has_its_page():
    assert {model for model in MODELS if hasattr(model, "get_absolute_url")} == WITH_PAGE
    assert WITH_PAGE | set(SHOWN_WITH) == PUBLIC
    assert WITH_PAGE & set(SHOWN_WITH) == set()


@pytest.mark.parametrize(
    ("model", "page"),
    [(model, page) for model, page in SHOWN_WITH.items() if not isinstance(page, str)],
    ids=lambda model: model.__name__,
)
def test_model_without_a_page_is_related_to_one_that_shows_it(model, page):
    related = {field.related_model for field in model._meta.get_fields() if field.is_relation}

    assert page in WITH_PAGE | set(SHOWN_WITH)
    assert page in related


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
# The position of the argument with the time zone.
ZONE_POSITIONS = {"datetime.now": 0, "datetime.fromtimestamp": 1, "datetime.combine": 2, "datetime": 7}


def is_naive(call):
    name = name_of(call.func).replace("datetime.datetime", "datetime").replace("datetime.date.", "date.")
    if name in ALWAYS_NAIVE:
        return True
    if name not in NAIVE_WITHOUT_ZONE:
        return False
    named = any(keyword.arg in {"tz", "tzinfo"} for keyword in call.keywords)
    return not named and len(call.args) <= ZONE_POSITIONS.get(name, 99)


def test_no_datetime_is_naive():
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
def test_naive_datetimes_are_distinguished_from_others(code, naive):
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
    """Return the lines on which a test is skipped, or expected to fail, without a reason."""
    marks = {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail", "pytest.skip", "pytest.importorskip"}
    reasoned = {
        call.func
        for call in calls(tree)
        if any(keyword.arg == "reason" for keyword in call.keywords)
        or (name_of(call.func) in {"pytest.skip", "pytest.mark.skip"} and call.args)
    }
    skips = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and name_of(node) in marks]
    return [node.lineno for node in skips if node not in reasoned]


def test_longest_files_are_there():
    assert [name for name in SLOWEST_FILES if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("selection", [DATABASE_TESTS, FAST_TESTS])
def test_selection_of_tests_is_that_of_the_makefile(selection):
    assert f"-m '{selection}'\n" in (ROOT / "Makefile").read_text()


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
def test_skips_without_a_reason_are_distinguished_from_others(code, lines):
    assert without_reason(ast.parse(code)) == lines
