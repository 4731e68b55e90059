"""Web addresses as people write them: one way to keep them, and which of them can lead the public anywhere.

`AddressField` holds an address, `LocationField` an address or a document symbol. Both bring what is written into one
form, in whatever way it comes: 'HTTP://WWW.ILO.org/Report' and 'www.ilo.org/Report' become links.
"""

import ipaddress
import re
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext as _

LONGEST = 2_000  # characters; libraries of documents give out addresses of over a thousand
SCHEME = re.compile(r"https?://", re.IGNORECASE)
WITHOUT_SCHEME = re.compile(r"www\.[^\s/.]+\.[^\s/.]", re.IGNORECASE)
# Names that lead nowhere outside of one machine or one network (RFC 6761, 6762, 7686, 8375, 9476).
PRIVATE_NAMES = (
    "alt", "home.arpa", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost", "test",
)  # fmt: skip
is_url = URLValidator(schemes=["http", "https"])


def normalize_address(text: str) -> str:
    """Return an address with its scheme, and scheme and host in small letters; anything else without outer spaces."""
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


def is_address(text: str) -> bool:
    """Whether a normalized text is an address, and no document symbol."""
    return text.startswith(("http://", "https://"))


def validate_public_address(address: str) -> None:
    """Refuse an address that cannot lead the public anywhere, naming its host."""
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
    """Refuse what is no address, and what is none that leads the public anywhere."""
    is_url(text)
    validate_public_address(text)


def validate_location(text: str) -> None:
    """Refuse an address that is none, or not a public one; a document symbol is free."""
    if is_address(text):
        validate_address(text)


class NormalizedField:
    """What both fields share: a text is normalized when it is validated, and when it is saved without."""

    def to_python(self, value):
        value = super().to_python(value)
        return normalize_address(value) if isinstance(value, str) else value

    def pre_save(self, model_instance, add):
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class AddressField(NormalizedField, models.URLField):
    """A public web address."""

    default_validators = [validate_address]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", LONGEST)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        return super().formfield(**{"assume_scheme": "https", **kwargs})


class LocationField(NormalizedField, models.CharField):
    """A public web address, or the symbol of a document."""

    default_validators = [validate_location]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", LONGEST)
        super().__init__(*args, **kwargs)


def _lower_host(netloc: str) -> str:
    user, at, host = netloc.rpartition("@")
    return f"{user}{at}{host.lower()}"


def is_public_host(host: str) -> bool:
    """Whether a host, in small letters, can be reached from anywhere: no name without a dot, no private address."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    labels = host.split(".")
    # Browsers read a number at the end as that of an address, in several ways of writing.
    if len(labels) < 2 or re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        return False
    return not any(host == name or host.endswith(f".{name}") for name in PRIVATE_NAMES)
