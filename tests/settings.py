"""Settings of the test suite: the portal's settings, independent of the caller's environment."""

import os

for name in (
    "ALLOWED_HOSTS", "BEHIND_PROXY", "CACHE_URL", "DATABASE_OWNER_URL", "DEBUG", "HOST", "MAIL_FROM", "MAIL_URL",
    "MFA_ENCRYPTION_KEYS", "MFA_REQUIRED", "PUBLIC_URL", "SECRET_KEY_FALLBACKS", "TRIAL",
):  # fmt: skip
    os.environ.pop(name, None)
os.environ |= {"SECRET_KEY": "for-the-tests-only", "PLAIN_HTTP": "1"}

from gmg_portal.settings import *  # noqa: E402, F403
from gmg_portal.settings import DATABASE_LIMITS, DATABASES, STORAGES, VAR_DIR  # noqa: E402

# Fast passwords and no collectstatic; files of the tests are apart from those of a running portal.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "editions": STORAGES["editions"] | {"OPTIONS": {"location": VAR_DIR / "test-editions"}},
}
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
# Generous, since a busy machine is slow.
DATABASE_LIMITS = dict.fromkeys(DATABASE_LIMITS, "5min")
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# All requests of the tests come from one address.
PAGE_RATE = None
# Tests write in transactions that never commit, and so do not move the revision. Tests of the cache make their own.
RESPONSE_CACHE_MB = 0
MEDIA_ROOT = VAR_DIR / "test-media"
# The role of the tests creates the tables, and so it owns them.
REQUIRE_SEPARATE_DB_ROLES = False
DATABASE_OWNER = None
