"""The embedded server with real processes: started when needed, shared, stopped after the last user, never losing rows.

What the tests start has a folder and an environment of its own; the database of this suite is not concerned.
"""

import os
import shutil
import stat
import subprocess
from contextlib import closing

import psutil
import psycopg2
import pytest
from django.db import connection

from foundation.files.private import write_private_file
from foundation.postgresql import binaries, cluster, server, supervisor
from foundation.postgresql.account import EmbeddedError, run_as
from foundation.postgresql.server import Server
from tests.support.processes import environment, folder_for_all, kill_all, processes_on, run, start, wait_until

pytestmark = pytest.mark.processes

# What root does as another account, an ordinary account does as itself.
by_account = pytest.mark.account
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
as_ordinary_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")

# A process that uses the database as the portal does; it loads the backend and the settings, and no app.
SETUP = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "gmg_portal.settings"
from django.apps import apps
from django.db import connection
apps.populate([])
"""
# Says where the server listens, and stays connected until its input ends; answers each line with a query's result.
HOLDER = f"""{SETUP}
cursor = connection.cursor()
print(connection.settings_dict["PORT"], flush=True)
for line in sys.stdin:
    cursor.execute("SELECT 1")
    print(cursor.fetchone()[0], flush=True)
"""
# Says the number of each row once it is committed.
WRITER = f"""{SETUP}
cursor = connection.cursor()
cursor.execute("CREATE TABLE IF NOT EXISTS noted (number int)")
cursor.execute("TRUNCATE noted")
number = 0
while True:
    number += 1
    cursor.execute("INSERT INTO noted VALUES (%s)", [number])
    print(number, flush=True)
"""


def query(sql: str, env: dict[str, str]) -> subprocess.CompletedProcess:
    """Run a query in a process of its own."""
    ask = f"{SETUP}\nwith connection.cursor() as cursor:\n    cursor.execute({sql!r})\n    print(*cursor.fetchone())"
    return run("-c", ask, env=env)


@pytest.fixture(scope="module")
def var():
    """Return a folder with a created database; no server may run after a test."""
    with folder_for_all() as folder:
        made = query("SELECT 1", environment(folder / "var"))
        assert made.returncode == 0, made.stderr
        yield folder / "var"
        kill_all(processes_on(folder))


@pytest.fixture(scope="module")
def shared_server(var):
    """Start a server on a copy of the folder for tests that only read. Yields server and port."""
    with folder_for_all() as folder:
        shutil.copytree(var, folder / "var")
        for path in (var / "postgres").rglob("*"):  # `copytree` copies modes and no owners
            owner = path.stat()
            os.chown(folder / "var" / path.relative_to(var), owner.st_uid, owner.st_gid)
        running_server = Server(folder / "var")
        try:
            yield running_server, running_server.endpoint().port
        finally:
            running_server.release()


def query_shared_server(shared_server, sql):
    """Run a query as the portal's role and return the result."""
    endpoint = shared_server[0].endpoint()
    with (
        closing(
            psycopg2.connect(
                host=endpoint.host,
                port=endpoint.port,
                user=endpoint.user,
                password=endpoint.password,
                dbname=cluster.DATABASE,
            )
        ) as session,
        session.cursor() as cursor,
    ):
        cursor.execute(sql)
        return cursor.fetchone()


@pytest.fixture
def other_process(var):
    """Start another process that uses the server. Yields process and port."""
    process = start("-c", HOLDER, env=environment(var))
    yield process, int(process.stdout.readline())
    process.kill()
    process.communicate()
    wait_until(lambda: not processes_on(var), "the server stops after its user was killed")


def test_setup_without_connection_starts_nothing():
    with folder_for_all() as folder:
        ready = run("-c", f"{SETUP}\nimport django\ndjango.setup()\nprint('ready')", env=environment(folder / "var"))

        assert ready.stdout == "ready\n"
        assert not (folder / "var" / "postgres").exists()


@by_account
def test_one_command_leaves_no_server_behind(var):
    result = query("SELECT current_user, current_database()", environment(var))

    assert result.stdout == "portal portal\n"
    assert processes_on(var) == []
    assert not (var / "postgres" / "data" / "postmaster.pid").exists()


def test_server_settings(shared_server):
    settings = {
        "listen_addresses": "127.0.0.1",
        "password_encryption": "scram-sha-256",
        "fsync": "on",
        "server_encoding": "UTF8",
    }
    columns = ", ".join(f"current_setting('{name}', true)" for name in settings)

    assert query_shared_server(shared_server, f"SELECT {columns}") == tuple(settings.values())


def test_server_listens_on_loopback_alone(shared_server):
    running_server, port = shared_server
    pid = supervisor.postmaster_pid(running_server.cluster.data)

    listening = {tuple(each.laddr) for each in psutil.Process(pid).net_connections("all") if each.laddr}

    assert listening == {("127.0.0.1", port)}


