"""Every column of a public table is declared in `public_fields`, and every public field stands where it belongs."""

import ast
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.postgres.fields import ArrayField
from django.db import models

import agencies.public_fields
import agencies.serializers
import agenda.public_fields
import agenda.serializers
import commitments.public_fields
import recommendations.public_fields
import recommendations.serializers
import reporting.public_fields
import workgroups.public_fields
import workgroups.serializers
from commitments.models import Commitment, Milestone, Partner
from commitments.public_fields import COMMITMENT
from foundation.public_fields import FIRST_VERSION, ORDER, PRECISION, Place, PublicField, PublicTable
from gmg_portal.editors.review import display_values as review
from gmg_portal.editors.spreadsheets import resources
from gmg_portal.open_data import tables
from register import serializers
from register.filtering.commitment_filters import CommitmentFilter
from register.filtering.related_filters import ReportFilter
from register.serializers import assessment, commitment, report
from reporting.amendments import history, timestamps
from reporting.models import Evidence, ProgressReport
from tests.structure.test_architecture import NOT_IN_API, PUBLIC

APPS = (agencies, agenda, workgroups, recommendations, commitments, reporting)
TABLES = [table for app in APPS for table in app.public_fields.TABLES]
BY_NAME = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.model.__name__)

SERIALIZERS = {
    "Agency": [agencies.serializers.AgencySerializer],
    "ChairTerm": [agencies.serializers.ChairTermSerializer],
    "FormerName": [agencies.serializers.FormerNameSerializer],
    "AgendaPoint": [agenda.serializers.AgendaPointSerializer],
    "Framework": [agenda.serializers.FrameworkSerializer],
    "Alignment": [agenda.serializers.AlignmentSerializer],
    "Event": [agenda.serializers.EventSerializer],
    "WorkGroup": [workgroups.serializers.WorkGroupSerializer],
    "Participation": [workgroups.serializers.ParticipationSerializer],
    "WorkPlan": [workgroups.serializers.WorkPlanRefSerializer],
    "Recommendation": [recommendations.serializers.RecommendationSerializer],
    "Commitment": [serializers.CommitmentRowSerializer, serializers.CommitmentSerializer],
    "Partner": [commitment.PartnerSerializer],
    "Milestone": [commitment.MilestoneSerializer],
    "Stakeholder": [commitment.StakeholderSerializer],
    "Withdrawal": [commitment.WithdrawalSerializer],
    "ProgressReport": [serializers.ReportSerializer],
    "Evidence": [serializers.EvidenceSerializer],
    "Contribution": [report.ContributionSerializer],
    "StatusChange": [serializers.StatusChangeSerializer],
    "Assessment": [assessment.AssessmentSerializer],
    "Answer": [assessment.AnswerSerializer],
}
# Fields of the API that only the whole commitment has, not its row in the list.
OF_THE_WHOLE = {"reviewed_by"}
FILES = {"Agency": "agencies", "Commitment": "commitments", "ProgressReport": "reports"} | {
    "Recommendation": "recommendations"
}
RESOURCES = {
    "Commitment": resources.CommitmentResource,
    "Milestone": resources.MilestoneResource,
    "ProgressReport": resources.ReportResource,
}
FILTERS = {"Commitment": CommitmentFilter, "ProgressReport": ReportFilter}
TEMPLATES = "".join(path.read_text() for path in Path(settings.BASE_DIR, "templates").rglob("*.html"))
# What templates call a field that has another name in the API; a computed field stands behind the name given here.
IN_TEMPLATES = {
    ("Commitment", "url"): "get_absolute_url",
    ("Commitment", "lead_kind"): "lead_agency",
    ("Commitment", "state"): "withdrawal",
    ("Commitment", "withdrawn_on"): "withdrawal.withdrawn_on",
    ("Commitment", "superseded_by"): "successor",
    ("Commitment", "reviewed_by"): "reviewing_body",
    ("Withdrawal", "restored_reason"): "entry.reason",
    ("ProgressReport", "code"): "number",
    ("ProgressReport", "url"): "get_absolute_url",
    ("ProgressReport", "origin"): "author",
    ("ProgressReport", "reviewed_by"): "reviewing_body",
    ("Evidence", "media_type"): "file_label",
    ("Evidence", "size"): "file_label",
    ("StatusChange", "code"): "report",
    ("Assessment", "reviewed_by"): "reviewing_body",
    ("Answer", "reviewed_by"): "reviewing_body",
    ("Agency", "url"): "get_absolute_url",
    ("Agency", "former_names"): "former_names",
    ("Recommendation", "url"): "get_absolute_url",
}


