"""Settings that would be insecure or wrong are refused with a sentence, before anything starts."""

import pytest

from tests.gmg_portal.processes import environment, run


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
            {"SECRET_KEY": "x", "DATABASE_URL": "sqlite:///portal.db"},
            "DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host/name.\n",
        ),
        (
            {"SECRET_KEY": "x", "DATABASE_URL": "what is this"},
            "DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host/name.\n",
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
        "print(s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.ALLOWED_HOSTS)"
    )

    production = run("-c", asked, env=env | {"DJANGO_SETTINGS_MODULE": "gmg_portal.settings"})

    assert production.stdout == "False True True True ['portal.example']\n"
