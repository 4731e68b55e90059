"""All settings, read from the environment; `.env.example` explains every variable."""

import os
import re
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from foundation.files.private import read_or_create_secret
from foundation.mail.settings import SMTP_TIMEOUT, delivery_settings, public_url, sender_address

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("PORTAL_VAR") or BASE_DIR / "var").resolve()


def flag(name: str) -> bool:
    """Return a yes-or-no variable. Raises ImproperlyConfigured for other values."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"", "0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is '{value}'; write 1 or 0.")


def words(name: str, default: str = "") -> list[str]:
    """Return the values of a comma-separated variable."""
    return [value.strip() for value in os.environ.get(name, default).split(",") if value.strip()]


def rate(name: str, default: str) -> str:
    """Return a rate limit such as 600/min: a number of requests per second, minute, hour or day."""
    value = os.environ.get(name) or default
    if not re.fullmatch(r"[1-9][0-9]{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)", value):
        raise ImproperlyConfigured(f"{name} is '{value}'; write a number and a time, such as 600/min or 10/s.")
    return value


def whole_number(name: str, default: str) -> int:
    """Return a whole number; 0 means none."""
    value = os.environ.get(name) or default
    if not re.fullmatch(r"0|[1-9][0-9]{0,5}", value):
        raise ImproperlyConfigured(f"{name} is '{value}'; write a whole number, such as 32, or 0 for none.")
    return int(value)


def duration(name: str, default: str) -> str:
    """Return a duration in PostgreSQL's notation, such as 500ms, 15s or 2min; 0 means no limit."""
    value = os.environ.get(name) or default
    if not re.fullmatch(r"0|[1-9][0-9]{0,5}(ms|s|min)", value):
        raise ImproperlyConfigured(f"{name} is '{value}'; write a number and ms, s or min, such as 15s, or 0 for none.")
    return value


def database(url: str, name: str = "DATABASE_URL") -> dict:
    """Return Django's settings for the URL of a PostgreSQL server. Raises ImproperlyConfigured for other databases."""
    try:
        parsed = dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)
    except ValueError:
        parsed = {}
    if parsed.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"{name} must name a PostgreSQL server: postgresql://user:password@host/name.")
    options = parsed.setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 10)  # seconds
    return parsed


def shared_cache(url: str) -> dict:
    """Return Django's settings for a Valkey or Redis server. Raises ImproperlyConfigured for others."""
    if urlsplit(url).scheme not in ("redis", "rediss", "unix", "valkey", "valkeys"):
        raise ImproperlyConfigured("CACHE_URL must name a Valkey or Redis server: redis://host:6379/0.")
    if find_spec("redis") is None:
        raise ImproperlyConfigured("CACHE_URL needs the Python package 'redis', which the portal does not install.")
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": re.sub("^valkey", "redis", url),
        "KEY_PREFIX": "portal",
        "OPTIONS": {
            "serializer": "foundation.http.shared_store.BytesSerializer",
            # Seconds; Django answers sooner than a slow cache.
            "socket_connect_timeout": 0.25,
            "socket_timeout": 0.25,
        },
    }


def trial_key() -> str:
    """Return the trial's secret key, created at its first start and kept, so that sessions survive a restart."""
    try:
        return read_or_create_secret(VAR_DIR / "secret_key")
    except OSError as error:
        raise ImproperlyConfigured(f"The portal cannot keep its files in {VAR_DIR}: {error.strerror}.") from None


DEBUG = flag("DEBUG")
# A trial on one machine, as `manage.py run` serves it: plain HTTP, static files without a build, a generated key.
TRIAL = flag("TRIAL")
SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY and TRIAL:
    SECRET_KEY = trial_key()
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set: put a long random text into it, or, on your own machine, set TRIAL=1 or DEBUG=1."
        )
    SECRET_KEY = "for-development-on-one-machine-only"  # noqa: S105
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")
BEHIND_PROXY = flag("BEHIND_PROXY")
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]") + (words("HOST") if TRIAL else [])
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
CONTACT_EMAIL = os.environ.get("CONTACT_EMAIL", "")
RELEASE = os.environ.get("RELEASE", "")
# The terms of the portal's own compilation. If you name other terms, set their address as well, or leave it empty.
_cc_by = {"DATA_LICENCE_NAME": "CC BY 4.0", "DATA_LICENCE_URL": "https://creativecommons.org/licenses/by/4.0/"}
_terms = os.environ if _cc_by.keys() & os.environ.keys() else _cc_by
DATA_LICENCE_NAME = _terms.get("DATA_LICENCE_NAME", "")
DATA_LICENCE_URL = _terms.get("DATA_LICENCE_URL", "")