def test_role_has_only_what_it_needs(shared_server):
    rights = query_shared_server(
        shared_server, "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )

    assert rights == (False, True, False)


def test_collation_does_not_depend_on_the_machine(shared_server):
    collation = query_shared_server(
        shared_server, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()"
    )

    assert collation == ("b", "C.UTF-8")


def test_two_processes_share_a_server(var, other_process):
    process, port = other_process

    result = query("SELECT inet_server_port()", environment(var))

    assert result.stdout == f"{port}\n"
    print("again", file=process.stdin, flush=True)
    assert process.stdout.readline() == "1\n"


def test_last_of_several_users_stops_the_server(var, other_process):
    process, _port = other_process
    query("SELECT 1", environment(var))
    assert processes_on(var) != []

    process.communicate()

    wait_until(lambda: not processes_on(var), "the server stops after its last user")


def test_killed_user_leaves_no_server_behind(var, other_process):
    process, _port = other_process

    process.kill()

    wait_until(lambda: not processes_on(var), "the server stops after its user was killed")
    assert processes_on(var) == []


@by_account
def test_a_user_finds_the_server_again_after_it_died(var):
    running_server = Server(var)
    first = running_server.endpoint()
    kill_all(processes_on(var))

    second = running_server.endpoint()

    assert server.accepts_connections(second.port)
    assert (second.user, second.password) == (first.user, first.password)
    running_server.release()
    assert processes_on(var) == []


def test_server_without_supervisor_is_adopted(var, other_process):
    _process, port = other_process
    supervisors = [process for process in processes_on(var) if "supervisor.py" in " ".join(process.cmdline())]
    kill_all(supervisors)

    result = query("SELECT inet_server_port()", environment(var))

    assert len(supervisors) == 1
    assert result.stdout == f"{port}\n"


@pytest.mark.parametrize("survivors", ["nobody", "children of the server"])
def test_committed_rows_survive_kill(var, survivors):
    writer = start("-c", WRITER, env=environment(var))
    for _ in range(200):
        acknowledged = int(writer.stdout.readline())
    victims = processes_on(var)
    if survivors != "nobody":
        victims = [
            process for process in victims if "-D" in process.cmdline() or "supervisor.py" in str(process.cmdline())
        ]

    kill_all(victims)
    writer.kill()
    rest = [int(line) for line in writer.communicate()[0].splitlines() if line.isdigit()]
    counted = query("SELECT count(*), max(number) FROM noted", environment(var))

    rows, newest = map(int, counted.stdout.split())
    assert rows == newest
    assert newest >= max([acknowledged, *rest])
    assert processes_on(var) == []


def test_child_of_fork_takes_a_hold_of_its_own(var):
    running_server = Server(var)
    port = running_server.endpoint().port

    child = os.fork()
    if not child:
        os._exit(0 if running_server.endpoint().port == port and running_server._users is not None else 1)
    _pid, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert server.accepts_connections(port)
    running_server.release()
    assert processes_on(var) == []


def test_taken_port_is_picked_anew(var, monkeypatch):
    with server.socket.socket() as taken:
        taken.bind((server.HOST, 0))
        taken.listen()
        free = server.free_port()
        picks = iter([taken.getsockname()[1], free])
        monkeypatch.setattr(server, "free_port", lambda: next(picks))
        running_server = Server(var)

        endpoint = running_server.endpoint()

        assert endpoint.port == free
        running_server.release()


@by_account
def test_process_of_a_stale_lock_file_does_not_hinder(var):
    # After a restart of the machine the id in the lock file may be that of anything, for instance of this process.
    query("SELECT 1", environment(var))
    pid_file = var / "postgres" / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n1\n5432\n\n127.0.0.1\n        0         0\nready   \n")
    pid_file.chmod(0o600)
    owner = pid_file.parent.stat()
    os.chown(pid_file, owner.st_uid, owner.st_gid)

    result = query("SELECT 1", environment(var))

    assert (result.stdout, result.returncode) == ("1\n", 0), result.stderr


@by_account
def test_private_files(var):
    home = var / "postgres"

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}

    assert modes == {
        "alive.lock": 0o600,
        "data": 0o700,
        "password": 0o600,
        "server.log": 0o600,
        "starting.lock": 0o600,
        "users.lock": 0o600,
    }
    assert (home / "password").read_text().strip() not in (home / "server.log").read_text()


def test_psql_of_dbshell(var):
    result = run("manage.py", "dbshell", "--", "-tAc", "SELECT current_user", env=environment(var))

    assert result.stdout == "portal\n"


def test_data_of_another_version_are_refused_in_a_sentence(var):
    version = var / "postgres" / "data" / "PG_VERSION"
    ours = version.read_text()
    version.write_text("15\n")

    refused = run("manage.py", "migrate", env=environment(var))

    version.write_text(ours)
    assert refused.returncode == 1
    assert refused.stderr == (
        f"The data in {version.parent} were made by PostgreSQL 15, and the portal brings PostgreSQL 18: "
        "dump them with the old version, or move that folder away to begin anew.\n"
    )
    assert query("SELECT 1", environment(var)).returncode == 0


