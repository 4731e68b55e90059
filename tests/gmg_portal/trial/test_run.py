"""`manage.py run`: it sets up a trial from nothing, serves it, and leaves no process behind."""

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path

import psutil
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.core.management import call_command
from django.core.management.base import CommandError
from playwright.sync_api import expect

from accounts.models import Membership, User
from gmg_portal.management.commands import run as command
from gmg_portal.trial import setup
from reporting.models import ReportingCycle
from tests.browser.chromium import BROWSER_TIMEOUT
from tests.browser.signing_in import enter
from tests.support.factories import AgencyFactory
from tests.support.processes import (
    alive,
    environment,
    folder_for_all,
    free_port,
    kill_all,
    processes_on,
    run,
    start,
    wait_until,
)

COUNT_USERS = """
import django
django.setup()
from accounts.models import User
print(User.objects.count())
"""


@dataclass
class Portal:
    """A run of `manage.py run`: its process, its port and its output."""

    process: subprocess.Popen
    port: int
    output: list[str]

    @property
    def family(self) -> list[psutil.Process]:
        process = psutil.Process(self.process.pid)
        return [process, *process.children(recursive=True)]

    def get(self, path: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path)
        return connection.getresponse()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal to the main process, wait for its end, and return its exit status."""
        self.process.send_signal(number)
        self.output += self.process.communicate(timeout=60)[0].splitlines()
        return self.process.returncode


def start_portal(var: Path, port: int | None = None) -> Portal:
    """Start a run on this port (by default a free one), and wait until it prints that it is ready."""
    port = port or free_port()
    portal = Portal(start("manage.py", "run", env=environment(var, PORT=str(port))), port, [])
    for line in portal.process.stdout:
        portal.output.append(line.rstrip("\n"))
        if "Ctrl-C" in line:
            return portal
    raise AssertionError("\n".join(portal.output))


@pytest.fixture(scope="module")
def var():
    with folder_for_all() as folder:
        yield folder / "var"
        kill_all(processes_on(folder))


@pytest.fixture(scope="module")
def first(var):
    """Return a run that was started in an empty folder, and stopped."""
    portal = start_portal(var)
    portal.health = portal.get("/healthz").status
    portal.home = portal.get("/").status
    portal.processes = portal.family
    portal.status = portal.end()
    portal.left = alive(portal.processes) + processes_on(var)
    return portal


@pytest.fixture
def portal(var, first):
    """Yield a later run in the same folder."""
    portal = start_portal(var)
    yield portal
    if portal.process.poll() is None:
        kill_all(portal.family)
    portal.process.communicate()
    wait_until(lambda: not processes_on(var), "nothing is left of a killed run")


@pytest.mark.processes
def test_first_run_serves(first):
    assert (first.health, first.home) == (200, 200)


@pytest.mark.processes
def test_run_stopped_by_term_ends_well_and_leaves_no_process(first):
    assert first.status == 0
    assert first.left == []
    assert first.output[-1] == "Stopped."


@pytest.mark.processes
def test_run_says_what_it_does(first):
    output = "\n".join(first.output)

    assert "not for production" in output
    assert f"http://127.0.0.1:{first.port}/" in output
    assert "Traceback" not in output
    assert "Warning" not in output


@pytest.mark.processes
def test_accounts_are_written_and_printed(first, var):
    path = var / "accounts.json"

    accounts = json.loads(path.read_text())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [set(account) for account in accounts] == [{"role", "agency", "username", "password", "totp_secret"}] * 5
    assert [(account["role"], account["agency"]) for account in accounts] == [
        ("administrator", None),
        ("secretariat", None),
        ("focal_point", "ilo"),
        ("focal_point", "iom"),
        ("group_lead", "undesa"),
    ]
    output = "\n".join(first.output)
    assert all(account["password"] in output for account in accounts)
    assert "manage.py trial_code administrator" in output
    assert not any(account["totp_secret"] and account["totp_secret"] in output for account in accounts)


@pytest.mark.processes
def test_run_stops_with_an_error_when_the_web_server_dies(portal, var):
    family = portal.family
    web = next(process for process in family if "gmg_portal.trial.server" in process.cmdline())

    web.kill()
    output = portal.process.communicate(timeout=60)[0]

    assert portal.process.returncode == 1
    assert "The web server ended by itself" in output
    assert alive(family) + processes_on(var) == []


@pytest.mark.processes
def test_killed_run_stops_its_web_server_and_database(portal, var):
    family = portal.family

    portal.process.kill()

    wait_until(lambda: not alive(family[1:]), "what the run had started ends")
    wait_until(lambda: not processes_on(var), "the database stops")
    assert (alive(family[1:]), processes_on(var)) == ([], [])


@pytest.fixture(scope="module")
def again(var, first):
    """Return a run that follows a killed one in the same folder, with its answers; it was ended by Ctrl-C."""
    killed = start_portal(var)
    kill_all([*killed.family, *processes_on(var)])
    killed.process.communicate()
    again = start_portal(var)
    again.refused = run("manage.py", "run", env=environment(var, PORT=str(free_port())))
    again.counted = run("-c", COUNT_USERS, env=environment(var, DJANGO_SETTINGS_MODULE="gmg_portal.settings")).stdout
    again.answers = (again.get("/healthz").status, again.get("/").status)
    family = again.family
    again.status = again.end(signal.SIGINT)
    again.left = alive(family) + processes_on(var)
    return again


@pytest.mark.processes
def test_run_after_everything_was_killed_has_every_row_and_shares_its_database(again):
    assert again.counted == "5\n"
    assert again.answers == (200, 200)


@pytest.mark.processes
def test_later_run_keeps_the_accounts(again, first):
    accounts = [[line for line in output if line.startswith("  ")][-5:] for output in (again.output, first.output)]
    assert accounts[0] == accounts[1]


@pytest.mark.processes
def test_second_run_at_a_time_is_refused(again, var):
    assert again.refused.returncode == 1
    assert again.refused.stderr == f"CommandError: The portal already runs in this folder ({var.resolve()}).\n"


@pytest.mark.processes
def test_run_stopped_by_ctrl_c_leaves_no_process(again):
    assert again.status == 0
    assert again.left == []
    assert "Traceback" not in "\n".join(again.output)


@pytest.mark.browser
@pytest.mark.processes
def test_run_killed_while_somebody_types_loses_nothing(portal, var, chromium):
    """The page keeps the text that is typed while the portal is down, and saves it when the portal runs again.

    The second run is ended by closing its terminal, and leaves no process either.
    """
    address, words = f"http://127.0.0.1:{portal.port}", "Guidance on fair recruitment was taken up."
    accounts = {account["username"]: account["password"] for account in json.loads((var / "accounts.json").read_text())}
    context = chromium.new_context()
    context.set_default_timeout(BROWSER_TIMEOUT)
    page = context.new_page()
    page.goto(f"{address}/admin/")
    enter(page, "ilo-focal-point", accounts["ilo-focal-point"])
    page.get_by_role("link", name="HLD-0018").first.click()
    form = page.url
    page.get_by_label("Achieved").fill(words)
    expect(page.get_by_role("status")).to_contain_text("Saved as you type at", timeout=BROWSER_TIMEOUT)

    kill_all([*portal.family, *processes_on(var)])
    portal.process.communicate()
    page.get_by_label("Achieved").fill(f"{words} And typed while it was dead.")
    expect(page.get_by_role("status")).to_contain_text("No connection to the portal", timeout=BROWSER_TIMEOUT)
    again = start_portal(var, portal.port)

    expect(page.get_by_role("status")).to_contain_text("Saved as you type at", timeout=BROWSER_TIMEOUT)
    other = context.new_page()
    other.goto(form)
    expect(other.get_by_label("Achieved")).to_have_value(
        f"{words} And typed while it was dead.", timeout=BROWSER_TIMEOUT
    )
    context.close()
    family = again.family
    assert again.end(signal.SIGHUP) == 0
    assert alive(family) + processes_on(var) == []
    assert "Traceback" not in "\n".join(again.output)


@pytest.mark.processes
def test_port_in_use_is_refused_before_anything_starts(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = run("manage.py", "run", env=environment(tmp_path / "var", PORT=str(port)))

    assert refused.returncode == 1
    assert refused.stderr == (
        f"CommandError: Port {port} of 127.0.0.1 is in use: stop what uses it, or set PORT to another one.\n"
    )
    assert not (tmp_path / "var" / "postgres").exists()


@pytest.mark.processes
def test_data_of_another_version_are_refused(first, var):
    version = var / "postgres" / "data" / "PG_VERSION"
    ours = version.read_text()
    version.write_text("15\n")

    refused = run("manage.py", "run", env=environment(var, PORT=str(free_port())))

    version.write_text(ours)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"CommandError: The data in {version.parent} were made by PostgreSQL 15")
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.account
@pytest.mark.processes
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_unwritable_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)

    refused = run("manage.py", "run", env=environment(tmp_path / "var", PORT=str(free_port())))

    assert refused.returncode == 1
    assert refused.stderr == f"The portal cannot keep its files in {tmp_path / 'var'}: Permission denied.\n"


@pytest.mark.account
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folder_that_became_unwritable_is_refused(tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var").chmod(0o500)

    with pytest.raises(CommandError, match="cannot write"), command.run_lock(tmp_path / "var"):
        pass


def test_path_of_the_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "var").write_text("")

    with pytest.raises(CommandError, match="cannot write"), command.run_lock(tmp_path / "var"):
        pass


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1", ""])
def test_odd_port_is_refused(port):
    with pytest.raises(CommandError, match="from 1 to 65535"):
        command.parse_address("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "sentence"),
    [("no such name.invalid", "no address of this machine"), ("192.0.2.1", "cannot listen")],
)
def test_odd_host_is_refused(host, sentence):
    with pytest.raises(CommandError, match=sentence):
        command.check_address_is_free(host, free_port())


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::", "http://[::1]:8000/"),
        ("portal.example", "http://portal.example:8000/"),
    ],
)
def test_shown_url(host, url):
    assert command.url(command.reachable_host(host), 8000) == url


# The trial's accounts and cycle


@pytest.fixture
def agencies(db):
    return [AgencyFactory(code=code) for code in ("ilo", "iom", "undesa")]


def test_trial_accounts_have_their_roles(agencies, tmp_path):
    setup.prepare_accounts(tmp_path / "accounts.json")

    users = {user.username: user for user in User.objects.all()}
    assert {name for name, user in users.items() if user.is_superuser} == {"administrator"}
    assert all(user.is_staff for user in users.values())
    assert [group.name for group in users["secretariat"].groups.all()] == ["secretariat"]
    assert set(Membership.objects.current().values_list("user__username", "agency__code", "role")) == {
        ("ilo-focal-point", "ilo", "focal_point"),
        ("iom-focal-point", "iom", "focal_point"),
        ("data-and-research-lead", "undesa", "focal_point"),
    }


def test_trial_accounts_are_kept(agencies, tmp_path):
    path = tmp_path / "accounts.json"
    first = setup.prepare_accounts(path)

    second = setup.prepare_accounts(path)

    assert second == first
    assert Membership.objects.count() == 3
    assert all(User.objects.get(username=account["username"]).check_password(account["password"]) for account in second)


def test_trial_accounts_of_those_who_need_it_have_a_second_step(agencies, tmp_path):
    accounts = setup.prepare_accounts(tmp_path / "accounts.json")
    setup.prepare_accounts(tmp_path / "accounts.json")

    stored_secrets = {
        step.user.username: decrypt(step.data["secret"]) for step in Authenticator.objects.select_related("user")
    }
    assert stored_secrets == {
        account["username"]: account["totp_secret"] for account in accounts if account["totp_secret"]
    }
    assert set(stored_secrets) == {"administrator", "secretariat"}


def present_code(username, out):
    call_command("trial_code", username, stdout=out)
    return out.getvalue().strip()


def test_code_of_a_trial_account_signs_in(agencies, client, settings, tmp_path):
    settings.TRIAL, settings.VAR_DIR = True, tmp_path
    accounts = {account["username"]: account for account in setup.prepare_accounts(tmp_path / "accounts.json")}

    client.post("/accounts/login/", {"login": "secretariat", "password": accounts["secretariat"]["password"]})
    client.post("/accounts/second-step/code/", {"code": present_code("secretariat", StringIO())})

    assert client.get("/admin/").status_code == 200


def test_code_is_for_a_trial_alone(settings, tmp_path):
    settings.TRIAL, settings.VAR_DIR = False, tmp_path

    with pytest.raises(CommandError, match="for a trial alone"):
        present_code("administrator", StringIO())


@pytest.mark.parametrize("username", ["nobody", "ilo-focal-point"])
def test_code_of_an_account_without_one_is_refused(username, agencies, settings, tmp_path):
    settings.TRIAL, settings.VAR_DIR = True, tmp_path
    setup.prepare_accounts(tmp_path / "accounts.json")

    with pytest.raises(CommandError, match="Those that do: administrator, secretariat"):
        present_code(username, StringIO())


@pytest.mark.parametrize("content", [None, "", "[{}]", "{}", "[1]", '[{"username": "secretariat"}]'])
def test_lost_passwords_are_replaced(agencies, tmp_path, content):
    path = tmp_path / "accounts.json"
    first = setup.prepare_accounts(path)
    path.unlink() if content is None else path.write_text(content)

    second = setup.prepare_accounts(path)

    assert not {account["password"] for account in first} & {account["password"] for account in second}
    assert all(User.objects.get(username=account["username"]).check_password(account["password"]) for account in second)
    assert json.loads(path.read_text()) == second
    secrets = {
        step.user.username: decrypt(step.data["secret"]) for step in Authenticator.objects.select_related("user")
    }
    assert secrets == {account["username"]: account["totp_secret"] for account in second if account["totp_secret"]}


def test_trial_opens_one_cycle_for_the_running_half_year(db):
    opened = setup.open_current_cycle()

    assert setup.open_current_cycle() is None
    cycle = ReportingCycle.objects.get()
    assert cycle == opened
    assert cycle.opened_on == cycle.opens_on
    assert (cycle.due_on.month, cycle.due_on.day) in {(6, 30), (12, 31)}


def test_trial_cycle_is_named_by_its_half_year(db, time_machine):
    time_machine.move_to("2026-11-23T12:00:00Z")

    cycle = setup.open_current_cycle()

    assert str(cycle) == "July–December 2026"
    assert (cycle.opens_on, cycle.due_on, cycle.closes_on) == (
        date(2026, 11, 23),
        date(2026, 12, 31),
        date(2027, 1, 31),
    )


@pytest.mark.parametrize(
    ("day", "half"),
    [
        (date(2026, 1, 1), (date(2026, 1, 1), date(2026, 6, 30))),
        (date(2026, 6, 30), (date(2026, 1, 1), date(2026, 6, 30))),
        (date(2026, 7, 1), (date(2026, 7, 1), date(2026, 12, 31))),
    ],
)
def test_half_year(day, half):
    assert setup.half_year(day) == half
