"""The people behind the patient records, and what their records tell on any day."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_generator import parameters
from data_generator.arrays import NEVER, Array, choose, stream
from data_generator.columns import pick
from data_generator.parameters import HOSPITAL_SHARES, PAYERS
from data_generator.timelines import (
    ANCHOR_DAY,
    Timeline,
    draw_timeline,
    fixed_number,
    fixed_share,
    make_timeline,
    offsets,
)

YEAR = 365.25
SENIOR_CLASSES = ("medicare", "medicare_advantage")
_SENIOR = np.array([item.payer_class in SENIOR_CLASSES for item in PAYERS])
_MEDICAID = np.array([item.payer_class in ("medicaid", "medicaid_mco") for item in PAYERS])
_COMMERCIAL = np.array([item.payer_class == "commercial" for item in PAYERS])


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
class People:
    """One row per person; what is not a column follows from the person's number and changes.

    `moves`, `phones`, `mails` and `names` are the days on which the address, telephone number,
    e-mail address and family name change. `Words` has the text.
    """

    sex: Array
    """0 male, 1 female, 2 unknown."""
    birth_day: Array
    death_day: Array
    first_payer: Array
    """Payer at the anchor."""
    moves: Timeline
    phones: Timeline
    mails: Timeline
    names: Timeline


@dataclass(frozen=True)
class Patients:
    """One row per patient record; those of hospital A come first.

    A person may have records at both hospitals, and two at the same one.
    """

    person: Array
    hospital: Array
    count_a: int
    lag: Array
    """Days by which news about the person reach the record."""
    is_second: Array
    """Whether the person had a record at the same hospital before."""
    by_person: Array
    """Record numbers ordered by person; those of person p are by_person[first[p]:first[p + 1]]."""
    first: Array

    def of(self, person: Array) -> tuple[Array, Array]:
        """Records of people, person by person, and the place of each one's owner in `person`."""
        count = self.first[person + 1] - self.first[person]
        owner = np.repeat(np.arange(len(person)), count)
        start = np.cumsum(count) - count
        place = self.first[person][owner] + np.arange(len(owner)) - start[owner]
        return self.by_person[place].astype(np.int64), owner


def make_patients(seed: int, claims_per_month: int) -> tuple[People, Patients]:
    """Draw the people and their records; their number depends on the claims per month alone."""
    total = round(claims_per_month * parameters.PATIENTS_PER_MONTHLY_CLAIM)
    count_a, count_b = (max(20, round(total * share)) for share in HOSPITAL_SHARES)
    generator = stream(seed, "patients")
    person_of_b = count_a + np.arange(count_b, dtype=np.int32)
    shared = round(count_b * parameters.SHARED_PATIENT_SHARE)
    places = generator.choice(count_b, shared, replace=False)
    person_of_b[places] = generator.choice(count_a, shared, replace=False)
    person_of_a = np.arange(count_a, dtype=np.int32)
    again_a = _registered_twice(generator, person_of_a)
    again_b = _registered_twice(generator, person_of_b)
    person = np.concatenate([person_of_a, again_a, person_of_b, again_b])
    size_a, size_b = count_a + len(again_a), count_b + len(again_b)
    hospital = np.repeat(np.array([0, 1], dtype=np.int8), [size_a, size_b])
    is_second = np.zeros(len(person), dtype=bool)
    is_second[count_a:size_a] = True
    is_second[size_a + count_b :] = True
    late = (hospital == 1) | is_second
    lag = generator.integers(0, parameters.RECORD_LAG_DAYS + 1, len(person), dtype=np.int8)
    by_person = np.argsort(person, kind="stable").astype(np.int32)
    patients = Patients(
        person=person,
        hospital=hospital,
        count_a=size_a,
        lag=np.where(late, lag, 0).astype(np.int8),
        is_second=is_second,
        by_person=by_person,
        first=offsets(person[by_person], count_a + count_b),
    )
    return _make_people(seed, count_a + count_b), patients


def _registered_twice(generator: np.random.Generator, person: Array) -> Array:
    count = max(1, round(len(person) * parameters.DUPLICATE_RECORD_SHARE))
    return np.sort(generator.choice(person, count, replace=False))


