"""What a generated folder is: its options, its batch ids, its rows and money.

A base set holds all that arrives from its first day to its last one, a drop what arrives on one
later day. Sets of one lineage (the same options but the last day) continue each other.
"""

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from data_generator.parameters import ANCHOR, GENERATOR_VERSION
from ingestion.contract import RawTable

MANIFEST = "manifest.json"
BASE, DROP, DROPS = "base", "drop", "drops"
BATCH_PREFIX = "generator-"
_WORDS = {BASE: "until", DROP: "on"}
MIN_CLAIMS, MAX_CLAIMS, MAX_MONTHS = 50, 1_000_000, 240
"""The pools grow with the claims a month: at the most, memory peaks at 1.3 GiB."""


class OptionError(Exception):
    """An option that can't be used; the message says which and what to do."""


@dataclass(frozen=True)
class Options:
    """What to generate: `months` calendar months, the last one being that of `end_date`.

    `claims_per_month` counts billing accounts, self-pay included. `stories` are the planted ones,
    `defects` says whether the files are as dirty as real ones. Raises OptionError when a value is
    out of range.
    """

    months: int
    claims_per_month: int
    seed: int
    end_date: dt.date
    stories: tuple[str, ...] = ()
    defects: bool = False

    def __post_init__(self) -> None:
        """Check the values."""
        if not 1 <= self.months <= MAX_MONTHS:
            raise OptionError(f"--months is {self.months}; use 1 to {MAX_MONTHS}")
        if not MIN_CLAIMS <= self.claims_per_month <= MAX_CLAIMS:
            raise OptionError(
                f"--claims-per-month is {self.claims_per_month}; use {MIN_CLAIMS} to {MAX_CLAIMS}"
            )
        if self.seed < 0:
            raise OptionError(f"--seed is {self.seed}; use 0 or more")
        earliest = ANCHOR.year * 12
        if self.end_date.year * 12 + self.end_date.month - self.months < earliest:
            raise OptionError(
                f"{self.months} months up to {self.end_date} would start before {ANCHOR}, where "
                "the simulated world begins; use fewer --months or a later --end-date"
            )

    def month_starts(self) -> list[dt.date]:
        """First day of every month of the period."""
        last = self.end_date.year * 12 + self.end_date.month - 1
        return [
            dt.date(month // 12, month % 12 + 1, 1)
            for month in range(last - self.months + 1, last + 1)
        ]

    @property
    def start_date(self) -> dt.date:
        """First day of the period."""
        return self.month_starts()[0]

    def lasting(self) -> dict[str, Any]:
        """The options as plain values, but for the last day: what a lineage has in common."""
        values = asdict(self) | {
            "start_date": self.start_date.isoformat(),
            "stories": list(self.stories),
        }
        del values["months"], values["end_date"]
        return values

    def parameters(self) -> dict[str, Any]:
        """The options as plain values."""
        return self.lasting() | {"months": self.months, "end_date": self.end_date.isoformat()}


def months_between(start_date: dt.date, end_date: dt.date) -> int:
    """Calendar months from the one that starts on `start_date` to that of `end_date`.

    Raises OptionError when there is none.
    """
    if start_date.day != 1:
        first = start_date.replace(day=1)
        raise OptionError(
            f"--start-date is {start_date}; use the first of a month, such as {first}"
        )
    if end_date < start_date:
        raise OptionError(
            f"--end-date {end_date} lies before --start-date {start_date}; use a later end or an "
            "earlier start"
        )
    return (end_date.year - start_date.year) * 12 + end_date.month - start_date.month + 1


@dataclass(frozen=True)
class Batch:
    """A batch id taken apart: the lineage, and the last day of a base set or the day of a drop."""

    lineage: str
    kind: str
    day: dt.date

    @property
    def id(self) -> str:
        """The id as raw rows carry it."""
        return f"{BATCH_PREFIX}{self.lineage}-{_WORDS[self.kind]}-{self.day:%Y%m%d}"


def read_batch_id(batch_id: str) -> Batch | None:
    """Take a batch id apart; None when it is not of a base set or a drop."""
    parts = batch_id.removeprefix(BATCH_PREFIX).split("-")
    kinds = {word: kind for kind, word in _WORDS.items()}
    if len(parts) != 3 or parts[1] not in kinds:
        return None
    return Batch(parts[0], kinds[parts[1]], dt.date.fromisoformat(parts[2]))


def base_batch(options: Options, contract: dict[str, RawTable]) -> Batch:
    """The batch of a base set: the same for the same options, generator and contract."""
    return Batch(lineage(options, contract), BASE, options.end_date)


def lineage(options: Options, contract: dict[str, RawTable]) -> str:
    """What base sets and drops that continue each other have in common, as eight hex digits.

    The generator is known by its source text, so that a changed parameter makes another lineage.
    """
    digest = hashlib.sha256()
    digest.update(json.dumps(options.lasting(), sort_keys=True).encode())
    digest.update(repr(sorted(contract.items())).encode())
    digest.update(_source_text())
    return digest.hexdigest()[:8]


@cache
def _source_text() -> bytes:
    paths = sorted(Path(__file__).parent.rglob("*.py"))
    return b"".join(path.read_bytes() for path in paths if path.name not in ("cli.py", "load.py"))


def describe(
    options: Options, file_format: str, batch: Batch, rows: dict[str, int], totals: dict[str, str]
) -> dict[str, Any]:
    """The manifest of a base set: `rows` by table, `totals` in dollars and cents by name."""
    return _head(BASE, batch.id, batch.lineage, file_format) | {
        "parameters": options.parameters(),
        "rows": dict(sorted(rows.items())),
        "control_totals": totals,
    }


def describe_drop(
    options: Options, file_format: str, batch: Batch, rows: dict[str, int]
) -> dict[str, Any]:
    """The manifest of one drop: `rows` of the tables that have any."""
    return _head(DROP, batch.id, batch.lineage, file_format) | {
        "day": batch.day.isoformat(),
        "parameters": options.lasting(),
        "rows": dict(sorted(rows.items())),
    }


def drops_id(options: Options, since: dt.date, contract: dict[str, RawTable]) -> str:
    """What tells one folder of drops from another; no row carries it."""
    name = lineage(options, contract)
    return f"{BATCH_PREFIX}{name}-since-{since:%Y%m%d}-{options.end_date:%Y%m%d}"


def describe_drops(
    options: Options, file_format: str, since: dt.date, drops: list[dict[str, Any]], set_id: str
) -> dict[str, Any]:
    """The manifest of a folder of drops, given those of the drops."""
    rows: dict[str, int] = {}
    for drop in drops:
        for table, count in drop["rows"].items():
            rows[table] = rows.get(table, 0) + count
    return _head(DROPS, set_id, drops[0]["lineage"], file_format) | {
        "since": since.isoformat(),
        "parameters": options.parameters(),
        "rows": dict(sorted(rows.items())),
        "drops": {drop["day"]: sum(drop["rows"].values()) for drop in drops},
    }


def _head(kind: str, batch_id: str, name: str, file_format: str) -> dict[str, Any]:
    return {
        "generator_version": GENERATOR_VERSION,
        "kind": kind,
        "batch_id": batch_id,
        "lineage": name,
        "format": file_format,
    }


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest of a folder into it."""
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder, or None when it has none that can be read."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
