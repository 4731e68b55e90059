"""Test that insecure or invalid settings are refused with a sentence at the start."""

import os
import runpy

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tests.support.processes import environment, run


def environment_of(tmp_path, variables):
    env = environment(tmp_path / "var", **variables)
    if "TRIAL" not in variables:
        del env["TRIAL"]
    return env


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Return the settings that a process reads at its start with exactly these variables."""

    def read(**variables):
        monkeypatch.setattr(os, "environ", environment_of(tmp_path, variables))
        return runpy.run_path(str(settings.BASE_DIR / "gmg_portal" / "settings.py"))

    return read


@pytest.fixture
def check(tmp_path):
    """Run `manage.py check` with exactly these variables."""

    def check(**variables):
        return run("manage.py", "check", env=environment_of(tmp_path, variables))

    return check


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {},
            "SECRET_KEY is not set: put a long random text into it, or, on your own machine, set TRIAL=1 or DEBUG=1.",
        ),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe'; write 1 or 0."),
        ({"TRIAL": "ja"}, "TRIAL is 'ja'; write 1 or 0."),
        (
            {"SECRET_KEY": "x", "RESPONSE_CACHE_MB": "32 MB"},
            "RESPONSE_CACHE_MB is '32 MB'; write a whole number, such as 32, or 0 for none.",
        ),
        (
            {"SECRET_KEY": "x", "CACHE_URL": "memcached://localhost"},
            "CACHE_URL must name a Valkey or Redis server: redis://host:6379/0.",
        ),
        (
            {"SECRET_KEY": "x", "MFA_REQUIRED": "sometimes"},
            "MFA_REQUIRED is 'sometimes'; write 'everyone', or leave it empty.",
        ),
        (
            {"SECRET_KEY": "x", "MFA_ENCRYPTION_KEYS": "short"},
            "MFA_ENCRYPTION_KEYS has a key of fewer than 32 characters; write long random texts.",
        ),
        (
            {"SECRET_KEY": "x", "DATABASE_URL": "sqlite:///portal.db"},
            "DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host/name.",
        ),
        (
            {"SECRET_KEY": "x", "DATABASE_URL": "what is this"},
            "DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host/name.",
        ),
        (
            {"SECRET_KEY": "x", "MAIL_URL": "mail.example.org"},
            "MAIL_URL is 'mail.example.org'; write smtp://user:password@host:587, smtps://user:password@host:465, "
            "anymail:service, file:/folder or console:.",
        ),
        (
            {"SECRET_KEY": "x", "MAIL_FROM": "the portal"},
            "MAIL_FROM is 'the portal'; write portal@example.org or The portal <portal@example.org>.",
        ),
        (
            {"SECRET_KEY": "x", "PUBLIC_URL": "portal.example.org"},
            "PUBLIC_URL is 'portal.example.org'; write the portal's address, as https://portal.example.org.",
        ),
        (
            {"SECRET_KEY": "x", "DATABASE_OWNER_URL": "postgresql://owner:x@localhost/portal"},
            "DATABASE_OWNER_URL stands beside DATABASE_URL, which is not set.",
        ),
        (
            {
                "SECRET_KEY": "x",
                "DATABASE_URL": "postgresql://portal:x@localhost/portal",
                "DATABASE_OWNER_URL": "postgresql://owner:x@localhost/other",
            },
            "DATABASE_OWNER_URL and DATABASE_URL must name the same database.",
        ),
    ],
)
def test_wrong_settings_are_refused_in_a_sentence(read, variables, sentence):
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(**variables)

    assert str(refusal.value) == sentence


@pytest.mark.processes
def test_command_prints_that_sentence_alone(check):
    refused = check(SECRET_KEY="x", MFA_REQUIRED="sometimes")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "MFA_REQUIRED is 'sometimes'; write 'everyone', or leave it empty.\n"


@pytest.mark.processes
@pytest.mark.parametrize("variables", [{"SECRET_KEY": "x", "MFA_REQUIRED": "everyone"}, {"DEBUG": "1"}, {"TRIAL": "1"}])
def test_sufficient_settings_are_taken(check, variables):
    taken = check(**variables)

    assert taken.returncode == 0, taken.stderr


def test_links_of_a_production_lead_to_its_first_name(read):
    production = read(SECRET_KEY="x", ALLOWED_HOSTS="portal.example,www.portal.example", TRIAL="0")

    assert production["PUBLIC_URL"] == "https://portal.example"
    assert production["EMAIL_BACKEND"] == "foundation.mail.backend.QueueBackend"
    assert production["DEFAULT_FROM_EMAIL"] == "portal@localhost"


def test_shared_cache_needs_its_client_library(read, monkeypatch):
    variables = {"SECRET_KEY": "x", "CACHE_URL": "valkey://cache.example:6379/0"}
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(**variables)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "redis")

    cache = read(**variables)["CACHES"]["responses"]

    assert str(refusal.value) == "CACHE_URL needs the Python package 'redis', which the portal does not install."
    assert cache["LOCATION"] == "redis://cache.example:6379/0"


def test_answers_are_kept_in_memory_except_where_templates_are_edited(read):
    sizes = [read(**variables)["RESPONSE_CACHE_MB"] for variables in ({"TRIAL": "1"}, {"DEBUG": "1"})]

    assert sizes == [32, 0]


def test_trial_keeps_its_key(read, tmp_path):
    key = tmp_path / "var" / "secret_key"
    first = read(TRIAL="1")["SECRET_KEY"]

    second = read(TRIAL="1")["SECRET_KEY"]

    assert first == second == key.read_text()
    assert len(first) > 50
    assert key.stat().st_mode & 0o777 == 0o600


def test_trial_without_a_writable_folder_is_refused_with_the_reason(read, tmp_path):
    (tmp_path / "var").write_text("")

    with pytest.raises(ImproperlyConfigured) as refusal:
        read(TRIAL="1")

    assert str(refusal.value).startswith(f"The portal cannot keep its files in {tmp_path / 'var'}")
    assert len(str(refusal.value).splitlines()) == 1


def test_production_is_secure_by_default(read):
    production = read(SECRET_KEY="x" * 60, ALLOWED_HOSTS="portal.example", TRIAL="0")

    assert production["DEBUG"] is False
    assert production["SECURE_SSL_REDIRECT"] is True
    assert production["SESSION_COOKIE_SECURE"] is True
    assert production["CSRF_COOKIE_SECURE"] is True
    assert production["ALLOWED_HOSTS"] == ["portal.example"]
    assert production["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert production["CSRF_COOKIE_NAME"] == "__Host-csrftoken"


@pytest.mark.parametrize(
    ("variables", "terms"),
    [
        ({}, ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")),
        ({"DATA_LICENCE_NAME": "Terms of the group"}, ("Terms of the group", "")),
        ({"DATA_LICENCE_URL": "https://example.org/terms"}, ("", "https://example.org/terms")),
        ({"DATA_LICENCE_NAME": "", "DATA_LICENCE_URL": ""}, ("", "")),
    ],
)
def test_terms_of_the_data_are_creative_commons_unless_others_are_named(read, variables, terms):
    values = read(SECRET_KEY="x", **variables)

    assert (values["DATA_LICENCE_NAME"], values["DATA_LICENCE_URL"]) == terms
