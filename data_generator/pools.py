"""The world before any visit: people, payers, providers, prices and staff.

Faker fills small lists (names, streets, cities); numpy combines them into pools whose sizes
depend on claims per month only, never on the period. Everything that changes over time is drawn
up to parameters.HORIZON: see people.py, coverages.py, payers.py, contracts.py and workforce.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from faker import Faker

from data_generator import catalogue
from data_generator.arrays import Array, stream
from data_generator.contracts import Contracts, make_contracts
from data_generator.coverages import Coverages, make_coverages
from data_generator.parameters import HOSPITAL_STATES
from data_generator.payers import SELF_PAY, Payers, make_payers
from data_generator.people import Patients, People, Records, Words, make_patients
from data_generator.stories import NAMES, Stories, plan_stories
from data_generator.workforce import Providers, Staff, make_providers, make_staff

__all__ = ("FACILITIES", "SELF_PAY", "World", "build_world")

FACILITIES = 4
"""Facility number = 2 x hospital + (0 hospital, 1 clinic)."""


@dataclass(frozen=True)
class World:
    """Everything that stands before the first visit."""

    seed: int
    claims_per_month: int
    words: Words
    payers: Payers
    people: People
    patients: Patients
    coverages: Coverages
    providers: Providers
    facility_npi: Array
    staff: Staff
    stories: Stories
    contracts: Contracts

    def records(self, patient: Array, day: Array) -> Records:
        """What patient records tell on given days."""
        return Records(self.seed, self.words, self.people, self.patients, patient, day)


def build_world(
    seed: int,
    claims_per_month: int,
    start_day: int | None = None,
    stories: Iterable[str] = NAMES,
) -> World:
    """Make the pools for a seed and a size.

    The named stories are planted after `start_day`, the set's first day; none without it.
    """
    people, patients = make_patients(seed, claims_per_month)
    payers = make_payers(seed)
    staff = make_staff(seed)
    npis = _make_npis(seed, FACILITIES + sum(d.providers for d in catalogue.DEPARTMENTS) * 2)
    return World(
        seed=seed,
        claims_per_month=claims_per_month,
        words=_make_words(seed, len(staff.role)),
        payers=payers,
        people=people,
        patients=patients,
        coverages=make_coverages(seed, people, payers),
        providers=make_providers(seed, npis[FACILITIES:]),
        facility_npi=npis[:FACILITIES],
        staff=staff,
        stories=Stories() if start_day is None else plan_stories(seed, start_day, stories),
        contracts=make_contracts(seed, payers),
    )


def _make_words(seed: int, staff: int) -> Words:
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
        staff_names=[fake.name() for _ in range(staff)],
    )  # fmt: skip


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
