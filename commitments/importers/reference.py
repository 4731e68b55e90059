"""Bringing the reference tables to what `reference.yaml` says."""

from datetime import date
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agencies.models import Agency, ChairTerm, FormerName
from agenda.models import AgendaPoint, Alignment, Event, Framework, Statement
from commitments.importers.outcome import Refused, Tally
from commitments.importers.reference_file import Document, Entry, said
from commitments.importers.tables import Gone, Table, Wanted
from commitments.models import Stakeholder
from recommendations.models import Recommendation
from workgroups.models import Participation, WorkGroup, WorkPlan

Rows = dict[Any, models.Model | Gone]


@transaction.atomic
def load_reference(path: Path) -> list[Tally]:
    """Load the file whole, or raise Refused and load nothing of it. Answers what was done to each table."""
    document = Document(path)
    agencies, of_agencies = load_agencies(document)
    points, of_points = load_points(document)
    frameworks, of_frameworks = load_frameworks(document)
    workgroups, of_workgroups = load_workgroups(document)
    return [
        of_agencies,
        load_former_names(document, agencies),
        load_chairs(document, agencies),
        of_points,
        of_frameworks,
        load_alignments(document, frameworks, points),
        load_statements(document),
        load_events(document),
        of_workgroups,
        load_participations(document, workgroups, agencies),
        load_work_plans(document),
        load_recommendations(document, points),
        load_stakeholders(document),
    ]


def load_agencies(document: Document) -> tuple[Rows, Tally]:
    """The members in their order, then the constituents, each under the member that holds the membership."""
    table, rows = Table(Agency, ("code",)), {}
    for position, entry in enumerate(document.entries("agencies"), start=1):
        rows[entry["code"]] = table.bring(agency(entry, position))
    for code, members in document.constituents().items():
        parent = named(rows, code, "constituents")
        for entry in members:
            wanted = agency(entry, len(rows) + 1)
            wanted.fields["parent"] = parent
            rows[entry["code"]] = table.bring(wanted)
    return rows, table.tally


def agency(entry: Entry, position: int) -> Wanted:
    site = entry.get("site")
    return Wanted(
        entry["code"],
        {
            **texts(entry, "code", "acronym", "name", "headquarters"),
            "website": f"https://{site}" if site else "",
            "parent": None,
            "position": position,
        },
    )


def load_former_names(document: Document, agencies: Rows) -> Tally:
    """Load the names that agencies bore before; the section may be left out."""
    table = Table(FormerName, ("agency", "until"))
    for entry in document.entries("former_names"):
        fields = {
            **texts(entry, "acronym", "name", "source"),
            "agency": named(agencies, entry["agency"], "former_names"),
            "until": day(entry, "until"),
        }
        table.bring(Wanted(f"{entry['agency']} {entry['until']}", fields))
    return table.tally


def load_chairs(document: Document, agencies: Rows) -> Tally:
    table = Table(ChairTerm, ("agency", "starts_on"))
    for entry in document.entries("chairs"):
        fields = {
            "agency": named(agencies, entry["agency"], "chairs"),
            "starts_on": day(entry, "starts"),
            "ends_on": day(entry, "ends"),
            "source": entry["confirmed"],
        }
        table.bring(Wanted(f"{entry['agency']} {entry['starts']}", fields))
    return table.tally


def load_points(document: Document) -> tuple[Rows, Tally]:
    table = Table(AgendaPoint, ("number",))
    rows = {
        entry["number"]: table.bring(Wanted(str(entry["number"]), texts(entry, "number", "title")))
        for entry in document.entries("agenda")
    }
    return rows, table.tally


def load_frameworks(document: Document) -> tuple[Rows, Tally]:
    """The columns of the convergence table; no link is made up where the file has none."""
    table, rows = Table(Framework, ("code",)), {}
    for position, entry in enumerate(document.entries("frameworks"), start=1):
        fields = {
            **texts(entry, "code", "title", "symbol"),
            "adopted_on": day(entry, "adopted"),
            "is_base": bool(entry.get("base")),
            "position": position,
        }
        rows[entry["code"]] = table.bring(Wanted(entry["code"], fields))
    return rows, table.tally


def load_alignments(document: Document, frameworks: Rows, points: Rows) -> Tally:
    """Every framework beside the base on every point: ticked, or with the passage that was read."""
    base = {entry["code"] for entry in document.entries("frameworks") if entry.get("base")}
    cells = {(code, number): {"strength": Alignment.Strength.TICKED} for code in frameworks for number in points}
    for entry in document.entries("passages"):
        named(frameworks, entry["framework"], "passages")
        named(points, entry["point"], "passages")
        cells[entry["framework"], entry["point"]] = texts(entry, "strength", "paragraph", "quote")
    table = Table(Alignment, ("framework", "point"))
    for (code, number), cell in cells.items():
        if code not in base:
            fields = {"framework": frameworks[code], "point": points[number], "paragraph": "", "quote": "", **cell}
            table.bring(Wanted(f"{code} × {number}", fields))
    return table.tally


