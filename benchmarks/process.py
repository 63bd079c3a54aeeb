"""Work in processes of its own, so that time and peak memory are its alone."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

MIB = 1024 * 1024
LAST_LINES = 25
WRITE_AHEAD_LOG = "pg_wal"
MEMORY_SECONDS = 0.5
DISK_SECONDS = 5.0


class BenchmarkError(Exception):
    """A measurement that can't be made; the message says why."""


@dataclass(frozen=True)
class Ran:
    """What a command took; `peak_mib` is of it and the processes that it waited for."""

    seconds: float
    peak_mib: float
    code: int


def mebibytes(maxrss: int) -> float:
    """The system's figure of peak memory in MiB: macOS counts bytes, Linux kibibytes."""
    return maxrss * (1 if sys.platform == "darwin" else 1024) / MIB


def in_process(work: Callable[..., Any], *given: Any) -> tuple[Any, float]:
    """Run `work` in a fresh process: what it returns, and its peak memory in MiB.

    Raises BenchmarkError when it fails; its own words are on the screen by then.
    """
    here, there = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(there, work, given))
    process.start()
    there.close()
    try:
        value, peak = here.recv()
    except EOFError:
        raise BenchmarkError(f"{work.__name__} failed; see above") from None
    finally:
        if sys.exc_info()[0] is not None:
            process.terminate()
        process.join()
    return value, peak


def _run(pipe: Any, work: Callable[..., Any], given: Any) -> None:
    # Ctrl-C reaches both; the parent ends this one, so that nothing is printed in between
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    value = work(*given)
    pipe.send((value, mebibytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)))


def run_command(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> Ran:
    """Run a command with its output in `log`; ended with whatever interrupts this process."""
    begun = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)  # the memory of this child alone
        except BaseException:
            process.terminate()
            process.wait()
            raise
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    return Ran(seconds, mebibytes(usage.ru_maxrss), process.returncode)


def last_words(log: Path) -> str:
    """The end of a log, for a message."""
    return "\n".join(log.read_text(errors="replace").strip().splitlines()[-LAST_LINES:])


def folder_bytes(folder: Path) -> int:
    """What the files in a folder hold, but for PostgreSQL's log ahead of its writes.

    That log is limited by a setting, so it doesn't grow with the claims. Files that vanish
    meanwhile count for nothing.
    """
    total, waiting = 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name != WRITE_AHEAD_LOG:
                            waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total


def tree_bytes(pid: int) -> int | None:
    """Memory of a server and its processes, what they share counted once.

    None where the system doesn't tell what is shared (macOS).
    """
    try:
        server = psutil.Process(pid)
        processes = [server, *server.children(recursive=True)]
    except psutil.Error:
        return None
    private, shared = 0, 0
    for process in processes:
        try:
            memory = process.memory_info()
        except psutil.Error:
            continue
        if not hasattr(memory, "shared"):
            return None
        private += memory.rss - memory.shared
        shared = max(shared, memory.shared)
    return private + shared


class Watch:
    """A thread that notes the most that a folder took on the disk, and a server in memory."""

    def __init__(self, folder: Path, server_pid: Callable[[], int | None]) -> None:
        """`server_pid` is asked anew each time, since the server comes and goes."""
        self.disk_bytes = 0
        self._memory_bytes = 0
        self._folder, self._server_pid = folder, server_pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    def forget(self) -> None:
        """Let the next phase's memory begin at nothing."""
        self._memory_bytes = 0

    @property
    def memory_mib(self) -> float | None:
        """The server's most memory since `forget`; None if nobody could tell."""
        return self._memory_bytes / MIB or None

    def _look(self) -> None:
        next_disk = 0.0
        while True:
            if time.monotonic() >= next_disk:
                self.disk_bytes = max(self.disk_bytes, folder_bytes(self._folder))
                next_disk = time.monotonic() + DISK_SECONDS
            if (pid := self._server_pid()) is not None:
                self._memory_bytes = max(self._memory_bytes, tree_bytes(pid) or 0)
            if self._ended.wait(MEMORY_SECONDS):
                self.disk_bytes = max(self.disk_bytes, folder_bytes(self._folder))
                return
