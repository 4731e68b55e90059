"""Test the example programs as their users run them: in their own processes, against a live portal."""

import json
import os
import re
import runpy
import subprocess
import sys
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Thread

import nbformat
import pytest
from django.conf import settings
from django.utils import timezone
from nbclient import NotebookClient

from foundation.text.spreadsheet_cells import escape_formulas
from tests.support.factories import CommitmentFactory, ProgressReportFactory, many, published_report

pytestmark = pytest.mark.processes

EXAMPLES = Path(settings.BASE_DIR) / "docs" / "examples"
NOTEBOOK = EXAMPLES / "follow_up.ipynb"


@pytest.fixture
def client_of():
    """Import the client as a module of its own, as after copying it."""
    spec = spec_from_file_location("portal_example", EXAMPLES / "portal.py")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def register(live_server, transactional_db, points, ilo, iom, cycle):
    """Create four commitments: ILO leads an overdue, a never reported and a current one, IOM leads another."""
    titles = ["Heard once", "Never heard", "Heard lately"]
    once, never, lately = [CommitmentFactory(lead_agency=ilo, title=title) for title in titles]
    other = CommitmentFactory(lead_agency=iom, title="Of IOM | itself", agenda_points=points[:1])
    for commitment in (once, never, lately, other):
        commitment.agenda_points.add(points[2])
        ProgressReportFactory(commitment=commitment, cycle=cycle)
    published_report(once, on="2014-04")
    published_report(lately, on="2014-08-01")
    CommitmentFactory(lead_agency=ilo, draft=True, title="Quetzalcoatlus")
    return {"once": once.reference, "never": never.reference, "other": other.reference, "lately": lately.reference}


def run(script, *words, portal):
    return subprocess.run(
        [sys.executable, EXAMPLES / script, *words],
        env={"PATH": os.environ["PATH"], "PORTAL": portal},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_scripts_say_what_the_portal_says(live_server, register):
    overdue = run("overdue.py", "ilo", portal=live_server.url)
    early = run(
        "overdue.py", "ilo", "--as-of", "2014-08-31", "--portal", live_server.url, portal="http://nowhere.invalid"
    )
    table = run("matrix_table.py", portal=live_server.url)
    cells = run("matrix_table.py", "--format", "csv", portal=live_server.url)
    refused = run("overdue.py", "nobody", portal=live_server.url)

    assert (overdue.returncode, overdue.stderr) == (0, "")
    assert overdue.stdout.splitlines() == [
        f"{register['once']}  overdue         2014-04     Heard once",
        f"{register['never']}  never_reported  never       Never heard",
        "2 overdue",
    ]
    assert early.stdout == "0 overdue\n"
    assert table.stdout.splitlines()[0].startswith("| Lead | 1. Protect the human rights of all migrants | 2. ")
    assert table.stdout.splitlines()[1:] == [
        "| :-- | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
        "| International Labour Organization | 0 | 0 | 3 | 0 | 0 | 0 | 0 | 0 | 3 |",
        "| International Organization for Migration | 1 | 0 | 1 | 0 | 0 | 0 | 0 | 0 | 1 |",
    ]
    assert cells.stdout.splitlines()[1:] == [
        "International Labour Organization,0,0,3,0,0,0,0,0,3",
        "International Organization for Migration,1,0,1,0,0,0,0,0,1",
    ]
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "lead: ‘nobody’ is not a valid value." in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "-2",
        "@x",
        "\t=1",
        "＝1",
        "'=1",
        "Plan;=cmd",
        'Plan; "+1',
        "a,-1",
        "two\n=lines",
        "3 = 2 + 1",
        "Plain",
        "",
    ],
)
def test_csv_of_the_matrix_defuses_what_the_portal_defuses(monkeypatch, text):
    monkeypatch.syspath_prepend(EXAMPLES)
    csv_cell = runpy.run_path(str(EXAMPLES / "matrix_table.py"))["csv_cell"]

    assert csv_cell(text) == escape_formulas(text)
    assert csv_cell(7) == 7


def test_notebook_is_committed_without_outputs_and_runs(live_server, register, monkeypatch, tmp_path):
    monkeypatch.setenv("PORTAL", live_server.url)
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count, cell.metadata) for cell in cells] == [([], None, {})] * len(cells)

    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": EXAMPLES}}).execute()

    text_by_cell = {cell.id: "".join(map(output_text, cell.outputs)) for cell in cells}
    assert text_by_cell["setup"] == f"{live_server.url} on {timezone.now():%Y-%m-%d} (UTC)\n"
    assert text_by_cell["overdue-rows"].splitlines()[2:] == [
        f"| {register['once']} Heard once | overdue | 2014-04 |",
        f"| {register['never']} Never heard | never_reported | never |",
    ]
    assert "| International Labour Organization | 0 | 0 | 3 | 0 | 0 | 0 | 0 | 0 | 3 |" in text_by_cell["matrix-rows"]
    assert text_by_cell["past-rows"] == "4 commitments on 2014-12-31, 4 today\n"
    assert text_by_cell["since-rows"].startswith("4 commitments changed in the last 30 days\n")
    assert all(reference in text_by_cell["since-rows"] for reference in register.values())


