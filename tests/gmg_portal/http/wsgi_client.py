"""A client that asks a WSGI application as a web server does, for tests of what stands before Django."""

import io
from dataclasses import dataclass, field

from django.test import RequestFactory


@dataclass
class Answer:
    """What a web server would send."""

    status: int
    headers: dict[str, str]
    body: bytes
    from_memory: bool
    streaming: bool = False

    def getvalue(self) -> bytes:
        return self.body

    def __getitem__(self, name: str) -> str:
        return self.headers[name]

    @property
    def status_code(self) -> int:
        return self.status


@dataclass
class Counted:
    """A WSGI application that counts its requests; `after` is called with each response, before it is returned."""

    application: object
    requests: int = 0
    streaming: bool = False
    after: object = field(default=lambda response: None)

    def __call__(self, environ, start_response):
        self.requests += 1
        response = self.application(environ, start_response)
        self.streaming = getattr(response, "streaming", True)
        self.after(response)
        return response


@dataclass
class WSGIClient:
    """Asks an application in front of a counted one; headers are given by their names in requests."""

    application: object
    behind: Counted

    def get(self, path: str, headers: dict[str, str] | None = None, method: str = "GET", **extra: object) -> Answer:
        environ = RequestFactory(headers=headers).generic(method, path, **extra).environ
        environ = {name: value for name, value in environ.items() if name != "HTTP_COOKIE" or value}
        environ |= {"wsgi.input": io.BytesIO()}
        environ.setdefault("HTTP_HOST", "testserver")
        environ = {name: value for name, value in environ.items() if value is not None}
        before, sent = self.behind.requests, {}

        def start_response(status, headers, exc_info=None):
            sent.update(status=int(status.split()[0]), headers=headers)

        result = self.application(environ, start_response)
        body = b"".join(result)
        if hasattr(result, "close"):
            result.close()
        names = [name for name, _value in sent["headers"]]
        assert len(names) == len(set(names)) or "Set-Cookie" in names
        from_memory = self.behind.requests == before
        return Answer(
            sent["status"], dict(sent["headers"]), body, from_memory, not from_memory and self.behind.streaming
        )

    def head(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self.get(path, headers, method="HEAD")
