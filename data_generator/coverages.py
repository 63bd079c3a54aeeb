"""Which payers cover a person on which days, and what the hospitals believe about it.

A person's primary coverage is a chain of spells. A spell begins on `start`; `stop` is the first
day that it no longer covers. Mostly the next spell begins there. Where coverage has lapsed, the
next spell begins later: in between, the registration still names the old payer, since the billing
office learns of the end when the next spell begins. Spells of SELF are times without insurance.
"""

from dataclasses import dataclass

import numpy as np

from data_generator import parameters
from data_generator.arrays import Array, Rows, between, choose, concatenate, select, stream
from data_generator.parameters import PAYERS
from data_generator.payers import SELF_PAY, Payers
from data_generator.people import SENIOR_CLASSES, YEAR, People
from data_generator.timelines import (
    ANCHOR_DAY,
    HORIZON_DAYS,
    NO_DAY,
    YEARS,
    Timeline,
    first_of_month,
    first_of_year,
    fixed_share,
    offsets,
    year_start,
)

_SENIOR = np.array([item.payer_class in SENIOR_CLASSES for item in PAYERS])
_MEDICARE = np.array([item.payer_class == "medicare" for item in PAYERS])
_COMMERCIAL = np.array([item.payer_class == "commercial" for item in PAYERS])
_SHARES = np.array([item.claim_share for item in PAYERS])
_IDS = [item.payer_id for item in PAYERS]
_SUPPLEMENT, _MEDICAID, _EMPLOYER = (_IDS.index(name) for name in ("P102", "P401", "P101"))

_BEGINS, _LAPSES, _RESUMES, _CHANGES, _TURNS_65 = range(5)
"""Kinds of event in a person's insurance; of those on one day the highest counts."""

PRIMARY, SECONDARY = 1, 2
"""Coverage sequences."""

_PEOPLE_AT_ONCE = 100_000
_EARLIEST = 1 << 20
"""Added to days from the anchor, so that none is negative."""
_TYPES: dict[str, type] = {
    "person": np.int32, "start": np.int16, "stop": np.int16, "payer": np.int8,
}  # fmt: skip


@dataclass(frozen=True)
class Coverages:
    """Spells of all people, person by person in order of time; days count from the anchor.

    A second coverage goes with the primary spell `second_spell`, within its days.
    """

    spells: Timeline
    """The days on which spells begin; a person's first one begins at or before the anchor."""
    stop: Array
    payer: Array
    second_spell: Array
    second_start: Array
    second_stop: Array
    second_payer: Array

    def on(self, person: Array, day: Array) -> Rows:
        """What a hospital believes about people on days.

        Returns `spell`, `ordinal` (1 for a person's first spell), `payer`, `in_gap` (whether the
        coverage has lapsed unknown to the hospital) and `secondary` (-1 for none).
        """
        ordinal = self.spells.reached(person, day)
        spell = self.spells.first[person].astype(np.int64) + ordinal - 1
        payer = self.payer[spell].astype(np.int64)
        since = day - ANCHOR_DAY
        place = self.second_place(spell)
        second = place.clip(0)
        active = (
            (place >= 0) & (self.second_start[second] <= since) & (self.second_stop[second] > since)
        )
        return {
            "spell": spell,
            "ordinal": ordinal,
            "payer": payer,
            "in_gap": (payer != SELF_PAY) & (self.stop[spell] <= since),
            "secondary": np.where(active, self.second_payer[second], -1).astype(np.int64),
        }

    def second_place(self, spell: Array) -> Array:
        """Place of the second coverage that goes with each spell, -1 for none."""
        place = np.searchsorted(self.second_spell, spell)
        inside = place.clip(max=len(self.second_spell) - 1)
        return np.where(self.second_spell[inside] == spell, inside, -1)

    def ordinal(self, spell: Array, person: Array) -> Array:
        """Place of a spell among its person's, from 1."""
        return spell - self.spells.first[person] + 1

    def known(self, spell: Array, person: Array) -> Array:
        """Day, from the anchor, on which the end of each spell is known; NO_DAY for never.

        That is the start of the next spell; only a death has none after it.
        """
        following = (spell + 1).clip(max=len(self.stop) - 1)
        is_last = spell + 1 == self.spells.first[person + 1]
        return np.where(is_last, self.stop[spell], self.spells.day[following])

    def second_known(self, place: Array, person: Array) -> Array:
        """Day, from the anchor, on which the end of each second coverage is known."""
        spell = self.second_spell[place].astype(np.int64)
        stop = self.second_stop[place]
        return np.where(stop < self.stop[spell], stop, self.known(spell, person))


