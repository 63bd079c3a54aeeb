"""Two years of a simulated world: its reference tables as they arrive, and its visits."""

import datetime as dt
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa

from data_generator.arrays import day_number
from data_generator.manifest import BASE, Batch
from data_generator.pools import World, build_world
from data_generator.reference_tables import REFERENCE_TABLES
from data_generator.table import Context
from data_generator.visits import Block, make_visits

SEED, SIZE = 11, 1000
START, END = day_number(dt.date(2024, 1, 1)), day_number(dt.date(2025, 12, 31))
MONTHS = [(2024 + place // 12) * 100 + place % 12 + 1 for place in range(24)]
TABLES = {table.identifier: table for table in REFERENCE_TABLES}


@cache
def world() -> World:
    """The world of these tests."""
    return build_world(SEED, SIZE)


def arrivals(
    name: str, start: int = START, end: int = END, since: int | None = None
) -> pd.DataFrame:
    """Every version of a table's rows in order, with `arrival` and `is_new`."""
    table = TABLES[name]
    context = Context(world(), end, Batch("test", BASE, dt.date(2025, 12, 31)))
    frames = []
    for rows in table.versions(context, start, end, since):
        frame = pa.table(table.render(world(), rows)).to_pandas(date_as_object=False)
        frames.append(frame.assign(arrival=rows["arrival"], is_new=rows["is_new"]))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def latest(name: str, key: list[str]) -> pd.DataFrame:
    """The last version of each row."""
    return arrivals(name).drop_duplicates(key, keep="last").reset_index(drop=True)


@cache
def blocks() -> tuple[Block, ...]:
    """The visits of all months."""
    return tuple(make_visits(world(), month, 0, 0, SIZE) for month in MONTHS)


def of_blocks(part: str, *names: str) -> pd.DataFrame:
    """Columns of the encounters, accounts or lines of all months."""
    return pd.concat(
        [pd.DataFrame({name: getattr(block, part)[name] for name in names}) for block in blocks()],
        ignore_index=True,
    )


def days(dates: pd.Series) -> pd.Series:
    """Day numbers of dates; NaN where there is none."""
    return (dates - pd.Timestamp("1970-01-01")) / np.timedelta64(1, "D")
