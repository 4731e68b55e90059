"""The roles of the permission table, and who leads as they see it."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from agencies.models import User
from tests.factories import MembershipFactory, ParticipationFactory, UserFactory, focal_point
from workgroups.models import WorkGroup


@pytest.fixture
def person(request, ohchr):
    """Somebody in a role; the former focal point acted for OHCHR, and their membership has ended."""

    def person(role):
        if role == "anonymous":
            return AnonymousUser()
        if role == "alternate":
            return focal_point(ohchr, "ohchr_alternate", role="alternate")
        if role == "former":
            former = focal_point(ohchr, "former")
            former.memberships.update(ends_on=date(2014, 1, 1))
            return former
        if role == "judge":
            return User.objects.filter(username="judge").first() or UserFactory(username="judge")
        if role == "own_alternate":
            return focal_point(request.getfixturevalue("undesa"), "undesa_alternate", role="alternate")
        if role in ("secretary", "acting_administrator"):
            known = request.getfixturevalue("secretariat" if role == "secretary" else "administrator")
            MembershipFactory(user=known, agency=ohchr)
            return known
        fixtures = {
            "focal_point": "ohchr_focal_point",
            "group_lead": "undesa_focal_point",
            "other_co_chair": "iom_focal_point",
        }
        return request.getfixturevalue(fixtures.get(role, role))

    return person


@pytest.fixture
def leads(ilo, iom, ohchr, undesa, data_and_research, decent_work, undesa_focal_point):
    """Who leads, as the roles see it: fields of a commitment, or None for an assessor of no agency and no group.

    `author` wrote the row itself. Of an assessment they are who assesses, but for own_lead, co_led and partnered.

    OHCHR is a member of data-and-research without leading it.
    """
    ParticipationFactory(workgroup=data_and_research, agency=ohchr, role="member")

    def led_by_ohchr():
        group, _new = WorkGroup.objects.get_or_create(slug="stranded-migrants", kind="task_force")
        group.participations.get_or_create(agency=ohchr, role="co_convener")
        return group

    def leads(role, whose):
        return {
            "own_agency": {"lead_agency": undesa if role == "group_lead" else ohchr},
            "other_agency": {"lead_agency": ilo},
            "co_leader": {"lead_agency": iom},
            "own_group": {"workgroup": data_and_research},
            "joined_group": {"workgroup": data_and_research},
            "other_group": {"workgroup": decent_work},
            "independent": None,
            "partnered": {"lead_agency": ilo, "partners": [ohchr]},
            "co_chairs_words": {"workgroup": data_and_research, "author": undesa_focal_point},
            "own_lead": {"commitment": {"lead_agency": ohchr}},
            "co_led": {"commitment": {"workgroup": led_by_ohchr()}},
        }[whose]

    return leads
