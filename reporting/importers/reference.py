"""Loading `reference.yaml` into the reference tables."""

from datetime import date
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agencies.models import Agency, ChairTerm, FormerName
from agenda.models import AgendaPoint, Alignment, Event, Framework, Statement
from commitments.models import Stakeholder
from foundation.text.unknown_words import unknown_value
from recommendations.models import Recommendation
from reporting.importers.reference_file import ReferenceEntry, ReferenceFile
from reporting.importers.results import ImportRefused, ImportSummary
from reporting.importers.table_loader import DeletedRow, RowData, TableLoader
from workgroups.models import Participation, WorkGroup, WorkPlan

Rows = dict[Any, models.Model | DeletedRow]


@transaction.atomic
def load_reference(path: Path) -> list[ImportSummary]:
    """Load the whole file and return a summary for each table, or raise ImportRefused and load nothing."""
    file = ReferenceFile(path)
    agencies, agency_summary = load_agencies(file)
    points, point_summary = load_points(file)
    frameworks, framework_summary = load_frameworks(file)
    workgroups, workgroup_summary = load_workgroups(file)
    return [
        agency_summary,
        load_former_names(file, agencies),
        load_chairs(file, agencies),
        point_summary,
        framework_summary,
        load_alignments(file, frameworks, points),
        load_statements(file),
        load_events(file),
        workgroup_summary,
        load_participations(file, workgroups, agencies),
        load_work_plans(file),
        load_recommendations(file, points),
        load_stakeholders(file),
    ]


def load_agencies(file: ReferenceFile) -> tuple[Rows, ImportSummary]:
    """Load the members in their order, then the constituents with their member as parent."""
    loader, rows = TableLoader(Agency, ("code",)), {}
    for position, entry in enumerate(file.entries("agencies"), start=1):
        rows[entry["code"]] = loader.load(agency(entry, position))
    for code, members in file.constituents().items():
        parent = row_named(rows, code, "constituents")
        for entry in members:
            data = agency(entry, len(rows) + 1)
            data.fields["parent"] = parent
            rows[entry["code"]] = loader.load(data)
    return rows, loader.summary


def agency(entry: ReferenceEntry, position: int) -> RowData:
    site = entry.get("site")
    return RowData(
        entry["code"],
        {
            **texts(entry, "code", "acronym", "name", "headquarters"),
            "website": f"https://{site}" if site else "",
            "parent": None,
            "position": position,
        },
    )


def load_former_names(file: ReferenceFile, agencies: Rows) -> ImportSummary:
    """Load the names that agencies bore before; the section may be left out."""
    loader = TableLoader(FormerName, ("agency", "until"))
    for entry in file.entries("former_names"):
        fields = {
            **texts(entry, "acronym", "name", "source"),
            "agency": row_named(agencies, entry["agency"], "former_names"),
            "until": day(entry, "until"),
        }
        loader.load(RowData(f"{entry['agency']} {entry['until']}", fields))
    return loader.summary


def load_chairs(file: ReferenceFile, agencies: Rows) -> ImportSummary:
    loader = TableLoader(ChairTerm, ("agency", "starts_on"))
    for entry in file.entries("chairs"):
        fields = {
            "agency": row_named(agencies, entry["agency"], "chairs"),
            "starts_on": day(entry, "starts"),
            "ends_on": day(entry, "ends"),
            "source": entry["confirmed"],
        }
        loader.load(RowData(f"{entry['agency']} {entry['starts']}", fields))
    return loader.summary


def load_points(file: ReferenceFile) -> tuple[Rows, ImportSummary]:
    loader = TableLoader(AgendaPoint, ("number",))
    rows = {
        entry["number"]: loader.load(RowData(str(entry["number"]), texts(entry, "number", "title")))
        for entry in file.entries("agenda")
    }
    return rows, loader.summary


def load_frameworks(file: ReferenceFile) -> tuple[Rows, ImportSummary]:
    """Load the frameworks, which are the columns of the convergence table."""
    loader, rows = TableLoader(Framework, ("code",)), {}
    for position, entry in enumerate(file.entries("frameworks"), start=1):
        fields = {
            **texts(entry, "code", "title", "symbol"),
            "adopted_on": day(entry, "adopted"),
            "is_base": bool(entry.get("base")),
            "position": position,
        }
        rows[entry["code"]] = loader.load(RowData(entry["code"], fields))
    return rows, loader.summary


def load_alignments(file: ReferenceFile, frameworks: Rows, points: Rows) -> ImportSummary:
    """Load an alignment of every framework, except the base, with every point: ticked, or with its passage."""
    base = {entry["code"] for entry in file.entries("frameworks") if entry.get("base")}
    cells = {(code, number): {"strength": Alignment.Strength.TICKED} for code in frameworks for number in points}
    for entry in file.entries("passages"):
        row_named(frameworks, entry["framework"], "passages")
        row_named(points, entry["point"], "passages")
        cells[entry["framework"], entry["point"]] = texts(entry, "strength", "paragraph", "quote")
    loader = TableLoader(Alignment, ("framework", "point"))
    for (code, number), cell in cells.items():
        if code not in base:
            fields = {"framework": frameworks[code], "point": points[number], "paragraph": "", "quote": "", **cell}
            loader.load(RowData(f"{code} × {number}", fields))
    return loader.summary


