"""`as_of` in links: the links of a page that shows an earlier day lead to pages of the same day."""

from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.urls import reverse

# Addresses without `as_of`, or whose days have other parameters.
AS_OF_UNLINKED_PREFIXES = (
    "/api/",
    "/admin/",
    "/accounts/",
    "/static/",
    "/feeds/",
    "/commitments.atom",
    "/calendar/",
    "/compare",
)


def with_as_of(url: str, day: date | None) -> str:
    """Return the URL with `as_of` set to the day; unchanged if it has one, or is of another site or without `as_of`."""
    if day is None or not url or url.startswith("#"):
        return url
    parts = urlsplit(url)
    if parts.scheme or parts.netloc:
        return url
    params = parse_qsl(parts.query, keep_blank_values=True)
    if parts.path.startswith(AS_OF_UNLINKED_PREFIXES) or any(name == "as_of" for name, _value in params):
        return url
    return urlunsplit(parts._replace(query=urlencode([*params, ("as_of", day.isoformat())])))


def compare_with_today_url(day: date) -> str:
    """Return the address of the comparison of a day with today."""
    return f"{reverse('compare')}?{urlencode({'from': day.isoformat()})}"