INSTALLED_APPS = [
    "gmg_portal.editors.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "rest_framework",
    "rest_framework_api_key",
    "django_filters",
    "drf_spectacular",
    "corsheaders",
    "csp",
    "pgtrigger",
    "simple_history",
    "concurrency",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "accounts.sign_in.apps.LockoutConfig",
    "agencies",
    "agenda",
    "accounts",
    "workgroups",
    "recommendations",
    "commitments",
    "reporting",
    "register",
    "gmg_portal",
    # After the portal, so that its command `send_queued_mail` replaces the library's.
    "anymail",
    "post_office",
]

MIDDLEWARE = [
    "gmg_portal.http.health.HealthMiddleware",
    "foundation.http.tracking_params.TrackingParamsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "foundation.http.http_methods.CrossOriginMiddleware",
    "foundation.http.compression.CompressionMiddleware",
    "gmg_portal.http.middleware.CacheControlMiddleware",
    "foundation.http.throttling.RateLimitHeadersMiddleware",
    "gmg_portal.api.deprecations.DeprecationMiddleware",
    "foundation.http.http_methods.ReadOnlyMethodsMiddleware",
    "accounts.sessions.store.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "gmg_portal.http.identifiers.IdentifierMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.sessions.last_seen.LastSeenMiddleware",
    "accounts.second_step.requirement.SecondStepMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "gmg_portal.http.middleware.RequestContextMiddleware",
    "gmg_portal.http.middleware.QueryStringMiddleware",
    "gmg_portal.http.record_day.AsOfMiddleware",
    "gmg_portal.http.middleware.RevisionMiddleware",
    "gmg_portal.http.page_rate.PageRateMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "gmg_portal.urls"
WSGI_APPLICATION = "gmg_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gmg_portal.website.context_processors.site",
                "gmg_portal.http.record_day.record_day",
            ],
        },
    }
]

# PostgreSQL: the server of DATABASE_URL, or an embedded one under var/.
if os.environ.get("DATABASE_URL"):
    DATABASES = {"default": database(os.environ["DATABASE_URL"])}
else:
    DATABASES = {
        "default": {
            "ENGINE": "foundation.postgresql",
            "NAME": "portal",
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }
    }
# Time limits of a request for one statement, one wait for a lock, and one pause within a transaction.
DATABASE_LIMITS = {
    "statement_timeout": duration("DATABASE_STATEMENT_TIMEOUT", "15s"),
    "lock_timeout": duration("DATABASE_LOCK_TIMEOUT", "5s"),
    "idle_in_transaction_session_timeout": duration("DATABASE_IDLE_TIMEOUT", "1min"),
}
# The time limit of a statement for files of the whole record, which take longer than pages.
DATABASE_EXPORT_TIMEOUT = duration("DATABASE_EXPORT_TIMEOUT", "10min")
# The role that owns the tables, only for `migrate` and `grant_roles`. Everything else runs as the role of DATABASE_URL.
DATABASE_OWNER = None
DATABASE_ROLE = DATABASES["default"].get("USER", "")
if os.environ.get("DATABASE_OWNER_URL"):
    if not os.environ.get("DATABASE_URL"):
        raise ImproperlyConfigured("DATABASE_OWNER_URL stands beside DATABASE_URL, which is not set.")
    DATABASE_OWNER = database(os.environ["DATABASE_OWNER_URL"], "DATABASE_OWNER_URL")
    if DATABASE_OWNER["NAME"] != DATABASES["default"]["NAME"]:
        raise ImproperlyConfigured("DATABASE_OWNER_URL and DATABASE_URL must name the same database.")
