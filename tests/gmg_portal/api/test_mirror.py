"""Test that a mirror which only requests changes ends equal to the files, despite concurrent writes."""

import json
import random
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import requests
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from commitments.models import Commitment, Milestone
from reporting import actions
from reporting.models import Evidence
from tests.support.factories import (
    AssessmentFactory,
    CommitmentFactory,
    MilestoneFactory,
    RecommendationFactory,
    ReportingCycleFactory,
    StakeholderFactory,
    corrected,
    many,
    many_published_reports,
    published_report,
)
from tests.support.processes import environment, start

SCRIPT = Path(settings.BASE_DIR) / "docs" / "examples" / "mirror.py"
EDITS = 200

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture(scope="module")
def example():
    spec = spec_from_file_location("mirror", SCRIPT)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def register(ilo, iom, ohchr, points):
    leads = [{"lead_agency": ilo, "partners": [iom]}, {"lead_agency": iom, "agenda_points": points[:2]}]
    rows = [row for lead in leads for row in many(CommitmentFactory, 25, lead_agency=lead["lead_agency"])]
    with transaction.atomic():
        many_published_reports(rows[::2], status="in_progress")
    CommitmentFactory(draft=True, lead_agency=ilo)
    return leads


class Editors:
    """Users who publish, correct and withdraw rows in many small transactions."""

    def __init__(self, leads, secretariat, seed):
        self.leads, self.secretariat = leads, secretariat
        self.chance = random.Random(seed)
        self.opened = False

    def edit(self):
        public = list(Commitment.objects.published().order_by("pk"))
        one = self.chance.choice(public)
        deeds = [self.enter, self.report, self.correct, self.step, self.meet, self.assess, self.link, self.name]
        deed = self.chance.choice([*deeds, self.report, self.withdraw])
        deed(one)

    def enter(self, _one):
        CommitmentFactory(**self.chance.choice(self.leads))

    def report(self, one):
        if one.status not in ("completed", "superseded"):
            published_report(one, on="2016-05", status=self.chance.choice(["in_progress", "ongoing"]))

    def correct(self, one):
        corrected(one, title=f"{one.title} (revised)")

    def step(self, one):
        MilestoneFactory(commitment=one)

    def meet(self, _one):
        for milestone in Milestone.objects.filter(met_on=None)[:1]:
            milestone.met_on, milestone.met_precision = milestone.deadline_on or timezone.now().date(), "day"
            milestone.save()

    def assess(self, one):
        AssessmentFactory(commitment=one, public=True, finding=self.chance.choice(["agrees", "disagrees"]))

    def link(self, one):
        one.stakeholders.add(StakeholderFactory())
        one.recommendations.add(RecommendationFactory())
        Evidence.objects.filter(report__commitment=one).update(link_check="broken", link_checked_at=timezone.now())

    def name(self, one):
        if self.opened:
            one.lead.name = f"{one.lead.name[:150]}."
            one.lead.save()
        else:
            self.opened = True
            ReportingCycleFactory(opens_on="2016-01-01", opened_on="2016-01-01", due_on="2016-03-01",
                                  closes_on="2016-04-01")  # fmt: skip

    def withdraw(self, one):
        actions.withdraw(one, by=self.secretariat, reason="It was entered twice.")


def as_file_row(row):
    """Return a row of the API's list in the columns of the commitments file."""
    return {
        **{name: value for name, value in row.items() if isinstance(value, str | None)},
        "lead": row["lead"]["code"],
        "lead_kind": row["lead"]["kind"],
        "places": row["places"],
        **{name: [each["code"] for each in row[name]] for name in ("partners", "agenda_points", "recommendations")},
        "stakeholders": [each["name"] for each in row["stakeholders"]],
        **{name: row[name] and row[name]["code"] for name in ("work_plan", "superseded_by")},
    }


def file_rows(portal, name, key):
    lines = requests.get(f"{portal}/data/{name}.ndjson", timeout=60).text.splitlines()
    return {row[key]: row for row in map(json.loads, lines)}


def test_mirror_made_while_others_write_ends_equal_to_the_file(live_server, register, secretariat, example, tmp_path):
    editors = Editors(register, secretariat, seed=2014)
    path = tmp_path / "mirror.sqlite"
    words = [live_server.url, str(path), "--page-size", "7"]
    running = start(str(SCRIPT), *words, env=environment(tmp_path))
    for _number in range(EDITS):
        editors.edit()
    output = running.communicate(timeout=120)[0]
    assert running.returncode == 0, output

    mirror = example.Mirror(live_server.url, path)
    mirror.follow()
    quiet = mirror.follow()

    kept = {row["reference"]: row for row in mirror.rows("commitments")}
    expected = file_rows(live_server.url, "commitments", "reference")
    standing = {reference: as_file_row(row) for reference, row in kept.items() if row["state"] == "published"}
    columns = set(next(iter(expected.values())))
    assert quiet == 0
    assert Commitment.objects.filter(state="withdrawn").count() > 0
    assert {reference for reference, row in kept.items() if row["state"] == "withdrawn"} == set(
        Commitment.objects.filter(state="withdrawn").values_list("reference", flat=True)
    )
    assert {key: {name: row[name] for name in columns} for key, row in standing.items()} == expected

    reports = {row["code"]: row for row in mirror.rows("reports") if row["commitment"]["code"] in standing}
    filed = file_rows(live_server.url, "reports", "code")
    assert reports.keys() == filed.keys()
    for code, row in filed.items():
        assert {name: reports[code][name] for name in ("status", "achieved", "published_on", "updated_at")} == {
            name: row[name] for name in ("status", "achieved", "published_on", "updated_at")
        }


def test_second_run_asks_only_for_what_changed(live_server, register, example, tmp_path):
    mirror = example.Mirror(live_server.url, tmp_path / "mirror.sqlite")
    first = mirror.follow()
    one = Commitment.objects.published().last()
    corrected(one, title="Other")

    assert first == 50 + 25
    assert mirror.follow() == 1 + one.reports.count()
    assert {row["title"] for row in mirror.rows("commitments") if row["reference"] == one.reference} == {"Other"}
