from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import permissions
from tests.support.factories import MembershipFactory, UserFactory, focal_point, in_group

pytestmark = pytest.mark.django_db

ROLES = ["administrator", "secretariat", "ilo_focal_point", "ilo_alternate", "outsider", "anonymous"]
ALLOWED = {
    permissions.is_administrator: {"administrator"},
    permissions.is_secretariat: {"secretariat"},
    permissions.is_editor: {"administrator", "secretariat", "ilo_focal_point", "ilo_alternate"},
    permissions.may_edit_reference_data: {"administrator", "secretariat"},
    permissions.may_manage_memberships: {"administrator", "secretariat"},
    permissions.may_manage_users: {"administrator"},
    permissions.needs_second_step: {"administrator", "secretariat"},
}


@pytest.fixture
def anonymous():
    return AnonymousUser()


@pytest.mark.parametrize("may", ALLOWED, ids=lambda may: may.__name__)
def test_roles_that_may(may, request):
    people = {role: request.getfixturevalue(role) for role in ROLES}

    assert {role for role, person in people.items() if may(person)} == ALLOWED[may]


def test_short_password_needs_a_second_step(ilo_focal_point):
    ilo_focal_point.set_password("eight ch")

    assert permissions.needs_second_step(ilo_focal_point) is True


def test_everybody_needs_a_second_step_where_the_operator_says_so(outsider, anonymous, settings):
    settings.MFA_REQUIRED = "everyone"

    assert permissions.needs_second_step(outsider) is True
    assert permissions.needs_second_step(anonymous) is False


@pytest.mark.parametrize("may", ALLOWED, ids=lambda may: may.__name__)
def test_inactive_account_may_nothing(may, ilo):
    person = in_group(focal_point(ilo, "ada"), "secretariat")
    person.is_active, person.is_superuser = False, True
    person.save()

    assert may(person) is False


@pytest.mark.parametrize("may", ALLOWED, ids=lambda may: may.__name__)
def test_group_of_another_name_and_staff_flag_give_nothing(may):
    person = in_group(UserFactory(is_staff=True), "translators")

    assert may(person) is False


def test_agencies_of_a_person_are_those_acted_for_today(ilo, iom, ohchr, undesa, time_machine):
    person = UserFactory()
    MembershipFactory(user=person, agency=ilo)
    MembershipFactory(user=person, agency=iom, role="alternate")
    MembershipFactory(user=person, agency=ohchr, ends_on=date(2014, 5, 31))
    MembershipFactory(user=person, agency=undesa, starts_on=date(2014, 6, 2))
    time_machine.move_to("2014-06-01T12:00:00+00:00")

    assert set(permissions.agencies_of(person)) == {ilo, iom}


def test_agency_of_two_spells_is_named_once(ilo):
    person = UserFactory()
    MembershipFactory(user=person, agency=ilo, starts_on=date(2014, 1, 1))
    MembershipFactory(user=person, agency=ilo, starts_on=date(2014, 2, 1))

    assert list(permissions.agencies_of(person)) == [ilo]


def test_former_focal_point_is_no_editor(ilo):
    former = MembershipFactory(agency=ilo, ends_on=date(2014, 1, 1)).user

    assert permissions.is_editor(former) is False
    assert list(permissions.agencies_of(former)) == []


def test_inactive_account_acts_for_nobody(ilo_focal_point):
    ilo_focal_point.is_active = False

    assert list(permissions.agencies_of(ilo_focal_point)) == []
