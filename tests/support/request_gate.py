"""Refuse requests to the server under test after the end of a test, until its rows are deleted.

A browser that is closed can still send a request, such as an autosave. Handled meanwhile, it could block the deletion
or leave rows for the next test.
"""

from threading import Condition, get_ident

from django.core.signals import request_finished, request_started

CLOSE_TIMEOUT = 60  # seconds for requests in progress


class RequestGate:
    """A gate for requests through a server, which tracks those in progress; ignores Django's test client."""

    def __init__(self):
        self._is_open = True
        self._threads = set()
        self._changed = Condition()
        request_started.connect(self._enter)
        request_finished.connect(self._leave)

    def close(self) -> None:
        """Refuse new requests, and wait until those in progress end."""
        with self._changed:
            self._is_open = False
            assert self._changed.wait_for(lambda: not self._threads, CLOSE_TIMEOUT), "A request has no end."

    def open(self) -> None:
        with self._changed:
            self._is_open = True

    def _enter(self, environ, **kwargs) -> None:
        if "SERVER_SOFTWARE" not in environ:
            return
        with self._changed:
            if not self._is_open:
                raise ConnectionAbortedError("The test that this belongs to is over.")  # the server drops the request
            self._threads.add(get_ident())

    def _leave(self, **kwargs) -> None:
        with self._changed:
            self._threads.discard(get_ident())
            self._changed.notify_all()
