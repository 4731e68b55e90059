"""Test the descriptions of the data files against the files, with Frictionless and an RDF library."""

import json
from datetime import UTC, date, datetime

import pytest
from django.conf import settings as portal_settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from frictionless import Package, system
from rdflib import DCTERMS, FOAF, RDF, Graph, Literal, Namespace, URIRef

from gmg_portal.models import Revision
from gmg_portal.open_data.editions import publishing
from gmg_portal.open_data.editions.publishing import publish
from gmg_portal.open_data.tables import TABLES
from gmg_portal.open_data.writers import FORMATS
from register.standings.pending import rebuild_pending
from tests.support.factories import CommitmentFactory, published_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("editions")]

HOST = "http://testserver"
# The library's own DCAT is the second; this is the third.
DCAT = Namespace("http://www.w3.org/ns/dcat#")
AVAILABILITY = URIRef("http://data.europa.eu/r5r/availability")
SPDX = Namespace("http://spdx.org/rdf/terms#")
NUMBER = URIRef("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")


@pytest.fixture(scope="module")
def live_files(django_db_setup, django_db_blocker):
    """Return the real register's data package, and each table as CSV and NDJSON."""
    client = Client()
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_reference", verbosity=0)
        call_command("load_commitments", portal_settings.BASE_DIR / "data" / "commitments.csv", verbosity=0)
        rebuild_pending()
        package = client.get("/data/datapackage.json").json()
        files = {
            (name, form): client.get(f"/data/{name}.{form}").getvalue() for name in TABLES for form in ("csv", "ndjson")
        }
        transaction.set_rollback(True)
    return package, files


def faults(folder):
    """Return the errors that Frictionless finds in a package and its files, and the tables that it validated."""
    with system.use_context(trusted=False):
        report = Package(str(folder / "datapackage.json")).validate()
    return report.flatten(["fieldName", "rowNumber", "type", "message"]), [task.name for task in report.tasks]


@pytest.mark.exhaustive
def test_live_package_is_valid_with_the_real_data(live_files, tmp_path):
    package, files = live_files
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    for name in TABLES:
        (tmp_path / f"{name}.csv").write_bytes(files[name, "csv"])

    errors, validated = faults(tmp_path)

    assert errors == []
    assert validated == list(TABLES)
    assert all("hash" not in resource and "bytes" not in resource for resource in package["resources"])
    versions = {package["version"], *(resource["version"] for resource in package["resources"])}
    assert versions == {f"1.0.{package['revision']}"}
    assert [source["path"] for source in package["sources"]] == [f"{HOST}/about/", f"{HOST}/commitments/"]
    assert package["contributors"] == [{"title": "Global Migration Group", "roles": ["publisher"]}]


FAULTS = [
    ("commitments.csv", b"HLD-0001,", b"HLD-X,", "constraint-error"),
    ("reports.csv", b",HLD-0001,published,", b",HLD-9999,published,", "foreign-key"),
    ("agencies.csv", b"ilo,", b"iom,", "primary-key"),
]


def test_edition_is_valid_and_a_fault_would_be_found(editions, ilo, iom):
    commitment = CommitmentFactory(lead_agency=ilo, reference="HLD-0001")
    published_report(commitment, on_behalf_of=ilo)
    edition = publish()
    folder = editions / str(edition)
    package = json.loads((folder / "datapackage.json").read_text())

    assert faults(folder) == ([], list(TABLES))
    assert [resource["hash"] for resource in package["resources"]] == [
        f"sha256:{each['sha256']}" for each in edition.files if each["name"].endswith(".csv")
    ]
    for file, old, new, fault in FAULTS:
        content = (folder / file).read_bytes()
        assert old in content
        (folder / file).write_bytes(content.replace(old, new, 1))
        assert fault in {row[2] for row in faults(folder)[0]}, file
        (folder / file).write_bytes(content)


def test_relations_that_no_key_can_say_hold(live_files):
    package, files = live_files
    rows = {name: [json.loads(line) for line in files[name, "ndjson"].splitlines()] for name in TABLES}
    relations = {
        (resource["name"], each["field"], each["resource"], each["reference"]): each.get("where", {})
        for resource in package["resources"]
        for each in resource.get("relations", [])
    }

    assert relations == {
        ("commitments", "lead", "agencies", "code"): {"lead_kind": "agency"},
        ("commitments", "partners", "agencies", "code"): {},
        ("commitments", "recommendations", "recommendations", "code"): {},
        ("reports", "contribution_agencies", "agencies", "code"): {},
    }
    for (table, field, other, key), where in relations.items():
        known = {row[key] for row in rows[other]}
        chosen = [row[field] for row in rows[table] if all(row[name] == word for name, word in where.items())]
        values = {each for value in chosen for each in (value if isinstance(value, list) else [value])}
        assert values <= known
        assert values or field == "contribution_agencies"


# The catalogue


@pytest.fixture
def two_editions(monkeypatch, ilo):
    """Publish two editions; return the earlier one first."""

    def published(day):
        monkeypatch.setattr(publishing, "today", lambda: day)
        return publish()

    CommitmentFactory(lead_agency=ilo)
    return published(date(2014, 6, 30)), published(date(2014, 12, 31))


