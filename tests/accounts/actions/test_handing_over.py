"""Handover: one membership ends and another begins; drafts stay with the agency."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from accounts.actions.memberships import hand_over
from accounts.models import Membership
from reporting import actions
from reporting.models import ProgressReport
from tests.support.factories import ProgressReportFactory, UserFactory
from tests.support.form_filling import filled, messages_on

pytestmark = pytest.mark.database

DAY = date(2014, 9, 30)


@pytest.fixture
def leaving(ilo_focal_point):
    return ilo_focal_point.memberships.get()


@pytest.fixture
def successor(db):
    return UserFactory(username="successor")


def test_one_membership_ends_and_another_begins_on_the_day(leaving, successor, secretariat):
    membership = hand_over(leaving, to=successor, on=DAY, by=secretariat)

    leaving.refresh_from_db()
    assert leaving.ends_on == DAY
    assert (membership.user, membership.agency, membership.role) == (successor, leaving.agency, "focal_point")
    assert (membership.starts_on, membership.ends_on) == (DAY, None)
    for row in (leaving, membership):
        line = row.history.latest("history_id")
        assert (line.history_change_reason, line.history_user) == ("hand_over", secretariat)


def test_alternate_who_takes_over_keeps_the_membership_and_gets_the_role(leaving, ilo_alternate, administrator):
    ilo_alternate.memberships.update(ends_on=date(2014, 12, 31))

    membership = hand_over(leaving, to=ilo_alternate, on=DAY, by=administrator)

    assert list(ilo_alternate.memberships.all()) == [membership]
    assert (membership.role, membership.ends_on) == ("focal_point", None)


@pytest.mark.parametrize("person", ["ilo_focal_point", "iom_focal_point", "outsider"])
def test_handing_over_is_for_the_secretariat(person, leaving, successor, request):
    with pytest.raises(PermissionDenied):
        hand_over(leaving, to=successor, on=DAY, by=request.getfixturevalue(person))

    leaving.refresh_from_db()
    assert leaving.ends_on is None
    assert not successor.memberships.exists()


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ({"to": "ilo_focal_point"}, {"to": ["Choose somebody else than the person who hands over."]}),
        ({"to": "closed"}, {"to": ["This account is closed: choose somebody who can sign in."]}),
        (
            {"on": date(2013, 10, 3)},
            {"on": ["The membership starts on 4 October 2013: choose that day or a later one."]},
        ),
        (
            {"on": date(2015, 1, 1)},
            {"on": ["The membership ends on 31 December 2014: choose that day or an earlier one."]},
        ),
        (
            {"on": date.max},
            {"on": ["31 December 9999 is not plausible. Give a date from 1 January 1990 to 31 December 2100."]},
        ),
    ],
)
def test_handover_that_cannot_be_is_refused_in_a_sentence(
    fields, problems, leaving, successor, secretariat, ilo_focal_point
):
    Membership.objects.filter(pk=leaving.pk).update(ends_on=date(2014, 12, 31))
    people = {"ilo_focal_point": ilo_focal_point, "closed": UserFactory(is_active=False)}
    fields = {"to": successor, "on": DAY} | {name: people.get(value, value) for name, value in fields.items()}

    with pytest.raises(ValidationError) as refusal:
        hand_over(leaving, by=secretariat, **fields)

    leaving.refresh_from_db()
    assert refusal.value.message_dict == problems
    assert leaving.ends_on == date(2014, 12, 31)
    assert Membership.objects.count() == 1


def test_handover_of_what_has_changed_since_is_refused(leaving, successor, secretariat):
    with pytest.raises(ValidationError):
        hand_over(leaving, to=successor, on=DAY, by=secretariat, seen=leaving.version - 1)

    assert not successor.memberships.exists()


def test_draft_passes_on_to_the_successor(
    client, leaving, successor, ilo_focal_point, secretariat, commitment, time_machine
):
    """The author stays, the successor submits, neither reviews, and the predecessor has no access from the next day."""
    time_machine.move_to("2014-09-30T12:00:00+00:00", tick=False)
    draft = ProgressReportFactory(commitment=commitment, author=ilo_focal_point, achieved="Begun by the former.")
    page = reverse("admin:reporting_progressreport_change", args=[draft.pk])
    hand_over(leaving, to=successor, on=DAY, by=secretariat)
    client.force_login(ilo_focal_point)
    assertContains(client.get(page), "Begun by the former.")

    time_machine.move_to("2014-10-01T00:00:00+00:00", tick=False)

    assert client.get(page).status_code == 302
    with pytest.raises(PermissionDenied):
        actions.submit(draft, by=ilo_focal_point)
    client.force_login(successor)
    form = client.get(page)
    assertContains(form, "Begun by the former.")
    client.post(page, filled(form, achieved="Ended by the successor.", _submit="1"))
    draft.refresh_from_db()
    assert (draft.state, draft.achieved) == ("submitted", "Ended by the successor.")
    assert (draft.author, draft.submitted_by) == (ilo_focal_point, successor)
    for person in (ilo_focal_point, successor):
        person.groups.set(secretariat.groups.all())
        with pytest.raises(PermissionDenied):
            actions.publish(draft, by=person)
    actions.publish(draft, by=secretariat)
    assert ProgressReport.objects.published().get() == draft


# The page


def test_secretariat_hands_over_on_one_page(client, leaving, successor, secretariat):
    client.force_login(secretariat)
    change = reverse("admin:accounts_membership_change", args=[leaving.pk])
    page = reverse("admin:accounts_membership_hand_over", args=[leaving.pk])
    assertContains(client.get(change), page)
    seen = client.get(page).context["form"].initial["seen"]

    answer = client.post(page, {"to": successor.pk, "on": "2014-09-30", "seen": seen}, follow=True)

    assertRedirects(answer, reverse("admin:accounts_membership_changelist"))
    assert messages_on(answer) == ["successor acts for ILO from 30 September 2014 on, and has all of its drafts."]
    assert successor.memberships.get().starts_on == DAY


def test_page_says_what_is_wrong_at_its_field(client, leaving, successor, secretariat):
    client.force_login(secretariat)
    page = reverse("admin:accounts_membership_hand_over", args=[leaving.pk])

    answer = client.post(page, {"to": successor.pk, "on": "2013-01-01", "seen": leaving.version})

    assert dict(answer.context["form"].errors) == {
        "on": ["The membership starts on 4 October 2013: choose that day or a later one."]
    }


def test_page_is_closed_to_focal_points(client, leaving, successor, ilo_focal_point):
    client.force_login(ilo_focal_point)
    page = reverse("admin:accounts_membership_hand_over", args=[leaving.pk])

    assert client.get(page).status_code == 403
    assert client.post(page, {"to": successor.pk, "on": "2014-09-30"}).status_code == 403
    assert not successor.memberships.exists()


def test_somebody_may_act_for_two_agencies(leaving, iom_focal_point, secretariat):
    hand_over(leaving, to=iom_focal_point, on=DAY, by=secretariat)

    assert set(iom_focal_point.memberships.values_list("agency__code", flat=True)) == {"ilo", "iom"}
