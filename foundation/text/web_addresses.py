"""Web addresses: normalize them, and refuse those that the public cannot open.

`AddressField` holds an address, `LocationField` an address or a document symbol. Both normalize the text:
'HTTP://WWW.ILO.org/Report' and 'www.ilo.org/Report' become links.
"""

import ipaddress
import re
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext as _

MAX_ADDRESS_LENGTH = 2_000  # characters; document libraries use addresses of over a thousand
SCHEME = re.compile(r"https?://", re.IGNORECASE)
WITHOUT_SCHEME = re.compile(r"www\.[^\s/.]+\.[^\s/.]", re.IGNORECASE)
# Domains that work only within one machine or network (RFC 6761, 6762, 7686, 8375, 9476).
PRIVATE_DOMAINS = (
    "alt", "home.arpa", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost", "test",
)  # fmt: skip
validate_url = URLValidator(schemes=["http", "https"])


def normalize_address(text: str) -> str:
    """Return an address with its scheme, and with scheme and host in lower case; any other text stripped."""
    text = text.strip()
    if WITHOUT_SCHEME.match(text):
        text = f"https://{text}"
    elif not SCHEME.match(text):
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    return urlunsplit(parts._replace(scheme=parts.scheme.lower(), netloc=_lower_host(parts.netloc)))


def is_web_address(text: str) -> bool:
    """Return whether a normalized text is a web address, not a document symbol."""
    return text.startswith(("http://", "https://"))


def validate_public_address(address: str) -> None:
    """Refuse an address whose host is not public or that has a user name."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        raise ValidationError(_("‘%(address)s’ is not a web address.") % {"address": address[:100]}) from None
    if "@" in parts.netloc:
        raise ValidationError(_("An address with a user name in it is not public: leave out what stands before ‘@’."))
    if not is_public_host(host):
        sentence = _(
            "‘%(host)s’ is not a public web site. Give the address under which everybody finds it: %(example)s."
        )
        raise ValidationError(sentence % {"host": host, "example": "https://www.ilo.org/report"})


def validate_address(text: str) -> None:
    """Refuse a text that is not a public web address."""
    validate_url(text)
    validate_public_address(text)


def validate_location(text: str) -> None:
    """Refuse a web address that is invalid or not public; accept any document symbol."""
    if is_web_address(text):
        validate_address(text)


class NormalizedFieldMixin:
    """Mixin of both fields: normalize the text on validation, and on saving without validation."""

    def to_python(self, value):
        value = super().to_python(value)
        return normalize_address(value) if isinstance(value, str) else value

    def pre_save(self, model_instance, add):
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class AddressField(NormalizedFieldMixin, models.URLField):
    """A public web address."""

    default_validators = [validate_address]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", MAX_ADDRESS_LENGTH)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        return super().formfield(**{"assume_scheme": "https", **kwargs})


class LocationField(NormalizedFieldMixin, models.CharField):
    """A public web address, or the symbol of a document."""

    default_validators = [validate_location]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", MAX_ADDRESS_LENGTH)
        super().__init__(*args, **kwargs)


def _lower_host(netloc: str) -> str:
    user, at, host = netloc.rpartition("@")
    return f"{user}{at}{host.lower()}"


def is_public_host(host: str) -> bool:
    """Return whether a host (in lower case) is public: not a name without a dot, not a private address or domain."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    labels = host.split(".")
    # Browsers read a host that ends in a number as an IP address, in several notations.
    if len(labels) < 2 or re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        return False
    return not any(host == name or host.endswith(f".{name}") for name in PRIVATE_DOMAINS)
