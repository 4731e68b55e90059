"""Mail settings from the environment: the transport, the sender and the public address for links."""

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.utils.regex_helper import _lazy_re_compile

MAIL_URL_ERROR = (
    "MAIL_URL is '{url}'; write smtp://user:password@host:587, smtps://user:password@host:465, anymail:service, "
    "file:/folder or console:."
)
PORTS = {"smtp": 587, "smtps": 465}
SMTP_TIMEOUT = 20  # seconds
NAMED_ADDRESS = _lazy_re_compile(r"^[^<>\r\n]*<(?P<address>[^<>\s]+)>$")


def delivery_settings(url: str, folder: Path) -> dict:
    """Return the backend of queued mails and its settings for MAIL_URL; without one, files in `folder`."""
    scheme, _colon, rest = url.partition(":")
    if not url:
        return _backend_settings("foundation.mail.backend.FileBackend", EMAIL_FILE_PATH=folder)
    if scheme == "console" and not rest.strip("/"):
        return _backend_settings("django.core.mail.backends.console.EmailBackend")
    if scheme == "file" and Path(urlsplit(url).path).is_absolute() and not urlsplit(url).netloc:
        return _backend_settings(
            "foundation.mail.backend.FileBackend", EMAIL_FILE_PATH=Path(unquote(urlsplit(url).path))
        )
    if scheme == "anymail":
        return _anymail_settings(rest.strip("/"))
    if scheme in PORTS:
        return _smtp_settings(url)
    raise ImproperlyConfigured(MAIL_URL_ERROR.format(url=_without_password(url)))


def _backend_settings(backend: str, **settings: object) -> dict:
    return {"backend": backend, "settings": settings}


def _anymail_settings(name: str) -> dict:
    if not name.isidentifier() or name in {"base", "base_requests"} or find_spec(f"anymail.backends.{name}") is None:
        raise ImproperlyConfigured(
            f"MAIL_URL names the mail service '{name}', which anymail does not know: see the list of its services."
        )
    return _backend_settings(f"anymail.backends.{name}.EmailBackend")


def _smtp_settings(url: str) -> dict:
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError:
        port = 0
    if not parts.hostname or not port or parts.path.strip("/") or bool(parts.username) != bool(parts.password):
        raise ImproperlyConfigured(MAIL_URL_ERROR.format(url=_without_password(url)))
    return _backend_settings(
        "django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST=parts.hostname,
        EMAIL_PORT=port,
        EMAIL_HOST_USER=unquote(parts.username or ""),
        EMAIL_HOST_PASSWORD=unquote(parts.password or ""),
        EMAIL_USE_TLS=parts.scheme == "smtp" and port != 25,
        EMAIL_USE_SSL=parts.scheme == "smtps",
    )


def _without_password(url: str) -> str:
    """Return MAIL_URL without its password, for error messages, which end in logs."""
    scheme, colon, rest = url.partition(":")
    return f"{scheme}{colon}//…@{rest.rpartition('@')[2]}" if "@" in rest else url


def public_url(url: str) -> str:
    """Return the portal's public address without a trailing slash. Raises ImproperlyConfigured."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"PUBLIC_URL is '{url}'; write the portal's address, as https://portal.example.org.")
    return url.rstrip("/")


def sender_address(address: str, url: str) -> str:
    """Return the sender, 'portal@example.org' or 'The portal <portal@example.org>'.

    Without one return a local address. Raises ImproperlyConfigured if it is invalid, or missing for a mail server.
    """
    if not address:
        if url.startswith(("smtp", "anymail")):
            raise ImproperlyConfigured(
                "MAIL_FROM is not set: write the address from which mails come, beside MAIL_URL."
            )
        return "portal@localhost"
    match = NAMED_ADDRESS.match(address)
    try:
        validate_email(match["address"] if match else address)
    except ValidationError:
        raise ImproperlyConfigured(
            f"MAIL_FROM is '{address}'; write portal@example.org or The portal <portal@example.org>."
        ) from None
    return address
