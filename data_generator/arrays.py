"""Array types and helpers that every module of the simulation shares.

Dates are whole days since 1970-01-01; NEVER stands for a day that does not come.
"""

import datetime as dt
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
from pandas.tseries.holiday import USFederalHolidayCalendar

Array = npt.NDArray[Any]
Rows = dict[str, Array]
"""Rows of one kind by column, all of one length."""

NEVER = 10**7
EPOCH = dt.date(1970, 1, 1)


def day_number(date: dt.date) -> int:
    """Days from 1970-01-01 to `date`."""
    return (date - EPOCH).days


def weekday(days: Array) -> Array:
    """Weekday of each day, 0 being Monday."""
    return (days + 3) % 7


def year_ends(days: Array) -> Array:
    """31 December of each day's year."""
    years = days.astype("datetime64[D]").astype("datetime64[Y]") + 1
    ends: Array = years.astype("datetime64[D]").astype(np.int64) - 1
    return ends


def stream(seed: int, name: str, month: int = 0, block: int = 0) -> np.random.Generator:
    """The random generator of one purpose in one block of one month.

    `month` is yyyymm (0 for what belongs to no month). The draws depend on nothing else, so one
    table or month never reshuffles another.
    """
    key = [seed, zlib.crc32(name.encode()), month, block]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))


def choose(generator: np.random.Generator, weights: Any, size: int) -> Array:
    """Draw `size` indices of `weights` (any positive scale)."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    place: Array = np.searchsorted(edges, generator.random(size) * edges[-1], side="right")
    return np.minimum(place, len(edges) - 1)


def whole_days(values: Array) -> Array:
    """Lags rounded down to whole days."""
    return np.floor(values).astype(np.int64)


def between(generator: np.random.Generator, limits: tuple[int, int], size: int) -> Array:
    """Uniform whole numbers within `limits`, both included."""
    return generator.integers(limits[0], limits[1] + 1, size)


def _federal_holidays() -> Array:
    """Whether each day of the calendar is a US federal holiday as observed."""
    dates = USFederalHolidayCalendar().holidays(_CALENDAR_START, _CALENDAR_END)
    is_holiday = np.zeros(_CALENDAR_DAYS, dtype=bool)
    is_holiday[dates.to_numpy().astype("datetime64[D]").astype(np.int64) - _FIRST_DAY] = True
    return is_holiday


def _waits(is_open: Array) -> Array:
    """Days to wait from each day of the calendar until an open one."""
    # the calendar's last day counts as open, so that every wait ends within it
    places = np.arange(_CALENDAR_DAYS)
    place = np.where(is_open, places, _CALENDAR_DAYS - 1)
    waits: Array = np.minimum.accumulate(place[::-1])[::-1] - places
    return waits.astype(np.int8)


def run_waits(weekdays: tuple[int, ...]) -> Array:
    """Days to wait from each day of the calendar until a run on one of `weekdays`.

    A run that falls on a holiday is made on the next business day.
    """
    places = np.flatnonzero(np.isin(weekday(_ALL_DAYS), weekdays))
    runs = np.zeros(_CALENDAR_DAYS, dtype=bool)
    runs[places + _BUSINESS_WAITS[places]] = True
    return _waits(runs)


def calendar_place(days: Array) -> Array:
    """Place of each day in the tables of `run_waits`; days beyond them get the last place."""
    place: Array = np.clip(days - _FIRST_DAY, 0, _CALENDAR_DAYS - 1)
    return place


_CALENDAR_START, _CALENDAR_END = dt.datetime(2019, 1, 1), dt.datetime(2049, 12, 31)
_FIRST_DAY = day_number(_CALENDAR_START.date())
_CALENDAR_DAYS = day_number(_CALENDAR_END.date()) - _FIRST_DAY + 1
_ALL_DAYS = _FIRST_DAY + np.arange(_CALENDAR_DAYS)
_IS_HOLIDAY = _federal_holidays()
_BUSINESS_WAITS = _waits((weekday(_ALL_DAYS) < 5) & ~_IS_HOLIDAY)


def is_holiday(days: Array) -> Array:
    """Whether each day is a US federal holiday as observed, 2019 to 2049."""
    return _IS_HOLIDAY[calendar_place(days)]


def business_day(days: Array) -> Array:
    """The day itself, or the next one that is neither a weekend nor a federal holiday."""
    return days + _BUSINESS_WAITS[calendar_place(days)]


def group_sum(values: Array, groups: Array, size: int) -> Array:
    """Sum of whole `values` by group number, exact up to 2**53."""
    return np.bincount(groups, weights=values, minlength=size).astype(np.int64)


def running_sum(values: Array, starts: Array, groups: Array) -> Array:
    """Sum of the values before each one within its group, groups being contiguous."""
    before: Array = np.cumsum(values) - values
    within: Array = before - before[starts][groups]
    return within


def select(rows: Rows, which: Array | slice) -> Rows:
    """The rows that a mask, an index array or a slice picks."""
    return {name: values[which] for name, values in rows.items()}


def concatenate(parts: list[Rows]) -> Rows:
    """Rows of several parts one after the other; parts have the same columns."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
