"""The door of the server under test: closed once a test is over, until its rows are gone.

A browser that is closed may still send a last word, as a form does that keeps what was typed. Answered while the tables
are emptied, it would stand in the way of that, or be found by the next test.
"""

from threading import Condition, get_ident

from django.core.signals import request_finished, request_started

PATIENCE = 60  # seconds for the requests that are being answered


class Door:
    """Counts who is inside, of those who come through a server; a test's own client needs no door."""

    def __init__(self):
        self._is_open = True
        self._inside = set()
        self._changed = Condition()
        request_started.connect(self._enter)
        request_finished.connect(self._leave)

    def close(self) -> None:
        """Let nobody in any more, and wait until all are out."""
        with self._changed:
            self._is_open = False
            assert self._changed.wait_for(lambda: not self._inside, PATIENCE), "A request has no end."

    def open(self) -> None:
        with self._changed:
            self._is_open = True

    def _enter(self, environ, **kwargs) -> None:
        if "SERVER_SOFTWARE" not in environ:
            return
        with self._changed:
            if not self._is_open:
                raise ConnectionAbortedError("The test that this belongs to is over.")  # the server drops the request
            self._inside.add(get_ident())

    def _leave(self, **kwargs) -> None:
        with self._changed:
            self._inside.discard(get_ident())
            self._changed.notify_all()
