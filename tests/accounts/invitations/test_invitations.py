"""Invitations: sending them in the admin, and accepting them by the link."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.actions import invitations
from accounts.models import Invitation, User
from tests.support.factories import PASSWORD, InvitationFactory, UserFactory
from tests.support.form_filling import filled, problems

TOKEN = "what only the mail knows"
LINK = f"/accounts/invitation/{TOKEN}/"
CHOICE = {"username": "ada", "password1": PASSWORD, "password2": PASSWORD}
ADD = "admin:accounts_invitation_add"
DEAD = "This link opens nothing. Ask whoever invited you for a new one."


@pytest.fixture
def invitation(ilo):
    return InvitationFactory(
        email="ada@example.org", first_name="Ada", agency=ilo, digest=invitations.token_digest(TOKEN)
    )


def press(client, invitation, button):
    return client.post(reverse("admin:accounts_invitation_press", args=[invitation.pk, button]), follow=True)


# Following the link


def test_link_leads_to_an_account_and_onto_the_dashboard(client, invitation):
    page = client.get(LINK)

    answer = client.post(LINK, CHOICE)

    assertContains(page, "Focal point, International Labour Organization")
    assertRedirects(answer, "/admin/")
    assert client.get("/accounts/").context["user"] == User.objects.get(username="ada")


def test_user_who_needs_a_second_step_is_led_to_it(client, db):
    InvitationFactory(role="secretariat", agency=None, digest=invitations.token_digest(TOKEN))

    answer = client.post(LINK, CHOICE)

    assertRedirects(answer, "/accounts/second-step/")
    assert client.get("/accounts/second-step/app/").status_code == 200
    assert client.get("/admin/").status_code == 302


def test_looking_at_the_link_uses_nothing_up(client, invitation):
    answers = [Client().get(LINK).status_code for _ in range(3)] + [Client().head(LINK).status_code]

    assert answers == [200] * 4
    assertRedirects(client.post(LINK, CHOICE), "/admin/")


def test_dead_links_of_every_kind_are_answered_alike(invitation, secretariat):
    used, revoked, expired = (
        InvitationFactory(digest=invitations.token_digest(name)) for name in ("used", "revoked", "expired")
    )
    invitations.accept_invitation("used", username="somebody", password=PASSWORD)
    invitations.revoke_invitation(revoked, by=secretariat)
    Invitation.objects.filter(pk=expired.pk).update(sent_at="2014-01-01T00:00Z", expires_at="2014-01-08T00:00Z")

    pages = [Client().get(f"/accounts/invitation/{name}/") for name in ("used", "revoked", "expired", "unknown")]
    tried = [Client().post(f"/accounts/invitation/{name}/", CHOICE) for name in ("used", "revoked", "expired", "no")]

    assert {page.status_code for page in pages + tried} == {404}
    for page in pages + tried:
        assertContains(page, DEAD, status_code=404)
        assertNotContains(page, "example.org", status_code=404)
    assert not User.objects.filter(username="ada").exists()


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"username": "Taken"}, "username", "Somebody has this user name already: choose another."),
        ({"username": "a b"}, "username", "Enter a valid username."),
        ({"password2": "another"}, "password2", "The two passwords are not the same"),
        ({"password1": "short", "password2": "short"}, "password1", "at least 15 characters"),
        ({"password1": "password1", "password2": "password1"}, "password1", "too common"),
        ({"password1": "ada@example.org", "password2": "ada@example.org"}, "password1", "too similar"),
    ],
)
def test_bad_choice_is_refused_at_its_field(typed, field, sentence, client, invitation):
    UserFactory(username="taken")

    answer = client.post(LINK, CHOICE | typed)

    assert sentence in answer.context["form"].errors[field][0]
    assertNotContains(answer, PASSWORD)
    assert invitations.find_invitation(TOKEN) == invitation


def test_invitation_of_an_address_with_an_account_is_refused_with_the_reason(client, invitation):
    UserFactory(username="other", email="ada@example.org")

    answer = client.post(LINK, CHOICE)

    assertContains(answer, "Somebody has an account with this mail address already.")


def test_signed_in_user_is_asked_to_sign_out_first(client, invitation, iom_focal_point):
    client.force_login(iom_focal_point)

    page = client.get(LINK)
    client.post(LINK, CHOICE)

    assertContains(page, "You are signed in as iom_focal_point.")
    assertNotContains(page, "ada@example.org")
    assert not User.objects.filter(username="ada").exists()


# Sending it


def test_secretariat_invites_a_focal_point(client, secretariat, ilo, django_capture_on_commit_callbacks):
    client.force_login(secretariat)
    form = filled(client.get(reverse(ADD)), email="Ada@Example.org", role="focal_point", agency=ilo.pk)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse(ADD), form)

    invitation = Invitation.objects.get()
    link = re.search(r"http://testserver(/accounts/invitation/\S+)", mail.outbox[0].body)[1]
    assert answer.url == reverse("admin:accounts_invitation_changelist")
    assertContains(client.get(answer.url), "The invitation is on its way to ada@example.org.")
    assert (invitation.email, invitation.invited_by) == ("ada@example.org", secretariat)
    assert invitation.history.get().history_user == secretariat
    assertContains(Client().get(link), "Open my account")


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        ("secretariat", ["focal_point", "alternate"]),
        ("administrator", ["focal_point", "alternate", "secretariat", "administrator"]),
    ],
)
def test_form_offers_the_roles_that_one_may_give(who, roles, client, request):
    client.force_login(request.getfixturevalue(who))

    field = client.get(reverse(ADD)).context["adminform"].form.fields["role"]

    assert [value for value, _ in field.choices if value] == roles


def test_role_that_is_not_offered_is_not_given(client, secretariat):
    client.force_login(secretariat)

    answer = client.post(reverse(ADD), filled(client.get(reverse(ADD)), email="a@example.org", role="administrator"))

    assert "role" in problems(answer)
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"role": "focal_point"}, "acts for an agency: choose it"),
        ({"email": "ada@example.org", "role": "secretariat"}, "has an invitation already"),
        ({"email": "Taken@example.org", "role": "secretariat"}, "give that account a membership instead"),
    ],
)
def test_bad_invitation_is_refused_in_a_sentence(typed, sentence, client, administrator, invitation):
    UserFactory(username="taken")
    client.force_login(administrator)

    answer = client.post(reverse(ADD), filled(client.get(reverse(ADD)), **{"email": "new@example.org"} | typed))

    assert sentence in str(problems(answer))
    assert Invitation.objects.count() == 1


def test_invitation_is_resent_and_revoked_on_its_page(
    client, secretariat, invitation, django_capture_on_commit_callbacks
):
    client.force_login(secretariat)
    page = client.get(reverse("admin:accounts_invitation_change", args=[invitation.pk]))

    with django_capture_on_commit_callbacks(execute=True):
        anew = press(client, invitation, "anew")
    fresh = re.search(r"/accounts/invitation/\S+", mail.outbox[0].body)[0]
    dead, alive = Client().get(LINK).status_code, Client().get(fresh).status_code
    revoked = press(client, invitation, "revoke")

    assertContains(page, "Send anew, with another link")
    assertNotContains(page, invitation.digest)
    assertContains(anew, "A new link is on its way.")
    assert (dead, alive, Client().get(fresh).status_code) == (404, 200, 404)
    assertContains(revoked, "The invitation is revoked")
    assertNotContains(revoked, "Send anew, with another link")
    assert press(client, invitation, "revoke").status_code == 403


def test_what_was_sent_is_not_edited_or_deleted(client, administrator, invitation):
    client.force_login(administrator)
    page = reverse("admin:accounts_invitation_change", args=[invitation.pk])

    client.post(page, {"email": "eve@example.org"})
    client.post(reverse("admin:accounts_invitation_delete", args=[invitation.pk]), {"post": "yes"})

    assert Invitation.objects.get().email == "ada@example.org"


@pytest.mark.parametrize("who", ["ilo_focal_point", "outsider"])
def test_invitations_are_closed_to_others(who, client, request, invitation):
    client.force_login(request.getfixturevalue(who))
    pages = [
        reverse("admin:accounts_invitation_changelist"),
        reverse(ADD),
        reverse("admin:accounts_invitation_change", args=[invitation.pk]),
        reverse("admin:accounts_invitation_history", args=[invitation.pk]),
    ]

    assert {client.get(page).status_code for page in pages} <= {302, 403}
    for button in ("anew", "revoke"):
        address = reverse("admin:accounts_invitation_press", args=[invitation.pk, button])
        assert client.post(address).status_code in {302, 403}
    assert invitations.find_invitation(TOKEN) == invitation


def test_secretariat_sees_but_does_not_touch_an_administrators_invitation(client, secretariat):
    theirs = InvitationFactory(role="administrator", agency=None)
    client.force_login(secretariat)

    page = client.get(reverse("admin:accounts_invitation_change", args=[theirs.pk]))

    assertNotContains(page, "press/revoke")
    assert press(client, theirs, "revoke").status_code == 403
    assert press(client, theirs, "nonsense").status_code == 403


def test_mail_that_cannot_be_sent_is_no_error_on_the_page(
    client, secretariat, ilo, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    client.force_login(secretariat)
    form = filled(client.get(reverse(ADD)), email="ada@example.org", role="focal_point", agency=ilo.pk)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse(ADD), form)

    assert answer.status_code == 302
    assert Invitation.objects.get().is_open