@pytest.fixture
def graph(client, settings):
    """Parse the catalogue with an RDF library."""

    def graph():
        settings.DATA_LICENCE_NAME = "CC BY 4.0"
        settings.DATA_LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
        settings.CONTACT_EMAIL = "portal@example.org"
        return Graph().parse(data=client.get("/data/catalog.jsonld").content, format="json-ld")

    return graph


def test_catalogue_is_dcat_3_of_what_stands_today(graph, commitment):
    # The test's transaction never commits, so its revision does not change by itself.
    Revision.objects.update_or_create(pk=1, defaults={"number": 7, "moved_at": datetime(2014, 7, 1, 9, 30, tzinfo=UTC)})

    read = graph()

    (catalogue,) = read.subjects(RDF.type, DCAT.Catalog)
    datasets = set(read.objects(catalogue, DCAT.dataset))
    assert catalogue == URIRef(f"{HOST}/data/catalog.jsonld")
    assert datasets == {URIRef(f"{HOST}/data/#{name}") for name in TABLES} == set(read.subjects(RDF.type, DCAT.Dataset))
    wanted = [
        DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.identifier, DCTERMS.language, DCTERMS.license,
        DCTERMS.modified, DCAT.contactPoint, DCAT.keyword, DCAT.version,
    ]  # fmt: skip
    of_data = [*wanted, DCTERMS.temporal, DCTERMS.accrualPeriodicity, DCAT.distribution, DCAT.landingPage]
    assert [each for each in wanted if not list(read.objects(catalogue, each))] == []
    assert [(one, each) for one in datasets for each in of_data if not list(read.objects(one, each))] == []
    assert {str(each) for one in datasets for each in read.objects(one, DCAT.distribution)} == {
        f"{HOST}/data/{name}.{form}" for name in TABLES for form in FORMATS
    }
    for distribution in read.subjects(RDF.type, DCAT.Distribution):
        assert list(read.objects(distribution, DCAT.mediaType))
        assert list(read.objects(distribution, DCTERMS.license)) == [
            URIRef("https://creativecommons.org/licenses/by/4.0/")
        ]
        assert list(read.objects(distribution, DCAT.downloadURL)) == [distribution]
    for node in (catalogue, *datasets):
        assert len(set(read.objects(node, DCAT.theme))) == 2
        assert [read.value(place, RDF.type) for place in read.objects(node, DCTERMS.spatial)] == [DCTERMS.Location]
        (publisher,) = read.objects(node, DCTERMS.publisher)
        (contact,) = read.objects(node, DCAT.contactPoint)
        assert FOAF.Agent in set(read.objects(publisher, RDF.type))
        assert VCARD.Kind in set(read.objects(contact, RDF.type))
    for distribution in read.subjects(RDF.type, DCAT.Distribution):
        assert read.value(distribution, AVAILABILITY)
        assert str(distribution).endswith(".ndjson") or read.value(distribution, DCTERMS.format)
    (service,) = read.subjects(RDF.type, DCAT.DataService)
    assert read.value(catalogue, DCAT.service) == service == URIRef(f"{HOST}/api/v1/")
    assert set(read.objects(service, DCAT.servesDataset)) == datasets
    assert read.value(service, DCAT.endpointDescription) == URIRef(f"{HOST}/api/v1/schema/")
    (publisher,) = read.objects(catalogue, DCTERMS.publisher)
    (contact,) = set(read.objects(None, VCARD.hasEmail))
    assert str(read.value(publisher, FOAF.name)) == "Global Migration Group"
    assert contact == URIRef("mailto:portal@example.org")
    assert list(read.subjects(RDF.type, DCAT.DatasetSeries)) == []


def test_catalogue_names_every_edition_in_its_series(graph, two_editions):
    first, second = two_editions

    read = graph()

    (series,) = read.subjects(RDF.type, DCAT.DatasetSeries)
    earlier, later = (URIRef(f"{HOST}/data/editions/{edition}/") for edition in two_editions)
    assert series == URIRef(f"{HOST}/data/editions/")
    assert set(read.subjects(DCAT.inSeries, series)) == {earlier, later}
    assert (read.value(series, DCAT.first), read.value(series, DCAT.last)) == (earlier, later)
    assert read.value(later, DCAT.previousVersion) == read.value(later, DCAT.prev) == earlier
    assert read.value(earlier, DCAT.prev) is None
    assert read.value(later, DCAT.version) == Literal("2014-12-31")
    files = {str(each): each for each in read.objects(later, DCAT.distribution)}
    frozen = {file["name"]: file for file in second.files}
    assert len(files) == 16 + 2
    for address, distribution in files.items():
        file = frozen[address.rpartition("/")[2]]
        checksum = read.value(distribution, SPDX.checksum)
        assert read.value(distribution, DCAT.byteSize) == Literal(str(file["bytes"]), datatype=NUMBER)
        assert read.value(checksum, SPDX.algorithm) == SPDX.checksumAlgorithm_sha256
        assert str(read.value(checksum, SPDX.checksumValue)).lower() == file["sha256"]
    assert first.changes is None