def _make_people(seed: int, count: int) -> People:
    generator = stream(seed, "people")
    payer = choose(generator, [item.claim_share for item in PAYERS], count).astype(np.int8)
    sex = choose(generator, parameters.SEX_WEIGHTS, count).astype(np.int8)
    birth = _birth_days(generator, payer)
    death = _death_days(generator, birth)
    generator = stream(seed, "changes of people")
    youngest, oldest = (round(age * YEAR) for age in parameters.NAME_CHANGE_AGES)
    names = draw_timeline(generator, parameters.NAME_CHANGES_A_YEAR, death)
    bearer = np.repeat(np.arange(count, dtype=np.int32), np.diff(names.first))
    age = names.day + ANCHOR_DAY - birth[bearer]
    return People(
        sex=sex,
        birth_day=birth,
        death_day=death,
        first_payer=payer,
        moves=draw_timeline(generator, parameters.MOVES_A_YEAR, death),
        phones=draw_timeline(generator, parameters.PHONE_CHANGES_A_YEAR, death),
        mails=draw_timeline(generator, parameters.MAIL_CHANGES_A_YEAR, death),
        names=make_timeline(bearer, names.day, count, (age >= youngest) & (age <= oldest)),
    )


def _birth_days(generator: np.random.Generator, payer: Array) -> Array:
    """Birth days that fit the payer's class at the anchor.

    The ages of the younger adults thin out up to 65, so that each year about as many people come
    to Medicare as seniors die, and the mix of payers stays what it is for ten years and more.
    """
    draw = generator.random(len(payer))
    youth = generator.random(len(payer)) < 0.55
    age = np.where(_SENIOR[payer], 65.2 + 27 * draw**1.6, 19 + 45.9 * draw**1.8)
    age = np.where(_MEDICAID[payer] & youth, 0.2 + 13 * draw, age)
    age = np.where(_COMMERCIAL[payer] & youth & (draw < 0.35), 40 * draw, age)
    return (ANCHOR_DAY - np.floor(age * YEAR)).astype(np.int32)


def _death_days(generator: np.random.Generator, birth: Array) -> Array:
    """Day of death, NEVER where it lies beyond any period; seniors die more often."""
    senior = (birth - ANCHOR_DAY) / YEAR + parameters.MEDICARE_AGE
    youth = senior.clip(0)
    draw = generator.exponential(size=len(birth))
    spent = parameters.DEATH_RATE * youth
    years = np.where(
        draw < spent,
        draw / parameters.DEATH_RATE,
        youth + (draw - spent) / parameters.SENIOR_DEATH_RATE,
    )
    day = ANCHOR_DAY + np.floor(years * YEAR)
    return np.where(years < 60, day, NEVER).astype(np.int32)


