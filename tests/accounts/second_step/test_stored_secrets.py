"""Stored sessions and second steps are useless without the keys outside the database."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from accounts.second_step.encryption import UnreadableSecretError, decrypt, encrypt
from accounts.sessions.store import SessionStore
from tests.accounts.signing_in import CODE, sign_in, sign_in_with_code
from tests.browser.signing_in import code_of
from tests.support.factories import PASSWORD, TOTP_SECRET, with_second_step

COOKIE = "sessionid"
OLD, NEW = "the old key of the second steps, long enough", "the new key of the second steps, long enough"


def all_columns(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(jsonb_agg(to_jsonb(it)), '[]')::text FROM {table} AS it")
        return cursor.fetchone()[0]


# Sessions


def test_keys_in_the_tables_of_sessions_sign_nobody_in(client, ilo_focal_point):
    sign_in(client, "ilo_focal_point")
    stored = [*Session.objects.values_list("pk", flat=True), *UserSession.objects.values_list("session_key", flat=True)]
    cookie = client.cookies[COOKIE].value

    tried = [Client(headers={"cookie": f"{COOKIE}={key}"}).get("/accounts/").status_code for key in stored]

    assert len(set(stored)) == 1
    assert tried == [302, 302]
    assert Client(headers={"cookie": f"{COOKIE}={cookie}"}).get("/accounts/").status_code == 200
    assert cookie not in all_columns("django_session") + all_columns("usersessions_usersession")


def test_cookie_is_nowhere_in_the_database_after_the_password_is_changed(client, ilo_focal_point):
    sign_in(client, "ilo_focal_point")
    before = client.cookies[COOKIE].value
    new = "quite another long password"

    client.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    tables = all_columns("django_session") + all_columns("usersessions_usersession")

    assert client.cookies[COOKIE].value != before
    assert before not in tables
    assert client.cookies[COOKIE].value not in tables


@pytest.mark.parametrize("cookie", ["x", "0" * 40, "a" * 5000, "\\000", "é", ""])
def test_malformed_cookie_is_anonymous(cookie, client, db):
    client.cookies[COOKIE] = cookie

    assert client.get("/accounts/").status_code == 302


def test_session_that_is_ended_elsewhere_is_nobody_and_its_cookie_goes(client, ilo_focal_point):
    sign_in(client, "ilo_focal_point")
    UserSession.objects.get().end()

    answer = client.get("/accounts/")

    assert answer.status_code == 302
    assert not Session.objects.exists()


def test_secret_of_an_app_being_set_up_is_not_readable_in_the_session_table(client, ilo_focal_point):
    sign_in(client, "ilo_focal_point")
    client.get("/accounts/second-step/app/")
    secret = client.session["mfa.totp.secret"]

    row = Session.objects.get()

    assert secret not in row.session_data
    assert row.get_decoded() == {}
    assert SessionStore(row.session_key)["mfa.totp.secret"] == secret


# Second steps


def test_stored_secret_of_an_app_yields_no_code(client, secretariat):
    data = Authenticator.objects.get(user=secretariat).data

    assert TOTP_SECRET not in json.dumps(data)
    with pytest.raises(ValueError, match="Non-base32|Incorrect padding|padding"):
        code_of(data["secret"])
    assertRedirects(sign_in_with_code(client, "secretariat"), "/admin/")


def test_stored_seed_of_recovery_codes_yields_no_code(client, secretariat):
    codes = RecoveryCodes.activate(secretariat).get_unused_codes()
    row = Authenticator.objects.get(user=secretariat, type="recovery_codes")
    kept = row.data["seed"]
    thief = RecoveryCodes(
        Authenticator(user=secretariat, type="recovery_codes", data={"seed": encrypt(kept), "used_mask": 0})
    )

    sign_in(client, "secretariat")
    client.post(CODE, {"code": codes[0]})

    assert not set(codes) & set(thief.get_unused_codes())
    assert not any(code in all_columns("mfa_authenticator") for code in codes)
    assert "_auth_user_id" in client.session


def test_plain_secret_planted_in_the_table_is_not_taken(client, secretariat):
    Authenticator.objects.filter(user=secretariat).update(data={"secret": TOTP_SECRET})
    sign_in(client, "secretariat")

    answer = client.post(CODE, {"code": code_of(TOTP_SECRET)})

    assertContains(answer, "Your second step cannot be checked", status_code=503)
    assert "_auth_user_id" not in client.session


# Keys


def test_new_key_encrypts_and_the_old_one_still_decrypts(settings):
    settings.MFA_ENCRYPTION_KEYS = [OLD]
    stored = encrypt("secret")

    settings.MFA_ENCRYPTION_KEYS = [NEW, OLD]
    read, anew = decrypt(stored), encrypt("secret")
    settings.MFA_ENCRYPTION_KEYS = [NEW]

    assert (read, decrypt(anew)) == ("secret", "secret")
    with pytest.raises(UnreadableSecretError):
        decrypt(stored)


def test_key_is_rotated_and_the_old_one_taken_away(client, secretariat, settings, capsys):
    RecoveryCodes.activate(secretariat)
    settings.MFA_ENCRYPTION_KEYS = [NEW]

    call_command("rotate_mfa_key")
    settings.SECRET_KEY = "another key of the portal"

    assert capsys.readouterr().out == "Encrypted anew: 2.\n"
    assertRedirects(sign_in_with_code(client, "secretariat"), "/admin/")


def test_secret_key_is_replaced_with_the_old_one_as_a_fallback(client, secretariat, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key of the portal", [settings.SECRET_KEY]

    assertRedirects(sign_in_with_code(client, "secretariat"), "/admin/")


def test_lost_key_is_reported_by_check_command_and_page(client, secretariat, administrator, settings, caplog):
    settings.SECRET_KEY = "another key of the portal"

    warnings = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    with pytest.raises(CommandError, match="No key decrypts the second steps of: administrator, secretariat"):
        call_command("rotate_mfa_key")
    sign_in(client, "secretariat")
    answer = client.post(CODE, {"code": "123456"})

    assert [warning.id for warning in warnings] == ["portal.W002"]
    assertContains(answer, "the key that encrypts second steps is missing", status_code=503)
    assert "MFA_ENCRYPTION_KEYS" in caplog.text


# Every kind of second step


@pytest.mark.database
def test_all_kinds_of_second_steps_are_encrypted_again(ilo_focal_point, settings):
    with_second_step(ilo_focal_point)
    app = Authenticator.objects.get(type="totp")
    app.data |= {"used_until": 7}
    app.save()
    codes = {"migrated_codes": [encrypt("aa"), encrypt("bb")], "used_mask": 0}
    key = {"name": "Blue key", "credential": {"id": "x"}}
    Authenticator.objects.create(user=ilo_focal_point, type="recovery_codes", data=codes)
    Authenticator.objects.create(user=ilo_focal_point, type="webauthn", data=key)
    settings.MFA_ENCRYPTION_KEYS = [NEW]

    call_command("rotate_mfa_key")
    settings.SECRET_KEY = "another key of the portal"

    data = dict(Authenticator.objects.values_list("type", "data"))
    assert decrypt(data["totp"]["secret"]) == TOTP_SECRET
    assert data["totp"]["used_until"] == 7
    assert [decrypt(code) for code in data["recovery_codes"]["migrated_codes"]] == ["aa", "bb"]
    assert data["recovery_codes"]["used_mask"] == 0
    assert data["webauthn"] == key
