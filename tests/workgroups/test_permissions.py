from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from tests.support.factories import MembershipFactory, ParticipationFactory, focal_point
from workgroups.permissions import groups_led_by

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("person", "groups"),
    [
        ("ilo_focal_point", {"decent-work"}),
        ("ilo_alternate", {"decent-work"}),
        ("iom_focal_point", {"data-and-research", "decent-work"}),
        ("undesa_focal_point", {"data-and-research"}),
        ("ohchr_focal_point", set()),
        ("secretariat", set()),
        ("administrator", set()),
        ("outsider", set()),
    ],
)
def test_groups_led_through_an_agency(person, groups, data_and_research, decent_work, request):
    person = request.getfixturevalue(person)

    assert {group.slug for group in groups_led_by(person)} == groups


def test_member_of_a_group_leads_nothing(data_and_research, ohchr):
    ParticipationFactory(workgroup=data_and_research, agency=ohchr, role="member")
    person = focal_point(ohchr, "ada")

    assert list(groups_led_by(person)) == []


def test_former_focal_point_leads_nothing(data_and_research, undesa):
    former = MembershipFactory(agency=undesa, ends_on=date(2014, 1, 1)).user

    assert list(groups_led_by(former)) == []


def test_anonymous_and_inactive_lead_nothing(undesa_focal_point):
    undesa_focal_point.is_active = False

    assert list(groups_led_by(undesa_focal_point)) == []
    assert list(groups_led_by(AnonymousUser())) == []
