"""The IP address of a request's client, for throttling, locks and logs."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """Return the IP address of the client; '' if there is none, as on a Unix socket.

    Behind our own proxy it is the last address of X-Forwarded-For, which that proxy adds. Earlier ones are not trusted.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    address_text = forwarded.split(",")[-1].strip() or request.META.get("REMOTE_ADDR") or ""
    try:
        address = ip_address(address_text)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def throttle_key(request: HttpRequest) -> str:
    """Return the key under which a client is throttled: the IPv4 address, or the first of an IPv6 /64 network."""
    text = client_ip(request)
    if not text or not isinstance(ip_address(text), IPv6Address):
        return text
    # A scope ('%eth0') is local to this machine and not part of the network.
    return str(ip_network((text.partition("%")[0], 64), strict=False).network_address)
