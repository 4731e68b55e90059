"""What the environment says of mail: how it leaves, from whom, and under which address its links lead back."""

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.utils.regex_helper import _lazy_re_compile

FORMS = (
    "MAIL_URL is '{url}'; write smtp://user:password@host:587, smtps://user:password@host:465, anymail:service, "
    "file:/folder or console:."
)
PORTS = {"smtp": 587, "smtps": 465}
# Seconds: a mail server that does not answer holds up nobody for longer.
PATIENCE = 20
WITH_NAME = _lazy_re_compile(r"^[^<>\r\n]*<(?P<address>[^<>\s]+)>$")


def delivery(url: str, folder: Path) -> dict:
    """The settings by which queued mail leaves; without a word of it, into files of a folder."""
    scheme, _colon, rest = url.partition(":")
    if not url:
        return _by("foundation.mail.backend.FileBackend", EMAIL_FILE_PATH=folder)
    if scheme == "console" and not rest.strip("/"):
        return _by("django.core.mail.backends.console.EmailBackend")
    if scheme == "file" and Path(urlsplit(url).path).is_absolute() and not urlsplit(url).netloc:
        return _by("foundation.mail.backend.FileBackend", EMAIL_FILE_PATH=Path(unquote(urlsplit(url).path)))
    if scheme == "anymail":
        return _by_service(rest.strip("/"))
    if scheme in PORTS:
        return _by_server(url)
    raise ImproperlyConfigured(FORMS.format(url=_without_password(url)))


def _by(backend: str, **settings) -> dict:
    return {"backend": backend, "settings": settings}


def _by_service(name: str) -> dict:
    if not name.isidentifier() or name in {"base", "base_requests"} or find_spec(f"anymail.backends.{name}") is None:
        raise ImproperlyConfigured(
            f"MAIL_URL names the mail service '{name}', which anymail does not know: see the list of its services."
        )
    return _by(f"anymail.backends.{name}.EmailBackend")


def _by_server(url: str) -> dict:
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError:
        port = 0
    if not parts.hostname or not port or parts.path.strip("/") or bool(parts.username) != bool(parts.password):
        raise ImproperlyConfigured(FORMS.format(url=_without_password(url)))
    return _by(
        "django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST=parts.hostname,
        EMAIL_PORT=port,
        EMAIL_HOST_USER=unquote(parts.username or ""),
        EMAIL_HOST_PASSWORD=unquote(parts.password or ""),
        EMAIL_USE_TLS=parts.scheme == "smtp" and port != 25,
        EMAIL_USE_SSL=parts.scheme == "smtps",
    )


def _without_password(url: str) -> str:
    """The address as a message may repeat it: messages end in logs."""
    scheme, colon, rest = url.partition(":")
    return f"{scheme}{colon}//…@{rest.rpartition('@')[2]}" if "@" in rest else url


def public_url(url: str) -> str:
    """The address under which readers reach the portal, without a slash at its end."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"PUBLIC_URL is '{url}'; write the portal's address, as https://portal.example.org.")
    return url.rstrip("/")


def sender(written: str, url: str) -> str:
    """'portal@example.org', or 'The portal <portal@example.org>'; mail that leaves the machine needs one."""
    if not written:
        if url.startswith(("smtp", "anymail")):
            raise ImproperlyConfigured(
                "MAIL_FROM is not set: write the address from which mails come, beside MAIL_URL."
            )
        return "portal@localhost"
    named = WITH_NAME.match(written)
    try:
        validate_email(named["address"] if named else written)
    except ValidationError:
        raise ImproperlyConfigured(
            f"MAIL_FROM is '{written}'; write portal@example.org or The portal <portal@example.org>."
        ) from None
    return written
