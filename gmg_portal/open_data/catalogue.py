"""The catalogue that open data portals harvest (DCAT 3): the current files, and the series of all editions."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from gmg_portal.models import Edition
from gmg_portal.open_data.descriptions import KEYWORDS, NAME, Description, Licence, Snapshot
from gmg_portal.open_data.table_classes import Table
from gmg_portal.open_data.tables import TABLES
from gmg_portal.open_data.writers import FORMATS

CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
# Population and society; international issues.
THEMES = [f"{AUTHORITY}data-theme/{code}" for code in ("SOCI", "INTR")]
OPENAPI = "https://spec.openapis.org/oas/v3.1.1"
WORLD = "https://sws.geonames.org/6295630/"
# Codes of the EU's list of file types, which has none for NDJSON.
FILE_TYPES = {"csv": "CSV", "json": "JSON", "xlsx": "XLSX"}
CONTINUOUS = "http://publications.europa.eu/resource/authority/frequency/CONT"
IRREGULAR = "http://publications.europa.eu/resource/authority/frequency/IRREG"
# The day of the High-level Dialogue, with which the record begins.
RECORD_START = date(2013, 10, 3)
# Files of an edition that are no table.
METADATA_FILES = {"SHA256SUMS", "manifest.json", "datapackage.json"}


def catalog(snapshot: Snapshot, licence: Licence, editions: Sequence[Edition]) -> Description:
    """Return a DCAT 3 catalogue: a data set per current table, and the series of editions, newest first."""
    page = snapshot.origin + reverse("data")
    return {
        "@context": CONTEXT,
        "@id": snapshot.origin + reverse("data-catalog"),
        "@type": "dcat:Catalog",
        "dct:identifier": NAME,
        "dct:title": _english(_("GMG HLD follow-up portal")),
        "dct:description": _english(_("What the Global Migration Group undertook after the 2013 High-level Dialogue.")),
        **_version_properties(snapshot),
        **_shared_properties(snapshot, licence),
        "foaf:homepage": {"@id": page},
        "dcat:themeTaxonomy": {"@id": f"{AUTHORITY}data-theme"},
        "dcat:service": [_service(snapshot, licence, page)],
        "dcat:dataset": [
            *(_dataset(table, snapshot, licence, page) for table in TABLES.values()),
            *([_series(snapshot, licence, editions)] if editions else []),
            *(
                _edition(edition, previous, snapshot, licence)
                for edition, previous in zip(editions, [*editions[1:], None], strict=bool(editions))
            ),
        ],
    }


def _service(snapshot: Snapshot, licence: Licence, page: str) -> Description:
    """Describe the API, which serves the same record row by row."""
    return {
        "@id": snapshot.origin + reverse("api:v1"),
        "@type": "dcat:DataService",
        "dct:identifier": f"{NAME}/api",
        "dct:title": _english(_("GMG HLD follow-up portal API")),
        "dct:description": _english(
            _("The public record for programs, in JSON, CSV, NDJSON and JSON-LD; without a key.")
        ),
        **_shared_properties(snapshot, licence),
        "dcat:endpointURL": {"@id": snapshot.origin + reverse("api:v1")},
        "dcat:endpointDescription": {"@id": snapshot.origin + reverse("api:schema")},
        "dct:conformsTo": {"@id": OPENAPI, "@type": "dct:Standard"},
        "dcatap:availability": {"@id": f"{AUTHORITY}planned-availability/AVAILABLE"},
        "dcat:landingPage": {"@id": snapshot.origin + reverse("api:docs")},
        "dcat:servesDataset": [{"@id": f"{page}#{name}"} for name in TABLES],
    }


def _dataset(table: Table, snapshot: Snapshot, licence: Licence, page: str) -> Description:
    return {
        "@id": f"{page}#{table.name}",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{NAME}/{table.name}",
        "dct:title": _english(table.title),
        "dct:description": _english(table.description),
        **_version_properties(snapshot),
        **_shared_properties(snapshot, licence),
        "dct:temporal": _period(None),
        "dct:accrualPeriodicity": {"@id": CONTINUOUS},
        "dcat:landingPage": {"@id": page},
        "dcat:distribution": [_distribution(table, form, snapshot, licence) for form in FORMATS],
    }


def _distribution(table: Table, form: str, snapshot: Snapshot, licence: Licence) -> Description:
    address = snapshot.file_url(table, form)
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": f"{table.name}.{form}",
        "dct:description": _english(FORMATS[form].title),
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": _media_type(FORMATS[form].content_type),
        **_format_and_availability(form, "AVAILABLE"),
        **_licence_properties(licence),
        "csvw:tableSchema": {
            "@type": "csvw:Schema",
            "csvw:primaryKey": table.key,
            "csvw:column": {
                "@list": [
                    {
                        "@type": "csvw:Column",
                        "csvw:name": column.name,
                        "csvw:required": column.required,
                        "dct:description": _english(column.description),
                    }
                    for column in table.columns
                ]
            },
        },
    }


def _series(snapshot: Snapshot, licence: Licence, editions: Sequence[Edition]) -> Description:
    newest, first = (snapshot.origin + edition.get_absolute_url() for edition in (editions[0], editions[-1]))
    return {
        "@id": snapshot.origin + reverse("editions"),
        "@type": "dcat:DatasetSeries",
        "dct:identifier": f"{NAME}/editions",
        "dct:title": _english(_("Editions of the public record")),
        "dct:description": _english(
            _("The public record, frozen on a day with all its files and never altered since.")
        ),
        "dct:issued": _moment(editions[-1]),
        "dct:modified": _moment(editions[0]),
        **_shared_properties(snapshot, licence),
        "dct:temporal": _period(editions[0].day),
        "dct:accrualPeriodicity": {"@id": IRREGULAR},
        "dcat:landingPage": {"@id": snapshot.origin + reverse("editions")},
        "dcat:first": {"@id": first},
        "dcat:last": {"@id": newest},
    }


def _edition(edition: Edition, previous: Edition | None, snapshot: Snapshot, licence: Licence) -> Description:
    address = snapshot.origin + edition.get_absolute_url()
    day = edition.day.isoformat()
    dataset = {
        "@id": address,
        "@type": "dcat:Dataset",
        "dct:identifier": address,
        "dct:title": _english(_("The public record of %(day)s") % {"day": day}),
        "dct:description": _english(
            _("All tables as they stood in revision %(revision)s, in every format.") % {"revision": edition.revision}
        ),
        "dcat:version": day,
        "dct:issued": _moment(edition),
        **_shared_properties(snapshot, licence),
        "dct:temporal": _period(edition.day),
        "dcat:landingPage": {"@id": address},
        "dcat:inSeries": {"@id": snapshot.origin + reverse("editions")},
        "dcat:distribution": [
            _edition_distribution(edition, file, snapshot, licence)
            for file in edition.files
            if file["name"] not in METADATA_FILES
        ],
    }
    if previous:
        previous_ref = {"@id": snapshot.origin + previous.get_absolute_url()}
        dataset |= {"dcat:previousVersion": previous_ref, "dcat:prev": previous_ref}
    return dataset


def _edition_distribution(edition: Edition, file: dict, snapshot: Snapshot, licence: Licence) -> Description:
    address = snapshot.origin + reverse("edition-file", args=[edition.day.isoformat(), file["name"]])
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": file["name"],
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": _media_type(file["mediatype"]),
        **_format_and_availability(file["name"].rpartition(".")[2], "STABLE"),
        "dcat:byteSize": {"@value": str(file["bytes"]), "@type": "xsd:nonNegativeInteger"},
        "dct:issued": _moment(edition),
        **_licence_properties(licence),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@value": file["sha256"], "@type": "xsd:hexBinary"},
        },
    }


def _version_properties(snapshot: Snapshot) -> Description:
    """Return the version of data that change: the revision, and the day for which freshness was computed."""
    properties = {
        "dcat:version": str(snapshot.standing.number),
        "dct:date": {"@value": snapshot.day.isoformat(), "@type": "xsd:date"},
    }
    if snapshot.standing.moved_at:
        moment = snapshot.standing.moved_at.isoformat(timespec="seconds")
        properties["dct:modified"] = {"@value": moment, "@type": "xsd:dateTime"}
    return properties


def _shared_properties(snapshot: Snapshot, licence: Licence) -> Description:
    """Return publisher, contact, language, themes and licence, which all entries share."""
    name = _("Global Migration Group")
    contact = {"@type": ["vcard:Organization", "vcard:Kind"], "vcard:fn": name}
    if settings.CONTACT_EMAIL:
        contact["vcard:hasEmail"] = {"@id": f"mailto:{settings.CONTACT_EMAIL}"}
    else:
        contact["vcard:hasURL"] = {"@id": snapshot.origin + reverse("about")}
    return {
        "dct:publisher": {
            "@id": snapshot.origin + reverse("about"),
            "@type": ["foaf:Organization", "foaf:Agent"],
            "foaf:name": name,
        },
        "dct:creator": {"@id": snapshot.origin + reverse("about")},
        "dcat:theme": [{"@id": theme} for theme in THEMES],
        "dct:spatial": {"@id": WORLD, "@type": "dct:Location"},
        "dct:accessRights": {"@id": f"{AUTHORITY}access-right/PUBLIC", "@type": "dct:RightsStatement"},
        "dcat:contactPoint": contact,
        "dct:language": {"@id": "http://publications.europa.eu/resource/authority/language/ENG"},
        "dcat:keyword": [_english(keyword) for keyword in KEYWORDS],
        **_licence_properties(licence),
    }


def _format_and_availability(form: str, availability: str) -> Description:
    """Return how long a file will be available and, if the EU's list of file types has it, its format."""
    format_ = FILE_TYPES.get(form)
    format_property = {"dct:format": {"@id": f"{AUTHORITY}file-type/{format_}"}} if format_ else {}
    return {"dcatap:availability": {"@id": f"{AUTHORITY}planned-availability/{availability}"}, **format_property}


def _period(until: date | None) -> Description:
    period = {"@type": "dct:PeriodOfTime", "dcat:startDate": {"@value": RECORD_START.isoformat(), "@type": "xsd:date"}}
    if until:
        period["dcat:endDate"] = {"@value": until.isoformat(), "@type": "xsd:date"}
    return period


def _moment(edition: Edition) -> Description:
    return {"@value": edition.published_at.isoformat(timespec="seconds"), "@type": "xsd:dateTime"}


def _media_type(content_type: str) -> Description:
    return {"@id": MEDIA_TYPES + content_type.partition(";")[0]}


def _english(text: str) -> Description:
    return {"@value": str(text), "@language": "en"}


def _licence_properties(licence: Licence) -> Description:
    rights = {"dct:rights": {"@type": "dct:RightsStatement", "dct:description": licence.name}} if licence.name else {}
    return rights | ({"dct:license": {"@id": licence.url}} if licence.url else {})
