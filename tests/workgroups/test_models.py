from datetime import date

import pytest

from tests.support.factories import AgencyFactory, ParticipationFactory, WorkGroupFactory, WorkPlanFactory
from workgroups.models import Participation, WorkGroup

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def same_agency_twice():
    first = ParticipationFactory(role="co_chair")
    ParticipationFactory(workgroup=first.workgroup, agency=first.agency, role="member")


REFUSED = [
    ("workgroup_kind_known", lambda: WorkGroupFactory(kind="committee")),
    ("participation_agency_once", same_agency_twice),
    ("participation_role_known", lambda: ParticipationFactory(role="observer")),
    ("work_plan_ends_after_start", lambda: WorkPlanFactory(starts_on=date(2014, 1, 2), ends_on=date(2014, 1, 1))),
]
UNIQUE = [(WorkGroupFactory, "slug", "decent-work"), (WorkPlanFactory, "slug", "mawp")]
CHOICES = [(WorkGroup, "kind", "workgroup_kind_known"), (Participation, "role", "participation_role_known")]


@pytest.mark.parametrize(("constraint", "write"), REFUSED)
def test_bad_row_is_refused_by_the_database(constraint, write, assert_refused_by):
    assert_refused_by(constraint, write)


@pytest.mark.parametrize(("factory", "field", "value"), UNIQUE)
def test_second_row_with_the_same_identifier_is_refused(factory, field, value, assert_unique):
    assert_unique(factory, field, value)


@pytest.mark.parametrize(("model", "field", "constraint"), CHOICES)
def test_choices_are_those_of_the_database(model, field, constraint, constraint_values):
    choices = {value for value, _ in model._meta.get_field(field).choices}

    assert constraint_values(constraint) == choices


def test_every_declared_rule_is_in_the_tables_above(assert_declared):
    assert_declared(
        "workgroups",
        constraints={constraint for constraint, _ in REFUSED},
        unique={(factory._meta.model, field) for factory, field, _ in UNIQUE},
        choices={(model, field) for model, field, _ in CHOICES},
    )


def test_agency_in_two_groups_is_taken(iom, data_and_research, decent_work):
    assert set(iom.workgroups.all()) == {data_and_research, decent_work}


def test_leading_agencies_co_chair_or_co_convene(data_and_research, decent_work, ohchr):
    ParticipationFactory(workgroup=decent_work, agency=ohchr, role="member")

    leading = {(part.workgroup.slug, part.agency.code) for part in Participation.objects.leading()}

    assert leading == {
        ("data-and-research", "undesa"),
        ("data-and-research", "iom"),
        ("decent-work", "ilo"),
        ("decent-work", "iom"),
    }


def test_names_and_addresses_of_rows(decent_work):
    plan = WorkPlanFactory(slug="mawp", title="Multi-Annual Work Plan")

    assert str(decent_work) == "Migration and Decent Work"
    assert decent_work.get_absolute_url() == "/workgroups/decent-work/"
    assert str(ParticipationFactory(workgroup=decent_work, agency=AgencyFactory(acronym="WHO"))) == (
        "WHO – Migration and Decent Work"
    )
    assert str(plan) == "Multi-Annual Work Plan"
    assert plan.get_absolute_url() == "/workgroups/#mawp"
