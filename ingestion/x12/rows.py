"""Remittances as rows of the five raw tables of the clearinghouse."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from ingestion.contract import RawTable, arrow_schema
from ingestion.x12.remittance import Adjustment, Claim, Line, ProviderAdjustment, Remittance
from ingestion.x12.segments import Segment

REMITTANCES = "clearinghouse_remittances"
CLAIMS = "clearinghouse_remittance_claims"
LINES = "clearinghouse_remittance_lines"
ADJUSTMENTS = "clearinghouse_remittance_adjustments"
PROVIDER_ADJUSTMENTS = "clearinghouse_remittance_provider_adjustments"
TABLES = (REMITTANCES, CLAIMS, LINES, ADJUSTMENTS, PROVIDER_ADJUSTMENTS)

Row = dict[str, Any]


class RowWriter:
    """Rows of one file; ids are the batch id and the position of the row's segment.

    So the same content gives the same ids whenever and wherever it is read. A CAS or PLB segment
    holds several rows, which its ids count from 1.
    """

    def __init__(self, batch_id: str, file_name: str, loaded_at: dt.datetime) -> None:
        """`loaded_at` is naive; it becomes every row's _loaded_at."""
        self.rows: dict[str, list[Row]] = {table: [] for table in TABLES}
        self._batch_id = batch_id
        self._arrival = {
            "_loaded_at": loaded_at,
            "_source_file": file_name,
            "_batch_id": batch_id,
        }

    def write(self, remittance: Remittance) -> None:
        """Add the rows of one remittance."""
        remittance_id = self._id(remittance.segment)
        self._add(REMITTANCES, remittance, remittance.segment, remittance_id=remittance_id)
        for sequence, claim in enumerate(remittance.claims, 1):
            self._write_claim(claim, remittance_id, sequence)
        for sequence, item in enumerate(remittance.provider_adjustments, 1):
            self._add(
                PROVIDER_ADJUSTMENTS,
                item,
                item.segment,
                remittance_provider_adjustment_id=self._id(item.segment, item.ordinal),
                remittance_id=remittance_id,
                adjustment_sequence=sequence,
            )

    def batches(self, contract: dict[str, RawTable]) -> Iterator[tuple[str, pa.RecordBatch]]:
        """One Arrow batch per table that has rows."""
        for table, rows in self.rows.items():
            if rows:
                schema = arrow_schema(contract[table])
                columns = {name: [row[name] for row in rows] for name in schema.names}
                yield table, pa.RecordBatch.from_pydict(columns, schema=schema)

    def _write_claim(self, claim: Claim, remittance_id: str, sequence: int) -> None:
        claim_id = self._id(claim.segment)
        self._add(
            CLAIMS,
            claim,
            claim.segment,
            remittance_claim_id=claim_id,
            remittance_id=remittance_id,
            claim_sequence=sequence,
            **_remark_codes(claim),
        )
        self._write_adjustments(claim.adjustments, claim_id, None)
        for line_sequence, line in enumerate(claim.lines, 1):
            line_id = self._id(line.segment)
            self._add(
                LINES,
                line,
                line.segment,
                remittance_line_id=line_id,
                remittance_claim_id=claim_id,
                line_sequence=line_sequence,
                **_remark_codes(line),
            )
            self._write_adjustments(line.adjustments, claim_id, line_id)

    def _write_adjustments(
        self, adjustments: list[Adjustment], claim_id: str, line_id: str | None
    ) -> None:
        for sequence, item in enumerate(adjustments, 1):
            self._add(
                ADJUSTMENTS,
                item,
                item.segment,
                remittance_adjustment_id=self._id(item.segment, item.ordinal),
                remittance_claim_id=claim_id,
                remittance_line_id=line_id,
                adjustment_sequence=sequence,
            )

    def _add(
        self,
        table: str,
        item: Remittance | Claim | Line | Adjustment | ProviderAdjustment,
        segment: Segment,
        **others: Any,
    ) -> None:
        """Add a row of the object's fields, named as the columns, and of `others`."""
        fields = {name: getattr(item, name) for name in item.__slots__}
        position = {"_source_position": segment.position}
        self.rows[table].append(fields | others | position | self._arrival)

    def _id(self, segment: Segment, ordinal: int | None = None) -> str:
        suffix = "" if ordinal is None else f"-{ordinal}"
        return f"{self._batch_id}-{segment.position}{suffix}"


def _remark_codes(item: Claim | Line) -> Row:
    codes: list[str | None] = [*item.remark_codes, None, None]
    return {"remark_code_1": codes[0], "remark_code_2": codes[1]}
