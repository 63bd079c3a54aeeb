"""The world before any visit: people, payers, providers, prices and staff.

Faker fills small lists (names, streets, cities); numpy combines them into pools whose sizes
depend on claims per month only, never on the period.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from faker import Faker

from data_generator import catalogue, parameters
from data_generator.arrays import (
    NEVER,
    Array,
    choose,
    day_number,
    open_day_shifts,
    stream,
)
from data_generator.parameters import CLASS_PARAMETERS, HOSPITAL_STATES, PAYERS
from data_generator.stories import NAMES, Stories, plan_stories

YEAR = 365.25
SELF_PAY = len(PAYERS) - 1
"""Index of the payer SELF, the last one."""

FACILITIES = 4
"""Facility number = 2 x hospital + (0 hospital, 1 clinic)."""


@dataclass(frozen=True)
class Payers:
    """Parameters of the payers by payer index."""

    class_index: Array
    denial_rate: Array
    overturn: Array
    timely_days: Array
    appeal_days: Array
    remit_days: Array
    remit_floor: Array
    remit_cap: Array
    remit_sigma: Array
    """NaN where the lag is exponential."""
    open_day_shift: Array
    """Days to wait for a check run, payer x weekday."""


@dataclass(frozen=True)
class People:
    """One row per person; text by index into the word lists, so that pools stay small."""

    first_name: Array
    last_name: Array
    sex: Array
    """0 male, 1 female, 2 unknown."""
    birth_day: Array
    death_day: Array
    street: Array
    house: Array
    city: Array
    area_code: Array
    phone: Array
    mail_domain: Array
    """-1 for no e-mail address."""
    ssn_last4: Array
    payer: Array
    secondary: Array
    """Payer of the second coverage; -1 for none."""


@dataclass(frozen=True)
class Words:
    """Text that Faker made."""

    first_names: tuple[list[str], list[str]]
    last_names: list[str]
    streets: list[str]
    cities: list[tuple[str, str, str]]
    """City, state, five-digit postal code."""
    area_codes: list[str]
    mail_domains: list[str]
    provider_names: list[tuple[str, str]]
    staff_names: list[str]


@dataclass(frozen=True)
class Patients:
    """One row per patient record; those of hospital A come first."""

    person: Array
    hospital: Array
    count_a: int


@dataclass(frozen=True)
class Providers:
    """One row per provider; `by_department` lists provider numbers by hospital and department."""

    hospital: Array
    department: Array
    npi: Array
    lag_factor: Array
    first: Array
    count: Array


@dataclass(frozen=True)
class Staff:
    """One row per person of the billing office; `members` lists staff numbers by role."""

    role: list[str]
    team: list[str]
    hired_day: Array
    left_day: Array
    """First day on which the person is no longer there."""
    speed: Array
    error_rate: Array
    members: dict[str, Array]


@dataclass(frozen=True)
class World:
    """Everything that stands before the first visit."""

    seed: int
    claims_per_month: int
    words: Words
    payers: Payers
    people: People
    patients: Patients
    providers: Providers
    facility_npi: Array
    staff: Staff
    price: Array
    """Chargemaster cents per unit, hospital x item."""
    stories: Stories
    fee: Array
    """Contracted cents per unit, payer x hospital x item; below the price, above zero."""


def build_world(
    seed: int,
    claims_per_month: int,
    start_day: int | None = None,
    stories: Iterable[str] = NAMES,
) -> World:
    """Make the pools for a seed and a size.

    The named stories are planted after `start_day`, the set's first day; none without it.
    """
    words = _make_words(seed)
    people, patients = _make_patients(seed, claims_per_month, words)
    price = _make_prices(seed)
    npis = _make_npis(seed, FACILITIES + sum(d.providers for d in catalogue.DEPARTMENTS) * 2)
    return World(
        seed=seed,
        claims_per_month=claims_per_month,
        words=words,
        payers=_make_payers(),
        people=people,
        patients=patients,
        providers=_make_providers(seed, npis[FACILITIES:]),
        facility_npi=npis[:FACILITIES],
        staff=_make_staff(seed),
        price=price,
        stories=Stories() if start_day is None else plan_stories(seed, start_day, stories),
        fee=_make_fees(seed, price),
    )


def _make_words(seed: int) -> Words:
    fake = Faker("en_US")
    fake.seed_instance(seed)
    states = [*HOSPITAL_STATES, "KY"]
    return Words(
        first_names=(
            [fake.first_name_male() for _ in range(300)],
            [fake.first_name_female() for _ in range(300)],
        ),
        last_names=[fake.last_name() for _ in range(700)],
        streets=[fake.street_name() for _ in range(900)],
        cities=[
            (fake.city(), state, fake.zipcode_in_state(state))
            for state in (states[i % len(states)] for i in range(240))
        ],
        area_codes=["216", "330", "419", "513", "614", "740", "937", "219", "260", "317", "765",
                    "812", "502", "606", "859"],
        mail_domains=["example.com", "example.net", "example.org"],
        provider_names=[(fake.first_name(), fake.last_name()) for _ in range(120)],
        staff_names=[fake.name() for _ in range(sum(parameters.STAFF_ROLES.values()))],
    )  # fmt: skip


def _make_payers() -> Payers:
    classes = [CLASS_PARAMETERS[payer.payer_class] for payer in PAYERS]
    return Payers(
        class_index=np.array([parameters.PAYER_CLASSES.index(p.payer_class) for p in PAYERS]),
        denial_rate=np.array([payer.denial_rate for payer in PAYERS]),
        overturn=np.array([parameters.APPEAL_OVERTURN[payer.payer_class] for payer in PAYERS]),
        timely_days=np.array([payer.timely_filing_days for payer in PAYERS]),
        appeal_days=np.array([payer.appeal_days for payer in PAYERS]),
        remit_days=np.array([payer.remit_days for payer in PAYERS]),
        remit_floor=np.array([item.remit_floor_days for item in classes]),
        remit_cap=np.array([item.remit_cap_days for item in classes]),
        remit_sigma=np.array([item.remit_sigma or np.nan for item in classes], dtype=float),
        open_day_shift=np.array([open_day_shifts(payer.pay_weekdays) for payer in PAYERS]),
    )


def _make_patients(seed: int, claims_per_month: int, words: Words) -> tuple[People, Patients]:
    total = round(claims_per_month * parameters.PATIENTS_PER_MONTHLY_CLAIM)
    count_a = max(20, round(total * parameters.HOSPITAL_SHARES[0]))
    count_b = max(20, round(total * parameters.HOSPITAL_SHARES[1]))
    generator = stream(seed, "patients")
    person_of_b = count_a + np.arange(count_b)
    shared = round(count_b * parameters.SHARED_PATIENT_SHARE)
    places = generator.choice(count_b, shared, replace=False)
    person_of_b[places] = generator.choice(count_a, shared, replace=False)
    patients = Patients(
        person=np.concatenate([np.arange(count_a), person_of_b]),
        hospital=np.repeat([0, 1], [count_a, count_b]),
        count_a=count_a,
    )
    return _make_people(seed, count_a + count_b, words), patients


def _make_people(seed: int, count: int, words: Words) -> People:
    generator = stream(seed, "people")
    payer = choose(generator, [item.claim_share for item in PAYERS], count)
    sex = choose(generator, parameters.SEX_WEIGHTS, count)
    return People(
        first_name=generator.integers(0, len(words.first_names[0]), count),
        last_name=generator.integers(0, len(words.last_names), count),
        sex=sex,
        birth_day=_birth_days(generator, payer),
        death_day=_death_days(generator, payer),
        street=generator.integers(0, len(words.streets), count),
        house=generator.integers(10, 9900, count),
        city=generator.integers(0, len(words.cities), count),
        area_code=generator.integers(0, len(words.area_codes), count),
        phone=generator.integers(2_000_000, 9_999_999, count),
        mail_domain=choose(generator, parameters.MAIL_WEIGHTS, count) - 1,
        ssn_last4=generator.integers(1, 10_000, count),
        payer=payer,
        secondary=_second_coverages(generator, payer),
    )


def _second_coverages(generator: np.random.Generator, payer: Array) -> Array:
    """Payer of the second coverage of each person, -1 for none."""
    draw = generator.random(len(payer))
    classes = _payer_classes(payer)
    ids = [item.payer_id for item in PAYERS]
    medicare, commercial = classes == "medicare", classes == "commercial"
    return np.select(
        [
            medicare & (draw < parameters.MEDICARE_SUPPLEMENT_SHARE),
            medicare & (draw > 1 - parameters.MEDICARE_MEDICAID_SHARE),
            commercial & (draw < parameters.SECOND_EMPLOYER_PLAN_SHARE) & (payer != 0),
        ],
        [ids.index("P102"), ids.index("P401"), 0],
        -1,
    )


def _payer_classes(payer: Array) -> Array:
    return np.array([item.payer_class for item in PAYERS])[payer]


def _birth_days(generator: np.random.Generator, payer: Array) -> Array:
    """Ages at the anchor that fit the payer's class, so that they fit in later years too."""
    classes = _payer_classes(payer)
    draw = generator.random(len(payer))
    youth = generator.random(len(payer)) < 0.55
    senior = np.isin(classes, ("medicare", "medicare_advantage"))
    medicaid = np.isin(classes, ("medicaid", "medicaid_mco"))
    age = np.where(senior, 65.2 + 27 * draw**1.6, 19 + 38 * draw)
    age = np.where(medicaid & youth, 0.2 + 13 * draw, age)
    age = np.where((classes == "commercial") & youth & (draw < 0.35), 40 * draw, age)
    return day_number(parameters.ANCHOR) - np.floor(age * YEAR).astype(np.int64)


