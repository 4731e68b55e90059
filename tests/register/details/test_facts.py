from dataclasses import replace

import pytest

from commitments.public_fields import COMMITMENT
from register.details import facts
from register.details.facts import Fact, commitment_facts
from tests.support.factories import CommitmentFactory, WorkPlanFactory

pytestmark = pytest.mark.django_db


def test_fact_that_names_a_row_links_to_its_page(ilo):
    plan = WorkPlanFactory()
    commitment = CommitmentFactory(lead_agency=ilo, work_plan=plan)

    assert commitment_facts(commitment) == [Fact("Work plan", str(plan), plan.get_absolute_url())]


def test_empty_facts_are_left_out(ilo):
    assert commitment_facts(CommitmentFactory(lead_agency=ilo, work_plan=None)) == []


def test_declared_fact_stands_on_the_page(client, ilo, monkeypatch):
    commitment = CommitmentFactory(lead_agency=ilo, source_title="Quetzalcoatlus")
    declared = [replace(each, is_fact=each.name == "source_title") for each in COMMITMENT]
    monkeypatch.setattr(facts, "COMMITMENT", replace(COMMITMENT, fields=tuple(declared)))

    page = client.get(commitment.get_absolute_url()).content.decode()

    assert "<dt>Source title</dt>\n      <dd>Quetzalcoatlus</dd>" in page
