"""Two roles: the page warns, and a mail is sent, if a reviewer gets a membership of an agency."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.actions.memberships import hand_over
from foundation.clock import today
from tests.support.factories import MembershipFactory, UserFactory, focal_point, in_group
from tests.support.form_filling import filled, messages_on

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
    address = reverse("admin:accounts_membership_add")
    typed = filled(as_administrator.get(address), user=str(secretariat.pk), agency=str(ilo.pk))

    with django_capture_on_commit_callbacks(execute=True):
        page = as_administrator.post(address, typed | {"starts_on": today().isoformat()}, follow=True)

    assert WARNING.format(person="secretariat") in messages_on(page)
    assert addressees(mailoutbox) == {secretariat.email}
    assert unwilling.email not in addressees(mailoutbox)
    assert "ILO" in mailoutbox[0].body


def test_membership_of_anybody_else_is_not(as_administrator, outsider, ilo, secretariat, mailoutbox):
    address = reverse("admin:accounts_membership_add")
    typed = filled(as_administrator.get(address), user=str(outsider.pk), agency=str(ilo.pk))

    page = as_administrator.post(address, typed | {"starts_on": today().isoformat()}, follow=True)

    assert WARNING.format(person="outsider") not in messages_on(page)
    assert mailoutbox == []


def test_focal_point_who_joins_the_secretariat_is_warned_of(
    as_administrator, ilo, secretariat, mailoutbox, django_capture_on_commit_callbacks
):
    person = focal_point(ilo, "joining")
    group = secretariat.groups.get()
    address = reverse("admin:accounts_user_change", args=[person.pk])

    with django_capture_on_commit_callbacks(execute=True):
        typed = filled(as_administrator.get(address), groups=[str(group.pk)])
        page = as_administrator.post(address, typed, follow=True)

    assert WARNING.format(person="joining") in messages_on(page)
    assert addressees(mailoutbox) == {secretariat.email, person.email}


def test_reviewer_who_takes_over_from_a_focal_point_is_warned_of(
    as_administrator, ilo_focal_point, secretariat, mailoutbox, django_capture_on_commit_callbacks
):
    membership = ilo_focal_point.memberships.get()
    address = reverse("admin:accounts_membership_hand_over", args=[membership.pk])

    with django_capture_on_commit_callbacks(execute=True):
        page = as_administrator.post(address, {"to": secretariat.pk, "on": today().isoformat()}, follow=True)

    assert WARNING.format(person="secretariat") in messages_on(page)
    assert addressees(mailoutbox) == {secretariat.email}


def test_reviewer_whose_membership_is_over_is_not_warned_of(as_administrator, ilo, secretariat, mailoutbox):
    past = MembershipFactory(user=secretariat, agency=ilo, ends_on="2014-12-31")
    address = reverse("admin:accounts_user_change", args=[secretariat.pk])

    page = as_administrator.post(address, filled(as_administrator.get(address), is_superuser="on"), follow=True)

    assert past.user == secretariat
    assert WARNING.format(person="secretariat") not in messages_on(page)


# Nobody decides for whom they act themselves


@pytest.fixture
def own_membership(secretariat, ilo):
    """A membership of ILO of a person in the secretariat."""
    return MembershipFactory(user=secretariat, agency=ilo)


@pytest.fixture
def as_secretariat(client, secretariat):
    client.force_login(secretariat)
    return client


@pytest.mark.parametrize("page", ["change", "delete", "hand_over"])
def test_own_membership_is_changed_by_somebody_else(page, as_secretariat, own_membership, outsider):
    """Otherwise a reviewer could end it, publish for their own agency, and restore it."""
    address = reverse(f"admin:accounts_membership_{page}", args=[own_membership.pk])
    day = today().isoformat()

    answer = as_secretariat.post(address, {"post": "yes", "ends_on": day, "to": outsider.pk, "on": day})

    own_membership.refresh_from_db()
    assert answer.status_code == 403
    assert own_membership.ends_on is None
    assert outsider.memberships.count() == 0


def test_own_membership_is_shown_without_a_form(as_secretariat, own_membership):
    page = as_secretariat.get(reverse("admin:accounts_membership_change", args=[own_membership.pk]))

    assert page.status_code == 200
    assert 'name="ends_on"' not in page.content.decode()
    assert "hand-over" not in page.content.decode()


def test_nobody_gives_themselves_a_membership(as_secretariat, secretariat, ilo, ilo_focal_point):
    add = reverse("admin:accounts_membership_add")
    other = reverse("admin:accounts_membership_change", args=[ilo_focal_point.memberships.get().pk])
    typed = {"user": str(secretariat.pk), "agency": str(ilo.pk), "starts_on": today().isoformat()}

    pages = [as_secretariat.post(address, filled(as_secretariat.get(address)) | typed) for address in (add, other)]

    for page in pages:
        assert "You cannot give yourself a membership" in page.content.decode()
    assert secretariat.memberships.count() == 0


def test_nobody_takes_over_by_their_own_hand(secretariat, ilo_focal_point):
    membership = ilo_focal_point.memberships.get()

    with pytest.raises(PermissionDenied):
        hand_over(membership, to=secretariat, on=today(), by=secretariat)

    assert secretariat.memberships.count() == 0