@dataclass(frozen=True)
class Records:
    """What patient records tell on given days: `patient` and `day`, one pair a row."""

    seed: int
    words: Words
    people: People
    patients: Patients
    patient: Array
    day: Array
    """Last day of which the record knows; its own lag comes off."""

    @property
    def person(self) -> Array:
        """The people behind the records."""
        return self.patients.person[self.patient].astype(np.int64)

    @property
    def news(self) -> Array:
        """The last day of the person's life of which each record knows."""
        news: Array = self.day - self.patients.lag[self.patient]
        return news

    def _number(self, purpose: str, count: int, *numbers: Array) -> Array:
        return fixed_number(self.seed, purpose, count, self.person, *numbers)

    def names(self) -> tuple[pa.Array, pa.Array]:
        """Given and family names; second records are spelt a little differently, or lack mail."""
        words, person = self.words, self.person
        given, family = self._name_places(self.people.names.reached(person, self.news))
        odd = self._oddity()
        men, women = words.first_names
        given_names = [*men, *women]
        given_names += [_misspell(name) for name in given_names]
        family_names = [*words.last_names, *(_misspell(name) for name in words.last_names)]
        return (
            pick(given_names, given + np.where(odd == 1, len(men) + len(women), 0)),
            pick(family_names, family + np.where(odd == 2, len(words.last_names), 0)),
        )

    def _name_places(self, changes: Array) -> tuple[Array, Array]:
        men, _ = self.words.first_names
        sex = self.people.sex[self.person]
        is_woman = np.where(sex == 2, self.person % 2, sex)
        given = self._number("given name", len(men)) + len(men) * is_woman
        return given, self._number("family name", len(self.words.last_names), changes)

    def _oddity(self) -> Array:
        """How second records differ: 0 no e-mail address, 1 given name, 2 family name; else -1."""
        kind = fixed_number(self.seed, "second record", 3, self.patient)
        return np.where(self.patients.is_second[self.patient], kind, -1)

    def address(self) -> tuple[pa.Array, pa.Array, pa.Array, pa.Array]:
        """Street and house, city, state, five-digit postal code."""
        words = self.words
        move = self.people.moves.reached(self.person, self.news)
        house = pa.array(10 + self._number("house", 9890, move)).cast(pa.string())
        street = pick(words.streets, self._number("street", len(words.streets), move))
        city = self._number("city", len(words.cities), move)
        cities, states, zips = (list(column) for column in zip(*words.cities, strict=True))
        line = pc.binary_join_element_wise(house, street, " ")
        return line, pick(cities, city), pick(states, city), pick(zips, city)

    def zip_extension(self) -> Array:
        """Last four digits of the nine-digit postal code."""
        move = self.people.moves.reached(self.person, self.news)
        return self._number("zip extension", 10_000, move)

    def phone(self) -> tuple[Array, Array]:
        """Places of the area code among the words, and seven digits."""
        change = self.people.phones.reached(self.person, self.news)
        area = self._number("area code", len(self.words.area_codes), change)
        return area, 2_000_000 + self._number("phone", 7_999_999, change)

    def email(self) -> pa.Array:
        """E-mail addresses, made of the name that the person was registered with; some null."""
        words = self.words
        change = self.people.mails.reached(self.person, self.news)
        given, family = self._name_places(np.zeros(len(change), dtype=np.int64))
        first = pick([*words.first_names[0], *words.first_names[1]], given)
        number = pa.array(self._number("mail number", 100, change)).cast(pa.string())
        name = pc.binary_join_element_wise(first, pick(words.last_names, family), ".")
        name = pc.replace_substring(pc.utf8_lower(name), " ", "")
        share = fixed_share(self.seed, "mail domain", self.person, change)
        edges = np.cumsum(parameters.MAIL_WEIGHTS)
        domain = np.searchsorted(edges, share * edges[-1], side="right") - 1
        domain = np.where(self._oddity() == 0, -1, domain)
        local = pc.binary_join_element_wise(name, number, "")
        return pc.binary_join_element_wise(local, pick(words.mail_domains, domain), "@")

    def ssn_last4(self) -> Array:
        """Last four digits of the social security number."""
        return 1 + self._number("ssn", 9_999)

    def death_day(self) -> Array:
        """Day of death, NEVER as long as the record does not know of it."""
        day = self.people.death_day[self.person].astype(np.int64)
        return np.where(day <= self.news, day, NEVER)


def _misspell(name: str) -> str:
    """The name as somebody in a hurry types it: two inner letters swapped, or one doubled."""
    place = len(name) // 2
    if len(name) < 4 or name[place] == name[place - 1]:
        return name + name[-1]
    return name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :]


def record_changes(
    people: People, patients: Patients, after: int, until: int
) -> tuple[Array, Array]:
    """Records that change after one day and until another, and the day, ordered by day."""
    keys = []
    lag = parameters.RECORD_LAG_DAYS
    for timeline in (people.moves, people.phones, people.mails, people.names):
        keys.append(_record_keys(patients, *timeline.within(after - lag, until)))
    dead = np.flatnonzero((people.death_day > after - lag) & (people.death_day <= until))
    keys.append(_record_keys(patients, dead, people.death_day[dead].astype(np.int64)))
    day, patient = np.divmod(np.unique(np.concatenate(keys)), 2**32)
    which = (day > after) & (day <= until)
    return patient[which], day[which]


def _record_keys(patients: Patients, person: Array, day: Array) -> Array:
    """Day and record of each change in one number, in that order."""
    patient, owner = patients.of(person)
    return (day[owner] + patients.lag[patient]) * 2**32 + patient
