"""Planted stories: things that go wrong on purpose, each known to the answer key.

A story has a window that is placed by the seed and the set's first month alone, never by its last
day. All stories are planned together whichever are wanted, so that leaving one out moves no other.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from data_generator import catalogue, parameters
from data_generator.arrays import (
    EPOCH,
    NEVER,
    Array,
    business_day,
    choose,
    day_number,
    stream,
    weekday,
)
from data_generator.parameters import HOSPITALS, PAYERS
from data_generator.workforce import make_staff

NAMES = (
    "payer_denies_family",
    "payer_underpays",
    "careless_biller",
    "mass_takeback",
    "slow_department",
    "clearinghouse_outage",
    "eligibility_wave",
    "slow_payer",
)


@dataclass(frozen=True)
class Story:
    """One story: its window (both days included) and whom it befalls; -1 stands for nobody.

    `payers` are payer indices, `family` an index into catalogue.FAMILIES, `department` one over
    both hospitals, `staff` a staff number.
    """

    name: str
    first_day: int
    last_day: int
    payers: tuple[int, ...] = ()
    family: int = -1
    department: int = -1
    staff: int = -1

    def covers(self, day: Array) -> Array:
        """Whether each day lies in the window."""
        return (day >= self.first_day) & (day <= self.last_day)

    def concerns(self, payer: Array, day: Array) -> Array:
        """Whether each payer is one of the story's and the day lies in the window."""
        return np.isin(payer, self.payers) & self.covers(day)


@dataclass(frozen=True)
class Stories:
    """The stories of one set. Each method answers for whole columns and draws nothing itself."""

    told: tuple[Story, ...] = ()

    def find(self, name: str) -> Story | None:
        """The story of that name, if it is told."""
        return next((story for story in self.told if story.name == name), None)

    def denial_share(self, payer: Array, family: Array, service: Array) -> Array:
        """Extra chance that a claim is denied for want of authorization, by its first family."""
        story = self.find("payer_denies_family")
        if story is None:
            return np.zeros(len(payer))
        hit = story.concerns(payer, service) & (family == story.family)
        return np.where(hit, parameters.STORY_DENIAL_SHARE, 0.0)

    def eligibility_share(self, payer: Array, service: Array) -> Array:
        """Extra chance that a claim is denied because the patient is not covered."""
        story = self.find("eligibility_wave")
        if story is None:
            return np.zeros(len(payer))
        return np.where(story.concerns(payer, service), parameters.STORY_ELIGIBILITY_SHARE, 0.0)

    def payment_factor(self, payer: Array, service: Array) -> Array:
        """Share of the contracted amount that a payer allows."""
        story = self.find("payer_underpays")
        if story is None:
            return np.ones(len(payer))
        return np.where(story.concerns(payer, service), parameters.STORY_PAYMENT_FACTOR, 1.0)

    def error_rate(self, staff: Array, day: Array, usual: Array) -> Array:
        """Chance that a touch is wrong, given the person's usual one."""
        story = self.find("careless_biller")
        if story is None:
            return usual
        hit = (staff == story.staff) & story.covers(day)
        return np.where(hit, parameters.STORY_ERROR_RATE, usual)

    def posting_lag_factor(self, department: Array, service: Array) -> Array:
        """Factor on the days from service to charge posting."""
        story = self.find("slow_department")
        if story is None:
            return np.ones(len(department))
        hit = (department == story.department) & story.covers(service)
        return np.where(hit, parameters.STORY_POSTING_LAG_FACTOR, 1.0)

    def submission_day(self, day: Array) -> Array:
        """The day on which a claim leaves that was ready on `day`."""
        story = self.find("clearinghouse_outage")
        if story is None:
            return day
        return np.where(story.covers(day), _next_business_day(story.last_day), day)

    def remittance_lag_factor(self, payer: Array, submitted: Array) -> Array:
        """Factor on the days from submission to first remittance."""
        story = self.find("slow_payer")
        if story is None:
            return np.ones(len(payer))
        hit = story.concerns(payer, submitted)
        return np.where(hit, parameters.STORY_REMITTANCE_LAG_FACTOR, 1.0)

    def takeback(self, month: int, block: int, payer: Array, payable: Array) -> Array:
        """Positions of the accounts whose payment is taken back together; mostly none.

        `payable` marks the accounts that were paid on their first remittance and not reworked.
        The claims are spread over three months of service, so that a small set has enough.
        """
        story = self.find("mass_takeback")
        if story is None or block > 0:
            return np.zeros(0, dtype=np.int64)
        months = _audited_months(story.first_day)
        if month not in months:
            return np.zeros(0, dtype=np.int64)
        candidates = np.flatnonzero(payable & np.isin(payer, story.payers))
        wanted = parameters.STORY_TAKEBACK_CLAIMS // len(months)
        if len(candidates) <= wanted:
            return candidates
        return candidates[np.linspace(0, len(candidates) - 1, wanted).astype(np.int64)]

    def takeback_day(self) -> int:
        """Day on which `takeback` accounts are reversed; NEVER when that story is not told."""
        story = self.find("mass_takeback")
        return NEVER if story is None else story.first_day

    def describe(self) -> list[dict[str, Any]]:
        """Each story as plain values: name, what, where, first_day, last_day, how_much."""
        return [_describe(story) for story in self.told]


