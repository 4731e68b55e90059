"""`manage.py run`, which is what `make run` calls: from an empty folder to a served trial, and back to silence."""

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

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from gmg_portal.trial import setup
from gmg_portal.trial.marker import write_marker
from gmg_portal.trial.server import SERVE

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Set up a trial of the portal on this machine and serve it until Ctrl-C."
    requires_system_checks = []

    def handle(self, **options):
        for number in STOPPING:
            signal.signal(number, _leave)
        host, port = address(os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000")
        with only_run(settings.VAR_DIR):
            refuse_taken(host, port)
            try:
                with web_server(host, port) as server:  # it loads the portal while the database is prepared
                    self.prepare()
                    self.serve(server, host, port)
            except OperationalError as error:
                raise CommandError(str(error).strip().splitlines()[0]) from None
            finally:
                self.stop_database()

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def prepare(self) -> None:
        """Bring the database to where the portal can be used. All of it may be repeated."""
        self.say(_("This is a trial set-up of the GMG HLD follow-up portal, for one machine: not for production."))
        self.start_database()
        self.migrate()
        self.say(_("Loading the reference data and the commitments."))
        call_command("load_reference", stdout=self.stdout)
        call_command("load_commitments", settings.BASE_DIR / "data" / "commitments.csv", stdout=self.stdout)
        if cycle := setup.open_current_cycle():
            self.say(_("Opened the reporting cycle “%(cycle)s”, so that the editors have work.") % {"cycle": cycle})
        self.accounts_file = settings.VAR_DIR / "accounts.json"
        self.accounts = setup.prepare_accounts(self.accounts_file)

    def start_database(self) -> None:
        if is_embedded():
            self.say(_("Starting PostgreSQL."))
            connection.ensure_connection()
            from foundation.postgresql.base import embedded_server

            self.say(_("The data are in %(folder)s.") % {"folder": embedded_server().cluster.data})
            write_marker(settings.VAR_DIR)
        else:
            self.say(_("Using the PostgreSQL server that DATABASE_URL names."))
            connection.ensure_connection()

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say(_("Preparing the tables: %(number)s migrations.") % {"number": len(plan)})
            call_command("migrate", interactive=False, verbosity=0)

    def serve(self, server: subprocess.Popen, host: str, port: int) -> None:
        """Let the web server serve until it ends or a signal comes; a server that ends by itself is an error."""
        self.say(_("Starting the web server."))
        with suppress(BrokenPipeError):
            server.stdin.write(SERVE)
            server.stdin.close()
        wait_until_healthy(server, host, port)
        self.say_ready(host, port)
        status = server.wait()
        raise CommandError(_("The web server ended by itself (exit status %(status)s).") % {"status": status})

    def say_ready(self, host: str, port: int) -> None:
        self.say("")
        self.say(_("The portal is ready: %(url)s") % {"url": url(reachable(host), port)})
        self.say(_("Accounts for the trial (also in %(file)s):") % {"file": self.accounts_file})
        for account in self.accounts:
            self.say(f"  {account['username']:<24}{account['password']}")
        self.say(_("Administrator and secretariat sign in with a code as well. For the present one, elsewhere:"))
        self.say("  ./manage.py trial_code administrator")
        self.say(_("Stop it with Ctrl-C."))

    def stop_database(self) -> None:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)  # from here on nothing may interrupt
        connections.close_all()
        if is_embedded():
            from foundation.postgresql.base import embedded_server

            embedded_server().release()
        self.say(_("Stopped."))


def _leave(number, frame):
    raise SystemExit(0)


def is_embedded() -> bool:
    return settings.DATABASES["default"]["ENGINE"] == "foundation.postgresql"


def address(host: str, port: str) -> tuple[str, int]:
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise CommandError(_("PORT is “%(port)s”: write a number from 1 to 65535.") % {"port": port})
    return host, int(port)


@contextmanager
def only_run(var_dir: Path) -> Iterator[None]:
    """Hold the folder for one run; refuse when it cannot be written or another run holds it."""
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


def refuse_taken(host: str, port: int) -> None:
    """Try the address before anything is started."""
    where = {"host": host, "port": port}
    try:
        family, kind, protocol, _name, found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found)
    except PermissionError:
        raise CommandError(_("This account may not use port %(port)s: set PORT to one above 1023.") % where) from None
    except socket.gaierror:
        raise CommandError(_("HOST is “%(host)s”, which is no address of this machine.") % where) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(
                _("Port %(port)s of %(host)s is in use: stop what uses it, or set PORT to another one.") % where
            ) from None
        where["reason"] = error.strerror
        raise CommandError(_("The portal cannot listen on %(host)s, port %(port)s: %(reason)s.") % where) from None


@contextmanager
def web_server(host: str, port: int) -> Iterator[subprocess.Popen]:
    """Start the web server in a session of its own, out of reach of the terminal's Ctrl-C, and end all of it."""
    server = subprocess.Popen(
        [sys.executable, "-m", "gmg_portal.trial.server", host, str(port), str(os.getpid())],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield server
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=10)
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)  # workers that outlive their master
        server.wait()


def wait_until_healthy(server: subprocess.Popen, host: str, port: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise CommandError(_("The web server did not start (exit status %(status)s).") % {"status": server.poll()})
        if is_healthy(host, port):
            return
        time.sleep(0.05)
    raise CommandError(_("The web server does not answer on %(url)s.") % {"url": url(reachable(host), port)})


def is_healthy(host: str, port: int) -> bool:
    asking = http.client.HTTPConnection(reachable(host), port, timeout=5)
    try:
        asking.request("GET", "/healthz")
        return asking.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()


def reachable(host: str) -> str:
    """The address under which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