def load_statements(file: ReferenceFile) -> ImportSummary:
    loader = TableLoader(Statement, ("section", "position"))
    for section, lines in file.statements().items():
        for position, text in enumerate(lines, start=1):
            fields = {"section": choice_value(section), "position": position, "text": text}
            loader.load(RowData(f"{section} {position}", fields))
    return loader.summary


def load_events(file: ReferenceFile) -> ImportSummary:
    """Load the events. The slug is made from the title, with the date if an earlier event has the same title."""
    loader = TableLoader(Event, ("slug",))
    slugs = set()
    for entry in file.entries("events"):
        slug = slugify(entry["title"])[:120]
        if slug in slugs:
            slug = f"{slug[:109]}-{entry['starts']}"
        slugs.add(slug)
        fields = {
            **texts(entry, "title", "place"),
            "slug": slug,
            "starts_on": day(entry, "starts"),
            "ends_on": day(entry, "ends"),
        }
        loader.load(RowData(slug, fields))
    return loader.summary


def load_workgroups(file: ReferenceFile) -> tuple[Rows, ImportSummary]:
    loader, rows = TableLoader(WorkGroup, ("slug",)), {}
    for position, entry in enumerate(file.entries("workgroups"), start=1):
        fields = {**texts(entry, "slug", "title"), "kind": choice_value(entry["kind"]), "position": position}
        rows[entry["slug"]] = loader.load(RowData(entry["slug"], fields))
    return rows, loader.summary


def load_participations(file: ReferenceFile, workgroups: Rows, agencies: Rows) -> ImportSummary:
    loader = TableLoader(Participation, ("workgroup", "agency"))
    for entry in file.entries("workgroups"):
        for position, code in enumerate(entry["leads"], start=1):
            fields = {
                "workgroup": workgroups[entry["slug"]],
                "agency": row_named(agencies, code, "workgroups"),
                "role": choice_value(entry["role"]),
                "position": position,
            }
            loader.load(RowData(f"{entry['slug']}: {code}", fields))
    return loader.summary


def load_work_plans(file: ReferenceFile) -> ImportSummary:
    loader = TableLoader(WorkPlan, ("slug",))
    for entry in file.entries("work_plans"):
        fields = texts(entry, "slug", "title", "acronym") | {
            "starts_on": day(entry, "starts"),
            "ends_on": day(entry, "ends"),
        }
        loader.load(RowData(entry["slug"], fields))
    return loader.summary


def load_recommendations(file: ReferenceFile, points: Rows) -> ImportSummary:
    """Load the recommendations in the order of the file, each followed by its parts, which have the same level."""
    loader = TableLoader(Recommendation, ("code",), related=("agenda_points",))
    position = 0
    for entry in file.entries("recommendations"):
        position += 1
        parent = loader.load(recommendation(entry, choice_value(entry["level"]), None, position, points))
        for part in entry.get("parts") or []:
            position += 1
            loader.load(recommendation(part, choice_value(entry["level"]), parent, position, points))
    return loader.summary


def recommendation(
    entry: ReferenceEntry, level: str, parent: models.Model | DeletedRow | None, position: int, points: Rows
) -> RowData:
    related = [row_named(points, number, "recommendations") for number in entry.get("agenda_points") or []]
    return RowData(
        entry["code"],
        {**texts(entry, "code", "text"), "level": level, "parent": parent, "position": position},
        {"agenda_points": related},
    )


def load_stakeholders(file: ReferenceFile) -> ImportSummary:
    """Load the stakeholders; refuse the file if it lists kinds that the model does not have."""
    kinds = Stakeholder.Kind.values
    if unknown := sorted({str(kind) for kind in file.stakeholder_kinds() if choice_value(kind) not in kinds}):
        raise ImportRefused(*(f"stakeholder_kinds: {unknown_value(kind, sorted(kinds))}" for kind in unknown))
    loader = TableLoader(Stakeholder, ("name",))
    for entry in file.entries("stakeholders"):
        fields = texts(entry, "name", "acronym") | {"kind": choice_value(entry["kind"])}
        loader.load(RowData(entry["name"], fields))
    return loader.summary


def texts(entry: ReferenceEntry, *names: str) -> dict[str, Any]:
    """Return these values of the entry, '' for missing ones."""
    return {name: "" if entry.get(name) is None else entry[name] for name in names}


def day(entry: ReferenceEntry, name: str) -> date | str | None:
    """Return the date as YAML parsed it; anything else as text, which the model refuses."""
    value = entry.get(name)
    return value if value is None or isinstance(value, date) else str(value)


def choice_value(text: str) -> str:
    """Return a value of the file as a value of the model's choices: 'working-group' is 'working_group'."""
    return str(text).replace("-", "_")


def row_named(rows: Rows, key: str | int | date, section: str) -> models.Model | DeletedRow:
    """Return the row that another section of the file defines under this key."""
    if key not in rows:
        params = {"section": section, "key": key, "known": ", ".join(map(str, rows))}
        raise ImportRefused(_("%(section)s: ‘%(key)s’ stands nowhere else in the file; it has %(known)s.") % params)
    return rows[key]