def _death_days(generator: np.random.Generator, payer: Array) -> Array:
    """Day of death, NEVER where it lies beyond any period."""
    senior = np.isin(_payer_classes(payer), ("medicare", "medicare_advantage"))
    years = generator.exponential(
        np.where(senior, 1 / parameters.SENIOR_DEATH_RATE, 1 / parameters.DEATH_RATE)
    )
    day = day_number(parameters.ANCHOR) + np.floor(years * YEAR).astype(np.int64)
    return np.where(years < 60, day, NEVER)


def _make_prices(seed: int) -> Array:
    generator = stream(seed, "chargemaster")
    base = np.array([item.price for item in catalogue.ITEMS])
    spread = np.exp(generator.normal(0, 0.05, (2, len(base))))
    factors = np.array(parameters.HOSPITAL_PRICE_FACTORS)[:, None]
    dollars: Array = np.rint(base * factors * spread).astype(np.int64)
    return dollars * 100


def _make_fees(seed: int, price: Array) -> Array:
    generator = stream(seed, "contracts")
    professional = np.array([item.claim_type == "P" for item in catalogue.ITEMS])
    fee = np.empty((len(PAYERS), *price.shape), dtype=np.int64)
    low, high = parameters.FEE_RATIO_RANGE
    for index, payer in enumerate(PAYERS):
        ratio = CLASS_PARAMETERS[payer.payer_class].allowed_ratio
        if index == SELF_PAY:
            ratios = np.full(price.shape, ratio)
        else:
            bonus = parameters.PROFESSIONAL_ALLOWED_BONUS * professional
            spread = np.exp(generator.normal(0, parameters.FEE_CODE_SIGMA, price.shape))
            ratios = np.clip((ratio + bonus) * payer.allowed_factor * spread, low, high)
        fee[index] = np.clip(np.rint(price * ratios), 1, price - 1)
    return fee


