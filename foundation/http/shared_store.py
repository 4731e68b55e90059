"""A store of bytes that web processes and machines share: a cache of Django's framework that may fail."""

import logging
import time

from django.core.cache import caches

RETRY_AFTER = 10  # seconds without questions to a cache that failed, so that readers do not wait for it

logger = logging.getLogger(__name__)


class BytesSerializer:
    """Store bytes as they are: unlike pickles, what others wrote into the cache is never run."""

    def dumps(self, value: bytes) -> bytes:
        return value

    def loads(self, value: bytes) -> bytes:
        return value


class SharedStore:
    """A cache of `settings.CACHES`, by its alias. A failure is logged, and the cache is left alone for a while."""

    def __init__(self, alias: str, seconds: int):
        self.alias = alias
        self.seconds = seconds
        self._paused_until = 0.0

    def get(self, key: str) -> bytes | None:
        return self._ask("get", key)

    def put(self, key: str, value: bytes) -> None:
        self._ask("set", key, value, self.seconds)

    def _ask(self, method: str, *arguments: object) -> bytes | None:
        if time.monotonic() < self._paused_until:
            return None
        try:
            return getattr(caches[self.alias], method)(*arguments)
        except Exception as error:  # noqa: BLE001 - each client library has its own errors, and no answer needs the cache
            self._paused_until = time.monotonic() + RETRY_AFTER
            logger.warning("The shared cache fails, and is not asked for %s seconds: %s", RETRY_AFTER, error)
            return None