def missing_in_api(table: PublicTable) -> set[str]:
    """Return the public fields that a serializer lacks, or does not describe."""
    missing = set()
    for serializer_class in SERIALIZERS[table.model.__name__]:
        serializer = serializer_class()
        names = set(table.names_in(Place.API))
        if serializer_class is serializers.CommitmentRowSerializer:
            names -= OF_THE_WHOLE
        missing |= {name for name in names if name not in serializer.fields}
        missing |= {name for name in names - missing if not serializer.fields[name].help_text}
    return missing


def missing_in_file(table: PublicTable) -> set[str]:
    file = tables.TABLES[FILES[table.model.__name__]]
    return set(table.names_in(Place.FILE)) ^ {column.name for column in file.columns if column.description}


def missing_in_spreadsheet(table: PublicTable) -> set[str]:
    """Return the public fields that a spreadsheet does not write, or does not read."""
    resource = RESOURCES[table.model.__name__]
    names = {public_field.name for public_field in table.shown_in(Place.SPREADSHEET)}
    written = {column.column_name for column in resource.fields.values() if column.description}
    read = {name for name, column in resource.fields.items() if name not in resource.shown and not column.readonly}
    only_shown = {resource.key, *resource.shown}
    return (names - written) | (names - read - only_shown)


def missing_in_amendments(table: PublicTable) -> set[str]:
    """Return the public fields whose change is no amendment, or does not move the time of the last one."""
    missing = set()
    for public_field in table.shown_in(Place.AMENDMENTS):
        before, after = changed_rows(table, public_field, table.model.history.model)
        if table.is_set(public_field):
            is_shown = public_field.name == "partners" or public_field.name in history.SETS
        elif table.model is Commitment:
            is_shown = bool(list(history._of_commitment(before, after, {name: {} for name in history.SETS}, Names())))
            is_shown = is_shown and set(public_field.columns) <= {
                name.removesuffix("_id") for name in timestamps.COMMITMENT_COLUMNS
            }
        elif table.model is Partner:
            is_shown = bool(list(history._of_partner(before, after, Names())))
        else:
            is_shown = bool(list(history._of_milestone(before, after)))
        if table.model is not Commitment:
            columns = {name.removesuffix("_id") for name in timestamps.PART_COLUMNS[table.model]}
            is_shown = is_shown and set(public_field.columns) <= columns
        missing |= set() if is_shown else {public_field.name}
    return missing


def missing_in_review(table: PublicTable) -> set[str]:
    """Return the public fields whose change the review page does not show."""
    missing = set()
    for public_field in table.shown_in(Place.REVIEW):
        if table.is_set(public_field):
            is_shown = public_field.name == "partners" or public_field.name in review.SETS
        else:
            before, after = (review_text(table, row) for row in changed_rows(table, public_field, table.model))
            is_shown = before != after
        missing |= set() if is_shown else {public_field.name}
    return missing


def review_text(table: PublicTable, row: models.Model) -> object:
    if table.model is Partner:
        return review._part_values([row], [])
    if table.model is Milestone:
        return review._part_values([], [row])
    if table.model is Evidence:
        return review._evidence_text(row)
    return review.display_values(row)


def missing_in_pages(table: PublicTable) -> set[str]:
    """Return the public fields that no template names."""
    missing = set()
    for public_field in table.shown_in(Place.PAGE):
        if public_field.is_fact:
            continue
        names = {public_field.name, *public_field.columns}
        names |= {name.removesuffix("_on") for name in names}
        names |= {f"standing_{name.removeprefix('status_')}" for name in names} if table is COMMITMENT else set()
        names.add(IN_TEMPLATES.get((table.model.__name__, public_field.name), public_field.name))
        if not any(re.search(rf"\b(\w+\.)?(get_)?{name}(_display)?\b", tag) for name in names for tag in TAGS):
            missing.add(public_field.name)
    return missing


def names_in_forms(model: type[models.Model]) -> set[str]:
    """Return the columns and methods that the forms of the editor area show of a model, as rows and as inline rows."""
    tables = list(admin.site._registry.values())
    inlines = [inline for table in tables for inline in getattr(table, "inlines", ()) if inline.model is model]
    names = set()
    for table in (*(table for table in tables if table.model is model), *inlines):
        fieldsets = table.fieldsets or [("", {"fields": table.fields or names_by_default(model)})]
        names |= {*flatten_fieldsets(fieldsets), *table.readonly_fields, *getattr(table, "status_fields", ())}
    return names


def names_by_default(model: type[models.Model]) -> list[str]:
    return [column.name for column in (*model._meta.fields, *model._meta.many_to_many) if column.editable]


