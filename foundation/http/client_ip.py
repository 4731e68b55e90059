"""Where a request comes from: one answer for everything that counts, locks or notes by address."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The caller's address; '' if there is none, as on a socket.

    One's own proxy is believed, which adds the last address itself, and nobody else.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    address_text = forwarded.split(",")[-1].strip() or request.META.get("REMOTE_ADDR") or ""
    try:
        address = ip_address(address_text)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def throttle_key(request: HttpRequest) -> str:
    """What counts as one caller. A home with IPv6 has a whole /64 of addresses: the first of them stands for all."""
    text = client_ip(request)
    if not text or not isinstance(ip_address(text), IPv6Address):
        return text
    # A scope ('%eth0') belongs to one's own machine's view, and to no network.
    return str(ip_network((text.partition("%")[0], 64), strict=False).network_address)
