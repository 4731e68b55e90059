"""`manage.py run` (`make run`): set up a trial in an empty folder, serve it, and stop everything at the end."""

import errno
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from gmg_portal.trial import setup
from gmg_portal.trial.marker import write_marker
from gmg_portal.trial.server import START_COMMAND

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    """Run the trial in the foreground. Ctrl-C and SIGTERM end the web server first, then the database."""

    help = "Set up a trial of the portal on this machine and serve it until Ctrl-C."
    requires_system_checks = []

    def handle(self, **options):
        for number in STOP_SIGNALS:
            signal.signal(number, _exit)
        host, port = parse_address(os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000")
        with run_lock(settings.VAR_DIR):
            check_address_is_free(host, port)
            try:
                with web_server(host, port) as server:  # loads the portal while the database is prepared
                    self.prepare()
                    self.serve(server, host, port)
            except OperationalError as error:
                raise CommandError(str(error).strip().splitlines()[0]) from None
            finally:
                self.stop_database()

    def print_line(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def prepare(self) -> None:
        """Start and migrate the database, load the data, and create the accounts. May be repeated."""
        self.print_line(
            _("This is a trial set-up of the GMG HLD follow-up portal, for one machine: not for production.")
        )
        self.start_database()
        self.migrate()
        self.print_line(_("Loading the reference data and the commitments."))
        call_command("load_reference", stdout=self.stdout)
        call_command("load_commitments", settings.BASE_DIR / "data" / "commitments.csv", stdout=self.stdout)
        if cycle := setup.open_current_cycle():
            self.print_line(
                _("Opened the reporting cycle “%(cycle)s”, so that the editors have work.") % {"cycle": cycle}
            )
        self.accounts_file = settings.VAR_DIR / "accounts.json"
        self.accounts = setup.prepare_accounts(self.accounts_file)

    def start_database(self) -> None:
        if is_embedded():
            self.print_line(_("Starting PostgreSQL."))
            connection.ensure_connection()
            from foundation.postgresql.base import embedded_server

            self.print_line(_("The data are in %(folder)s.") % {"folder": embedded_server().cluster.data})
            write_marker(settings.VAR_DIR)
        else:
            self.print_line(_("Using the PostgreSQL server that DATABASE_URL names."))
            connection.ensure_connection()

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.print_line(_("Preparing the tables: %(number)s migrations.") % {"number": len(plan)})
            call_command("migrate", interactive=False, verbosity=0)

    def serve(self, server: subprocess.Popen, host: str, port: int) -> None:
        """Serve until a signal comes. Raises CommandError if the web server ends by itself."""
        self.print_line(_("Starting the web server."))
        with suppress(BrokenPipeError):
            server.stdin.write(START_COMMAND)
            server.stdin.close()
        wait_until_healthy(server, host, port)
        self.print_ready(host, port)
        status = server.wait()
        raise CommandError(_("The web server ended by itself (exit status %(status)s).") % {"status": status})

    def print_ready(self, host: str, port: int) -> None:
        self.print_line("")
        self.print_line(_("The portal is ready: %(url)s") % {"url": url(reachable_host(host), port)})
        self.print_line(_("Accounts for the trial (also in %(file)s):") % {"file": self.accounts_file})
        for account in self.accounts:
            self.print_line(f"  {account['username']:<24}{account['password']}")
        self.print_line(_("Administrator and secretariat sign in with a code as well. For the present one, elsewhere:"))
        self.print_line("  ./manage.py trial_code administrator")
        self.print_line(_("Stop it with Ctrl-C."))

    def stop_database(self) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # a second signal must not interrupt stopping
        connections.close_all()
        if is_embedded():
            from foundation.postgresql.base import embedded_server

            embedded_server().release()
        self.print_line(_("Stopped."))


def _exit(number: int, frame: object) -> NoReturn:
    raise SystemExit(0)


def is_embedded() -> bool:
    """Tell whether the database is the portal's own, which this command starts and stops."""
    return settings.DATABASES["default"]["ENGINE"] == "foundation.postgresql"


def parse_address(host: str, port: str) -> tuple[str, int]:
    """Return host and port; CommandError unless the port is a number from 1 to 65535."""
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise CommandError(_("PORT is “%(port)s”: write a number from 1 to 65535.") % {"port": port})
    return host, int(port)


@contextmanager
def run_lock(var_dir: Path) -> Iterator[None]:
    """Lock the folder for one run. Raises CommandError if it is not writable or locked by another run."""
    lock = None
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        if os.access(var_dir, os.W_OK | os.X_OK):
            lock = os.open(var_dir / "run.lock", os.O_RDONLY | os.O_CREAT, 0o600)
    except OSError:
        pass
    if lock is None:
        raise CommandError(_("The portal cannot write to the folder %(folder)s.") % {"folder": var_dir})
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise CommandError(_("The portal already runs in this folder (%(folder)s).") % {"folder": var_dir}) from None
    finally:
        os.close(lock)


def check_address_is_free(host: str, port: int) -> None:
    """Raise CommandError if the web server could not listen on this address; called before anything is started."""
    values = {"host": host, "port": port}
    try:
        family, kind, protocol, _name, sockaddr = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(sockaddr)
    except PermissionError:
        raise CommandError(_("This account may not use port %(port)s: set PORT to one above 1023.") % values) from None
    except socket.gaierror:
        raise CommandError(_("HOST is “%(host)s”, which is no address of this machine.") % values) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(
                _("Port %(port)s of %(host)s is in use: stop what uses it, or set PORT to another one.") % values
            ) from None
        values["reason"] = error.strerror
        raise CommandError(_("The portal cannot listen on %(host)s, port %(port)s: %(reason)s.") % values) from None


@contextmanager
def web_server(host: str, port: int) -> Iterator[subprocess.Popen]:
    """Start the web server in its own session, so that Ctrl-C does not reach it, and stop it with its workers."""
    server = subprocess.Popen(
        [sys.executable, "-m", "gmg_portal.trial.server", host, str(port), str(os.getpid())],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield server
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=10)
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)  # workers that outlive their master
        server.wait()


def wait_until_healthy(server: subprocess.Popen, host: str, port: int, seconds: float = 60) -> None:
    """Wait for the web server to answer; CommandError if it exits or does not answer in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise CommandError(_("The web server did not start (exit status %(status)s).") % {"status": server.poll()})
        if is_healthy(host, port):
            return
        time.sleep(0.05)
    raise CommandError(_("The web server does not answer on %(url)s.") % {"url": url(reachable_host(host), port)})


def is_healthy(host: str, port: int) -> bool:
    """Tell whether `/healthz` answers 200 within five seconds."""
    client = http.client.HTTPConnection(reachable_host(host), port, timeout=5)
    try:
        client.request("GET", "/healthz")
        return client.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def reachable_host(host: str) -> str:
    """Return the address at which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def url(host: str, port: int) -> str:
    """Return the address to open in a browser; IPv6 addresses are in brackets."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
