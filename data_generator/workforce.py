"""Providers and the people of the billing office, with their changes over time."""

from dataclasses import dataclass

import numpy as np

from data_generator import catalogue, parameters
from data_generator.arrays import NEVER, Array, business_day, stream, whole_days
from data_generator.timelines import ANCHOR_DAY, HORIZON_DAYS, Timeline, make_timeline, year_start

_DEPARTMENTS = catalogue.DEPARTMENTS
_EXCHANGING = ("emergency", "medicine", "primary_care", "cardiology")
"""Departments between which physicians move."""
_SMALLEST_DEPARTMENT = 2


@dataclass(frozen=True)
class Providers:
    """One row per provider; `department` and `specialty` are tables of state x provider.

    A state holds from one change to the next: state 0 until `change_day[0]`. Departments count
    through both hospitals; specialties are places in SPECIALTIES of the provider's hospital.
    """

    hospital: Array
    npi: Array
    lag_factor: Array
    change_day: Array
    changed: Array
    """The provider whom each change concerns."""
    department: Array
    specialty: Array
    roster: Array
    """Providers ordered by department, state x place."""
    first: Array
    count: Array
    """Where a department's providers begin in the roster, and how many, state x department."""

    def state(self, day: Array) -> Array:
        """The state that holds on each day."""
        return np.searchsorted(self.change_day, day, side="right")

    def draw(self, department: Array, day: Array, share: Array) -> Array:
        """A provider who works in the department on the day; `share` in 0..1 chooses."""
        state = self.state(day)
        place = whole_days(share * self.count[state, department])
        provider: Array = self.roster[state, self.first[state, department] + place]
        return provider


SPECIALTIES = tuple(
    [item.specialty[hospital] for item in _DEPARTMENTS]
    + [item.other_specialty[hospital] for item in _DEPARTMENTS]
    for hospital in range(2)
)
"""Names of specialties by hospital: the departments' own ones, then the other ones."""


def make_providers(seed: int, npis: Array) -> Providers:
    """Draw the providers, and who moves or changes specialty, up to the horizon."""
    generator = stream(seed, "providers")
    counts = np.array([item.providers for item in _DEPARTMENTS] * 2)
    size = int(counts.sum())
    department = np.repeat(np.arange(len(counts)), counts)
    sigma = parameters.PROVIDER_LAG_SIGMA
    lag_factor = np.exp(generator.normal(-(sigma**2) / 2, sigma, size))
    days, changed, departments, specialties = _draw_changes(seed, department)
    members = np.stack([np.bincount(row, minlength=len(counts)) for row in departments])
    return Providers(
        hospital=department // len(_DEPARTMENTS),
        npi=npis,
        lag_factor=lag_factor,
        change_day=days,
        changed=changed,
        department=departments,
        specialty=specialties,
        roster=np.argsort(departments, axis=1, kind="stable"),
        first=np.cumsum(members, axis=1) - members,
        count=members,
    )


def _draw_changes(seed: int, department: Array) -> tuple[Array, Array, Array, Array]:
    """Days, providers, and the departments and specialties of every state."""
    generator = stream(seed, "changes of providers")
    years = range(parameters.ANCHOR.year, parameters.HORIZON.year + 1)
    kinds = [True] * parameters.PROVIDER_MOVES_A_YEAR
    kinds += [False] * parameters.SPECIALTY_CHANGES_A_YEAR
    days, changed = [], []
    department = department.copy()
    specialty = department % len(_DEPARTMENTS)
    departments, specialties = [department.copy()], [specialty.copy()]
    for year in years:
        # no two changes on one day, so that each state follows from one change
        chosen = np.sort(generator.choice(350, len(kinds), replace=False)) + 10
        for day, moves in zip(chosen, generator.permutation(kinds), strict=True):
            if moves:
                provider, target = _draw_move(generator, department)
                department[provider] = target
                specialty[provider] = target % len(_DEPARTMENTS)
            else:
                provider = int(generator.integers(len(department)))
                own = department[provider] % len(_DEPARTMENTS)
                other = own + len(_DEPARTMENTS)
                specialty[provider] = own if specialty[provider] == other else other
            days.append(year_start(year) + int(day))
            changed.append(provider)
            departments.append(department.copy())
            specialties.append(specialty.copy())
    return np.array(days), np.array(changed), np.stack(departments), np.stack(specialties)