def _make_npis(seed: int, count: int) -> Array:
    """Valid NPIs: nine digits starting with 1 and the Luhn digit over the prefix 80840."""
    generator = stream(seed, "npis")
    stems = 100_000_000 + generator.choice(99_999_999, count, replace=False)
    total = np.full(count, 24)  # what the prefix 80840 adds
    rest = stems.copy()
    for position in range(9):
        digit = rest % 10
        rest = rest // 10
        if position % 2 == 0:
            doubled = digit * 2
            digit = np.where(doubled > 9, doubled - 9, doubled)
        total = total + digit
    numbers: Array = stems * 10 + (10 - total % 10) % 10
    return numbers


def _make_providers(seed: int, npis: Array) -> Providers:
    generator = stream(seed, "providers")
    counts = np.array([item.providers for item in catalogue.DEPARTMENTS] * 2)
    size = int(counts.sum())
    department = np.repeat(np.arange(len(counts)), counts)
    sigma = parameters.PROVIDER_LAG_SIGMA
    return Providers(
        hospital=department // len(catalogue.DEPARTMENTS),
        department=department,
        npi=npis,
        lag_factor=np.exp(generator.normal(-(sigma**2) / 2, sigma, size)),
        first=np.cumsum(counts) - counts,
        count=counts,
    )


def _make_staff(seed: int) -> Staff:
    generator = stream(seed, "staff")
    role = [name for name, count in parameters.STAFF_ROLES.items() for _ in range(count)]
    team = [
        parameters.STAFF_TEAMS[name][place % len(parameters.STAFF_TEAMS[name])]
        for name, count in parameters.STAFF_ROLES.items()
        for place in range(count)
    ]
    size = len(role)
    shape = parameters.STAFF_ERROR_SHAPE
    beta = shape / parameters.STAFF_ERROR_MEAN - shape
    return Staff(
        role=role,
        team=team,
        hired_day=day_number(parameters.ANCHOR) - generator.integers(30, 4000, size),
        left_day=np.full(size, NEVER),
        speed=np.exp(generator.normal(0, parameters.STAFF_SPEED_SIGMA, size)),
        error_rate=generator.beta(shape, beta, size),
        members={name: np.flatnonzero(np.array(role) == name) for name in parameters.STAFF_ROLES},
    )
