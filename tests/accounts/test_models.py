from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import AccessToken, Invitation, KnownAddress, Membership, SignInWarning, User
from tests.support.factories import AccessTokenFactory, AgencyFactory, InvitationFactory, MembershipFactory, UserFactory

pytestmark = [pytest.mark.database, pytest.mark.django_db]
LATE = datetime(2014, 6, 1, tzinfo=UTC)


def second_membership(**fields):
    first = MembershipFactory()
    MembershipFactory(user=first.user, agency=first.agency, **fields)


def two_tokens(**fields):
    agency = AgencyFactory()
    for _ in range(2):
        AccessTokenFactory(agency=agency, **fields)


def known_address():
    return {"user": UserFactory(), "digest": "0" * 40, "used_at": LATE}


def sign_in_warning(kind="password"):
    return {"user": UserFactory(), "kind": kind, "sent_at": LATE}


REFUSED = [
    ("user_mail_level_known", lambda: UserFactory(mail_level="hourly")),
    ("membership_role_known", lambda: MembershipFactory(role="observer")),
    (
        "membership_ends_after_start",
        lambda: MembershipFactory(starts_on=date(2014, 1, 2), ends_on=date(2014, 1, 1)),
    ),
    ("membership_once_from_a_day", lambda: second_membership(role="alternate")),
    ("user_name_once_in_any_case", lambda: [UserFactory(username=name, email="") for name in ("ada", "Ada")]),
    ("user_mail_address_once", lambda: [UserFactory(email="ada@example.org") for _ in range(2)]),
    (
        "user_mail_address_in_small_letters",
        lambda: User.objects.filter(pk=UserFactory().pk).update(email="Ada@example.org"),
    ),
    ("invitation_agency_with_its_roles", lambda: InvitationFactory(role="observer")),
    ("invitation_agency_with_its_roles", lambda: InvitationFactory(role="alternate", agency=None)),
    ("invitation_agency_with_its_roles", lambda: InvitationFactory(role="secretariat")),
    ("invitation_expires_after_sending", lambda: InvitationFactory(expires_at=LATE, sent_at=LATE)),
    ("invitation_accepted_by_somebody_at_a_time", lambda: InvitationFactory(accepted_by=UserFactory())),
    ("invitation_accepted_or_revoked", lambda: InvitationFactory(accepted_at=LATE, revoked_at=LATE)),
    ("token_scope_known", lambda: AccessTokenFactory(scope="publish")),
    ("token_expires_within_a_year", lambda: AccessTokenFactory(created=LATE, expiry_date=LATE)),
    ("token_expires_within_a_year", lambda: AccessTokenFactory(created=LATE, expiry_date=LATE + timedelta(days=367))),
    ("token_revoked_at_a_time", lambda: AccessTokenFactory(revoked=True)),
    ("token_revoked_at_a_time", lambda: AccessTokenFactory(revoked_at=LATE)),
    (
        "token_name_once_in_use",
        lambda: [AccessTokenFactory(agency=agency, name="A") for agency in [AgencyFactory()] * 2],
    ),
    ("invitation_open_once_for_an_address", lambda: [InvitationFactory(email="ada@example.org") for _ in range(2)]),
    ("known_address_once", lambda: [KnownAddress.objects.create(**address) for address in [known_address()] * 2]),
    ("sign_in_warning_once", lambda: [SignInWarning.objects.create(**warning) for warning in [sign_in_warning()] * 2]),
    ("sign_in_warning_kind_known", lambda: SignInWarning.objects.create(**sign_in_warning(kind="dance"))),
]
UNIQUE = [
    (UserFactory, "username", "ada"),
    (InvitationFactory, "digest", "0f" * 32),
    (AccessTokenFactory, "prefix", "aBcDeF12"),
]
CHOICES = [
    (Membership, "role", "membership_role_known"),
    (Invitation, "role", "invitation_agency_with_its_roles"),
    (AccessToken, "scope", "token_scope_known"),
    (User, "mail_level", "user_mail_level_known"),
    (SignInWarning, "kind", "sign_in_warning_kind_known"),
]


@pytest.mark.parametrize(("constraint", "write"), REFUSED)
def test_bad_row_is_refused_by_the_database(constraint, write, assert_refused_by):
    assert_refused_by(constraint, write)


@pytest.mark.parametrize(("factory", "field", "value"), UNIQUE)
def test_second_row_with_the_same_identifier_is_refused(factory, field, value, assert_unique):
    assert_unique(factory, field, value)


@pytest.mark.parametrize(("model", "field", "constraint"), CHOICES)
def test_choices_are_those_of_the_database(model, field, constraint, constraint_values):
    choices = {value for value, _ in model._meta.get_field(field).choices}

    assert constraint_values(constraint) == choices


def test_every_declared_rule_is_in_the_tables_above(assert_declared):
    assert_declared(
        "accounts",
        constraints={constraint for constraint, _ in REFUSED},
        unique={(factory._meta.model, field) for factory, field, _ in UNIQUE},
        choices={(model, field) for model, field, _ in CHOICES},
    )


def test_membership_in_two_spells_is_taken():
    second_membership(starts_on=date(2015, 1, 1))

    assert Membership.objects.count() == 2


@pytest.mark.parametrize(
    ("moment", "current"),
    [
        ("2014-01-31T23:59:59+00:00", False),
        ("2014-02-01T00:00:00+00:00", True),
        ("2014-03-31T23:59:59+00:00", True),
        ("2014-04-01T00:00:00+00:00", False),
    ],
)
def test_membership_turns_at_midnight_utc(time_machine, moment, current):
    membership = MembershipFactory(starts_on=date(2014, 2, 1), ends_on=date(2014, 3, 31))
    time_machine.move_to(moment)

    assert list(Membership.objects.current()) == ([membership] if current else [])


def test_names_of_rows(ilo):
    user = UserFactory(username="ada")

    assert str(user) == "ada"
    assert str(MembershipFactory(user=user, agency=ilo)) == "ada – ILO"


def test_history_of_a_person_keeps_no_password():
    fields = {field.name for field in User.history.model._meta.get_fields()}

    assert fields.isdisjoint({"password", "has_short_password", "last_login"})
