"""Somebody who reviews comes to act for an agency: the page warns, and secretariat and administrators get a mail."""

import pytest
from django.urls import reverse

from agencies.querysets import today
from tests.factories import MembershipFactory, UserFactory, focal_point, in_group
from tests.filling import filled, said

pytestmark = pytest.mark.django_db

WARNING = (
    "{person} reviews for the secretariat or as administrator and now acts for an agency as well: what that agency"
    " writes, leads or is a partner in is for others to review."
)


def addressees(mailoutbox) -> set[str]:
    return {address for mail in mailoutbox for address in mail.to}


@pytest.fixture
def as_administrator(client, administrator):
    client.force_login(administrator)
    return client


def test_membership_of_a_reviewer_is_warned_of(
    as_administrator, secretariat, ilo, mailoutbox, django_capture_on_commit_callbacks
):
    unwilling = in_group(UserFactory(mail_level="none"), "secretariat")
    address = reverse("admin:agencies_membership_add")
    typed = filled(as_administrator.get(address), user=str(secretariat.pk), agency=str(ilo.pk))

    with django_capture_on_commit_callbacks(execute=True):
        page = as_administrator.post(address, typed | {"starts_on": today().isoformat()}, follow=True)

    assert WARNING.format(person="secretariat") in said(page)
    assert addressees(mailoutbox) == {secretariat.email}
    assert unwilling.email not in addressees(mailoutbox)
    assert "ILO" in mailoutbox[0].body


def test_membership_of_anybody_else_is_not(as_administrator, outsider, ilo, secretariat, mailoutbox):
    address = reverse("admin:agencies_membership_add")
    typed = filled(as_administrator.get(address), user=str(outsider.pk), agency=str(ilo.pk))

    page = as_administrator.post(address, typed | {"starts_on": today().isoformat()}, follow=True)

    assert WARNING.format(person="outsider") not in said(page)
    assert mailoutbox == []


def test_focal_point_who_joins_the_secretariat_is_warned_of(
    as_administrator, ilo, secretariat, mailoutbox, django_capture_on_commit_callbacks
):
    person = focal_point(ilo, "joining")
    group = secretariat.groups.get()
    address = reverse("admin:agencies_user_change", args=[person.pk])

    with django_capture_on_commit_callbacks(execute=True):
        typed = filled(as_administrator.get(address), groups=[str(group.pk)])
        page = as_administrator.post(address, typed, follow=True)

    assert WARNING.format(person="joining") in said(page)
    assert addressees(mailoutbox) == {secretariat.email, person.email}


def test_reviewer_who_takes_over_from_a_focal_point_is_warned_of(
    as_administrator, ilo_focal_point, secretariat, mailoutbox, django_capture_on_commit_callbacks
):
    membership = ilo_focal_point.memberships.get()
    address = reverse("admin:agencies_membership_hand_over", args=[membership.pk])

    with django_capture_on_commit_callbacks(execute=True):
        page = as_administrator.post(address, {"to": secretariat.pk, "on": today().isoformat()}, follow=True)

    assert WARNING.format(person="secretariat") in said(page)
    assert addressees(mailoutbox) == {secretariat.email}


def test_reviewer_whose_membership_is_over_is_not_warned_of(as_administrator, ilo, secretariat, mailoutbox):
    past = MembershipFactory(user=secretariat, agency=ilo, ends_on="2014-12-31")
    address = reverse("admin:agencies_user_change", args=[secretariat.pk])

    page = as_administrator.post(address, filled(as_administrator.get(address), is_superuser="on"), follow=True)

    assert past.user == secretariat
    assert WARNING.format(person="secretariat") not in said(page)
