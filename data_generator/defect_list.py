"""The part of the answer key that lists every defect of the files."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_generator.arrays import NEVER, Array, Rows
from data_generator.columns import MONEY, dates, money, pick
from data_generator.defect_texts import KEYS, Columns, defect_column
from data_generator.defects import NAMES, FileFacts, FileKey
from data_generator.table import Table, source_files

FILE_NAME = "truth_defects.parquet"
_SCHEMA = pa.schema(
    [
        ("table", pa.string()),
        ("defect", pa.string()),
        ("key", pa.string()),
        ("column", pa.string()),
        ("arrival", pa.date32()),
        ("repaired_on", pa.date32()),
        ("amount", MONEY),
        ("source_file", pa.string()),
    ]
)
_MONEY_COLUMNS = {
    "hospital_a_charges": "amount",
    "hospital_b_charges": "charge_cents",
    "clearinghouse_claims": "billed_amount",
    "clearinghouse_claim_lines": "billed_amount",
    "clearinghouse_remittances": "payment_amount",
    "clearinghouse_remittance_claims": "paid_amount",
    "clearinghouse_remittance_lines": "paid_amount",
    "clearinghouse_remittance_adjustments": "amount",
    "billing_patient_payments": "amount",
    "billing_account_adjustments": "amount",
    "billing_refunds": "amount",
}


class DefectList:
    """Writes truth_defects.parquet, one row per defect: what is wrong where, and until when.

    `key` is the primary key as it stands in the file, its columns joined by '|'; null for a whole
    file. `column` is the damaged one, null where it is the row as such. `arrival` is when the
    damaged row came: for a row that was late, when it came at last; for a file that was cut off,
    its first coming; for one that was sent again, the second. `repaired_on` is when the right
    version comes, or the whole file; null where nothing does. `amount` is the row's money as it
    stands in the file; of a file that was cut off, that of the missing rows; null for none.
    """

    def __init__(self, folder: Path) -> None:
        """Open the file in `folder`."""
        self._writer = pq.ParquetWriter(folder / FILE_NAME, _SCHEMA, store_decimal_as_integer=True)
        self._parts: dict[str, list[pa.Table]] = defaultdict(list)
        self._lock = threading.Lock()

    def add_rows(self, identifier: str, columns: Columns, rows: Rows) -> None:
        """List the rows of a raw table that have a defect, but not those of a file sent again."""
        where = np.flatnonzero((rows["defect"] > 0) & (rows["resent"] == 0))
        if not len(where):
            return
        names = [NAMES[code] for code in rows["defect"][where].tolist()]
        variants = rows["variant"][where].tolist()
        damaged = [
            defect_column(name, identifier, variant)
            for name, variant in zip(names, variants, strict=True)
        ]
        self._add(identifier, columns, where, names, damaged, rows["repaired"][where])

    def add_people(
        self, identifier: str, columns: Columns, done: Iterable[tuple[str, str, Array]]
    ) -> None:
        """List damaged patients as spoil_people tells them."""
        for name, column, where in done:
            size = len(where)
            never = np.full(size, NEVER)
            self._add(identifier, columns, where, [name] * size, [column] * size, never)

    def add_files(
        self,
        files: dict[FileKey, FileFacts],
        tables: Iterable[Table],
        after: int,
        end_day: int,
    ) -> None:
        """List files that were cut off or sent again, as far as that was seen in the period."""
        told = [
            (table.identifier, day, facts)
            for table in tables
            for (kind, hospital, day), facts in sorted(files.items())
            if kind == table.rows and hospital == (-1 if table.hospital is None else table.hospital)
            if after < (day if facts.is_cut else facts.again_day) <= end_day
        ]
        if not told:
            return
        cut = np.array([facts.is_cut for _, _, facts in told])
        first = np.array([day for _, day, _ in told])
        again = np.array([facts.again_day for _, _, facts in told])
        arrival = np.where(cut, first, again)
        has_money = np.array([identifier in _MONEY_COLUMNS for identifier, _, _ in told])
        names = [
            source_files(identifier, arrival[[place]], (arrival - first)[[place]])[0]
            for place, (identifier, _, _) in enumerate(told)
        ]
        missing = money(np.array([facts.missing_cents for _, _, facts in told]))
        part = {
            "table": pa.array([identifier for identifier, _, _ in told]),
            "defect": pick(("resent_file", "cut_file"), cut.astype(np.int64)),
            "key": pa.nulls(len(told), pa.string()),
            "column": pa.nulls(len(told), pa.string()),
            "arrival": dates(arrival),
            "repaired_on": dates(np.where(cut, again, NEVER), NEVER - 1),
            "amount": pc.if_else(pa.array(has_money & cut), missing, None),
            "source_file": pa.array(names, pa.string()),
        }
        self._writer.write_table(pa.table(part, schema=_SCHEMA))

    def flush(self, identifiers: Iterable[str]) -> None:
        """Write what was listed so far, in the order of the tables."""
        for identifier in identifiers:
            for part in self._parts.pop(identifier, []):
                self._writer.write_table(part)

    def _add(
        self,
        identifier: str,
        columns: Columns,
        where: Array,
        names: Sequence[str],
        damaged: Sequence[str | None],
        repaired: Array,
    ) -> None:
        rows = pa.array(where)
        keys = [columns[name].take(rows).cast(pa.string()) for name in KEYS[identifier]]
        amount = pa.nulls(len(where), MONEY)
        if identifier in _MONEY_COLUMNS:
            amount = columns[_MONEY_COLUMNS[identifier]].take(rows)
            if amount.type == pa.int64():
                amount = money(amount.to_numpy())
        part = {
            "table": pa.repeat(identifier, len(where)),
            "defect": pa.array(names),
            "key": pc.binary_join_element_wise(*keys, "|"),
            "column": pa.array(damaged, pa.string()),
            "arrival": columns["_loaded_at"].take(rows).cast(pa.date32()),
            "repaired_on": dates(repaired, NEVER - 1),
            "amount": amount,
            "source_file": columns["_source_file"].take(rows),
        }
        with self._lock:
            self._parts[identifier].append(pa.table(part, schema=_SCHEMA))

    def __enter__(self) -> Self:
        """The list itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file."""
        self._writer.close()
