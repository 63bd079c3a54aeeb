"""The embedded PostgreSQL: it starts whatever state its folder is in, and keeps its data."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest

from scripts import paths
from scripts.postgres_server import ANALYST, PostgresError, Server
from scripts.postgres_settings import GIB, warehouse_settings

ROOT = Path(__file__).resolve().parents[2]


def run(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, on a test's own server."""
    return subprocess.run(
        [sys.executable, "-m", "scripts.postgres", "--home", str(server.home), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def query(server: Server, statement: str) -> object:
    """The first column of the first row."""
    with closing(server.connect("rcm")) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def test_starting_twice_is_fine_and_stopping_twice_too(server: Server) -> None:
    first = run(server, "start")
    assert first.returncode == 0, first.stderr
    assert "started" in first.stdout
    before = server.running()

    second = run(server, "start")
    assert second.returncode == 0, second.stderr
    assert "runs already" in second.stdout
    assert server.running() == before

    assert run(server, "status").returncode == 0
    assert run(server, "stop").stdout == "PostgreSQL stopped\n"
    assert run(server, "stop").returncode == 0
    assert run(server, "status").returncode == 3


def test_two_starts_at_once_leave_one_server(server: Server) -> None:
    command = [sys.executable, "-m", "scripts.postgres", "--home", str(server.home), "start"]
    starts = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [start.wait(120) for start in starts] == [0, 0]
    assert query(server, "select 1") == 1


def test_a_killed_server_comes_up_again_with_its_data(server: Server) -> None:
    running = server.start("rcm")
    query(server, "create table kept as select 42 as answer")
    query(server, "checkpoint")
    query(server, "insert into kept values (43)")
    query(server, "set synchronous_commit = on; create table flush_the_log ()")
    os.kill(running.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(running.pid)], timeout=10)
    assert server.running() is None

    assert server.start("rcm").pid != running.pid
    assert query(server, "select sum(answer) from kept") == 85


def test_a_pid_file_whose_number_another_program_has_is_no_obstacle(server: Server) -> None:
    server.start("rcm")
    lines = (server.data / "postmaster.pid").read_text().splitlines()
    server.stop()
    with closing_process() as other:
        lines[0] = str(other.pid)
        (server.data / "postmaster.pid").write_text("\n".join(lines) + "\n")
        (server.socket / ".s.PGSQL.5432.lock").write_text("\n".join(lines[:4]) + "\n")
        assert server.running() is None

        server.start("rcm")
        assert query(server, "select 1") == 1
        assert other.poll() is None, "the other program was left alone"


def test_a_pid_file_of_a_dead_process_is_no_obstacle(server: Server) -> None:
    server.start("rcm")
    lines = (server.data / "postmaster.pid").read_text().splitlines()
    server.stop()
    with closing_process() as dead:
        pass
    lines[0] = str(dead.pid)
    (server.data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    server.start("rcm")
    assert query(server, "select 1") == 1


def test_an_interrupted_first_start_is_begun_anew(server: Server) -> None:
    (server.data / "base").mkdir(parents=True)
    (server.data / "postgresql.conf").write_text("half written")
    server.start("rcm")
    assert query(server, "select 1") == 1


def test_tcp_takes_the_analysts_password_and_nothing_else(server: Server) -> None:
    port = free_port()
    server.start("rcm")
    assert run(server, "start", "--tcp", str(port)).returncode == 0
    query(server, "create schema staging; create table staging.phi as select 'name' as name")
    query(server, "create table mart.fct as select 1 as amount")

    url = run(server, "connection", "--url").stdout.strip()
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("select amount from mart.fct")
        assert cursor.fetchone() == (1,)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("select name from staging.phi")

    where = {"host": "127.0.0.1", "port": port, "dbname": "rcm"}
    for user, password in ((ANALYST, ""), (ANALYST, "wrong"), ("postgres", server.password())):
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(**where, user=user, password=password)

    assert server.password_file.stat().st_mode & 0o777 == 0o600
    assert query(server, "select 1") == 1, "the socket works as before"


def test_without_tcp_nothing_listens(server: Server) -> None:
    running = server.start("rcm")
    listening = [
        connection
        for connection in psutil.Process(running.pid).net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening == []
    assert server.socket.stat().st_mode & 0o777 == 0o700


def test_psql_runs_one_statement_and_reports_its_failure(server: Server) -> None:
    stopped = run(server, "psql", "-c", "select 1")
    assert stopped.returncode == 1
    assert stopped.stderr == ("error: PostgreSQL is stopped; start it with: make postgres-start\n")
    server.start("rcm")
    good = run(server, "psql", "-c", "select 6 * 7 as answer")
    assert (good.returncode, "42" in good.stdout) == (0, True)
    assert run(server, "psql", "-c", "select 1/0").returncode != 0


def test_a_second_database_lives_beside_the_first(server: Server) -> None:
    server.start("rcm")
    assert run(server, "--database", "rcm_test", "start").returncode == 0
    found = run(server, "--database", "rcm_test", "psql", "-c", "select current_database()")
    assert "rcm_test" in found.stdout


def test_a_deep_folder_gets_a_short_socket(tmp_path: Path) -> None:
    deep = Server(tmp_path / ("d" * 60) / ("e" * 60) / "pg")
    assert paths.fits_socket_path(deep.socket)
    try:
        started = run(deep, "start")
        assert started.returncode == 0, started.stderr
        assert f"export RCM_PG_SOCKET={deep.socket}" in started.stdout
        assert query(deep, "select 1") == 1
    finally:
        deep.stop()
        for leftover in deep.socket.glob("*"):
            leftover.unlink()
        deep.socket.rmdir()


def test_two_clones_run_side_by_side(server: Server, tmp_path: Path) -> None:
    other = Server(tmp_path / "other")
    try:
        assert server.start("rcm").pid != other.start("rcm").pid
        query(server, "create table only_here ()")
        assert query(other, "select to_regclass('only_here')") is None
    finally:
        other.stop()


def test_a_folder_of_another_postgresql_version_is_refused_with_advice(server: Server) -> None:
    server.start("rcm")
    server.stop()
    (server.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(PostgresError, match="made by PostgreSQL 15, this is 18; move that folder"):
        server.start("rcm")
    (server.data / "PG_VERSION").write_text("18\n")


@pytest.mark.parametrize(("gib", "cores"), [(4, 2), (24, 2), (256, 64)])
def test_settings_fit_the_machine(gib: int, cores: int) -> None:
    settings = {item.name: item.value for item in warehouse_settings(gib * GIB, cores)}
    megabytes = {name: int(value[:-2]) for name, value in settings.items() if value.endswith("MB")}
    # four dbt threads, each with a sort and a hash join twice its size
    assert megabytes["shared_buffers"] + 4 * 3 * megabytes["work_mem"] < gib * 1024 * 0.4
    assert int(settings["max_parallel_workers"]) == cores
    assert all(item.reason for item in warehouse_settings(gib * GIB, cores))


class closing_process:  # noqa: N801  reads like contextlib.closing
    """Some other program, ended when the block ends."""

    def __enter__(self) -> subprocess.Popen[bytes]:
        self.process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        return self.process

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
