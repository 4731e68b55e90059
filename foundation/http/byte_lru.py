"""A store in memory that is bounded by bytes: what was not used for longest is dropped first."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")

# A value may take this share of the bound, so that one large value does not drop all others.
MAX_SHARE = 1 / 8


class ByteBoundedLRU(Generic[Value]):
    """A mapping that holds at most `max_bytes`, by the sizes that its caller names. Threads may share it."""

    def __init__(self, max_bytes: int):
        self.max_bytes = max_bytes
        self.used_bytes = 0
        self._entries: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> Value | None:
        """Return the value of a key, which so becomes the one used last; None if there is none."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Store a value in place of an earlier one, unless it is too large; drop what was not used for longest."""
        with self._lock:
            if key in self._entries:
                self.used_bytes -= self._entries.pop(key)[1]
            if size > self.max_bytes * MAX_SHARE:
                return
            self._entries[key] = value, size
            self.used_bytes += size
            while self.used_bytes > self.max_bytes:
                self.used_bytes -= self._entries.popitem(last=False)[1][1]
