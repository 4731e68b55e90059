"""Every public address through the response cache: the same answers as without it, and nothing private."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db.backends.base.base import BaseDatabaseWrapper

from foundation.http.throttling import AddressThrottle
from gmg_portal.http.response_cache import ResponseCache
from gmg_portal.models import Revision
from tests.gmg_portal.http.wsgi_client import Counted, WSGIClient
from tests.gmg_portal.whole_portal import test_leaks

pytestmark = [pytest.mark.django_db, pytest.mark.exhaustive]

ilo, iom, points = test_leaks.ilo, test_leaks.iom, test_leaks.points
decent_work, secretariat, record = test_leaks.decent_work, test_leaks.secretariat, test_leaks.record

# Headers of one client's rate limit; answers from memory have none.
CLIENT_HEADERS = {"RateLimit", "RateLimit-Policy"}
# What one answer differs in from the next even without the cache: private ones are padded at random, forms have tokens.
VARYING_HEADERS = {"RateLimit", "X-Request-ID", "Content-Length", "Set-Cookie", "Expires"}
ENCODINGS = ("", "gzip", "br, gzip")
UNPACK = {None: bytes, "gzip": gzip.decompress, "br": brotli.decompress}


class ComparingClient:
    """Asks each address without the cache, and twice with it; it compares the answers, and counts those from memory."""

    def __init__(self):
        self.django = Counted(WSGIHandler())
        self.plain = WSGIClient(self.django, self.django)
        self.cached = WSGIClient(ResponseCache(self.django, 64 * 1024 * 1024), self.django)
        self.addresses, self.from_memory, self.not_kept = 0, [], []

    def get(self, address):
        self.addresses += 1
        headers = {"Accept-Encoding": ENCODINGS[self.addresses % len(ENCODINGS)]}
        expected, answer = self.plain.get(address, headers), self.cached.get(address, headers)
        if "ETag" in expected.headers and not expected.streaming:
            # Now it is kept.
            answer, head = self.cached.get(address, headers), self.cached.head(address, headers)
            self.not_kept += [] if answer.from_memory and head.from_memory else [address]
            assert (head.headers, head.body) == (answer.headers, b""), address
            self.compare_unchanged(address, headers | {"If-None-Match": expected["ETag"]})
        self.compare(address, expected, answer)
        unpack = UNPACK[expected.headers.get("Content-Encoding")]
        return replace(expected, body=unpack(expected.body))

    def compare_unchanged(self, address, headers):
        unchanged = [client.get(address, headers) for client in (self.plain, self.cached, self.cached)]
        assert [answer.status for answer in unchanged] == [304] * 3, address
        assert unchanged[2].from_memory, address
        assert unchanged[0].headers == unchanged[1].headers == unchanged[2].headers, address

    def compare(self, address, expected, answer):
        assert answer.status == expected.status, address
        dropped = CLIENT_HEADERS if answer.from_memory else VARYING_HEADERS
        assert without(expected, dropped) == without(answer, dropped), address
        if answer.from_memory:
            assert CLIENT_HEADERS.isdisjoint(answer.headers), address
            self.from_memory.append(address)
            assert answer.body == expected.body, address


def without(answer, names):
    return {name: value for name, value in answer.headers.items() if name not in names}


def test_every_answer_is_the_same_with_the_cache_and_nothing_private_is_kept(record, monkeypatch, time_machine):
    """Takes over five seconds, because it asks some hundred addresses several times."""
    # Last-Modified depends on the second of the last change, and all answers on the day.
    Revision.objects.update(moved_at=datetime(2026, 11, 30, 9, tzinfo=UTC))
    time_machine.move_to("2026-11-30T12:00Z")
    # It would close the connection, and so the transaction.
    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda _connection: None)
    monkeypatch.setattr(AddressThrottle, "rate", "999999/s", raising=False)
    client = ComparingClient()
    pages = [address for address, _response, _body in test_leaks.crawl(client, record)]

    kept = [stored for (_state, stored), _size in client.cached.application.responses._entries.values()]
    assert client.not_kept == []
    assert len(pages) > 200 and len(client.from_memory) > 150
    assert sum(stored.status == "200 OK" for stored in kept) == len(client.from_memory)
    bodies = [client.cached.get(address) for address in client.from_memory]
    texts = [test_leaks.text_of(answer, answer.body) for answer in bodies]
    assert sum(test_leaks.SHOWN in text for text in texts) > 40
    assert not any(test_leaks.SECRET in text for text in texts)
    assert not any(test_leaks.SECRET.encode() in unpacked(stored) for stored in kept)


def unpacked(stored):
    return UNPACK[dict(stored.headers).get("Content-Encoding")](stored.body) if stored.body else b""