def _draw_move(generator: np.random.Generator, department: Array) -> tuple[int, int]:
    """A provider who can be spared, and the department that takes him, at the same hospital."""
    keys = [item.key for item in _DEPARTMENTS]
    places = np.array([keys.index(key) for key in _EXCHANGING])
    count = np.bincount(department, minlength=2 * len(keys))
    spared = np.isin(department % len(keys), places) & (count[department] > _SMALLEST_DEPARTMENT)
    provider = int(generator.choice(np.flatnonzero(spared)))
    others = places[places != department[provider] % len(keys)]
    start = department[provider] - department[provider] % len(keys)
    return provider, int(start + generator.choice(others))


@dataclass(frozen=True)
class Staff:
    """One row per person of the billing office, those at the anchor first, then as hired.

    `members` lists the first holders of each role's seats; `on_duty` tells who has followed.
    """

    role: list[str]
    team: list[str]
    hired_day: Array
    left_day: Array
    """Last working day, NEVER for who stays."""
    speed: Array
    error_rate: Array
    members: dict[str, Array]
    successions: Timeline
    """Days on which the seat of each first holder passes on."""
    successor: Array
    """Who takes the seat, by place in `successions`."""

    def on_duty(self, first_holder: Array, day: Array) -> Array:
        """Who holds on a day the seats that began with `first_holder`."""
        passed = self.successions.reached(first_holder, day)
        place = self.successions.first[first_holder] + passed - 1
        return np.where(passed > 0, self.successor[place.clip(0)], first_holder)

    def employed(self, role: str, first_day: int, last_day: int) -> Array:
        """People of a role who work from one day to another without a break."""
        of_role = np.array(self.role) == role
        return np.flatnonzero(of_role & (self.hired_day <= first_day) & (self.left_day >= last_day))


def make_staff(seed: int) -> Staff:
    """Draw the people of the billing office, who leave and who follows, up to the horizon."""
    generator = stream(seed, "staff")
    roles = [name for name, count in parameters.STAFF_ROLES.items() for _ in range(count)]
    teams = [
        parameters.STAFF_TEAMS[name][place % len(parameters.STAFF_TEAMS[name])]
        for name, count in parameters.STAFF_ROLES.items()
        for place in range(count)
    ]
    seats = len(roles)
    hired_before = ANCHOR_DAY - generator.integers(30, 4000, seats)
    successions = _draw_successions(seed, seats)
    seat = np.repeat(np.arange(seats), np.diff(successions.first))
    start = successions.day.astype(np.int64) + ANCHOR_DAY
    order = np.lexsort((seat, start))
    successor = np.empty(len(seat), dtype=np.int64)
    successor[order] = seats + np.arange(len(seat))
    size = seats + len(seat)
    left = np.full(size, NEVER)
    is_first = np.append(True, seat[1:] != seat[:-1])
    before = np.where(is_first, seat, np.append(0, successor[:-1]))
    left[before] = _business_day_before(start)
    holders = np.concatenate([np.arange(seats), seat[order]])
    shape = parameters.STAFF_ERROR_SHAPE
    beta = shape / parameters.STAFF_ERROR_MEAN - shape
    return Staff(
        role=[roles[place] for place in holders],
        team=[teams[place] for place in holders],
        hired_day=np.concatenate([hired_before, start[order]]),
        left_day=left,
        speed=np.exp(generator.normal(0, parameters.STAFF_SPEED_SIGMA, size)),
        error_rate=generator.beta(shape, beta, size),
        members={name: np.flatnonzero(np.array(roles) == name) for name in parameters.STAFF_ROLES},
        successions=successions,
        successor=successor,
    )


def _business_day_before(days: Array) -> Array:
    before = days - 1
    for _ in range(4):  # as many closed days as follow one another at most
        before = before - (business_day(before) != before)
    return before


def _draw_successions(seed: int, seats: int) -> Timeline:
    """Business days on which seats pass on, at least a month apart."""
    generator = stream(seed, "successions of staff")
    years = 2 * HORIZON_DAYS // 365
    tenure = generator.exponential(365.25 / parameters.STAFF_LEAVING_RATE, (seats, years))
    day = business_day(np.cumsum(30 + whole_days(tenure), axis=1) + ANCHOR_DAY) - ANCHOR_DAY
    seat = np.broadcast_to(np.arange(seats)[:, None], day.shape)
    kept = day < HORIZON_DAYS
    return make_timeline(seat[kept], day[kept], seats, np.ones(int(kept.sum()), dtype=bool))
