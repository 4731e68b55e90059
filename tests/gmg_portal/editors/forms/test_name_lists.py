"""A place keeps its name, whatever stands in it, through form, file, API and CSV."""

import csv
import io

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from commitments.models import Commitment
from foundation.text.name_lists import normalize_spaces, split_names
from foundation.text.spreadsheet_cells import unescape_formulas
from gmg_portal.editors.spreadsheets.importing import import_file
from gmg_portal.editors.spreadsheets.resources import CommitmentResource
from gmg_portal.editors.spreadsheets.writing import export_csv, export_xlsx
from tests.support.factories import CommitmentFactory, StakeholderFactory, corrected
from tests.support.form_filling import filled, problems

pytestmark = pytest.mark.django_db

IRAN = "Iran, Islamic Republic of"
NAME = st.text(alphabet="abÉه承 ,;\"'\n=-", min_size=1, max_size=12).map(normalize_spaces).filter(bool)
NAMES = st.lists(NAME, min_size=1, max_size=4)
AT_ONCE = 5


@pytest.fixture
def page(client, ilo_focal_point, draft):
    """The address of the form of ILO's draft, whose focal point is signed in."""
    client.force_login(ilo_focal_point)
    return reverse("admin:commitments_commitment_change", args=[draft.pk])


def places_of(row) -> list[str]:
    return Commitment.objects.values_list("places", flat=True).get(pk=row.pk)


def test_place_with_a_comma_stays_one_place_when_something_else_is_saved(client, page, draft):
    Commitment.objects.filter(pk=draft.pk).update(places=[IRAN, "Costa Rica"])

    client.post(page, filled(client.get(page), summary="Only this was changed."))

    draft.refresh_from_db()
    assert (draft.places, draft.summary) == ([IRAN, "Costa Rica"], "Only this was changed.")


def test_places_are_entered_one_on_each_line_or_separated_by_semicolons(client, page, draft):
    client.post(page, filled(client.get(page), places=f' {IRAN}\r\n\r\nJordan; Lebanon\r\n"Here; there" '))

    assert places_of(draft) == [IRAN, "Jordan", "Lebanon", "Here; there"]


def test_form_names_what_is_wrong_with_a_list_and_keeps_it(client, page, draft):
    typed = f'{IRAN}\n"Jordan'

    unclosed = client.post(page, filled(client.get(page), places=typed))
    long = client.post(page, filled(client.get(page), places="x" * 101))

    sentence = '"Jordan: a name that begins with a quotation mark ends with one, and has those inside doubled.'
    assert problems(unclosed) == {"places": [sentence]}
    assert unclosed.context["adminform"].form["places"].value() == typed
    assert problems(long) == {"places": [f"‘{'x' * 101}’ is longer than 100 characters."]}
    assert places_of(draft) == []


@pytest.mark.exhaustive
def test_every_name_survives_form_export_import_and_api(client, page, draft, ilo, ilo_focal_point):
    """Several lists at a time: each of a draft and of a published row, and the names of all in one form."""
    drafts = CommitmentFactory.create_batch(AT_ONCE, draft=True, lead_agency=ilo)
    public = CommitmentFactory.create_batch(AT_ONCE, lead_agency=ilo)
    resource = CommitmentResource(ilo_focal_point)

    def survive_form(names):
        Commitment.objects.filter(pk=draft.pk).update(places=names)
        client.post(page, filled(client.get(page)))
        assert places_of(draft) == names

    def survive_file(export, lists):
        for row, names in zip(drafts, lists, strict=True):
            Commitment.objects.filter(pk=row.pk).update(places=names)
        content = export(resource)
        Commitment.objects.filter(pk__in=[row.pk for row in drafts]).update(places=["Elsewhere"])
        outcome = import_file(resource, content, dry_run=False)
        assert (outcome.refusals, outcome.problems) == ((), []), export
        assert [places_of(row) for row in drafts] == lists, export

    def survive_publication(lists):
        for row, names in zip(public, lists, strict=True):
            corrected(row, places=names)
        expected = {row.reference: row.places for row in public}
        rows = client.get("/api/v1/commitments/").json()["results"]
        lines = csv.DictReader(io.StringIO(client.get("/api/v1/commitments/?format=csv").content.decode("utf-8-sig")))
        records = csv.DictReader(io.StringIO(client.get("/data/commitments.csv").getvalue().decode("utf-8-sig")))
        assert {row["reference"]: row["places"] for row in rows} == expected
        for cells in (lines, records):
            assert {row["reference"]: split_names(unescape_formulas(row["places"])) for row in cells} == expected
        place = lists[0][0]
        named = client.get("/api/v1/commitments/", {"place": place}).json()["results"]
        assert {row["reference"] for row in named} == {key for key, names in expected.items() if place in names}

    @settings(max_examples=25 // AT_ONCE, deadline=None, suppress_health_check=list(HealthCheck))
    @given(lists=st.lists(NAMES, min_size=AT_ONCE, max_size=AT_ONCE))
    def survives(lists):
        survive_form([name for names in lists for name in names])
        for export in (export_csv, export_xlsx):
            survive_file(export, lists)
        survive_publication(lists)

    survives()


def test_workbook_for_people_keeps_each_place(client, ilo):
    CommitmentFactory(lead_agency=ilo, places=[IRAN, "Here; there"])

    content = client.get("/data/commitments.xlsx").getvalue()

    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    header, row = (list(cells) for cells in sheet.iter_rows(max_row=2, values_only=True))
    assert split_names(row[header.index("places")]) == [IRAN, "Here; there"]


def test_stakeholder_with_a_semicolon_survives_a_file(draft, ilo_focal_point):
    names = {"ITUC; the other", "Employers, organized", '"Quoted" body'}
    draft.stakeholders.set([StakeholderFactory(name=name) for name in names])
    resource = CommitmentResource(ilo_focal_point)
    content = export_csv(resource)
    Commitment.stakeholders.through.objects.all().delete()  # past the history, by which a stale file is known

    outcome = import_file(resource, content, dry_run=False)

    assert outcome.problems == []
    assert set(draft.stakeholders.values_list("name", flat=True)) == names


def test_pages_set_places_apart_so_that_a_comma_divides_none(client, ilo):
    commitment = CommitmentFactory(lead_agency=ilo, places=[IRAN, "Costa Rica"])

    page = client.get(commitment.get_absolute_url())

    assert f"{IRAN}; Costa Rica" in page.content.decode()
