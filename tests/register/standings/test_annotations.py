"""Standings beside the annotations of the register: both say the same of every row, today and on past days."""

import random
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from foundation.clock import today
from register.models import Standing
from register.querysets import register_commitments
from tests.register.plain_model import World
from tests.support.factories import AgencyFactory, AgendaPointFactory, WorkGroupFactory, run_deferred_triggers

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.exhaustive]

DAYS = [None, *(date(year, month, 17) for year in (2013, 2014, 2015, 2016, 2018, 2026) for month in (3, 7, 10))]
ANNOTATIONS = {
    "standing_status": "status",
    "standing_outlook": "outlook",
    "standing_verification": "verification",
    "standing_freshness": "freshness",
    "standing_finished": "finished",
    "last_update_on": "last_update_on",
    "last_update_precision": "last_update_precision",
    "standing_state": "state",
    "standing_withdrawn_on": "withdrawn_on",
    "standing_withdrawn_reason": "withdrawn_reason",
    "standing_reason": "status_reason",
    "successor": "successor",
    "successor_state": "successor_state",
}


def annotated(day):
    """Return the annotations of every row that has a page, by its key; what is None there is '' in a standing."""
    rows = register_commitments().public(day).with_standing(day).with_state(day).with_latest_report(day)
    return {
        row["pk"]: {ANNOTATIONS[name]: row[name] for name in ANNOTATIONS}
        | {"last_update_precision": row["last_update_precision"] or ""}
        for row in rows.order_by().values("pk", *ANNOTATIONS)
    }


def standing(day):
    rows = Standing.objects.on(day).with_freshness(day).values("commitment", *ANNOTATIONS.values())
    return {row.pop("commitment"): row for row in rows}


def load_real_data():
    call_command("load_reference", stdout=StringIO())
    call_command("load_commitments", "data/commitments.csv", stdout=StringIO())


def make_world():
    agencies = [AgencyFactory(code=code) for code in ("ilo", "iom", "ohchr", "unhcr")]
    groups = [WorkGroupFactory(slug=slug) for slug in ("data-and-research", "decent-work")]
    World(random.Random(2013), agencies, groups, [AgendaPointFactory(number=number) for number in (1, 2, 3)])


@pytest.mark.parametrize("fill", [load_real_data, make_world])
def test_standings_say_what_the_annotations_say(fill):
    fill()
    run_deferred_triggers()

    assert len(standing(None)) >= 30
    for day in [*DAYS, today()]:
        assert standing(day) == annotated(day), day


@pytest.mark.parametrize("fill", [load_real_data, make_world])
def test_wording_names_and_sets_of_today_are_those_of_the_rows(fill):
    fill()
    run_deferred_triggers()

    rows = register_commitments().public().select_related("lead_agency", "workgroup", "work_plan", "movement")
    for row in rows:
        standing = row.standings.on(None).get()
        assert (standing.reference, standing.title, standing.summary) == (row.reference, row.title, row.summary)
        assert (standing.kind, standing.scope, standing.places) == (row.kind, row.scope, row.places)
        assert (standing.start_on, standing.deadline_on) == (row.start_on, row.deadline_on)
        assert (standing.lead_code, standing.lead_acronym) == (row.lead_code, str(row.lead))
        assert standing.partner_codes == [partner.agency.code for partner in row.partners.select_related("agency")]
        assert standing.agenda_points == sorted(row.agenda_points.values_list("number", flat=True))
        assert standing.recommendations == list(row.recommendations.values_list("code", flat=True))
        assert standing.stakeholders == list(row.stakeholders.values_list("name", flat=True))
        assert standing.work_plan == (row.work_plan.slug if row.work_plan else "")
        assert set(lexemes(standing.search)) == set(lexemes(row.search))


def lexemes(vector):
    return [entry.partition(":")[0] for entry in vector.split()]
