from datetime import date

import pytest
from django.db.models import F

from agencies.models import Agency, ChairTerm
from tests.support.factories import AgencyFactory, ChairTermFactory, FormerNameFactory

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def second_term(starts_on, ends_on):
    ChairTermFactory(starts_on=date(2014, 1, 1), ends_on=date(2014, 12, 31))
    ChairTermFactory(starts_on=starts_on, ends_on=ends_on)


REFUSED = [
    ("agency_left_after_joined", lambda: AgencyFactory(joined=date(2014, 1, 2), left=date(2014, 1, 1))),
    ("agency_not_its_own_parent", lambda: Agency.objects.filter(pk=AgencyFactory().pk).update(parent=F("pk"))),
    ("chair_term_ends_after_start", lambda: ChairTermFactory(starts_on=date(2014, 1, 2), ends_on=date(2014, 1, 1))),
    ("chair_terms_do_not_overlap", lambda: second_term(date(2014, 12, 31), date(2015, 12, 31))),
    ("chair_terms_do_not_overlap", lambda: second_term(date(2013, 1, 1), date(2014, 1, 1))),
    ("chair_terms_do_not_overlap", lambda: second_term(date(2014, 5, 1), date(2014, 5, 1))),
    ("chair_terms_do_not_overlap", lambda: second_term(date(2013, 1, 1), date(2015, 12, 31))),
    ("former_name_not_empty", lambda: FormerNameFactory(acronym="")),
    ("former_name_not_empty", lambda: FormerNameFactory(name="")),
    (
        "former_name_once_until_a_day",
        lambda: [FormerNameFactory(agency=agency) for agency in [AgencyFactory()] * 2],
    ),
]
UNIQUE = [(AgencyFactory, "code", "ilo")]


@pytest.mark.parametrize(("constraint", "write"), REFUSED)
def test_bad_row_is_refused_by_the_database(constraint, write, assert_refused_by):
    assert_refused_by(constraint, write)


@pytest.mark.parametrize(("factory", "field", "value"), UNIQUE)
def test_second_row_with_the_same_identifier_is_refused(factory, field, value, assert_unique):
    assert_unique(factory, field, value)


def test_every_declared_rule_is_in_the_tables_above(assert_declared):
    assert_declared(
        "agencies",
        constraints={constraint for constraint, _ in REFUSED},
        unique={(factory._meta.model, field) for factory, field, _ in UNIQUE},
        choices=set(),
    )


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [(date(2015, 1, 1), date(2015, 12, 31)), (date(2013, 1, 1), date(2013, 12, 31))],
)
def test_chair_term_next_to_another_is_taken(starts_on, ends_on):
    second_term(starts_on, ends_on)

    assert ChairTerm.objects.count() == 2


def test_agency_that_left_on_the_day_it_joined_is_taken():
    AgencyFactory(joined=date(2014, 1, 1), left=date(2014, 1, 1))

    assert Agency.objects.count() == 1


def test_members_leave_out_constituents(ilo):
    commissions = AgencyFactory(code="unrc")
    AgencyFactory(code="eca", parent=commissions)

    assert set(Agency.objects.members()) == {ilo, commissions}
    assert [agency.code for agency in commissions.constituents.all()] == ["eca"]


def test_names_of_rows(ilo):
    assert str(ilo) == "ILO"
    assert str(ChairTermFactory(agency=ilo)) == "ILO, 1 January 2014 – 31 December 2014"
    assert ilo.get_absolute_url() == "/agencies/ilo/"
