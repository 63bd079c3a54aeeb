"""What a generated set is: its parameters, its batch id, its rows and money."""

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from data_generator.parameters import ANCHOR, GENERATOR_VERSION
from ingestion.contract import RawTable

MANIFEST = "manifest.json"
BATCH_PREFIX = "generator-"
MIN_CLAIMS, MAX_CLAIMS, MAX_MONTHS = 50, 2_000_000, 240


class OptionError(Exception):
    """An option that can't be used; the message says which and what to do."""


@dataclass(frozen=True)
class Options:
    """What to generate: `months` calendar months, the last one being that of `end_date`.

    `claims_per_month` counts billing accounts, self-pay included. Raises OptionError when a value
    is out of range.
    """

    months: int
    claims_per_month: int
    seed: int
    end_date: dt.date

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

    def parameters(self) -> dict[str, Any]:
        """The options as plain values."""
        return asdict(self) | {
            "start_date": self.start_date.isoformat(),
            "end_date": self.end_date.isoformat(),
        }


def batch_id(options: Options, contract: dict[str, RawTable]) -> str:
    """The batch id of a set: the same for the same options, generator and contract.

    The generator is known by its source text, so that a changed parameter makes another set.
    """
    digest = hashlib.sha256()
    digest.update(json.dumps(options.parameters(), sort_keys=True).encode())
    digest.update(repr(sorted(contract.items())).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.name not in ("cli.py", "load.py"):
            digest.update(path.read_bytes())
    return BATCH_PREFIX + digest.hexdigest()[:8]


def describe(
    options: Options, file_format: str, batch: str, rows: dict[str, int], totals: dict[str, str]
) -> dict[str, Any]:
    """The manifest: `rows` by table, `totals` in dollars and cents by name."""
    return {
        "generator_version": GENERATOR_VERSION,
        "batch_id": batch,
        "format": file_format,
        "parameters": options.parameters(),
        "rows": dict(sorted(rows.items())),
        "control_totals": totals,
    }


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest of a set into its folder."""
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder, or None when it has none that can be read."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
