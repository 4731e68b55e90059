"""The day of the record in addresses: a reader who looks at an earlier day stays there from page to page."""

from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.urls import reverse

# What answers for no day of the past, or takes its days by other words.
WITHOUT_DAY = ("/api/", "/admin/", "/accounts/", "/static/", "/feeds/", "/commitments.atom", "/calendar/", "/compare")


def on_day(address: str, day: date | None) -> str:
    """The address as it leads to the record of that day; one of another site or with a day of its own stays."""
    if day is None or not address or address.startswith("#"):
        return address
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return address
    words = parse_qsl(parts.query, keep_blank_values=True)
    if parts.path.startswith(WITHOUT_DAY) or any(word == "as_of" for word, _value in words):
        return address
    return urlunsplit(parts._replace(query=urlencode([*words, ("as_of", day.isoformat())])))


def compared_with_today(day: date) -> str:
    return f"{reverse('compare')}?{urlencode({'from': day.isoformat()})}"
