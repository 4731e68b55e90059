"""The roles of the permission table, and who leads as they see it."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from tests.factories import ParticipationFactory, focal_point


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
        fixtures = {"focal_point": "ohchr_focal_point", "group_lead": "undesa_focal_point", "judge": "iom_focal_point"}
        return request.getfixturevalue(fixtures.get(role, role))

    return person


@pytest.fixture
def leads(ilo, iom, ohchr, undesa, data_and_research, decent_work):
    """Who leads, as the roles see it: fields of a commitment, or None for an assessor of no agency and no group.

    OHCHR is a member of data-and-research without leading it.
    """
    ParticipationFactory(workgroup=data_and_research, agency=ohchr, role="member")

    def leads(role, whose):
        return {
            "own_agency": {"lead_agency": undesa if role == "group_lead" else ohchr},
            "other_agency": {"lead_agency": ilo},
            "co_leader": {"lead_agency": iom},
            "own_group": {"workgroup": data_and_research},
            "joined_group": {"workgroup": data_and_research},
            "other_group": {"workgroup": decent_work},
            "independent": None,
        }[whose]

    return leads