def load_statements(document: Document) -> Tally:
    table = Table(Statement, ("section", "position"))
    for section, lines in document.statements().items():
        for position, text in enumerate(lines, start=1):
            fields = {"section": word(section), "position": position, "text": text}
            table.bring(Wanted(f"{section} {position}", fields))
    return table.tally


def load_events(document: Document) -> Tally:
    """The slug is the title's; a later event of the same title has its day in it too."""
    table = Table(Event, ("slug",))
    slugs = set()
    for entry in document.entries("events"):
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
        table.bring(Wanted(slug, fields))
    return table.tally


def load_workgroups(document: Document) -> tuple[Rows, Tally]:
    table, rows = Table(WorkGroup, ("slug",)), {}
    for position, entry in enumerate(document.entries("workgroups"), start=1):
        fields = {**texts(entry, "slug", "title"), "kind": word(entry["kind"]), "position": position}
        rows[entry["slug"]] = table.bring(Wanted(entry["slug"], fields))
    return rows, table.tally


def load_participations(document: Document, workgroups: Rows, agencies: Rows) -> Tally:
    table = Table(Participation, ("workgroup", "agency"))
    for entry in document.entries("workgroups"):
        for position, code in enumerate(entry["leads"], start=1):
            fields = {
                "workgroup": workgroups[entry["slug"]],
                "agency": named(agencies, code, "workgroups"),
                "role": word(entry["role"]),
                "position": position,
            }
            table.bring(Wanted(f"{entry['slug']}: {code}", fields))
    return table.tally


def load_work_plans(document: Document) -> Tally:
    table = Table(WorkPlan, ("slug",))
    for entry in document.entries("work_plans"):
        fields = texts(entry, "slug", "title", "acronym") | {
            "starts_on": day(entry, "starts"),
            "ends_on": day(entry, "ends"),
        }
        table.bring(Wanted(entry["slug"], fields))
    return table.tally


def load_recommendations(document: Document, points: Rows) -> Tally:
    """In the order of the document, the parts after what they are parts of, and at its level."""
    table = Table(Recommendation, ("code",), related=("agenda_points",))
    position = 0
    for entry in document.entries("recommendations"):
        position += 1
        parent = table.bring(recommendation(entry, word(entry["level"]), None, position, points))
        for part in entry.get("parts") or []:
            position += 1
            table.bring(recommendation(part, word(entry["level"]), parent, position, points))
    return table.tally


def recommendation(entry: Entry, level: str, parent: models.Model | Gone | None, position: int, points: Rows) -> Wanted:
    related = [named(points, number, "recommendations") for number in entry.get("agenda_points") or []]
    return Wanted(
        entry["code"],
        {**texts(entry, "code", "text"), "level": level, "parent": parent, "position": position},
        {"agenda_points": related},
    )


def load_stakeholders(document: Document) -> Tally:
    """The kinds that the file lists are the model's own, or the file is refused."""
    if unknown := {str(kind) for kind in document.stakeholder_kinds() if word(kind) not in Stakeholder.Kind.values}:
        words = {"unknown": said(unknown), "allowed": said(set(Stakeholder.Kind.values))}
        raise Refused(_("stakeholder_kinds: %(unknown)s is not known here; allowed: %(allowed)s.") % words)
    table = Table(Stakeholder, ("name",))
    for entry in document.entries("stakeholders"):
        fields = texts(entry, "name", "acronym") | {"kind": word(entry["kind"])}
        table.bring(Wanted(entry["name"], fields))
    return table.tally


def texts(entry: Entry, *names: str) -> dict[str, Any]:
    """These values of the entry, '' where it has none."""
    return {name: "" if entry.get(name) is None else entry[name] for name in names}


def day(entry: Entry, name: str) -> date | str | None:
    """The day as YAML reads one; anything else as text, for the model to refuse."""
    value = entry.get(name)
    return value if value is None or isinstance(value, date) else str(value)


def word(text: str) -> str:
    """The file writes working-group where the model's choice is working_group."""
    return str(text).replace("-", "_")


def named(rows: Rows, key: str | int | date, section: str) -> models.Model | Gone:
    """The row that another section of the file defines under this key."""
    if key not in rows:
        words = {"section": section, "key": key, "known": ", ".join(map(str, rows))}
        raise Refused(_("%(section)s: ‘%(key)s’ stands nowhere else in the file; it has %(known)s.") % words)
    return rows[key]
