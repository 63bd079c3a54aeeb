"""The raw tables of people, payers, contracts and staff: all delivered on the first night."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_generator import catalogue, parameters
from data_generator.arrays import Array, day_number
from data_generator.columns import codes, constant, date_texts, dates, integers, money, pick, text
from data_generator.ids import (
    coverage_ids,
    department_ids,
    facility_npis,
    member_ids,
    npis,
    patient_ids,
    provider_ids,
    staff_ids,
)
from data_generator.parameters import HOSPITAL_STATES, HOSPITALS, PAYERS
from data_generator.pools import SELF_PAY, World
from data_generator.table import DATE_A, DATE_B, ROWS_AT_ONCE, Columns, Context, metadata

_CONTRACTS_FROM = day_number(parameters.ANCHOR) - 365
_DEPARTMENTS = catalogue.DEPARTMENTS


@dataclass(frozen=True)
class ReferenceTable:
    """One raw table of the pools; `size` is its number of rows before any filter.

    `render` makes the columns of the rows with the given numbers.
    """

    identifier: str
    size: Callable[[World], int]
    render: Callable[[World, Array, int], Columns]

    def parts(self, context: Context, start_day: int) -> Iterator[Columns]:
        """Columns of the table in parts of bounded size, arrived on `start_day`."""
        size = self.size(context.world)
        for first in range(0, size, ROWS_AT_ONCE):
            numbers = np.arange(first, min(size, first + ROWS_AT_ONCE))
            columns = self.render(context.world, numbers, start_day)
            count = len(next(iter(columns.values())))
            arrival = np.full(count, start_day)
            yield columns | metadata(context, self.identifier, arrival)


def _names(world: World, person: Array) -> tuple[pa.Array, pa.Array]:
    people, words = world.people, world.words
    men, women = words.first_names
    is_woman = np.where(people.sex[person] == 2, person % 2, people.sex[person])
    first = pick([*men, *women], people.first_name[person] + len(men) * is_woman)
    return first, pick(words.last_names, people.last_name[person])


def _address(world: World, person: Array) -> tuple[pa.Array, pa.Array, pa.Array, pa.Array]:
    people, words = world.people, world.words
    house = pa.array(people.house[person]).cast(pa.string())
    street = pick(words.streets, people.street[person])
    cities, states, zips = (list(column) for column in zip(*words.cities, strict=True))
    city = people.city[person]
    line = pc.binary_join_element_wise(house, street, " ")
    return line, pick(cities, city), pick(states, city), pick(zips, city)


def _emails(world: World, person: Array) -> pa.Array:
    people, words = world.people, world.words
    first, last = _names(world, person)
    number = pa.array(people.house[person] % 100).cast(pa.string())
    name = pc.utf8_lower(pc.binary_join_element_wise(first, last, "."))
    name = pc.replace_substring(name, " ", "")
    local = pc.binary_join_element_wise(name, number, "")
    return pc.binary_join_element_wise(
        local, pick(words.mail_domains, people.mail_domain[person]), "@"
    )


def _patients_a(world: World, numbers: Array, start_day: int) -> Columns:
    people, words = world.people, world.words
    person = world.patients.person[numbers]
    first, last = _names(world, person)
    line, city, state, postal = _address(world, person)
    number = people.phone[person]
    area = pick([f"({code}) " for code in words.area_codes], people.area_code[person])
    return {
        "patient_id": patient_ids(0, world, numbers),
        "first_name": first,
        "last_name": last,
        "birth_date": date_texts(people.birth_day[person], DATE_A),
        "death_date": date_texts(people.death_day[person], DATE_A, start_day - 1),
        "sex": pick(("M", "F", "U"), people.sex[person]),
        "address_line": line,
        "city": city,
        "state": state,
        "zip": postal,
        "phone": pc.binary_join_element_wise(
            area, codes((number // 10_000, 3), "-", (number % 10_000, 4)), ""
        ),
        "email": _emails(world, person),
        "ssn_last4": codes((people.ssn_last4[person], 4)),
    }


def _patients_b(world: World, numbers: Array, start_day: int) -> Columns:
    people, words = world.people, world.words
    patient = numbers + world.patients.count_a
    person = world.patients.person[patient]
    first, last = _names(world, person)
    line, city, state, postal = _address(world, person)
    extension = codes("-", (people.house[person] % 10_000, 4))
    area = pick(words.area_codes, people.area_code[person])
    return {
        "mrn": patient_ids(1, world, patient),
        "full_name": pc.utf8_upper(pc.binary_join_element_wise(last, first, ", ")),
        "dob": date_texts(people.birth_day[person], DATE_B),
        "dod": date_texts(people.death_day[person], DATE_B, start_day - 1),
        "gender_code": pick(("1", "2", "9"), people.sex[person]),
        "street": line,
        "city_name": pc.utf8_upper(city),
        "state_code": state,
        "postal_code": pc.binary_join_element_wise(postal, extension, ""),
        "phone_number": pc.binary_join_element_wise(area, codes((people.phone[person], 7)), ""),
        "email_address": _emails(world, person),
        "ssn_last4": codes((people.ssn_last4[person], 4)),
    }


def _providers_of(world: World, hospital: int) -> Array:
    return np.flatnonzero(world.providers.hospital == hospital)


def _providers_a(world: World, numbers: Array, _start_day: int) -> Columns:
    provider = _providers_of(world, 0)[numbers]
    department = world.providers.department[provider]
    names = world.words.provider_names
    return {
        "provider_id": provider_ids(0, provider),
        "npi": npis(world, provider),
        "first_name": pick([first for first, _ in names], provider),
        "last_name": pick([last for _, last in names], provider),
        "specialty": pick([item.specialty[0] for item in _DEPARTMENTS], department),
        "department_id": pick(department_ids(0), department),
    }


def _providers_b(world: World, numbers: Array, _start_day: int) -> Columns:
    provider = _providers_of(world, 1)[numbers]
    department = world.providers.department[provider] - len(_DEPARTMENTS)
    names = [f"{last}, {first}".upper() for first, last in world.words.provider_names]
    return {
        "provider_code": provider_ids(1, provider),
        "npi_number": npis(world, provider),
        "provider_name": pick(names, provider),
        "specialty_desc": pick([item.specialty[1] for item in _DEPARTMENTS], department),
        "dept_code": pick(department_ids(1), department),
    }


def _facility_columns(world: World, hospital: int, numbers: Array) -> tuple[pa.Array, ...]:
    facility = np.array([item.facility for item in _DEPARTMENTS])[numbers]
    return (
        pick([item.names[hospital] for item in _DEPARTMENTS], numbers),
        pick((("1", "2"), ("BMAIN", "BCLIN"))[hospital], facility),
        pick(catalogue.FACILITY_NAMES[hospital], facility),
        facility_npis(world, hospital * 2 + facility),
        constant(HOSPITAL_STATES[hospital], len(numbers)),
    )


def _departments_a(world: World, numbers: Array, _start_day: int) -> Columns:
    names = ("department_name", "facility_id", "facility_name", "facility_npi", "facility_state")
    columns = zip(names, _facility_columns(world, 0, numbers), strict=True)
    return {"department_id": pick(department_ids(0), numbers), **dict(columns)}


def _departments_b(world: World, numbers: Array, _start_day: int) -> Columns:
    names = ("dept_desc", "site_code", "site_name", "site_npi", "site_state")
    columns = zip(names, _facility_columns(world, 1, numbers), strict=True)
    return {"dept_code": pick(department_ids(1), numbers), **dict(columns)}


def _payers(_world: World, numbers: Array, _start_day: int) -> Columns:
    insured = numbers != SELF_PAY
    return {
        "payer_id": text([payer.payer_id for payer in PAYERS]),
        "payer_name": text([payer.name for payer in PAYERS]),
        "payer_class": text([payer.payer_class for payer in PAYERS]),
        "claim_filing_indicator_code": text([payer.filing_indicator for payer in PAYERS]),
        "timely_filing_limit_days": pa.array(
            [payer.timely_filing_days for payer in PAYERS], pa.int32(), mask=~insured
        ),
        "appeal_limit_days": pa.array(
            [payer.appeal_days for payer in PAYERS], pa.int32(), mask=~insured
        ),
        "merged_into_payer_id": constant(None, len(numbers)),
        "state": text([payer.state if payer.timely_filing_days else None for payer in PAYERS]),
    }


_PLANS = [
    (payer, place, plan_type)
    for payer in PAYERS
    for place, plan_type in enumerate(payer.plan_types)
]
_PLAN_IDS = [f"{payer.payer_id}-{place + 1:02d}" for payer, place, _ in _PLANS]


def _plans(_world: World, _numbers: Array, _start_day: int) -> Columns:
    return {
        "plan_id": text(_PLAN_IDS),
        "payer_id": text([payer.payer_id for payer, _, _ in _PLANS]),
        "plan_name": text(
            [
                payer.name if plan_type == "NONE" else f"{payer.name} {plan_type}"
                for payer, _, plan_type in _PLANS
            ]
        ),
        "plan_type": text([plan_type for _, _, plan_type in _PLANS]),
    }


def _fee_schedules(world: World, numbers: Array, _start_day: int) -> Columns:
    payer, rest = np.divmod(numbers, len(HOSPITALS) * len(catalogue.ITEMS))
    hospital, item = np.divmod(rest, len(catalogue.ITEMS))
    return {
        "payer_id": pick([payer.payer_id for payer in PAYERS], payer),
        "submitter_id": pick(HOSPITALS, hospital),
        "claim_type": pick([entry.claim_type for entry in catalogue.ITEMS], item),
        "service_code": pick([entry.service_code for entry in catalogue.ITEMS], item),
        "allowed_amount": money(world.fee[payer, hospital, item]),
        "effective_from_date": dates(np.full(len(numbers), _CONTRACTS_FROM)),
        "effective_to_date": pa.nulls(len(numbers), pa.date32()),
    }


def _coverages(world: World, numbers: Array, _start_day: int) -> Columns:
    people, patients = world.people, world.patients
    numbers = numbers[people.payer[patients.person[numbers]] != SELF_PAY]
    person = patients.person[numbers]
    payer = people.payer[person]
    size = len(numbers)
    plan_count = np.array([len(item.plan_types) for item in PAYERS])
    first_plan = np.cumsum(plan_count) - plan_count
    is_a = patients.hospital[numbers] == 0
    ids = pa.concat_arrays(
        [patient_ids(0, world, numbers[is_a]), patient_ids(1, world, numbers[~is_a])]
    )
    starts = [day_number(parameters.ANCHOR.replace(year=year)) for year in range(2014, 2020)]
    return {
        "coverage_id": coverage_ids(numbers),
        "submitter_id": pick(HOSPITALS, patients.hospital[numbers]),
        "patient_id": ids,
        "payer_id": pick([item.payer_id for item in PAYERS], payer),
        "plan_id": pick(_PLAN_IDS, first_plan[payer] + person % plan_count[payer]),
        "member_id": member_ids(world, numbers),
        "coverage_sequence": integers(np.ones(size)),
        "effective_from_date": dates(np.array(starts)[person % len(starts)]),
        "effective_to_date": pa.nulls(size, pa.date32()),
    }


def _staff(world: World, numbers: Array, _start_day: int) -> Columns:
    staff = world.staff
    return {
        "staff_id": staff_ids(numbers),
        "staff_name": text(world.words.staff_names),
        "role": text(staff.role),
        "team": text(staff.team),
        "hired_date": dates(staff.hired_day),
        "left_date": pa.nulls(len(numbers), pa.date32()),
    }


REFERENCE_TABLES = (
    ReferenceTable("hospital_a_patients", lambda world: world.patients.count_a, _patients_a),
    ReferenceTable("hospital_a_providers", lambda w: len(_providers_of(w, 0)), _providers_a),
    ReferenceTable("hospital_a_departments", lambda _: len(_DEPARTMENTS), _departments_a),
    ReferenceTable(
        "hospital_b_patients",
        lambda world: len(world.patients.person) - world.patients.count_a,
        _patients_b,
    ),
    ReferenceTable("hospital_b_providers", lambda w: len(_providers_of(w, 1)), _providers_b),
    ReferenceTable("hospital_b_departments", lambda _: len(_DEPARTMENTS), _departments_b),
    ReferenceTable("billing_payers", lambda _: len(PAYERS), _payers),
    ReferenceTable("billing_plans", lambda _: len(_PLANS), _plans),
    ReferenceTable("billing_fee_schedules", lambda world: world.fee.size, _fee_schedules),
    ReferenceTable("billing_coverages", lambda world: len(world.patients.person), _coverages),
    ReferenceTable("billing_staff", lambda world: len(world.staff.role), _staff),
)
"""Tables of the pools, written once."""
