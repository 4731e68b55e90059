"""What machines are told of the data files: a Frictionless data package and a DCAT catalogue."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from gmg_portal.bulk.columns import Column, Table
from gmg_portal.bulk.tables import TABLES
from gmg_portal.bulk.writers import FORMATS
from gmg_portal.revision import Standing

Description = dict[str, Any]
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


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

    standing: Standing
    day: date
    origin: str

    def file_url(self, table: Table, form: str) -> str:
        return self.origin + reverse("data-file", args=[table.name, form])


def data_package(issue: Issue, licence: Licence) -> Description:
    """A Frictionless data package of the CSV files; their paths are relative to it."""
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "gmg-hld-follow-up",
        "title": _("GMG HLD follow-up portal"),
        "description": _("What the Global Migration Group undertook after the 2013 High-level Dialogue."),
        "homepage": issue.origin + reverse("data"),
        "version": str(issue.standing.number),
        "revision": issue.standing.number,
        "day": issue.day.isoformat(),
        "licenses": [_licence(licence)] if licence else None,
        "created": issue.standing.moved_at and issue.standing.moved_at.isoformat(timespec="seconds"),
        "resources": [_resource(table) for table in TABLES.values()],
    }
    return {word: value for word, value in package.items() if value is not None}


def catalog(issue: Issue, licence: Licence) -> Description:
    """A DCAT 3 catalogue: one data set a table, one distribution a format, the columns as CSV on the Web has them."""
    page = issue.origin + reverse("data")
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "csvw": "http://www.w3.org/ns/csvw#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": issue.origin + reverse("data-catalog"),
        "@type": "dcat:Catalog",
        "dct:title": _("GMG HLD follow-up portal"),
        "dct:description": _("What the Global Migration Group undertook after the 2013 High-level Dialogue."),
        **_version(issue),
        **_terms(licence),
        "dcat:landingPage": {"@id": page},
        "dcat:dataset": [_dataset(table, issue, licence, page) for table in TABLES.values()],
    }


def _licence(licence: Licence) -> Description:
    """Frictionless asks for a name without spaces or an address."""
    name = re.sub(r"[^-\w.]+", "-", licence.name)
    words = {"name": name, "title": licence.name, "path": licence.url}
    return {word: value for word, value in words.items() if value}


def _resource(table: Table) -> Description:
    return {
        "name": table.name,
        "title": str(table.title),
        "description": str(table.description),
        "type": "table",
        "path": f"{table.name}.csv",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": _schema(table),
    }


def _schema(table: Table) -> Description:
    schema = {
        "fields": [_field(column, table) for column in table.columns],
        "primaryKey": [table.key],
        "missingValues": [""],
    }
    relations = [(column.name, column.refers_to) for column in table.columns if column.refers_to]
    if relations:
        schema["foreignKeys"] = [
            {"fields": [name], "reference": {"resource": "" if other == table.name else other, "fields": [key]}}
            for name, (other, key) in relations
        ]
    return schema


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


def _dataset(table: Table, issue: Issue, licence: Licence, page: str) -> Description:
    return {
        "@id": f"{page}#{table.name}",
        "@type": "dcat:Dataset",
        "dct:identifier": table.name,
        "dct:title": str(table.title),
        "dct:description": str(table.description),
        **_version(issue),
        **_terms(licence),
        "dcat:landingPage": {"@id": page},
        "dcat:distribution": [_distribution(table, form, issue, licence) for form in FORMATS],
    }


def _distribution(table: Table, form: str, issue: Issue, licence: Licence) -> Description:
    address = issue.file_url(table, form)
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": f"{table.name}.{form}",
        "dct:description": str(FORMATS[form].title),
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": {"@id": MEDIA_TYPES + FORMATS[form].content_type.partition(";")[0]},
        **_terms(licence),
        "csvw:tableSchema": {
            "@type": "csvw:Schema",
            "csvw:primaryKey": table.key,
            "csvw:column": {
                "@list": [
                    {
                        "@type": "csvw:Column",
                        "csvw:name": column.name,
                        "csvw:required": column.required,
                        "dct:description": str(column.description),
                    }
                    for column in table.columns
                ]
            },
        },
    }


def _version(issue: Issue) -> Description:
    version = {
        "dcat:version": str(issue.standing.number),
        "dct:date": {"@value": issue.day.isoformat(), "@type": "xsd:date"},
    }
    if issue.standing.moved_at:
        moment = issue.standing.moved_at.isoformat(timespec="seconds")
        version["dct:modified"] = {"@value": moment, "@type": "xsd:dateTime"}
    return version


def _terms(licence: Licence) -> Description:
    if licence.url:
        return {"dct:license": {"@id": licence.url}} | ({"dct:rights": licence.name} if licence.name else {})
    return {"dct:rights": licence.name} if licence.name else {}