def make_coverages(seed: int, people: People, payers: Payers) -> Coverages:
    """Draw the insurance of all people up to the horizon."""
    count = len(people.sex)
    parts: list[Rows] = []
    second_parts: list[Rows] = []
    place = 0
    for number, first in enumerate(range(0, count, _PEOPLE_AT_ONCE)):
        last = min(count, first + _PEOPLE_AT_ONCE)
        generator = stream(seed, "insurance", block=number)
        spells = _draw_spells(
            generator,
            (people.birth_day[first:last] - ANCHOR_DAY).astype(np.int64),
            people.first_payer[first:last].astype(np.int64),
            payers,
        )
        spells = _end_by_death(spells, people.death_day[first:last] - ANCHOR_DAY)
        spells["person"] += first
        second = _second_coverages(generator, seed, spells)
        second["second_spell"] += np.int32(place)
        second_parts.append(second)
        parts.append({name: values.astype(_TYPES[name]) for name, values in spells.items()})
        place += len(spells["payer"])
    spells = concatenate(parts)
    return Coverages(
        spells=Timeline(offsets(spells["person"], count), spells["start"]),
        stop=spells["stop"],
        payer=spells["payer"],
        **concatenate(second_parts),
    )


def _draw_spells(
    generator: np.random.Generator, birth: Array, first_payer: Array, payers: Payers
) -> Rows:
    """Columns person (from 0), start, stop and payer, ordered by person and start."""
    turns_65 = first_of_month(birth + ANCHOR_DAY + round(parameters.MEDICARE_AGE * YEAR))
    turns_65 -= ANCHOR_DAY
    events = _draw_events(generator, birth, turns_65)
    events["payer"] = _payers_by_event(generator, events, first_payer, turns_65, payers)
    events = select(events, _matters(events))
    spells = _spells_between(generator, events)
    return _merge_payers(spells, payers)


def _draw_events(generator: np.random.Generator, birth: Array, turns_65: Array) -> Rows:
    """Person, day and kind of what happens, in order; lapses stand right before their ends."""
    size = len(birth)
    begins = np.array([year_start(year) for year in range(2014, 2020)]) - ANCHOR_DAY
    begin = np.maximum(begins[generator.integers(0, len(begins), size)], birth)
    begin = np.where(turns_65 <= 0, np.maximum(begin, turns_65), begin)
    lapsing, lapse = _random_days(generator, parameters.GAPS_A_YEAR, size)
    resume = lapse + between(generator, parameters.GAP_DAYS, len(lapse))
    changing, change = _random_days(generator, parameters.PAYER_CHANGES_A_YEAR, size)
    in_january = generator.random(len(change)) < parameters.PAYER_CHANGE_JANUARY_SHARE
    change = np.where(
        in_january, first_of_year(change + ANCHOR_DAY), first_of_month(change + ANCHOR_DAY)
    )
    change -= ANCHOR_DAY
    aging = np.flatnonzero((turns_65 > 0) & (turns_65 < HORIZON_DAYS))
    kinds = (
        (_BEGINS, np.arange(size), begin),
        (_LAPSES, lapsing, lapse),
        (_RESUMES, lapsing, resume),
        (_CHANGES, changing, change),
        (_TURNS_65, aging, turns_65[aging]),
    )
    keys = [(person << 24 | (day + _EARLIEST)) << 3 | kind for kind, person, day in kinds]
    key = np.sort(np.concatenate(keys))
    key = key[np.append(key[1:] >> 3 != key[:-1] >> 3, True)]
    person, day, kind = key >> 27, (key >> 3 & 0xFFFFFF) - _EARLIEST, key & 7
    same = person[1:] == person[:-1]
    pairs = same & (kind[:-1] == _LAPSES) & (kind[1:] == _RESUMES)
    # of lapses that overlap, what is left must still be one
    pairs &= np.diff(day) >= parameters.GAP_DAYS[0]
    kept = (kind != _LAPSES) & (kind != _RESUMES)
    kept[:-1] |= pairs
    kept[1:] |= pairs
    return select({"person": person, "day": day, "kind": kind}, kept)


def _random_days(generator: np.random.Generator, rate: float, size: int) -> tuple[Array, Array]:
    number = generator.poisson(rate * YEARS, size)
    person = np.repeat(np.arange(size), number)
    return person, generator.integers(1, HORIZON_DAYS, len(person))


def _payers_by_event(
    generator: np.random.Generator, events: Rows, first_payer: Array, turns_65: Array,
    payers: Payers,
) -> Array:  # fmt: skip
    """The payer from each event on; lapses and their ends leave it as it was.

    Who changes draws from the payers of his age group by their share, whatever he had before, so
    that the mix of payers stays as it began.
    """
    person, day, kind = events["person"], events["day"], events["kind"]
    size = len(kind)
    senior = choose(generator, _SHARES * _SENIOR, size)
    junior = choose(generator, _SHARES * ~_SENIOR, size)
    drawn = np.where(day >= turns_65[person], senior, junior)
    drawn = np.where(kind == _BEGINS, first_payer[person], drawn)
    goes_on = (kind == _LAPSES) | (kind == _RESUMES)
    source = np.maximum.accumulate(np.where(goes_on, 0, np.arange(size)))
    return payers.current(drawn[source], day + ANCHOR_DAY)


