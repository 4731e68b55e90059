"""The store that processes share, and its failures."""

import logging

import pytest
from django.core.cache.backends.locmem import LocMemCache

from foundation.http import shared_store
from foundation.http.shared_store import BytesSerializer, SharedStore


class BrokenCache(LocMemCache):
    """A server that cannot be reached; it counts how often it was asked."""

    questions = 0

    def get(self, *_args, **_kwargs):
        BrokenCache.questions += 1
        raise ConnectionError("refused")

    set = get


@pytest.fixture
def use_backend(settings):
    def use_backend(backend):
        settings.CACHES = {**settings.CACHES, "shared": {"BACKEND": backend, "LOCATION": "shared-store"}}
        return SharedStore("shared", 60)

    return use_backend


def test_value_is_found_by_another_process(use_backend):
    store = use_backend("django.core.cache.backends.locmem.LocMemCache")

    store.put("a", b"answer")

    assert (SharedStore("shared", 60).get("a"), store.get("b")) == (b"answer", None)


def test_broken_cache_holds_nothing_and_is_left_alone_for_a_while(use_backend, monkeypatch, caplog):
    monkeypatch.setattr(BrokenCache, "questions", 0)
    store = use_backend(f"{__name__}.BrokenCache")

    with caplog.at_level(logging.WARNING):
        answers = [store.get("a"), store.put("a", b"answer"), store.get("a")]
    questions = BrokenCache.questions
    monkeypatch.setattr(shared_store.time, "monotonic", lambda: store._paused_until + 1)
    store.get("a")

    assert answers == [None, None, None]
    assert (questions, BrokenCache.questions) == (1, 2)
    assert [record.getMessage() for record in caplog.records] == [
        "The shared cache fails, and is not asked for 10 seconds: refused"
    ] * 2


def test_serializer_runs_nothing_that_others_wrote():
    serializer = BytesSerializer()

    assert serializer.loads(serializer.dumps(b"cos\nsystem\n")) == b"cos\nsystem\n"
