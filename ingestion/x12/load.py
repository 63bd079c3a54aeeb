"""Load 835 files into schema raw, each whole or not at all."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ingestion.warehouse import LOADED, REFUSED, Warehouse
from ingestion.x12.balance import check_balance, patient_share_warnings
from ingestion.x12.remittance import ZERO, Remittance, RemittanceReader
from ingestion.x12.repeats import refuse_repeated_payments
from ingestion.x12.rows import RowWriter
from ingestion.x12.segments import RefusedFileError, read_segments

KIND = "x12_835"
BATCH_PREFIX = "x12-"
ALREADY_LOADED = "already loaded"


@dataclass(frozen=True)
class FileReport:
    """What became of one file; only a file that was loaded now has figures.

    `status` is 'loaded', 'already loaded' or 'refused'; `reason` says why it was refused, or what
    was odd about a file that was loaded. `paid` is the claims' (CLP04), `payments` the checks'
    (BPR02); they differ by provider adjustments (PLB).
    """

    file_name: str
    status: str
    reason: str | None
    claims: int | None = None
    billed: Decimal | None = None
    paid: Decimal | None = None
    payments: Decimal | None = None


@dataclass(frozen=True)
class ParsedFile:
    """A file that may be loaded, and what is odd about it."""

    remittances: list[Remittance]
    warnings: list[str]


def parse(content: bytes, accept_wrong_counts: bool = False) -> ParsedFile:
    """Read an 835 and prove its money; RefusedFileError when it must not be loaded."""
    file = read_segments(content, accept_wrong_counts)
    reader = RemittanceReader()
    remittances = reader.read(file.segments)
    warnings = file.warnings + reader.warnings()
    for remittance in remittances:
        check_balance(remittance)
        warnings += patient_share_warnings(remittance)
    return ParsedFile(remittances, warnings)


def load_files(
    warehouse: Warehouse,
    paths: Sequence[Path],
    loaded_at: dt.datetime,
    accept_wrong_counts: bool = False,
    on_file: Callable[[Path], None] = lambda path: None,
) -> Iterator[FileReport]:
    """Load the files one by one, each in a transaction of its own, and report on each.

    A refused file leaves nothing but its row in raw.load_batches, with the reason. A file whose
    content was loaded before, under whatever name, changes nothing; one that was refused before
    is tried again, since a later version of this reader may take it. `loaded_at` is naive.
    `on_file` is called before each file.
    """
    warehouse.ensure_raw_tables()
    for path in paths:
        on_file(path)
        try:
            content = path.read_bytes()
        except OSError as error:
            yield FileReport(path.name, REFUSED, f"it can't be read: {error.strerror}")
            continue
        yield _FileLoad(warehouse, path.name, content, loaded_at).run(accept_wrong_counts)
    warehouse.analyze()


class _FileLoad:
    """The load of one file."""

    def __init__(
        self, warehouse: Warehouse, file_name: str, content: bytes, loaded_at: dt.datetime
    ) -> None:
        self.warehouse = warehouse
        self.file_name = file_name
        self.content = content
        self.loaded_at = loaded_at
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.batch_id = BATCH_PREFIX + self.sha256[:16]

    def run(self, accept_wrong_counts: bool) -> FileReport:
        """Load the file unless it must be refused or is there already."""
        # asked first, so that a folder full of old files costs no parsing
        if report := self._already_loaded():
            return report
        try:
            parsed = parse(self.content, accept_wrong_counts)
            with self.warehouse.transaction():
                # asked again, under the lock: another loader may have been faster
                if report := self._already_loaded():
                    return report
                refuse_repeated_payments(self.warehouse, parsed.remittances)
                return self._write(parsed)
        except RefusedFileError as error:
            return self._refuse(str(error))

    def _already_loaded(self) -> FileReport | None:
        batch = self.warehouse.find_batch(self.batch_id)
        if batch is None or batch.status != LOADED:
            return None
        other_name = batch.file_name if batch.file_name != self.file_name else None
        return FileReport(
            self.file_name, ALREADY_LOADED, f"as {other_name}" if other_name else None
        )

    def _write(self, parsed: ParsedFile) -> FileReport:
        writer = RowWriter(self.batch_id, self.file_name, self.loaded_at)
        for remittance in parsed.remittances:
            writer.write(remittance)
        row_count = sum(
            self.warehouse.copy(table, [batch])
            for table, batch in writer.batches(self.warehouse.contract)
        )
        reason = "; ".join(parsed.warnings) or None
        self._register(LOADED, reason, row_count)
        claims = [claim for remittance in parsed.remittances for claim in remittance.claims]
        return FileReport(
            file_name=self.file_name,
            status=LOADED,
            reason=reason,
            claims=len(claims),
            billed=sum((claim.billed_amount for claim in claims), ZERO),
            paid=sum((claim.paid_amount for claim in claims), ZERO),
            payments=sum((item.payment_amount for item in parsed.remittances), ZERO),
        )

    def _refuse(self, reason: str) -> FileReport:
        """Record the refusal, once: the first date on which the file was seen is kept."""
        with self.warehouse.transaction():
            batch = self.warehouse.find_batch(self.batch_id)
            if batch is None or batch.reason != reason:
                self._register(REFUSED, reason, 0)
        return FileReport(self.file_name, REFUSED, reason)

    def _register(self, status: str, reason: str | None, row_count: int) -> None:
        self.warehouse.register_batch(
            batch_id=self.batch_id,
            kind=KIND,
            file_name=self.file_name,
            sha256=self.sha256,
            status=status,
            reason=reason,
            row_count=row_count,
            loaded_at=self.loaded_at,
        )
