"""Settings of the test suite: the portal's own, whatever the caller's environment says of a trial or a production."""

import os

for name in (
    "ALLOWED_HOSTS", "BEHIND_PROXY", "DATABASE_OWNER_URL", "DEBUG", "HOST", "MAIL_FROM", "MAIL_URL",
    "MFA_ENCRYPTION_KEYS", "MFA_REQUIRED", "PUBLIC_URL", "SECRET_KEY_FALLBACKS", "TRIAL",
):  # fmt: skip
    os.environ.pop(name, None)
os.environ |= {"SECRET_KEY": "for-the-tests-only", "PLAIN_HTTP": "1"}

from gmg_portal.settings import *  # noqa: E402, F403
from gmg_portal.settings import DATABASE_LIMITS, DATABASES, STORAGES, VAR_DIR  # noqa: E402

# Quick, and nothing to collect beforehand; files of the tests never lie among those of a running portal.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "editions": STORAGES["editions"] | {"OPTIONS": {"location": VAR_DIR / "test-editions"}},
}
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
# On a machine that runs other tests too everything takes longer.
DATABASE_LIMITS = dict.fromkeys(DATABASE_LIMITS, "5min")
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# One address sends all requests of the tests, and those of the browsers among them.
PAGE_RATE = None
MEDIA_ROOT = VAR_DIR / "test-media"
# The role of the tests makes the tables, and so it owns them.
ROLES_APART = False
DATABASE_OWNER = None