def plan_stories(seed: int, start_day: int, names: Iterable[str] = NAMES) -> Stories:
    """The stories of a set that starts in the month of `start_day`, those in `names` told.

    Raises ValueError for a name that is not one of NAMES.
    """
    wanted = set(names)
    if unknown := sorted(wanted - set(NAMES)):
        raise ValueError(f"no story is called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    start = EPOCH + dt.timedelta(days=start_day)
    first_month = start.year * 12 + start.month - 1
    payers = _draw_payers(seed, first_month)
    stories = [_PLANS[name](seed, first_month, payers) for name in NAMES]
    return Stories(tuple(story for story in stories if story.name in wanted))


def _stream(seed: int, purpose: str, first_month: int) -> np.random.Generator:
    return stream(seed, f"story {purpose}", _yyyymm(first_month))


def _yyyymm(month: int) -> int:
    return month // 12 * 100 + month % 12 + 1


def _month_start(month: int) -> int:
    return day_number(dt.date(month // 12, month % 12 + 1, 1))


def _window(seed: int, name: str, first_month: int, earliest: int = 0) -> tuple[int, int]:
    """First and last day of the months in which a story runs."""
    length = parameters.STORY_MONTHS[name]
    earliest, latest = max(earliest, parameters.STORY_PLACE[0]), parameters.STORY_PLACE[1]
    place = _stream(seed, name, first_month).integers(earliest, latest - length + 2)
    month = first_month + int(place)
    return _month_start(month), _month_start(month + length) - 1


def _next_business_day(day: int) -> int:
    return int(business_day(np.array([day + 1]))[0])


def _draw_payers(seed: int, first_month: int) -> dict[str, tuple[int, ...]]:
    """Payers of the stories that have one, all different, so that no effect hides another.

    Medicare pays by law, not by contract and mood, so only the takeback (an audit) may be its.
    """
    generator = _stream(seed, "payers", first_month)
    big = [
        index
        for index, payer in enumerate(PAYERS)
        if payer.claim_share >= parameters.STORY_PAYER_SHARE and payer.payer_class != "self_pay"
    ]
    free = [index for index in big if PAYERS[index].payer_class != "medicare"]
    order = [int(index) for index in generator.permutation(free)]
    left = sorted(set(big) - set(order[:5]))
    return {
        "payer_denies_family": (order[0],),
        "payer_underpays": (order[1],),
        "slow_payer": (order[2],),
        "eligibility_wave": tuple(sorted(order[3:5])),
        "mass_takeback": (left[int(generator.integers(len(left)))],),
    }


def family_shares() -> Array:
    """Share of accounts by the family of their first line, as the catalogue expects them."""
    shares = np.zeros(len(catalogue.FAMILIES))
    for kind in catalogue.VISIT_KINDS:
        for name, chance in kind.accounts:
            template = catalogue.TEMPLATES[name]
            total = sum(template.first.values())
            for code, weight in template.first.items():
                item = catalogue.ITEMS[catalogue.ITEM_INDEX[template.claim_type, code]]
                place = catalogue.FAMILIES.index(item.family)
                shares[place] += kind.share * chance * weight / total
    expected: Array = shares / shares.sum()
    return expected


_Payers = dict[str, tuple[int, ...]]


def _plan_denials(seed: int, first_month: int, payers: _Payers) -> Story:
    name = "payer_denies_family"
    first, last = _window(seed, name, first_month)
    share = PAYERS[payers[name][0]].claim_share
    enough = family_shares() * share >= parameters.STORY_FAMILY_SHARE
    possible = [
        place
        for place, family in enumerate(catalogue.FAMILIES)
        if family in parameters.STORY_FAMILIES and enough[place]
    ]
    generator = _stream(seed, "family", first_month)
    family = possible[int(generator.integers(len(possible)))]
    return Story(name, first, last, payers[name], family=family)


def _plan_underpayment(seed: int, first_month: int, payers: _Payers) -> Story:
    name = "payer_underpays"
    return Story(name, *_window(seed, name, first_month), payers[name])


def _plan_biller(seed: int, first_month: int, _payers: _Payers) -> Story:
    """Someone who is there through the whole window, so that nobody else bears the mistakes."""
    name = "careless_biller"
    window = _window(seed, name, first_month)
    billers = make_staff(seed).employed("biller", *window)
    staff = int(billers[_stream(seed, "biller", first_month).integers(len(billers))])
    return Story(name, *window, staff=staff)


def _plan_takeback(seed: int, first_month: int, payers: _Payers) -> Story:
    """A check run of the payer in the middle of the month."""
    name = "mass_takeback"
    first, _ = _window(seed, name, first_month, parameters.STORY_TAKEBACK_MONTHS_BACK[0])
    weekdays = PAYERS[payers[name][0]].pay_weekdays
    days = first + 9 + np.arange(14)
    open_ = np.isin(weekday(days), weekdays) & (business_day(days) == days)
    day = int(days[open_][0])
    return Story(name, day, day, payers[name])


def _audited_months(day: int) -> tuple[int, ...]:
    """Months of service (yyyymm) whose claims a mass takeback on `day` reaches."""
    date = EPOCH + dt.timedelta(days=day)
    month = date.year * 12 + date.month - 1
    oldest, newest = parameters.STORY_TAKEBACK_MONTHS_BACK
    return tuple(_yyyymm(month - back) for back in range(oldest, newest - 1, -1))


def _plan_department(seed: int, first_month: int, _payers: _Payers) -> Story:
    """A department that is large enough to be seen and too small to move the whole."""
    name = "slow_department"
    shares = np.zeros(len(catalogue.DEPARTMENTS))
    keys = [item.key for item in catalogue.DEPARTMENTS]
    for kind in catalogue.VISIT_KINDS:
        shares[keys.index(kind.department)] += kind.share
    smallest, largest = parameters.STORY_DEPARTMENT_SHARES
    # laboratories post by machine
    fits = (shares >= smallest) & (shares <= largest) & (np.array(keys) != "laboratory")
    generator = _stream(seed, "department", first_month)
    department = np.flatnonzero(fits)[generator.integers(int(fits.sum()))]
    hospital = choose(generator, parameters.HOSPITAL_SHARES, 1)[0]
    place = int(department + hospital * len(keys))
    return Story(name, *_window(seed, name, first_month), department=place)


def _plan_outage(seed: int, first_month: int, _payers: _Payers) -> Story:
    name = "clearinghouse_outage"
    first, _ = _window(seed, name, first_month)
    start = first + int(_stream(seed, "outage", first_month).integers(3, 19))
    day = start = _next_business_day(start - 1)
    for _ in range(parameters.STORY_OUTAGE_DAYS - 1):
        day = _next_business_day(day)
    return Story(name, start, day)


def _plan_wave(_seed: int, first_month: int, payers: _Payers) -> Story:
    name = "eligibility_wave"
    earliest = first_month + parameters.STORY_PLACE[0]
    january = _month_start(-(-earliest // 12) * 12)
    return Story(name, january, january + parameters.STORY_WAVE_DAYS - 1, payers[name])


def _plan_slow_payer(seed: int, first_month: int, payers: _Payers) -> Story:
    name = "slow_payer"
    return Story(name, *_window(seed, name, first_month), payers[name])


_PLANS: dict[str, Callable[[int, int, _Payers], Story]] = dict(
    zip(
        NAMES,
        (
            _plan_denials,
            _plan_underpayment,
            _plan_biller,
            _plan_takeback,
            _plan_department,
            _plan_outage,
            _plan_wave,
            _plan_slow_payer,
        ),
        strict=True,
    )
)

_WHAT = {
    "payer_denies_family": (
        "A payer begins to deny one procedure family for want of prior authorization.",
        "service date of the claim",
        {"extra_denial_chance": parameters.STORY_DENIAL_SHARE},
    ),
    "payer_underpays": (
        "A payer allows less than its contract.",
        "service date",
        {"share_of_contract": parameters.STORY_PAYMENT_FACTOR},
    ),
    "careless_biller": (
        "A biller makes many mistakes.",
        "day of work",
        {"error_rate": parameters.STORY_ERROR_RATE},
    ),
    "mass_takeback": (
        "A payer takes the payments of many claims back on one day.",
        "day of the remittance",
        {"claims": parameters.STORY_TAKEBACK_CLAIMS},
    ),
    "slow_department": (
        "A department posts its charges late.",
        "service date of the charge",
        {"factor_on_posting_lag": parameters.STORY_POSTING_LAG_FACTOR},
    ),
    "clearinghouse_outage": (
        "No claim leaves; all that are ready leave on the business day after the last day.",
        "day on which a claim is ready",
        {"business_days": parameters.STORY_OUTAGE_DAYS},
    ),
    "eligibility_wave": (
        "After the turn of the year two payers deny claims because the patient is not covered.",
        "service date of the claim",
        {"extra_denial_chance": parameters.STORY_ELIGIBILITY_SHARE},
    ),
    "slow_payer": (
        "A payer takes longer until its first remittance.",
        "day of submission",
        {"factor_on_days_to_pay": parameters.STORY_REMITTANCE_LAG_FACTOR},
    ),
}
"""What each story is, which day its window is about, how much."""


def _describe(story: Story) -> dict[str, Any]:
    # imported here because the ids need the pools, and the pools need this module
    from data_generator.ids import department_ids, staff_ids

    what, basis, how_much = _WHAT[story.name]
    where: dict[str, Any] = {}
    if story.payers:
        where["payer_ids"] = [PAYERS[index].payer_id for index in story.payers]
    if story.family >= 0:
        where["procedure_family"] = catalogue.FAMILIES[story.family]
    if story.department >= 0:
        hospital, place = divmod(story.department, len(catalogue.DEPARTMENTS))
        where["hospital_id"] = HOSPITALS[hospital]
        where["department_id"] = department_ids(hospital)[place].as_py()
        where["department_name"] = catalogue.DEPARTMENTS[place].names[hospital]
    if story.staff >= 0:
        where["staff_id"] = staff_ids(np.array([story.staff]))[0].as_py()
    return {
        "name": story.name,
        "what": what,
        "where": where,
        "when_by": basis,
        "first_day": (EPOCH + dt.timedelta(days=story.first_day)).isoformat(),
        "last_day": (EPOCH + dt.timedelta(days=story.last_day)).isoformat(),
        "how_much": how_much,
    }
