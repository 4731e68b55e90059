"""Compare answers from memory with a 'hello' view of Django: `python -m benchmarks.hot`, where `wrk` is installed.

It starts a database with the portal's data, and two servers that differ in one setting: one has the response cache. All
share the machine, so that ratios say more than requests per second. `hello` runs through the whole middleware on the
server without the cache. Each round measures every address once, in rotated order. A ratio is that of one round.

The status is 1 if an answer is wrong, before, while or after it is measured, or if a median ratio misses its target.
"""

import argparse
import http.client
import io
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from gmg_portal.trial.server import START_COMMAND

BASE_DIR = Path(__file__).resolve().parent.parent
HELLO = "hello"
TARGET = 1.5
CONNECTIONS = 8
# One host for both ports, since pages name it.
HEADERS = {"Host": "127.0.0.1", "Accept-Encoding": "gzip, br"}
WRONG = re.compile(r"Non-2xx or 3xx responses: \d+|Socket errors: .*")
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")


@dataclass
class Case:
    """An address on one of the servers, the answer that is expected there, and the rates measured."""

    name: str
    port: int
    path: str
    headers: dict[str, str]
    status: int = 200
    body: bytes = b""
    rates: list[float] = field(default_factory=list)

    def fetch(self) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", self.path, headers=self.headers)
        response = connection.getresponse()
        return response, response.read()

    def check(self) -> None:
        """Exit if the server gives another answer than the one expected."""
        response, body = self.fetch()
        if (response.status, body) != (self.status, self.body):
            sys.exit(f"{self.name}: {self.path} answers {response.status} with {len(body)} bytes, not as expected.")

    def measure(self, seconds: int) -> None:
        """Measure requests per second with wrk, between two checks of the answer."""
        self.check()
        headers = [part for name, value in self.headers.items() for part in ("-H", f"{name}: {value}")]
        address = f"http://127.0.0.1:{self.port}{self.path}"
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *headers, address]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        if wrong := WRONG.search(output):
            sys.exit(f"{self.name}: {self.path}: {wrong[0]}")
        self.rates.append(float(RATE.search(output)[1]))
        self.check()


@contextmanager
def database() -> Iterator[None]:
    """Keep an embedded PostgreSQL with the portal's data until the block ends."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, connections

    django.setup()
    from foundation.postgresql.base import embedded_server

    try:
        connection.ensure_connection()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_reference", stdout=io.StringIO())
        call_command("load_commitments", settings.BASE_DIR / "data" / "commitments.csv", stdout=io.StringIO())
        yield
    finally:
        connections.close_all()
        embedded_server().release()


@contextmanager
def server(**variables: str) -> Iterator[int]:
    """Start the trial's web server with these variables; yield its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gmg_portal.trial.server", "127.0.0.1", str(port), str(os.getpid())]
    process = subprocess.Popen(command, cwd=BASE_DIR, stdin=subprocess.PIPE, env=os.environ | variables)
    try:
        process.stdin.write(START_COMMAND)
        process.stdin.close()
        wait_until_healthy(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def wait_until_healthy(port: int) -> None:
    for _attempt in range(600):
        with suppress(OSError):
            if Case("", port, "/healthz", {}).fetch()[0].status == 200:
                return
        time.sleep(0.1)
    sys.exit("The web server does not start.")


def make_cases(plain: int, hot: int) -> list[Case]:
    """Return the cases; each expects the answer of the server without the cache."""
    paths = {
        "home": "/",
        "register": "/commitments/",
        "commitment": "/commitments/HLD-0001/",
        "API list": "/api/v1/commitments/",
        "matrix": "/api/v1/summary/matrix/",
    }
    cases = [
        Case(HELLO, plain, "/hello/", HEADERS, 200, b"hello"),
        # Not part of the record, so that the middleware sends no SQL.
        Case("hello, no SQL", plain, "/healthz/hello/", HEADERS, 200, b"hello"),
    ]
    for name, path in paths.items():
        response, body = Case(name, plain, path, HEADERS).fetch()
        cases.append(Case(name, hot, path, HEADERS, response.status, body))
    tagged = HEADERS | {"If-None-Match": Case("", hot, "/", HEADERS).fetch()[0].headers["ETag"]}
    cases.append(Case("304", hot, "/", tagged, 304))
    return cases


def report(cases: list[Case]) -> bool:
    """Print the rates and ratios; return whether all medians reach the target."""
    hello = cases[0].rates
    print(f"{'':14} requests/s: median (min–max)    ÷ hello: median (min–max), target {TARGET}")
    is_reached = True
    for case in cases:
        ratios = [rate / base for rate, base in zip(case.rates, hello, strict=True)]
        is_reached &= case.name.startswith(HELLO) or statistics.median(ratios) >= TARGET
        print(f"{case.name:14} {summary(case.rates, 0):32} {summary(ratios, 2)}")
    return is_reached


def summary(values: list[float], digits: int) -> str:
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="for each address in each round")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: install it (Debian: apt-get install wrk).")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)  # the database's account may not be the caller's
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "benchmarks.hello_settings",
            "PORTAL_VAR": f"{name}/var",
            "PORTAL_STATE": f"{name}/state",
            "TRIAL": "1",
        }
        with (
            database(),
            server(RESPONSE_CACHE_MB="0") as plain,
            server(RESPONSE_CACHE_MB="32") as hot,
        ):
            cases = make_cases(plain, hot)
            for number in range(options.rounds):
                for case in cases[number % len(cases) :] + cases[: number % len(cases)]:
                    case.measure(options.seconds)
            is_reached = report(cases)
    sys.exit(not is_reached)


if __name__ == "__main__":
    main()
