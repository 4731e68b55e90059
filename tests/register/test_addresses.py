"""Addresses of sources and evidence, by every way in which they come: model, form, import, load and API."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from commitments.models import Commitment
from gmg_portal.editors.spreadsheets.importing import import_file
from gmg_portal.editors.spreadsheets.resources import CommitmentResource
from reporting.importers.parsed_lines import evidence
from reporting.models import Evidence
from tests.gmg_portal.editors.spreadsheets.test_problems import GOOD, workbook_of
from tests.support.factories import CommitmentFactory, EvidenceFactory, ProgressReportFactory
from tests.support.form_filling import filled

WRITTEN, KEPT = "HTTP://WWW.ILO.org/Report", "http://www.ilo.org/Report"
LONG = "https://library.example.org/" + "a" * (2_000 - 28)
NOWHERE = (
    "‘localhost’ is not a public web site. Give the address under which everybody finds it: https://www.ilo.org/report."
)


@pytest.mark.django_db
def test_address_is_kept_in_one_form_however_it_is_saved():
    saved = EvidenceFactory(url=WRITTEN)
    (loaded,) = Evidence.objects.bulk_create([EvidenceFactory.build(report=saved.report, url=WRITTEN)])

    assert {Evidence.objects.get(pk=piece.pk).url for piece in (saved, loaded)} == {KEPT}
    assert CommitmentFactory(source_location="www.ilo.org/a").source_address == "https://www.ilo.org/a"
    assert CommitmentFactory(source_location="A/68/190").source_address == ""


@pytest.mark.django_db
def test_source_in_capitals_or_without_scheme_is_a_link(client):
    commitment = CommitmentFactory(source_location=WRITTEN)

    assert f'href="{KEPT}"' in client.get(commitment.get_absolute_url()).content.decode()
    assert client.get(f"/api/v1/commitments/{commitment.reference}/").json()["source_location"] == KEPT


@pytest.mark.django_db
def test_address_of_two_thousand_characters_is_kept_and_one_more_is_refused():
    piece = EvidenceFactory(url=LONG)

    piece.full_clean()
    piece.url = LONG + "a"
    with pytest.raises(ValidationError) as refusal:
        piece.full_clean()

    assert Evidence.objects.get().url == LONG
    assert refusal.value.message_dict == {"url": ["Ensure this value has at most 2000 characters (it has 2001)."]}


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["HTTP://ilo.org/", "ilo.org", "http://ILO.org", "javascript:x"])
def test_database_refuses_an_address_in_another_form(assert_refused_by, url):
    piece = EvidenceFactory()

    def write():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE reporting_evidence SET url = %s WHERE id = %s", [url, piece.pk])

    assert_refused_by("evidence_address_normalized", write)


@pytest.mark.parametrize(("written", "kept"), [(WRITTEN, KEPT), ("www.ilo.org/a", "https://www.ilo.org/a")])
def test_loaded_address_is_a_page(written, kept):
    piece = evidence("Report", written)

    assert (piece.url, piece.symbol, piece.kind) == (kept, "", "web_page")


@pytest.mark.parametrize(
    ("written", "kept"), [(WRITTEN, KEPT), ("www.ilo.org/a", "https://www.ilo.org/a"), (LONG, LONG)]
)
def test_imported_address_is_kept_in_one_form(ilo_focal_point, written, kept):
    resource = CommitmentResource(ilo_focal_point)

    outcome = import_file(resource, workbook_of(resource, GOOD | {"source_location": written}), dry_run=False)

    assert outcome.problems == []
    assert Commitment.objects.get().source_location == kept


def test_imported_address_of_nowhere_is_refused(ilo_focal_point):
    resource = CommitmentResource(ilo_focal_point)

    outcome = import_file(
        resource, workbook_of(resource, GOOD | {"source_location": "http://localhost/none"}), dry_run=False
    )

    assert [str(problem) for problem in outcome.problems] == [f"Row 2, source_location: {NOWHERE}"]


@pytest.mark.parametrize(("url", "errors"), [("www.ilo.org/a", []), (LONG, []), ("http://localhost/none", [NOWHERE])])
def test_form_of_a_report_takes_public_addresses_alone(client, ilo_focal_point, commitment, url, errors):
    report = ProgressReportFactory(commitment=commitment)
    address = reverse("admin:reporting_progressreport_change", args=[report.pk])
    client.force_login(ilo_focal_point)
    data = filled(client.get(address), achieved="x")
    data |= {"evidence-0-kind": "publication", "evidence-0-title": "Report", "evidence-0-url": url}

    page = client.post(address, data | {"evidence-TOTAL_FORMS": "1"})

    if errors:
        assert page.context["inline_admin_formsets"][0].formset.forms[0].errors["url"] == errors
    else:
        assert page.status_code == 302
        assert Evidence.objects.get().url == url.replace("www.", "https://www.")
