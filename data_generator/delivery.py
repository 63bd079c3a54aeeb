"""Simulate month by month and hand the rows of every table on by day of arrival.

Blocks of accounts are simulated one after the other and put on disk; once all that can arrive in
a month is there, the month is taken table by table. So memory holds one block, and one part of
each table that is being written, however long the period and however large the months.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np

from data_generator import parameters
from data_generator.arrays import Rows, day_number
from data_generator.billing_tables import BILLING_TABLES
from data_generator.checks import Checks
from data_generator.clearinghouse_tables import CLEARINGHOUSE_TABLES
from data_generator.control_totals import ControlTotals
from data_generator.defect_list import DefectList
from data_generator.defect_texts import spoil_people
from data_generator.defects import Defects
from data_generator.emission import Spill
from data_generator.hospital_tables import HOSPITAL_TABLES
from data_generator.lives import simulate_block
from data_generator.manifest import Options
from data_generator.reference_tables import REFERENCE_TABLES, ReferenceTable
from data_generator.table import ROWS_AT_ONCE, Columns, Context
from data_generator.visits import accounts_of_month

EVENT_TABLES = (*HOSPITAL_TABLES, *CLEARINGHOUSE_TABLES, *BILLING_TABLES)
"""Tables of events, written month by month."""

UNGROUPED = "remittance_claims"
"""Rows that wait for the checks of their month."""

Progress = Callable[[str], None]
WRITERS = 2
"""Tables written at once; Arrow writes without holding the interpreter."""


class Sink(Protocol):
    """Takes the columns of raw tables, day after day; different threads give different tables."""

    def write(self, identifier: str, columns: Columns) -> None:
        """Take some rows of a table."""


class AnswerKey(Protocol):
    """Learns from the simulated rows what a perfect reader of the files would say."""

    def add_block(self, month: int, events: dict[str, Rows]) -> None:
        """Learn from the true rows of one block; `arrival` is when each reaches the warehouse."""


class Delivery:
    """One run over a period."""

    def __init__(
        self,
        context: Context,
        options: Options,
        folder: Path,
        sink: Sink,
        answers: AnswerKey,
        defect_list: DefectList,
        after: int | None = None,
    ) -> None:
        """Prepare to run; what waits on disk goes into `folder`, which must be empty.

        Only what arrives later than `after` is handed on, by default everything.
        """
        self._context = context
        self._months = options.month_starts()
        starts = np.array([*map(day_number, self._months), context.end_day + 1])
        self._after = int(starts[0]) - 1 if after is None else after
        for name in ("waiting", "ready"):
            (folder / name).mkdir()
        self._waiting = Spill(folder / "waiting", starts)
        self._ready = Spill(folder / "ready", starts, self._after)
        self._checks = Checks()
        self._defects = Defects(options.seed, options.defects)
        self._list = defect_list
        self._sink = sink
        self._answers = answers
        self.totals = ControlTotals(context.end_day)

    def run(self, progress: Progress) -> None:
        """Simulate and hand on everything; `progress` is called with each month that is done.

        One month is written while the next is simulated.
        """
        for table in REFERENCE_TABLES:
            self._write_reference(table)
        with ThreadPoolExecutor(WRITERS) as pool:
            tasks: list[Future[None]] = []
            for place, date in enumerate(self._months):
                self._simulate(date.year * 100 + date.month)
                if place:
                    self._finish(place - 1, tasks, progress)
                self._group_remittances(place)
                tasks = self._start_writing(place, pool)
            self._finish(len(self._months) - 1, tasks, progress)
        end_day = self._context.end_day
        self._list.add_files(self._defects.files, EVENT_TABLES, self._after, end_day)

    def _write_reference(self, table: ReferenceTable) -> None:
        """Write a table of the pools: its state on the first day, and what changes later."""
        start_day = day_number(self._months[0])
        since = None if self._after < start_day else self._after
        for columns in table.parts(self._context, start_day, self._context.end_day, since):
            if self._defects.is_on:
                seed = self._context.world.seed
                columns, done = spoil_people(seed, table.identifier, columns)
                self._list.add_people(table.identifier, columns, done)
                self._list.flush([table.identifier])
            self._sink.write(table.identifier, columns)

    def _finish(self, place: int, tasks: list[Future[None]], progress: Progress) -> None:
        for task in tasks:
            task.result()
        self._list.flush(table.identifier for table in EVENT_TABLES)
        self._ready.remove(place)
        progress(f"{self._months[place]:%Y-%m}")

    def _simulate(self, month: int) -> None:
        world = self._context.world
        count = accounts_of_month(world.claims_per_month, month)
        for number, first, size in blocks_of(count):
            true = {}
            for table, rows in simulate_block(world, month, number, first, size).items():
                if table == UNGROUPED:
                    # checks are made of what payers decided, whatever becomes of it on the way
                    self._waiting.add(table, rows, (month, number, 0), "day")
                    true[table] = self._defects.apply(table, rows, counts_files=False).true
                else:
                    true[table] = self._keep(table, rows, (month, number))
            self._answers.add_block(month, true)

    def _group_remittances(self, place: int) -> None:
        """Put the claims that payers decided in a month on checks."""
        date = self._months[place]
        for part, claims in enumerate(self._waiting.take(place, UNGROUPED, ROWS_AT_ONCE)):
            days = claims["day"]
            checks, grouped, adjustments = self._checks.group(
                claims, int(days.min()), int(days.max())
            )
            block = (date.year * 100 + date.month, part)
            self._keep("remittances", checks, block)
            self._keep(UNGROUPED, grouped, block)
            self._keep("remittance_provider_adjustments", adjustments, block)
        self._waiting.remove(place)

    def _keep(self, table: str, rows: Rows, block: tuple[int, int]) -> Rows:
        """Let rows wait for the month in which they come; the true rows, with that day."""
        delivered = self._defects.apply(table, rows)
        self.totals.add(table, delivered.true)
        self._ready.add(table, delivered.in_place, (*block, 0))
        if delivered.extra:
            self._ready.add(table, delivered.extra, (*block, 1))
        return delivered.true

    def _start_writing(self, place: int, pool: ThreadPoolExecutor) -> list[Future[None]]:
        """Write the tables that arrive in a month, the largest first."""
        tables = sorted(
            dict.fromkeys(table.rows for table in EVENT_TABLES),
            key=lambda rows: -self._ready.size(place, rows),
        )
        return [pool.submit(self._write, place, rows) for rows in tables]

    def _write(self, place: int, name: str) -> None:
        tables = [table for table in EVENT_TABLES if table.rows == name]
        for rows in self._ready.take(place, name, ROWS_AT_ONCE):
            for table in tables:
                for columns, part in table.parts(self._context, rows):
                    if "defect" in part:
                        self._list.add_rows(table.identifier, columns, part)
                    self._sink.write(table.identifier, columns)


def blocks_of(count: int) -> Iterator[tuple[int, int, int]]:
    """Number, first account and size of the blocks of a month with `count` accounts."""
    for number, first in enumerate(range(0, count, parameters.BLOCK_ACCOUNTS)):
        yield number, first, min(parameters.BLOCK_ACCOUNTS, count - first)