def missing_in_editor_area(table: PublicTable) -> set[str]:
    """Return the public columns that no form shows, and those of the order, which editors set.

    A precision stands in the input of its date. Rows of a set with columns of its own are inline rows.
    """
    names, missing = names_in_forms(table.model), set()
    sets = {column.name: column.remote_field.through for column in table.model._meta.local_many_to_many}
    for public_field in table.shown_in(Place.EDITOR_AREA):
        through = sets.get(next(iter(public_field.columns), ""))
        if through and not table.has_plain_set(public_field):
            missing |= set() if names_in_forms(through) else {public_field.name}
            continue
        columns = {column for column in public_field.columns if not column.endswith(PRECISION)}
        missing |= {column for column in columns if not names & {column, column.removesuffix("_on")}}
    return missing | {column for column, reason in table.private.items() if reason == ORDER and column not in names}


TAGS = re.findall(r"{[{%].*?[%}]}", TEMPLATES)
CHECKS = {
    Place.API: missing_in_api,
    Place.FILE: missing_in_file,
    Place.SPREADSHEET: missing_in_spreadsheet,
    Place.AMENDMENTS: missing_in_amendments,
    Place.REVIEW: missing_in_review,
    Place.PAGE: missing_in_pages,
    Place.EDITOR_AREA: missing_in_editor_area,
}


class Names:
    """Names of rows that exist only here."""

    def of(self, _table: object, pk: int | None) -> str:
        return f"row {pk}" if pk else ""


def changed_rows(table: PublicTable, public_field: PublicField, model: type[models.Model]) -> list[models.Model]:
    """Return two unsaved rows that differ in one field."""
    rows = []
    for number in (1, 2):
        row = model()
        row.history_id, row.history_date, row.history_type = number, datetime(2014, 3, number, tzinfo=UTC), "~"
        for each in table:
            for column in each.columns:
                field = table.model._meta.get_field(column)
                if not field.many_to_many:
                    fill(row, field, number if each is public_field else 1)
                if not public_field.is_partial:
                    break  # one column of several is enough
        rows.append(row)
    return rows


def fill(row: models.Model, field: models.Field, number: int) -> None:
    """Give a column the first or the second of two values."""
    if field.many_to_one:
        setattr(row, field.name, field.related_model(pk=number, **name_of_row(field.related_model, number)))
    elif field.choices:
        setattr(row, field.name, field.choices[number - 1][0])
    elif isinstance(field, ArrayField):
        setattr(row, field.name, [f"value {number}"])
    elif isinstance(field, models.DateTimeField):
        setattr(row, field.name, datetime(2014, 3, number, tzinfo=UTC))
    elif isinstance(field, models.DateField):
        setattr(row, field.name, date(2013 + number, 1, 1))
    elif isinstance(field, models.IntegerField):
        setattr(row, field.name, number)
    else:
        setattr(row, field.name, f"value {number}")


def name_of_row(model: type[models.Model], number: int) -> dict[str, object]:
    """Return values by which the name of a row of another table differs from that of the next."""
    if model is ProgressReport:
        return {"commitment": Commitment(reference=f"HLD-000{number}")}
    names = {column.name for column in model._meta.local_concrete_fields}
    return {name: f"row {number}" for name in ("acronym", "title", "reference", "name") if name in names}


@BY_NAME
def test_every_column_is_declared_public_or_private(table):
    assert table.undeclared_columns() == set(), f"Declare it in {table.model._meta.app_label}/public_fields.py."
    assert table.unknown_columns() == set()
    assert table.columns_declared_twice() == set()
    assert all(table.private.values())


def test_every_public_table_is_declared():
    assert {table.model for table in TABLES} == PUBLIC - NOT_IN_API
    assert len(TABLES) == len(PUBLIC - NOT_IN_API)


@BY_NAME
@pytest.mark.parametrize("place", Place)
def test_every_public_field_stands_in_each_of_its_places(table, place):
    missing = CHECKS[place](table) if place in table.places else set()

    assert missing == set()


@BY_NAME
def test_no_two_fields_have_one_name_and_each_has_a_description(table):
    names = [name for public_field in table for name in public_field.names]

    assert len(names) == len(set(names))
    assert all(str(public_field.description) for public_field in table)
    assert all(table.label(public_field.name) for public_field in table if public_field.columns)


@BY_NAME
def test_what_a_place_leaves_out_has_a_reason(table):
    for public_field in table:
        assert all(public_field.not_in.values())


