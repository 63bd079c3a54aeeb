"""A database, a dbt profile and logs of a benchmark's own, in one folder."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.process import BenchmarkError, Ran, last_words, run_command
from scripts.paths import ROOT, socket_folder
from scripts.postgres_server import Server

POSTGRES, DUCKDB = "postgres", "duckdb"
TARGETS = {POSTGRES: "dev", DUCKDB: "duckdb"}
DATABASE = "rcm_benchmark"
SLOWEST = 10
PASSED = {"success", "pass", "warn", "reused", "no-op"}


@dataclass(frozen=True)
class DbtRun:
    """One dbt command: the whole, dbt's own start, and its work from run_results.json."""

    ran: Ran
    work_seconds: float
    slowest: list[tuple[str, float]]
    count: int
    failed: list[str]

    @property
    def start_seconds(self) -> float:
        """What passes before dbt begins and after it ends: imports, parsing, artifacts."""
        return self.ran.seconds - self.work_seconds

    def figures(self, server_mib: float | None) -> dict[str, Any]:
        """The run as plain values."""
        return {
            "seconds": self.work_seconds,
            "start_seconds": self.start_seconds,
            "count": self.count,
            "peak_mib": self.ran.peak_mib,
            "server_mib": server_mib,
            "slowest": self.slowest,
        }


class Workplace:
    """One engine in one folder; `open_workplace` starts and ends it."""

    def __init__(self, engine: str, folder: Path, threads: int | None = None) -> None:
        """Make the folder with its profile. `threads` of dbt are the profile's unless given."""
        self.engine, self.folder, self.threads = engine, folder, threads
        self.target = TARGETS[engine]
        self.server = Server(folder / "pg")
        self.duckdb_file = folder / "warehouse.duckdb"
        for name in ("profiles", "logs", "scratch"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "profiles.example.yml", folder / "profiles" / "profiles.yml")

    @property
    def variables(self) -> dict[str, str]:
        """What leads dbt, the loader and the server's commands to this folder."""
        return {
            "DBT_PROFILES_DIR": str(self.folder / "profiles"),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
            "RCM_PG_HOME": str(self.server.home),
            "RCM_PG_SOCKET": str(socket_of(self.server)),
            "RCM_DATABASE": DATABASE,
            "RCM_DUCKDB_PATH": str(self.duckdb_file),
        }

    @property
    def server_pid(self) -> int | None:
        """The process of the server, if it runs."""
        running = self.server.running() if self.engine == POSTGRES else None
        return running.pid if running else None

    def dbt(self, name: str, *arguments: str, may_fail: bool = False) -> DbtRun:
        """Run dbt; its results and compiled SQL are kept in the folder `name`.

        Raises BenchmarkError when it fails, unless single nodes may.
        """
        log = self.folder / "logs" / f"{name}.log"
        target, kept = self.folder / "target", self.folder / name
        (target / "run_results.json").unlink(missing_ok=True)
        shutil.rmtree(target / "compiled", ignore_errors=True)
        command = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", *arguments]
        command += ["--target", self.target]
        if self.threads:
            command += ["--threads", str(self.threads)]
        ran = run_command(command, ROOT, os.environ, log)
        if not (target / "run_results.json").exists() or (ran.code and not may_fail):
            raise BenchmarkError(
                f"dbt {arguments[0]} failed in {self.engine}:\n{last_words(log)}\n"
                "see the whole log with --keep"
            )
        kept.mkdir(exist_ok=True)
        shutil.copy(target / "run_results.json", kept)
        shutil.rmtree(kept / "compiled", ignore_errors=True)
        if (target / "compiled").exists():
            shutil.copytree(target / "compiled", kept / "compiled")
        return read_dbt_run(kept / "run_results.json", ran)

    def settle(self) -> None:
        """Write what waits in memory, so that one phase doesn't pay for the one before."""
        if self.engine == POSTGRES:
            connection = self.server.connect(DATABASE)
            with connection.cursor() as cursor:
                cursor.execute("checkpoint")
            connection.close()


def read_dbt_run(path: Path, ran: Ran) -> DbtRun:
    """What run_results.json says of a run."""
    document = json.loads(path.read_text())
    results = [
        (result["unique_id"].split(".")[2], result["execution_time"], result["status"])
        for result in document["results"]
        if not result["unique_id"].startswith("operation.")
    ]
    slowest = sorted(((name, seconds) for name, seconds, _ in results), key=lambda pair: -pair[1])
    return DbtRun(
        ran,
        document["elapsed_time"],
        slowest[:SLOWEST],
        len(results),
        [name for name, _, status in results if status not in PASSED],
    )


def socket_of(server: Server) -> Path:
    """The folder of its socket, whatever the user's own server has."""
    override = os.environ.pop("RCM_PG_SOCKET", None)
    try:
        return socket_folder(server.home)
    finally:
        if override is not None:
            os.environ["RCM_PG_SOCKET"] = override


@contextmanager
def open_workplace(engine: str, folder: Path, threads: int | None) -> Iterator[Workplace]:
    """A workplace with its server running, and this process's environment led to it.

    At the end, also on Ctrl-C, the server is stopped and the environment as it was.
    """
    workplace = Workplace(engine, folder, threads)
    before = dict(os.environ)
    os.environ.update(workplace.variables)
    socket = Path(workplace.variables["RCM_PG_SOCKET"])
    try:
        if engine == POSTGRES:
            workplace.server.start(DATABASE)
        yield workplace
    finally:
        if engine == POSTGRES:
            workplace.server.stop()
            if socket.is_dir() and not any(socket.iterdir()):
                socket.rmdir()
        os.environ.clear()
        os.environ.update(before)