def output_text(output):
    return output.get("text") or output.data.get("text/markdown", "")


@pytest.mark.django_db(transaction=True)
def test_client_walks_a_list_uses_etags_and_reports_refusals(live_server, client_of, ilo, monkeypatch):
    monkeypatch.setattr(client_of, "PAGE_SIZE", 2)
    references = [commitment.reference for commitment in many(CommitmentFactory, 5, lead_agency=ilo)]
    portal = client_of.Portal(live_server.url)
    answers = []
    portal.session.hooks["response"].append(lambda response, **_options: answers.append(response.status_code))

    first, again = ([row["reference"] for row in portal.walk("commitments", lead="ilo")] for _ in range(2))

    assert first == again == references
    assert answers[-3:] == [304, 304, 304]
    answers.clear()
    CommitmentFactory(lead_agency=ilo)
    assert len(list(portal.walk("commitments", lead="ilo"))) == 6
    assert 304 not in answers
    with pytest.raises(client_of.Problem) as refusal:
        list(portal.walk("commitments", statsu="done", lead="nobody"))
    with pytest.raises(client_of.Problem, match="^404 Nothing public is found at this address"):
        portal.get("commitments/HLD-9999")
    assert refusal.value.status == 400
    assert {error["parameter"] for error in refusal.value.errors} >= {"statsu", "lead"}
    assert all(error["detail"] in str(refusal.value) for error in refusal.value.errors)


@contextmanager
def server_with_responses(*answers):
    """Run a server with these responses (status, headers, body) in turn; yield its address and the requests."""
    requests, left = [], list(answers)

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append((self.path, self.headers.get("If-None-Match")))
            status, headers, body = left.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value.replace("SITE", f"http://127.0.0.1:{self.server.server_port}"))
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", requests
    server.shutdown()
    thread.join()
    server.server_close()


def test_client_waits_for_retry_after(client_of, monkeypatch):
    pauses = []
    monkeypatch.setattr(client_of.time, "sleep", pauses.append)
    gone = format_datetime(timezone.now().replace(year=2014), usegmt=True)
    later = [(429, {"Retry-After": "7"}, {}), (503, {"Retry-After": gone}, {})]

    with server_with_responses(*later, (200, {}, {"count": 1})) as (address, requests):
        answer = client_of.Portal(address).get("commitments")
    with server_with_responses(*later[:1] * 2) as (address, _requests), pytest.raises(client_of.Problem, match="429"):
        client_of.Portal(address, patience=10).get("commitments")

    assert answer == {"count": 1}
    assert len(requests) == 3
    assert pauses == [7, 0, 7]


def test_client_follows_the_link_where_the_body_names_none(client_of):
    first = (200, {"Link": '<SITE/second>; rel="next"', "ETag": '"one"'}, {"results": [{"reference": "HLD-0001"}]})

    with server_with_responses(first, (200, {}, {"results": [{"reference": "HLD-0002"}]})) as (address, requests):
        rows = list(client_of.Portal(address).walk("commitments", q="a&b", status=["completed", "ongoing"], kind=None))

    assert [row["reference"] for row in rows] == ["HLD-0001", "HLD-0002"]
    assert [path for path, _etag in requests] == [
        "/api/v1/commitments/?cursor=%2A&page_size=200&q=a%26b&status=completed&status=ongoing",
        "/second",
    ]


def test_client_reports_an_unreadable_response(client_of):
    with (
        server_with_responses((502, {}, b"<html>")) as (address, _requests),
        pytest.raises(client_of.Problem, match="502 Bad Gateway"),
    ):
        client_of.Portal(address).get("commitments")


def test_data_page_hands_the_examples_out_as_they_are_run(client, db):
    html = client.get("/data/").content.decode()

    handed = {
        address.rpartition("/")[2]: client.get(address) for address in re.findall(r'"(/data/examples/[^"]+)"', html)
    }

    assert handed.keys() == {path.name for path in EXAMPLES.iterdir() if path.is_file()}
    assert {name: answer.content for name, answer in handed.items()} == {
        name: (EXAMPLES / name).read_bytes() for name in handed
    }
    assert handed["portal.py"]["Content-Type"] == "text/x-python; charset=utf-8"


@pytest.mark.parametrize(
    ("name", "status"),
    [("settings.py", 404), ("..%2F..%2Fmanage.py", 404), ("portal.py?as_of=2014-01-01", 400), (".env.md", 404)],
)
def test_nothing_else_is_handed_out(client, db, name, status):
    assert client.get(f"/data/examples/{name}").status_code == status
