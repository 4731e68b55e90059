"""A place keeps its name, whatever stands in it, through form, file, API and CSV."""

import csv
import io

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from commitments.exchange.cells import restored
from commitments.exchange.importing import bring
from commitments.exchange.resources import CommitmentResource
from commitments.exchange.writing import export_csv, export_xlsx
from commitments.models import Commitment
from foundation.name_lists import split_names, tidy
from tests.factories import CommitmentFactory, StakeholderFactory
from tests.filling import filled, problems

pytestmark = pytest.mark.django_db

IRAN = "Iran, Islamic Republic of"
NAME = st.text(alphabet="abÉه承 ,;\"'\n=-", min_size=1, max_size=12).map(tidy).filter(bool)
NAMES = st.lists(NAME, min_size=1, max_size=4)


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


def test_every_name_survives_form_export_import_and_api(client, page, draft, ilo, ilo_focal_point):
    public = CommitmentFactory(lead_agency=ilo)
    resource = CommitmentResource(ilo_focal_point)

    def taken_in(content, name):
        outcome = bring(resource, content, dry_run=False)
        assert (outcome.refusals, outcome.problems) == ((), []), name
        return places_of(draft)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(names=NAMES)
    def survives(names):
        Commitment.objects.filter(pk=draft.pk).update(places=names)
        client.post(page, filled(client.get(page)))
        assert places_of(draft) == names
        for name, export in (("csv", export_csv), ("xlsx", export_xlsx)):
            content = export(resource)
            Commitment.objects.filter(pk=draft.pk).update(places=["Elsewhere"])
            assert taken_in(content, name) == names
        public.places = names
        public.save()
        row = client.get(f"/api/v1/commitments/{public.reference}/").json()
        (line,) = csv.DictReader(io.StringIO(client.get("/api/v1/commitments/?format=csv").content.decode("utf-8-sig")))
        (record,) = csv.DictReader(io.StringIO(client.get("/data/commitments.csv").getvalue().decode("utf-8-sig")))
        assert row["places"] == names
        assert [split_names(restored(cells["places"])) for cells in (line, record)] == [names, names]
        found = client.get("/api/v1/commitments/", {"place": names[0]})
        assert found.json()["count"] == 1

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

    outcome = bring(resource, content, dry_run=False)

    assert outcome.problems == []
    assert set(draft.stakeholders.values_list("name", flat=True)) == names


def test_pages_set_places_apart_so_that_a_comma_divides_none(client, ilo):
    commitment = CommitmentFactory(lead_agency=ilo, places=[IRAN, "Costa Rica"])

    page = client.get(commitment.get_absolute_url())

    assert f"{IRAN}; Costa Rica" in page.content.decode()
