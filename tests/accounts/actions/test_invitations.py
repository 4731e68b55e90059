"""Invitations: permissions, and links that work once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from accounts.actions import invitations
from accounts.models import Invitation, Membership, User
from accounts.permissions import is_secretariat
from tests.support.factories import PASSWORD, InvitationFactory, UserFactory

pytestmark = pytest.mark.database

TOKEN = "what only the mail knows"


def link(token):
    return f"https://portal.example/{token}"


def sent_token():
    """Return the token in the newest mail."""
    return mail.outbox[-1].body.split("https://portal.example/")[1].split()[0]


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def invitation(ilo):
    return InvitationFactory(
        email="ada@example.org",
        first_name="Ada",
        last_name="Lovelace",
        agency=ilo,
        digest=invitations.token_digest(TOKEN),
    )


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        ("administrator", {"focal_point", "alternate", "secretariat", "administrator"}),
        ("secretariat", {"focal_point", "alternate"}),
        ("ilo_focal_point", set()),
        ("outsider", set()),
    ],
)
def test_roles_that_somebody_may_give(who, roles, request, ilo):
    person = request.getfixturevalue(who)
    invited_roles = set()

    for role in Invitation.Role:
        new = InvitationFactory.build(role=role, agency=ilo if role in Invitation.FOR_AGENCY else None)
        try:
            invitations.invite(new, by=person, link=link)
            invited_roles.add(role)
        except PermissionDenied:
            assert not Invitation.objects.filter(email=new.email).exists()

    assert invited_roles == roles


def test_invitation_is_sent_when_it_is_kept_and_its_secret_is_nowhere_else(secretariat, ilo, commit):
    new = InvitationFactory.build(email="Ada@Example.org", first_name="Ada", last_name="<b>Lovelace", agency=ilo)

    with commit():
        invitations.invite(new, by=secretariat, link=link)
        before = len(mail.outbox)

    (message,) = mail.outbox
    token = sent_token()
    kept = Invitation.objects.values().get()
    assert before == 0
    assert message.to == ["ada@example.org"]
    assert message.subject == "Your invitation to the GMG HLD follow-up portal"
    assert "Dear Ada <b>Lovelace," in message.body
    assert "Focal point, International Labour Organization" in message.body
    assert "&lt;b&gt;Lovelace" in message.alternatives[0][0]
    assert link(token) in message.alternatives[0][0]
    assert token not in str(kept)
    assert token not in str(list(Invitation.history.values()))
    assert (kept["invited_by_id"], kept["expires_at"]) == (secretariat.pk, kept["sent_at"] + timedelta(days=7))
    assert invitations.find_invitation(token) == new


def test_second_open_invitation_of_an_address_is_refused(invitation, secretariat, ilo):
    again = InvitationFactory.build(email=invitation.email, agency=ilo)

    with pytest.raises(ValidationError, match="has an invitation already"):
        again.validate_constraints()


def test_resent_invitation_has_another_link_and_the_old_one_is_invalid(invitation, secretariat, commit, time_machine):
    time_machine.move_to(invitation.expires_at + timedelta(days=3))
    dead = invitations.find_invitation(TOKEN)

    with commit():
        invitations.resend_invitation(invitation, by=secretariat, link=link)

    assert dead is None
    assert invitations.find_invitation(sent_token()) == invitation
    assert invitations.find_invitation(TOKEN) is None


def test_revoked_invitation_opens_nothing(invitation, secretariat):
    invitations.revoke_invitation(invitation, by=secretariat)

    assert invitations.find_invitation(TOKEN) is None
    assert invitations.accept_invitation(TOKEN, username="ada", password=PASSWORD) is None
    assert not User.objects.filter(username="ada").exists()


@pytest.mark.parametrize(
    "verb", [invitations.revoke_invitation, lambda row, by: invitations.resend_invitation(row, by=by, link=link)]
)
def test_what_is_over_is_not_revoked_or_sent_anew(verb, invitation, secretariat):
    invitations.accept_invitation(TOKEN, username="ada", password=PASSWORD)

    with pytest.raises(ValidationError, match="accepted or revoked already"):
        verb(invitation, by=secretariat)


@pytest.mark.parametrize(
    "verb", [invitations.revoke_invitation, lambda row, by: invitations.resend_invitation(row, by=by, link=link)]
)
def test_secretariat_leaves_invitations_of_administrators_alone(verb, secretariat):
    theirs = InvitationFactory(role="administrator", agency=None)

    with pytest.raises(PermissionDenied):
        verb(theirs, by=secretariat)


def test_account_that_was_made_meanwhile_gets_no_new_link(invitation, secretariat):
    UserFactory(username="other", email="ada@example.org")

    with pytest.raises(ValidationError, match="has an account with this mail address already"):
        invitations.resend_invitation(invitation, by=secretariat, link=link)


def test_accepting_makes_the_account_and_its_membership(invitation, ilo, time_machine):
    time_machine.move_to("2026-11-23T12:00:00Z")
    invitation.expires_at = timezone.now() + timedelta(days=1)
    invitation.sent_at = timezone.now()
    invitation.save()

    user = invitations.accept_invitation(TOKEN, username="ada", password="eight ch")

    invitation.refresh_from_db()
    assert (user.email, user.get_full_name(), user.has_short_password) == ("ada@example.org", "Ada Lovelace", True)
    assert user.check_password("eight ch")
    assert [(row.agency, row.role, str(row.starts_on), row.ends_on) for row in user.memberships.all()] == [
        (ilo, "focal_point", "2026-11-23", None)
    ]
    assert invitation.accepted_by == user
    assert invitation.accepted_at is not None
    assert not user.is_superuser and not is_secretariat(user)


@pytest.mark.parametrize(("role", "roles"), [("secretariat", (False, True)), ("administrator", (True, False))])
def test_other_roles_are_given_without_a_membership(role, roles, db):
    InvitationFactory(role=role, agency=None, digest=invitations.token_digest(TOKEN))

    user = invitations.accept_invitation(TOKEN, username="ada", password=PASSWORD)

    assert (user.is_superuser, is_secretariat(user)) == roles
    assert Membership.objects.count() == 0


@pytest.mark.parametrize(
    ("username", "sentence"),
    [("ADA", "user name already"), ("a b", "valid username"), ("", "cannot be blank"), ("x" * 151, "at most 150")],
)
def test_bad_name_is_refused_and_the_link_stays_good(username, sentence, invitation):
    UserFactory(username="ada", email="first@example.org")

    with pytest.raises(ValidationError, match=sentence):
        invitations.accept_invitation(TOKEN, username=username, password=PASSWORD)

    assert invitations.find_invitation(TOKEN) == invitation


def test_link_ends_after_seven_days(invitation, time_machine):
    time_machine.move_to(invitation.expires_at - timedelta(seconds=1))
    in_time = invitations.find_invitation(TOKEN)
    time_machine.move_to(invitation.expires_at + timedelta(seconds=1))

    assert (in_time, invitations.find_invitation(TOKEN)) == (invitation, None)
    assert (invitation.has_expired, str(invitation.status_label)) == (True, "Expired")


def race(*functions):
    """Call functions at once, each in a thread with its own connection; return their results or exceptions."""
    start, answers = Barrier(len(functions)), []

    def run(function):
        start.wait()
        try:
            answers.append(function())
        except ValidationError as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_account(invitation):
    answers = race(
        lambda: invitations.accept_invitation(TOKEN, username="ada", password=PASSWORD),
        lambda: invitations.accept_invitation(TOKEN, username="countess", password=PASSWORD),
    )

    made = User.objects.get()
    assert sorted(answers, key=str) == sorted([made, None], key=str)
    assert Membership.objects.get().user == made


@pytest.mark.django_db(transaction=True)
def test_two_who_want_one_name_at_once_get_an_account_and_a_sentence(invitation):
    InvitationFactory(digest=invitations.token_digest("another"))

    answers = race(
        lambda: invitations.accept_invitation(TOKEN, username="ada", password=PASSWORD),
        lambda: invitations.accept_invitation("another", username="Ada", password=PASSWORD),
    )

    assert {type(answer) for answer in answers} == {User, ValidationError}
    assert User.objects.count() == 1
    assert Invitation.objects.acceptable().count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepting_and_revoking_at_once_leaves_one_of_them(invitation, secretariat):
    race(
        lambda: invitations.accept_invitation(TOKEN, username="ada", password=PASSWORD),
        lambda: invitations.revoke_invitation(invitation, by=secretariat),
    )

    invitation.refresh_from_db()
    assert (invitation.accepted_at is None) != (invitation.revoked_at is None)
    assert User.objects.filter(username="ada").exists() == (invitation.accepted_at is not None)
