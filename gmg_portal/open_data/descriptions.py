"""What machines are told of the data files: what one is, and a Frictionless data package of all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from gmg_portal.http.revision import CurrentRevision
from gmg_portal.open_data.columns import Column, Table
from gmg_portal.open_data.tables import TABLES

Description = dict[str, Any]
NAME = "gmg-hld-follow-up"
KEYWORDS = ["migration", "development", "High-level Dialogue", "Global Migration Group", "commitments", "follow-up"]


class Measured(Protocol):
    """A file that never changes: how long it is, and its digest in hexadecimal digits."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Licence:
    """The terms on which the operator offers the data; empty where they are not stated."""

    name: str
    url: str

    @classmethod
    def stated(cls) -> "Licence":
        return cls(settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL)

    def __bool__(self) -> bool:
        return bool(self.name or self.url)


@dataclass(frozen=True)
class Issue:
    """The files as they stand: in which revision, on which day (UTC), and at which address."""

    standing: CurrentRevision
    day: date
    origin: str

    def file_url(self, table: Table, form: str) -> str:
        return self.origin + reverse("data-file", args=[table.name, form])


def about(
    table: Table,
    issue: Issue,
    licence: Licence,
    as_of: date | None = None,
    is_part: bool = False,
    *,
    address: str = "",
    filters: str = "",
) -> dict[str, str]:
    """Return what a file says of itself, by heading: `address` is where it comes from, `filters` what was asked."""
    words = {
        _("Title"): str(table.title),
        _("Address"): address,
        _("Filters"): filters,
        _("Revision"): str(issue.standing.number),
        _("Retrieved on (UTC)"): issue.day.isoformat(),
        _("As the record stood at the end of"): as_of.isoformat() if as_of else "",
        _("Rows"): _("A selection") if is_part else _("All"),
        _("Licence"): " ".join(word for word in (licence.name, licence.url) if word) or _("not stated"),
        _("Source"): issue.origin + reverse("data"),
        _("Columns"): issue.origin + reverse("data-package"),
        **{column.name: str(column.description) for column in table.columns},
    }
    return {heading: text for heading, text in words.items() if text}


def data_package(
    issue: Issue, licence: Licence, files: Mapping[str, Measured] | None = None, homepage: str = ""
) -> Description:
    """A Frictionless data package of the CSV files; their paths are relative to it.

    Only of files that never change can it say how long they are and by which digest they are known.
    """
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME,
        "title": _("GMG HLD follow-up portal"),
        "description": _("What the Global Migration Group undertook after the 2013 High-level Dialogue."),
        "homepage": homepage or issue.origin + reverse("data"),
        "version": version_of(issue.standing),
        "revision": issue.standing.number,
        "day": issue.day.isoformat(),
        "licenses": [stated_licence(licence)] if licence else None,
        "created": issue.standing.moved_at and issue.standing.moved_at.isoformat(timespec="seconds"),
        "keywords": KEYWORDS,
        "sources": sources(issue),
        "contributors": [{"title": _("Global Migration Group"), "roles": ["publisher"]}],
        "resources": [_resource(table, issue, licence, files or {}) for table in TABLES.values()],
    }
    return {word: value for word, value in package.items() if value is not None}


def version_of(standing: CurrentRevision) -> str:
    """Return the version of the data (semantic): 1 for the columns of these files, and the revision of the record."""
    return f"1.0.{standing.number}"


def sources(issue: Issue) -> list[Description]:
    """Where the record comes from: the group's own presentation, and what each lead published or reports here."""
    return [
        {
            "title": _("The Global Migration Group’s presentation of February 2014"),
            "path": issue.origin + reverse("about"),
        },
        {
            "title": _("The follow-up actions that members and working groups made public, each with its source"),
            "path": issue.origin + reverse("commitments:list"),
        },
    ]


def stated_licence(licence: Licence) -> Description:
    """Frictionless asks for a name without spaces or an address."""
    name = re.sub(r"[^-\w.]+", "-", licence.name)
    words = {"name": name, "title": licence.name, "path": licence.url}
    return {word: value for word, value in words.items() if value}


def _resource(table: Table, issue: Issue, licence: Licence, files: Mapping[str, Measured]) -> Description:
    name = f"{table.name}.csv"
    resource = {
        "name": table.name,
        "title": str(table.title),
        "description": str(table.description),
        "type": "table",
        "path": name,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "version": version_of(issue.standing),
        "licenses": [stated_licence(licence)] if licence else None,
        "bytes": files[name].bytes if name in files else None,
        "hash": f"sha256:{files[name].sha256}" if name in files else None,
        "schema": _schema(table),
        "relations": _relations(table),
    }
    return {word: value for word, value in resource.items() if value}


def _relations(table: Table) -> list[Description]:
    """What foreign keys cannot say: cells that hold several keys, and keys into one table or another."""
    told = []
    for column in table.columns:
        for other, key, *condition in column.relates_to:
            relation = {"field": column.name, "resource": other, "reference": key}
            if column.many:
                relation["separator"] = ";"
            if condition:
                relation["where"] = dict(condition)
            told.append(relation)
    return told


def _schema(table: Table) -> Description:
    schema = {
        "fields": [_field(column, table) for column in table.columns],
        "primaryKey": [table.key],
        "missingValues": [""],
    }
    relations = [(column.name, column.refers_to) for column in table.columns if column.refers_to]
    if relations:
        schema["foreignKeys"] = [
            {"fields": [name], "reference": _reference(other, key, table)} for name, (other, key) in relations
        ]
    return schema


def _reference(other: str, key: str, table: Table) -> Description:
    """Where a foreign key leads; one into its own table names no resource, as version 2 of the standard has it."""
    return {"fields": [key]} if other == table.name else {"resource": other, "fields": [key]}


def _field(column: Column, table: Table) -> Description:
    described = {"name": column.name, "type": column.type, "description": str(column.description)}
    if column.many:
        described["description"] = _("%(description)s Several are joined by ‘;’.") % described
    elif column.format != "default":
        described["format"] = column.format
    constraints = {
        "required": column.required,
        "unique": column.name == table.key,
        "pattern": column.pattern,
        "enum": list(column.words),
    }
    stated = {word: value for word, value in constraints.items() if value}
    return described | ({"constraints": stated} if stated else {})
