"""Descriptions of the data files for programs: metadata of one file, and a Frictionless data package of all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from gmg_portal.open_data.table_classes import Column, Table
from gmg_portal.open_data.tables import TABLES
from gmg_portal.revision.current import CurrentRevision

Description = dict[str, Any]
NAME = "gmg-hld-follow-up"
KEYWORDS = ["migration", "development", "High-level Dialogue", "Global Migration Group", "commitments", "follow-up"]


class FileDigest(Protocol):
    """A file that never changes: its length, and its SHA-256 in hexadecimal digits."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Licence:
    """The licence under which the operator offers the data; empty if none is stated."""

    name: str
    url: str

    @classmethod
    def from_settings(cls) -> "Licence":
        return cls(settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL)

    def __bool__(self) -> bool:
        return bool(self.name or self.url)


@dataclass(frozen=True)
class Snapshot:
    """The revision and day (UTC) of the files as they are now, and the origin of their addresses."""

    standing: CurrentRevision
    day: date
    origin: str

    def file_url(self, table: Table, form: str) -> str:
        return self.origin + reverse("data-file", args=[table.name, form])


def file_metadata(
    table: Table,
    snapshot: Snapshot,
    licence: Licence,
    as_of: date | None = None,
    is_part: bool = False,
    *,
    address: str = "",
    filters: str = "",
) -> dict[str, str]:
    """Return a file's metadata by heading: `address` is where it was downloaded, `filters` are its parameters."""
    metadata = {
        _("Title"): str(table.title),
        _("Address"): address,
        _("Filters"): filters,
        _("Revision"): str(snapshot.standing.number),
        _("Retrieved on (UTC)"): snapshot.day.isoformat(),
        _("As the record stood at the end of"): as_of.isoformat() if as_of else "",
        _("Rows"): _("A selection") if is_part else _("All"),
        _("Licence"): " ".join(part for part in (licence.name, licence.url) if part) or _("not stated"),
        _("Source"): snapshot.origin + reverse("data"),
        _("Columns"): snapshot.origin + reverse("data-package"),
        **{column.name: str(column.description) for column in table.columns},
    }
    return {heading: text for heading, text in metadata.items() if text}


def data_package(
    snapshot: Snapshot, licence: Licence, files: Mapping[str, FileDigest] | None = None, homepage: str = ""
) -> Description:
    """Return a Frictionless data package of the CSV files; their paths are relative to it.

    Lengths and digests are included only for `files`, which never change.
    """
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME,
        "title": _("GMG HLD follow-up portal"),
        "description": _("What the Global Migration Group undertook after the 2013 High-level Dialogue."),
        "homepage": homepage or snapshot.origin + reverse("data"),
        "version": data_version(snapshot.standing),
        "revision": snapshot.standing.number,
        "day": snapshot.day.isoformat(),
        "licenses": [frictionless_licence(licence)] if licence else None,
        "created": snapshot.standing.moved_at and snapshot.standing.moved_at.isoformat(timespec="seconds"),
        "keywords": KEYWORDS,
        "sources": sources(snapshot),
        "contributors": [{"title": _("Global Migration Group"), "roles": ["publisher"]}],
        "resources": [_resource(table, snapshot, licence, files or {}) for table in TABLES.values()],
    }
    return {name: value for name, value in package.items() if value is not None}


def data_version(standing: CurrentRevision) -> str:
    """Return the version of the data (semantic): 1 for the columns of these files, and the revision of the record."""
    return f"1.0.{standing.number}"


def sources(snapshot: Snapshot) -> list[Description]:
    """Return the sources of the record: the group's own presentation, and what the leads published or report here."""
    return [
        {
            "title": _("The Global Migration Group’s presentation of February 2014"),
            "path": snapshot.origin + reverse("about"),
        },
        {
            "title": _("The follow-up actions that members and working groups made public, each with its source"),
            "path": snapshot.origin + reverse("commitments:list"),
        },
    ]


def frictionless_licence(licence: Licence) -> Description:
    """Return the licence as Frictionless describes it: a name without spaces, or an address."""
    name = re.sub(r"[^-\w.]+", "-", licence.name)
    properties = {"name": name, "title": licence.name, "path": licence.url}
    return {name: value for name, value in properties.items() if value}


def _resource(table: Table, snapshot: Snapshot, licence: Licence, files: Mapping[str, FileDigest]) -> Description:
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
        "version": data_version(snapshot.standing),
        "licenses": [frictionless_licence(licence)] if licence else None,
        "bytes": files[name].bytes if name in files else None,
        "hash": f"sha256:{files[name].sha256}" if name in files else None,
        "schema": _schema(table),
        "relations": _relations(table),
    }
    return {key: value for key, value in resource.items() if value}


def _relations(table: Table) -> list[Description]:
    """Return relations that foreign keys cannot state: cells with several keys, and keys into one table or another."""
    relations = []
    for column in table.columns:
        for other, key, *condition in column.relations:
            relation = {"field": column.name, "resource": other, "reference": key}
            if column.many:
                relation["separator"] = ";"
            if condition:
                relation["where"] = dict(condition)
            relations.append(relation)
    return relations


def _schema(table: Table) -> Description:
    schema = {
        "fields": [_field(column, table) for column in table.columns],
        "primaryKey": [table.key],
        "missingValues": [""],
    }
    relations = [(column.name, column.foreign_key) for column in table.columns if column.foreign_key]
    if relations:
        schema["foreignKeys"] = [
            {"fields": [name], "reference": _reference(other, key, table)} for name, (other, key) in relations
        ]
    return schema


def _reference(other: str, key: str, table: Table) -> Description:
    """Return the target of a foreign key; version 2 of the standard names no resource for the same table."""
    return {"fields": [key]} if other == table.name else {"resource": other, "fields": [key]}


def _field(column: Column, table: Table) -> Description:
    field = {"name": column.name, "type": column.type, "description": str(column.description)}
    if column.many:
        field["description"] = _("%(description)s Several are joined by ‘;’.") % field
    elif column.format != "default":
        field["format"] = column.format
    constraints = {
        "required": column.required,
        "unique": column.name == table.key,
        "pattern": column.pattern,
        "enum": list(column.choices),
    }
    non_empty = {name: value for name, value in constraints.items() if value}
    return field | ({"constraints": non_empty} if non_empty else {})