# Whether a system check warns if the application's role could rewrite the record.
REQUIRE_SEPARATE_DB_ROLES = bool(os.environ.get("DATABASE_URL")) and not TRIAL and not DEBUG
# Public answers are kept in the memory of each web process, up to this size; 0: none. Off where templates are edited.
RESPONSE_CACHE_MB = whole_number("RESPONSE_CACHE_MB", "0" if DEBUG else "32")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# All processes share what one has stored in this server.
if os.environ.get("CACHE_URL"):
    CACHES["responses"] = shared_cache(os.environ["CACHE_URL"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first, so that passwords are not checked during a wait
    "accounts.sign_in.backend.AccountBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "accounts.sign_in.passwords.LengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # seconds

# Who needs a second step beside the password: 'everyone', or if empty the roles in accounts.permissions.
MFA_REQUIRED = os.environ.get("MFA_REQUIRED", "").strip().lower()
if MFA_REQUIRED not in ("", "everyone"):
    raise ImproperlyConfigured(f"MFA_REQUIRED is '{MFA_REQUIRED}'; write 'everyone', or leave it empty.")
# The first key encrypts the secrets of second steps in the database, the others only decrypt; see docs/operating.md.
MFA_ENCRYPTION_KEYS = words("MFA_ENCRYPTION_KEYS")
if any(len(key) < 32 for key in MFA_ENCRYPTION_KEYS):
    raise ImproperlyConfigured("MFA_ENCRYPTION_KEYS has a key of fewer than 32 characters; write long random texts.")
MFA_ADAPTER = "accounts.second_step.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # administrators and invitations set addresses; users cannot claim one
MFA_TOTP_ISSUER = "GMG HLD follow-up portal"
MFA_TOTP_TOLERANCE = 1  # allowed difference of clocks, in steps of 30 seconds
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # so that a stolen key is useless without its PIN
MFA_FORMS = {
    "authenticate": "accounts.second_step.forms.CodeForm",
    "reauthenticate": "accounts.second_step.forms.ReauthenticateCodeForm",
    "activate_totp": "accounts.second_step.forms.AddAppForm",
    "add_webauthn": "accounts.second_step.forms.AddKeyForm",
    "edit_webauthn": "accounts.second_step.forms.EditKeyForm",
    "authenticate_webauthn": "accounts.second_step.forms.KeyForm",
    "login_webauthn": "accounts.second_step.forms.KeySignInForm",
    "reauthenticate_webauthn": "accounts.second_step.forms.ReauthenticateKeyForm",
}
ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
# Django's own generator: allauth's would use a second table of addresses, which changes by administrators do not reach.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
# allauth's limits count in each process. accounts.attempts counts in the database instead, for all processes.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "login": "accounts.sign_in.forms.SignInForm",
    "change_password": "accounts.sign_in.forms.ChangePasswordForm",
    "set_password": "accounts.sign_in.forms.SetPasswordForm",
    "reset_password": "accounts.sign_in.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.sign_in.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.sign_in.forms.ReauthenticateForm",
}

AXES_HANDLER = "accounts.attempts.attempt_limits.AttemptsHandler"
AXES_COOLOFF_TIME = 24  # hours for which a failed sign-in counts
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = "accounts.attempts.attempt_limits.lockout_parameters"
AXES_LOCKOUT_CALLABLE = "accounts.attempts.attempt_limits.lockout_response"
AXES_USERNAME_CALLABLE = "accounts.attempts.usernames.attempt_username"
AXES_CLIENT_IP_CALLABLE = "accounts.attempts.attempt_limits.attempt_address"
AXES_SENSITIVE_PARAMETERS = [
    "username", "ip_address", "login", "code", "credential", "email", "oldpassword", "password1", "password2",
    "csrfmiddlewaretoken",
]  # fmt: skip
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False


LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "gmg_portal.website.formats"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = None if TRIAL else VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = ""
STORAGES = {
    "default": {"BACKEND": "foundation.files.storage.PrivateStorage"},
    # Published editions have their own folder, which nothing else writes to or empties.
    "editions": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": os.environ.get("EDITIONS_DIR") or VAR_DIR / "editions",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TRIAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TRIAL
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "reporting.evidence.uploads.OriginalNameUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# The base URL of links in mails, which are written outside of requests.
if DEBUG or TRIAL:
    _address = f"http://{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
else:
    _address = f"{'http' if flag('PLAIN_HTTP') else 'https'}://{next(iter(ALLOWED_HOSTS), 'localhost').lstrip('.')}"
PUBLIC_URL = public_url(os.environ.get("PUBLIC_URL") or _address)
# Mail is queued in the database and delivered by the transport of MAIL_URL.
EMAIL_BACKEND = "foundation.mail.backend.QueueBackend"
EMAIL_TIMEOUT = SMTP_TIMEOUT
_delivery = delivery_settings(os.environ.get("MAIL_URL", ""), VAR_DIR / "mail")
globals().update(_delivery["settings"])
POST_OFFICE = {
    "BACKENDS": {"default": _delivery["backend"]},
    "MAX_RETRIES": 8,
    "RETRY_INTERVAL": timedelta(minutes=5),
    "MESSAGE_ID_ENABLED": True,
    "MESSAGE_ID_FQDN": urlsplit(PUBLIC_URL).hostname,
}
ANYMAIL = {name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")}
DEFAULT_FROM_EMAIL = sender_address(os.environ.get("MAIL_FROM") or CONTACT_EMAIL, os.environ.get("MAIL_URL", ""))
SERVER_EMAIL = DEFAULT_FROM_EMAIL

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": [
        "gmg_portal.api.renderers.JsonRenderer",
        "gmg_portal.api.renderers.CsvRenderer",
        "gmg_portal.api.renderers.NdjsonRenderer",
        "gmg_portal.api.renderers.JsonLdRenderer",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "gmg_portal.api.base.Negotiation",
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_PAGINATION_CLASS": "foundation.rest.pagination.Pagination",
    "DEFAULT_SCHEMA_CLASS": "gmg_portal.api.openapi.schema.PortalAutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["foundation.http.throttling.AddressThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": rate("API_RATE", "600/min")},
    "DEFAULT_METADATA_CLASS": "foundation.http.http_methods.NoMetadata",
    "EXCEPTION_HANDLER": "foundation.rest.problem_details.exception_handler",
}
# The rate limit of an address for searches, files, feeds, charts and comparisons outside of the API; None: no limit.
PAGE_RATE = None if os.environ.get("PAGE_RATE") == "0" else rate("PAGE_RATE", "300/min")
SPECTACULAR_SETTINGS = {
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "AlignmentStrength": "agenda.models.Alignment.Strength",
        "AssessmentFinding": "reporting.models.Assessment.Finding",
        "AssessorKind": "reporting.models.Assessment.AssessorKind",
        "CommitmentConfidence": "commitments.models.Commitment.Confidence",
        "CommitmentKind": "commitments.models.Commitment.Kind",
        "CommitmentScope": "commitments.models.Commitment.Scope",
        "ErrorCode": "foundation.rest.problem_codes.ERROR_CHOICES",
        "EvidenceKind": "reporting.models.Evidence.Kind",
        "EvidenceMediaType": "reporting.evidence.MEDIA_TYPES",
        "DraftState": ["expected", "draft", "submitted", "sent_back", "published"],
        "Freshness": "commitments.models.Freshness",
        "CommitmentState": ["published", "withdrawn"],
        "Lack": ["commitment", "date", "report", "report_in_cycle"],
        "LeadKind": ["agency", "workgroup"],
        "LinkCheck": "reporting.models.Evidence.LinkCheck",
        "Outlook": "commitments.models.Outlook",
        "ParticipationRole": "workgroups.models.Participation.Role",
        "Precision": "foundation.dates.partial.Precision",
        "ProblemCode": "foundation.rest.problem_codes.PROBLEM_CHOICES",
        "RecommendationLevel": "recommendations.models.Recommendation.Level",
        "ReportOrigin": ["lead", "public_source"],
        "ReviewingRole": "commitments.workflow.ReviewingRole",
        "StakeholderKind": "commitments.models.Stakeholder.Kind",
        "Status": "commitments.models.Status",
        "Verification": "commitments.models.Verification",
        "WorkGroupKind": "workgroups.models.WorkGroup.Kind",
    },
    "EXTERNAL_DOCS": {
        "description": "What may change within version 1, and what is deprecated",
        "url": "https://portal.example.org/data/versions/",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "DEFAULT_GENERATOR_CLASS": "gmg_portal.api.openapi.generator.PortalGenerator",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "gmg_portal.api.openapi.generator.complete_components",
        "gmg_portal.api.deprecations.mark_deprecated",
    ],
}
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = [
    "accept",
    "accept-language",
    "cache-control",
    "content-type",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "range",
]
CORS_EXPOSE_HEADERS = [
    "Accept-Ranges", "Content-Disposition", "Content-Range", "Deprecation", "ETag", "Last-Modified", "Link",
    "RateLimit", "RateLimit-Policy", "Record-Day", "Record-Moment", "Record-Revision", "Retry-After", "Sunset",
    "Total-Count",
]  # fmt: skip
CORS_PREFLIGHT_MAX_AGE = 24 * 60 * 60  # seconds
# Requests with an access token come from agencies' own systems, not from browsers on other sites.
CORS_URLS_REGEX = (
    r"^/((api(?!/v1/drafts(?:/|$))|data|feeds|calendar|charts|embed|oembed)/"
    r"|(?!admin/|accounts/).*\.(atom|bib|csv|ris)$)"
)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY = {name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb")}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# Plain HTTP is for a single machine. Production redirects to HTTPS, unless PLAIN_HTTP says that a proxy does.
HTTPS = not DEBUG and not TRIAL and not flag("PLAIN_HTTP")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
CSRF_FAILURE_VIEW = "gmg_portal.editors.csrf_failure.csrf_failure"
SESSION_ENGINE = "accounts.sessions.store"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
if HTTPS:  # the prefix makes browsers refuse these cookies from subdomains and over plain HTTP
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONCURRENCY_IGNORE_DEFAULT = False
SIMPLE_HISTORY_REVERT_DISABLED = True
PGTRIGGER_MIGRATIONS = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "foundation.http.logs.RequestFilter"}},
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}{request_id} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["request"]}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
    # Without this entry the library adds its own handler.
    "loggers": {"post_office": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}