def _matters(events: Rows) -> Array:
    """Whether an event changes anything: not a lapse without insurance, nor the same payer."""
    payer, kind = events["payer"], events["kind"]
    goes_on = (kind == _LAPSES) | (kind == _RESUMES)
    repeated = np.zeros(len(payer), dtype=bool)
    repeated[1:] = (payer[1:] == payer[:-1]) & ~goes_on[1:] & (kind[1:] != _BEGINS)
    return np.where(goes_on, payer != SELF_PAY, ~repeated)


def _spells_between(generator: np.random.Generator, events: Rows) -> Rows:
    """Spells from their events; the loss of insurance is found out some weeks later."""
    person, day, payer = events["person"], events["day"], events["payer"]
    is_last = np.append(person[1:] != person[:-1], True)
    following = np.where(is_last, NO_DAY, np.append(day[1:], NO_DAY))
    found = day + between(generator, parameters.GAP_DAYS, len(day))
    lost = (payer == SELF_PAY) & (events["kind"] == _CHANGES) & (found < following)
    spells = {
        "person": person,
        "start": np.where(lost, found, day),
        "stop": following,
        "payer": payer,
    }
    return select(spells, events["kind"] != _LAPSES)


def _merge_payers(spells: Rows, payers: Payers) -> Rows:
    """Move the members of payers that merge to the successors, on the day of the merger."""
    for payer in np.flatnonzero(payers.merged_day < HORIZON_DAYS + ANCHOR_DAY):
        day = payers.merged_day[payer] - ANCHOR_DAY
        person, start = spells["person"], spells["start"]
        is_last = np.append(person[1:] != person[:-1], True)
        following = np.where(is_last, NO_DAY, np.append(start[1:], NO_DAY))
        member = (spells["payer"] == payer) & (start < day) & (following > day)
        lapsed = np.flatnonzero(member & (spells["stop"] <= day) & ~is_last)
        # whose coverage has lapsed is found out when the members move
        start = start.copy()
        start[lapsed + 1] = day
        spells = spells | {"start": start}
        moving = np.flatnonzero(member & (spells["stop"] > day))
        moved = select(spells, moving)
        moved["start"] = np.full(len(moving), day)
        moved["payer"] = np.full(len(moving), payers.successor[payer])
        stop = spells["stop"].copy()
        stop[moving] = day
        spells = concatenate([spells | {"stop": stop}, moved])
        key = spells["person"] << 24 | (spells["start"] + _EARLIEST)
        # a stable sort merges the two ordered parts in one pass
        spells = select(spells, np.argsort(key, kind="stable"))
    return spells


def _end_by_death(spells: Rows, death: Array) -> Rows:
    """Drop what would begin after a death; the last spell ends with it, or not at all."""
    after = (death + 1).clip(max=NO_DAY)
    spells = select(spells, spells["start"] < after[spells["person"]])
    person = spells["person"]
    is_last = np.append(person[1:] != person[:-1], True)
    limit = after[person]
    return spells | {"stop": np.where(is_last, limit, np.minimum(spells["stop"], limit))}


def _second_coverages(generator: np.random.Generator, seed: int, spells: Rows) -> Rows:
    """Second coverages by a trait of the person, so that they stay through lapses and changes."""
    payer = spells["payer"]
    trait = fixed_share(seed, "second payer", spells["person"])
    medicare = _MEDICARE[payer]
    second = np.select(
        [
            medicare & (trait < parameters.MEDICARE_SUPPLEMENT_SHARE),
            medicare & (trait > 1 - parameters.MEDICARE_MEDICAID_SHARE),
            _COMMERCIAL[payer]
            & (trait < parameters.SECOND_EMPLOYER_PLAN_SHARE)
            & (payer != _EMPLOYER),
        ],
        [_SUPPLEMENT, _MEDICAID, _EMPLOYER],
        -1,
    )
    which = np.flatnonzero(second >= 0)
    size = len(which)
    begin, end = spells["start"][which], spells["stop"][which]
    later = generator.random(size) < parameters.SECOND_COVERAGE_LATER_SHARE
    wait = between(generator, parameters.SECOND_COVERAGE_LATER_DAYS, size)
    start = begin + np.where(later, wait, 0)
    earlier = generator.random(size) < parameters.SECOND_COVERAGE_EARLIER_SHARE
    stop = np.where(earlier, start + generator.integers(200, 2000, size), NO_DAY)
    stop = np.minimum(stop, end)
    kept = start < stop
    return {
        "second_spell": which[kept].astype(np.int32),
        "second_start": start[kept].astype(np.int16),
        "second_stop": stop[kept].astype(np.int16),
        "second_payer": second[which][kept].astype(np.int8),
    }
