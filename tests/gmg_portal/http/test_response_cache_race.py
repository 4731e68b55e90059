"""Two workers of the real web server answer from memory while another process publishes."""

import http.client
import os
import re
import secrets
import sys
import threading
import time
from urllib.parse import quote

import psutil
import pytest
from django.db import connection

from tests.support.processes import PROCESS_TIMEOUT, environment, free_port, kill_all, start, wait_until

# By hand RACE_SECONDS=30 takes longer.
SECONDS = float(os.environ.get("RACE_SECONDS", "5"))
READERS = 4
# Seconds between commits: bursts, in which answers are stale before they are made, and times to serve them.
PAUSES = (0, 0, 0.01, 0.05, 0.4)
PATHS = ("/agencies/ilo/", "/api/v1/agencies/ilo/")
NUMBERED = re.compile(rb"International Labour Office no\. (\d+)")

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def port(ilo, tmp_path):
    """Start the web server of `make run` on the database of the test; yield its port."""
    it = connection.get_connection_params()
    user, password, host = (quote(str(it[name]), safe="") for name in ("user", "password", "host"))
    variables = {
        "DATABASE_URL": f"postgresql://{user}:{password}@{host}:{it['port']}/{it['dbname']}",
        "SECRET_KEY": secrets.token_urlsafe(),
        "API_RATE": "99999999/s",
    }
    number = free_port()
    command = ("-m", "gmg_portal.trial.server", "127.0.0.1", str(number), str(os.getpid()))
    server = start(*command, env=environment(tmp_path, **variables))
    server.stdin.write("serve\n")
    server.stdin.close()
    wait_until(lambda: is_up(number), "the web server starts")
    yield number
    kill_all([*psutil.Process(server.pid).children(recursive=True), psutil.Process(server.pid)])
    server.wait(PROCESS_TIMEOUT)
    server.stdout.close()


def is_up(port):
    try:
        return ask(http.client.HTTPConnection("127.0.0.1", port, timeout=60), "/healthz")[0].status == 200
    except OSError:
        return False


def ask(session, path, headers=None):
    session.request("GET", path, headers=headers or {})
    response = session.getresponse()
    return response, response.read()


class Record:
    """The number in the name of ILO: each commit writes the next one."""

    def __init__(self):
        self.committed = 0
        self.session = connection.copy()

    def publish(self):
        name = f"International Labour Office no. {self.committed + 1}"
        with self.session.cursor() as cursor:
            cursor.execute("UPDATE agencies_agency SET name = %s WHERE code = 'ilo'", [name])
        self.committed += 1


def read(port, record, until, seen, stale):
    """Read in a loop, and note answers that are older than the last commit before their request."""
    sessions = [http.client.HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(2)]
    etags = {}
    while time.monotonic() < until:
        for session in sessions:
            for path in PATHS:
                for headers in ({"Accept-Encoding": "identity"}, {"If-None-Match": etags.get(path, '"none"')}):
                    floor = record.committed
                    response, body = ask(session, path, headers)
                    from_memory = "RateLimit" not in response.headers
                    number = int(NUMBERED.search(body)[1]) if response.status == 200 else etags[f"{path} number"]
                    if number < floor:
                        stale.append((path, response.status, number, floor))
                    if response.status == 200:
                        etags |= {path: response.headers["ETag"], f"{path} number": number}
                    seen.append((path, response.status, number, from_memory))


def test_no_worker_serves_an_old_answer_after_the_commit_was_seen(port):
    """Takes as long as RACE_SECONDS says, by default five: what it looks for is rare."""
    record, seen, stale = Record(), [], []
    record.publish()
    until = time.monotonic() + SECONDS
    readers = [threading.Thread(target=read, args=(port, record, until, seen, stale)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    while time.monotonic() < until:
        record.publish()
        time.sleep(secrets.choice(PAUSES))
    for reader in readers:
        reader.join()
    record.session.close()

    from_memory = sum(path.startswith("/api/") and status == 200 and hot for path, status, _number, hot in seen)
    print(f"{len(seen)} answers, {from_memory} of the API from memory, {record.committed} commits", file=sys.stderr)
    assert stale == []
    # It was a race: some answers came from memory, and most of them did not live long.
    assert record.committed > 2 * SECONDS
    assert len({number for _path, _status, number, _hot in seen}) > SECONDS
    assert from_memory > 2 * SECONDS
    assert any(status == 304 for _path, status, _number, _hot in seen)


def test_answers_from_memory_are_what_a_browser_gets(port):
    """HEAD, compression and 304 through the real server, where it and not Django writes the last headers."""
    session = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    path = "/api/v1/agencies/"
    time.sleep(1)  # until Last-Modified names the second of the last change
    ask(session, path, {"Accept-Encoding": "gzip"})
    for _attempt in range(50):  # until both workers have it
        got, body = ask(session, path, {"Accept-Encoding": "gzip"})
        session.request("HEAD", path, headers={"Accept-Encoding": "gzip"})
        head = session.getresponse()
        assert head.read() == b""
        assert (head.status, head.headers["Content-Length"]) == (200, str(len(body)))
    unchanged = [
        ask(session, path, {"Accept-Encoding": "gzip", "If-None-Match": got.headers["ETag"]}) for _ in "abcdef"
    ]

    assert "RateLimit" not in got.headers and "RateLimit" not in head.headers
    assert headers_of(head) == headers_of(got)
    assert [(response.status, content) for response, content in unchanged] == [(304, b"")] * 6
    assert [headers_of(response) for response, _content in unchanged[1:]] == [headers_of(unchanged[0][0])] * 5


def headers_of(response):
    """Return the headers without those of the server: it leaves out the length of no content if it knows all of it."""
    own = {"date"} | ({"content-length"} if response.status == 304 else set())
    return {name: value for name, value in response.headers.items() if name not in own}
