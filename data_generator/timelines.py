"""Things that change over time: sparse lists of days by entity, and values that need no storage.

Every timeline covers the simulated world's whole possible life, from parameters.ANCHOR to
parameters.HORIZON, so that nothing depends on the period that a set asks for. Days are kept as
16-bit numbers counted from the anchor, entities by offset, because a pool of two million people
has ten million changes.
"""

import zlib
from dataclasses import dataclass

import numpy as np

from data_generator import parameters
from data_generator.arrays import Array, day_number
from data_generator.hashing import GOLDEN, mixed

ANCHOR_DAY = day_number(parameters.ANCHOR)
HORIZON_DAYS = day_number(parameters.HORIZON) - ANCHOR_DAY + 1
YEARS = HORIZON_DAYS / 365.25
NO_DAY = np.iinfo(np.int16).max
"""The day, counted from the anchor, of what does not come."""


def scramble(seed: int, purpose: str, *numbers: Array) -> Array:
    """64 random bits for each tuple of numbers, the same at every call (splitmix64).

    Values that follow from their owner need no column in the pools.
    """
    start = (seed * 0x1000003 + zlib.crc32(purpose.encode())) % 2**64
    state = np.full(np.broadcast_shapes(*(np.shape(item) for item in numbers)), np.uint64(start))
    for item in numbers:
        state = mixed((state ^ np.asarray(item).astype(np.uint64)) + np.uint64(GOLDEN))
    return state


def fixed_number(seed: int, purpose: str, count: int, *numbers: Array) -> Array:
    """A whole number below `count` for each tuple of numbers, the same at every call."""
    bits = scramble(seed, purpose, *numbers) >> np.uint64(33)
    return (bits % np.uint64(count)).astype(np.int64)


def fixed_share(seed: int, purpose: str, *numbers: Array) -> Array:
    """A number in 0..1 for each tuple of numbers, the same at every call."""
    return (scramble(seed, purpose, *numbers) >> np.uint64(11)).astype(np.float64) * 2.0**-53


@dataclass(frozen=True)
class Timeline:
    """Days on which one thing about each entity changes, in order.

    Those of entity e are `day[first[e]:first[e + 1]]`, counted from the anchor.
    """

    first: Array
    day: Array

    def reached(self, entity: Array, day: Array) -> Array:
        """How many changes of each entity have come by its day (a day number)."""
        place = self.first[entity].astype(np.int64)
        start = place.copy()
        stop = self.first[entity + 1]
        day = day - ANCHOR_DAY
        active = np.flatnonzero(place < stop)
        # as many passes as the busiest entity has changes, over ever fewer entities
        while len(active):
            active = active[self.day[place[active]] <= day[active]]
            place[active] += 1
            active = active[place[active] < stop[active]]
        reached: Array = place - start
        return reached

    def within(self, after: int, until: int) -> tuple[Array, Array]:
        """Entities and day numbers of the changes after one day and until another."""
        which = np.flatnonzero((self.day > after - ANCHOR_DAY) & (self.day <= until - ANCHOR_DAY))
        return self.owner(which), self.day[which].astype(np.int64) + ANCHOR_DAY

    def owner(self, place: Array) -> Array:
        """The entities that places in `day` belong to."""
        return np.searchsorted(self.first, place, side="right") - 1


def offsets(sorted_entities: Array, count: int) -> Array:
    """Where the rows of each of `count` entities begin in rows sorted by entity, and their end."""
    return np.searchsorted(sorted_entities, np.arange(count + 1)).astype(np.int32)


def draw_timeline(generator: np.random.Generator, rate: float, stop: Array) -> Timeline:
    """Changes that come `rate` times a year to each entity, until its day `stop` (a day number)."""
    count = len(stop)
    number = generator.poisson(rate * YEARS, count)
    entity = np.repeat(np.arange(count, dtype=np.int32), number)
    day = generator.integers(1, HORIZON_DAYS, len(entity), dtype=np.int16)
    return make_timeline(entity, day, count, day <= stop[entity] - ANCHOR_DAY)


def make_timeline(entity: Array, day: Array, count: int, valid: Array) -> Timeline:
    """The timeline of the valid changes, given in any order, with days counted from the anchor."""
    key = entity[valid].astype(np.int64) << 16 | day[valid]
    key.sort()
    return Timeline(offsets((key >> 16).astype(np.int32), count), (key & 0xFFFF).astype(np.int16))


def first_of_month(days: Array) -> Array:
    """The first day of each day's month."""
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


def first_of_year(days: Array) -> Array:
    """1 January of each day's year."""
    years = days.astype("datetime64[D]").astype("datetime64[Y]")
    return years.astype("datetime64[D]").astype(np.int64)


def year_start(year: int) -> int:
    """1 January of a year."""
    return day_number(parameters.ANCHOR.replace(year=year))