@BY_NAME
def test_every_filter_of_a_field_exists(table):
    filters = {public_field.filter for public_field in table if public_field.filter}

    assert filters <= set(getattr(FILTERS.get(table.model.__name__), "base_filters", ()))


def written_texts(node: ast.AST) -> list[str]:
    """Return the texts that a call or dict has as descriptions: help texts, and those of fields and columns."""
    texts = []
    if isinstance(node, ast.Dict):
        keys = [key.value if isinstance(key, ast.Constant) else "" for key in node.keys]
        texts = [value for key, value in zip(keys, node.values, strict=True) if key == "help_text"]
    elif isinstance(node, ast.Call):
        name = getattr(node.func, "id", "")
        texts = [keyword.value for keyword in node.keywords if keyword.arg == "help_text"]
        texts += node.args[1:2] if name == "PublicField" else node.args[2:3] if name.endswith("Column") else []
    texts = [text.args[0] if isinstance(text, ast.Call) and text.args else text for text in texts]
    return [text.value for text in texts if isinstance(text, ast.Constant)]


def test_no_description_is_written_twice():
    """A description that is needed twice is a constant, or comes from a declaration of `public_fields`."""
    folders = [config.path for config in apps.get_app_configs() if config.path.startswith(f"{settings.BASE_DIR}/")]
    paths = {
        path for folder in [*folders, Path(settings.BASE_DIR, "foundation")] for path in Path(folder).rglob("*.py")
    }
    modules = (path for path in paths if "migrations" not in path.parts and ".venv" not in path.parts)
    nodes = (node for path in modules for node in ast.walk(ast.parse(path.read_text())))
    counts = Counter(text for node in nodes for text in written_texts(node))

    assert len(counts) > 200
    assert {text for text, count in counts.items() if count > 1} == set(), (
        "Make it a constant, or take it from `public_fields`."
    )


# Since when there is a field

# The fields of each version that was released, by table: written down at the release, none so far.
RELEASED: dict[str, dict[str, set[str]]] = {}


def fields_of_version(tables: list[PublicTable], version: str) -> dict[str, set[str]]:
    """Return the names of the fields that a version has, by table."""
    return {
        table.model.__name__: {each.name for each in table if numbers(each.since) <= numbers(version)}
        for table in tables
    }


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_no_field_is_newer_than_the_api():
    newest = numbers(settings.SPECTACULAR_SETTINGS["VERSION"])
    versions = {public_field.since for table in TABLES for public_field in table}

    assert all(re.fullmatch(r"[1-9]\d*\.\d+", version) for version in versions)
    assert {version for version in versions if not numbers(FIRST_VERSION) <= numbers(version) <= newest} == set()


def test_fields_of_each_release_are_written_down():
    """A field that is added after a release would otherwise seem to be in it."""
    changelog = Path(settings.BASE_DIR, "CHANGELOG.md").read_text()

    assert set(RELEASED) == set(re.findall(r"^## \[(\d+\.\d+)", changelog, re.MULTILINE))
    assert {version: fields_of_version(TABLES, version) for version in RELEASED} == RELEASED


def test_field_of_a_later_version_says_so_and_is_in_no_earlier_one():
    cost = PublicField("cost", "What it costs.", since="1.10")
    table = replace(COMMITMENT, fields=(COMMITMENT["title"], cost))

    assert str(cost.described) == "What it costs. Since version 1.10."
    assert COMMITMENT["title"].described is COMMITMENT["title"].description
    assert [fields_of_version([table], version)["Commitment"] for version in ("1.0", "1.9", "1.10")] == [
        {"title"},
        {"title"},
        {"title", "cost"},
    ]


# A forgotten column


def test_column_that_stands_only_in_the_model_is_refused(monkeypatch):
    column = models.IntegerField("made_up")
    column.set_attributes_from_name("made_up")
    columns = [*Commitment._meta.local_concrete_fields, column]
    monkeypatch.setattr(Commitment._meta, "local_concrete_fields", columns)

    assert COMMITMENT.undeclared_columns() == {"made_up"}
    with pytest.raises(AssertionError, match=r"Declare it in commitments/public_fields\.py"):
        test_every_column_is_declared_public_or_private(COMMITMENT)


@pytest.mark.parametrize("place", Place)
def test_declared_field_that_a_place_lacks_is_refused(place):
    columns = ("made_up",) if place is Place.EDITOR_AREA else ()
    table = replace(COMMITMENT, fields=(*COMMITMENT.fields, PublicField("made_up", "What it costs.", columns=columns)))

    with pytest.raises(AssertionError, match="made_up"):
        test_every_public_field_stands_in_each_of_its_places(table, place)
