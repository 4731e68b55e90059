"""Settings that would be insecure or wrong are refused with a sentence, before anything starts."""

import pytest

from tests.gmg_portal.processes import environment, run

pytestmark = pytest.mark.processes


@pytest.fixture
def check(tmp_path):
    """`manage.py check` under exactly these variables."""

    def check(**variables):
        env = environment(tmp_path / "var", **variables)
        if "TRIAL" not in variables:
            del env["TRIAL"]
        return run("manage.py", "check", env=env)

    return check


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {},
            "SECRET_KEY is not set: put a long random text into it, or, on your own machine, set TRIAL=1 or DEBUG=1.\n",
        ),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe'; write 1 or 0.\n"),
        ({"TRIAL": "ja"}, "TRIAL is 'ja'; write 1 or 0.\n"),
        (
            {"SECRET_KEY": "x", "MFA_REQUIRED": "sometimes"},
            "MFA_REQUIRED is 'sometimes'; write 'everyone', or leave it empty.\n",
        ),
        (
            {"SECRET_KEY": "x", "MFA_ENCRYPTION_KEYS": "short"},
            "MFA_ENCRYPTION_KEYS has a key of fewer than 32 characters; write long random texts.\n",
        ),
        (
            {"SECRET_KEY": "x", "DATABASE_URL": "sqlite:///portal.db"},
            "DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host/name.\n",
        ),
        (
            {"SECRET_KEY": "x", "DATABASE_URL": "what is this"},
            "DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host/name.\n",
        ),
        (
            {"SECRET_KEY": "x", "MAIL_URL": "mail.example.org"},
            "MAIL_URL is 'mail.example.org'; write smtp://user:password@host:587, smtps://user:password@host:465, "
            "anymail:service, file:/folder or console:.\n",
        ),
        (
            {"SECRET_KEY": "x", "MAIL_FROM": "the portal"},
            "MAIL_FROM is 'the portal'; write portal@example.org or The portal <portal@example.org>.\n",
        ),
        (
            {"SECRET_KEY": "x", "PUBLIC_URL": "portal.example.org"},
            "PUBLIC_URL is 'portal.example.org'; write the portal's address, as https://portal.example.org.\n",
        ),
        (
            {"SECRET_KEY": "x", "DATABASE_OWNER_URL": "postgresql://owner:x@localhost/portal"},
            "DATABASE_OWNER_URL stands beside DATABASE_URL, which is not set.\n",
        ),
        (
            {
                "SECRET_KEY": "x",
                "DATABASE_URL": "postgresql://portal:x@localhost/portal",
                "DATABASE_OWNER_URL": "postgresql://owner:x@localhost/other",
            },
            "DATABASE_OWNER_URL and DATABASE_URL must name the same database.\n",
        ),
    ],
)
def test_wrong_settings_are_refused_in_a_sentence(check, variables, sentence):
    refused = check(**variables)

    assert (refused.returncode, refused.stderr) == (1, sentence)


@pytest.mark.parametrize("variables", [{"SECRET_KEY": "x", "MFA_REQUIRED": "everyone"}, {"DEBUG": "1"}, {"TRIAL": "1"}])
def test_sufficient_settings_are_taken(check, variables):
    taken = check(**variables)

    assert taken.returncode == 0, taken.stderr


def test_links_of_a_production_lead_to_its_first_name(tmp_path):
    env = environment(tmp_path / "var", SECRET_KEY="x", ALLOWED_HOSTS="portal.example,www.portal.example", TRIAL="0")
    asked = "from django.conf import settings as s; print(s.PUBLIC_URL, s.EMAIL_BACKEND, s.DEFAULT_FROM_EMAIL)"

    production = run("-c", asked, env=env | {"DJANGO_SETTINGS_MODULE": "gmg_portal.settings"})

    assert production.stdout == "https://portal.example gmg_portal.mail.QueueBackend portal@localhost\n"


def test_trial_keeps_its_key(check, tmp_path):
    key = tmp_path / "var" / "secret_key"
    check(TRIAL="1")
    first = key.read_text()

    check(TRIAL="1")

    assert key.read_text() == first
    assert len(first) > 50
    assert key.stat().st_mode & 0o777 == 0o600


def test_trial_without_a_writable_folder_is_told(check, tmp_path):
    (tmp_path / "var").write_text("")

    refused = check(TRIAL="1")

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"The portal cannot keep its files in {tmp_path / 'var'}")
    assert len(refused.stderr.splitlines()) == 1


def test_production_is_secure_unless_told(tmp_path):
    env = environment(tmp_path / "var", SECRET_KEY="x" * 60, ALLOWED_HOSTS="portal.example", TRIAL="0")
    asked = (
        "from django.conf import settings as s; "
        "print(s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.ALLOWED_HOSTS,"
        " s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"
    )

    production = run("-c", asked, env=env | {"DJANGO_SETTINGS_MODULE": "gmg_portal.settings"})

    assert production.stdout == "False True True True ['portal.example'] __Host-sessionid __Host-csrftoken\n"