def test_lost_password_is_reported(var):
    password = var / "postgres" / "password"
    kept = password.read_text()
    password.unlink()
    running_server = Server(var)

    with pytest.raises(EmbeddedError) as refusal:
        running_server.endpoint()

    running_server.release()
    write_private_file(password, kept)
    assert str(refusal.value).startswith("The password of the embedded database is lost:")
    assert len(str(refusal.value).splitlines()) == 1
    assert processes_on(var) == []


def test_server_that_cannot_start_is_reported_with_its_log(var):
    configuration = var / "postgres" / "data" / "postgresql.conf"
    ours = configuration.read_text()
    configuration.write_text(ours + "\nnonsense = 1\n")
    running_server = Server(var)

    with pytest.raises(EmbeddedError) as refusal:
        running_server.endpoint()

    running_server.release()
    configuration.write_text(ours)
    assert str(refusal.value).startswith("The embedded database did not start:")
    assert str(var / "postgres" / "server.log") in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1
    assert processes_on(var) == []


@pytest.mark.django_db
def test_database_url_never_starts_the_embedded_server():
    connection.ensure_connection()
    known = connection.settings_dict
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**known)
    with folder_for_all() as folder:
        result = query("SELECT current_database()", environment(folder / "var", DATABASE_URL=url))

        assert result.stdout == f"{known['NAME']}\n"
        assert not (folder / "var" / "postgres").exists()


@as_root
def test_folder_that_only_root_may_enter():
    with folder_for_all() as folder:
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        env = environment(closed / "var", PORTAL_STATE=str(folder / "state"))

        first = query("SELECT 1", env)
        second = query("SELECT 1", env)

        kept_in = cluster.state_folder(closed / "var").name
        assert (first.stdout, second.stdout) == ("1\n", "1\n")
        assert f"the database is kept in {folder / 'state' / kept_in}.\n" in first.stderr
        assert second.stderr == ""
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert not (closed / "var" / "postgres" / "data").exists()
        assert processes_on(folder) == []


@as_root
def test_renamed_folder_does_not_lose_its_data_silently():
    with folder_for_all() as folder:
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        query("SELECT 1", environment(closed / "var", PORTAL_STATE=str(folder / "state")))
        closed.rename(folder / "renamed")

        refused = query("SELECT 1", environment(folder / "renamed" / "var", PORTAL_STATE=str(folder / "state")))

        assert refused.returncode == 1
        assert "under a name made from the folder's former path" in refused.stderr


@as_root
def test_programs_out_of_reach_are_copied_with_their_libraries(monkeypatch):
    with folder_for_all() as folder:
        monkeypatch.setenv("PORTAL_STATE", str(folder / "state"))
        monkeypatch.setattr(binaries, "_can_run", lambda programs, account: folder in programs.parents)
        place = cluster.locate_cluster(folder / "var")

        programs = binaries.server_binaries(place.account, place.state)

        assert folder in programs.parents
        assert run_as(place.account, programs / "psql", "--version").returncode == 0


@as_root
def test_server_of_root_runs_as_another_account():
    with folder_for_all() as folder:
        running_server = Server(folder / "var")
        running_server.endpoint()

        accounts = {process.uids().effective for process in processes_on(folder) if "postgres" in process.name()}

        running_server.release()
        assert accounts == {running_server.cluster.account.uid}
        assert 0 not in accounts


@as_root
def test_owner_of_the_data_runs_the_server():
    with folder_for_all() as folder:
        data = folder / "var" / "postgres" / "data"
        data.mkdir(parents=True)
        os.chown(data, 12345, 12345)

        place = cluster.locate_cluster(folder / "var")

        assert place.account.uid == 12345


@as_root
def test_data_of_root_are_refused():
    with folder_for_all() as folder:
        (folder / "var" / "postgres" / "data").mkdir(parents=True)

        with pytest.raises(EmbeddedError, match="belongs to root"):
            cluster.locate_cluster(folder / "var")


@by_account
def test_data_of_another_account_are_refused(monkeypatch, tmp_path):
    (tmp_path / "postgres").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)

    with pytest.raises(EmbeddedError, match="may not use it"):
        cluster.locate_cluster(tmp_path)


@by_account
@as_ordinary_user
def test_read_only_folder_is_reported(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(EmbeddedError, match="may not write to"):
        cluster.locate_cluster(tmp_path / "var")


@by_account
def test_path_that_is_a_file_is_reported(tmp_path):
    (tmp_path / "var").write_text("")

    with pytest.raises(EmbeddedError, match="cannot use"):
        cluster.locate_cluster(tmp_path / "var")


def test_client_programs_are_of_the_wheel():
    assert binaries.client_binary("psql").is_relative_to(binaries.package_folder())
