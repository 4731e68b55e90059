import pytest
from django.test import RequestFactory

from foundation.http.client_ip import client_ip, throttle_key


def request_from(address, forwarded=None):
    headers = {"x-forwarded-for": forwarded} if forwarded is not None else {}
    return RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)


@pytest.mark.parametrize(
    ("behind_proxy", "address", "forwarded", "expected"),
    [
        (False, "192.0.2.1", None, "192.0.2.1"),
        (False, "192.0.2.1", "198.51.100.1", "192.0.2.1"),
        (True, "127.0.0.1", "198.51.100.1, 192.0.2.1", "192.0.2.1"),
        (True, "127.0.0.1", "forged, 2001:DB8::1", "2001:db8::1"),
        (True, "127.0.0.1", None, "127.0.0.1"),
        (True, "127.0.0.1", "unknown", ""),
        (False, "::ffff:192.0.2.1", None, "192.0.2.1"),
        (False, "", None, ""),
        (False, "unix:", None, ""),
    ],
)
def test_own_proxy_alone_is_believed(settings, behind_proxy, address, forwarded, expected):
    settings.BEHIND_PROXY = behind_proxy

    assert client_ip(request_from(address, forwarded)) == expected


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("unix:", ""),
    ],
)
def test_network_of_a_home_counts_as_one(address, place):
    assert throttle_key(request_from(address)) == place
