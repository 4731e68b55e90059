"""Web addresses: normalization, and which ones are public."""

import pytest
from django.core.exceptions import ValidationError

from foundation.text.web_addresses import (
    MAX_ADDRESS_LENGTH,
    normalize_address,
    validate_location,
    validate_public_address,
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("HTTP://WWW.ILO.org/Report", "http://www.ilo.org/Report"),
        ("www.ilo.org/Report?a=B#C", "https://www.ilo.org/Report?a=B#C"),
        ("WWW.ILO.ORG", "https://www.ilo.org"),
        (" https://ilo.org/a ", "https://ilo.org/a"),
        ("https://ilo.org/a?", "https://ilo.org/a"),
        ("A/68/190", "A/68/190"),
        ("ST/ESA/SER.A/346", "ST/ESA/SER.A/346"),
        ("www. ilo", "www. ilo"),
        ("ftp://ilo.org", "ftp://ilo.org"),
        ("", ""),
    ],
)
def test_address_is_kept_in_one_form(written, kept):
    assert normalize_address(written) == kept
    assert normalize_address(kept) == kept


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "localhost:8000", "LOCALHOST", "localhost.", "portal", "a.localhost", "nas.local", "wiki.internal",
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "10.0.0.1", "192.168.1.1", "172.16.0.1",
        "169.254.169.254", "0.0.0.0", "100.64.0.1", "[::1]", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]",
        "192.0.2.1", "a.test",
    ],
)  # fmt: skip
def test_address_that_nobody_else_reaches_is_refused(host):
    with pytest.raises(ValidationError, match="is not a public web site"):
        validate_public_address(f"http://{host}/none")


@pytest.mark.parametrize("address", ["https://www.ilo.org:8443/a", "http://193.134.194.1/", "https://مثال.إختبار/"])
def test_public_address_is_taken(address):
    assert validate_public_address(address) is None


def test_user_name_in_an_address_is_refused():
    with pytest.raises(ValidationError, match="leave out what stands before ‘@’"):
        validate_public_address("https://www.ilo.org@evil.example.org/")


@pytest.mark.parametrize("location", ["A/68/190", "", "https://ilo.org/" + "a" * (MAX_ADDRESS_LENGTH - 16)])
def test_symbol_or_public_address_is_a_location(location):
    assert validate_location(location) is None


@pytest.mark.parametrize("location", ["http://", "https://ilo .org/", "http://localhost/none"])
def test_location_that_is_no_public_address_is_refused(location):
    with pytest.raises(ValidationError):
        validate_location(location)
