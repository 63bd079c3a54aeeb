"""The raw tables of people, payers, contracts and staff.

The first night delivers each of them as it stands on the set's first day; from then on a new
row, or a new version of a row, arrives on the day of its change. Rows carry `known`, the last day
that they know of: nothing later is told.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_generator import catalogue, parameters
from data_generator.arrays import Array, Rows, concatenate, select
from data_generator.columns import codes, constant, date_texts, dates, integers, money, pick, text
from data_generator.contracts import FEES_PER_SCHEDULE
from data_generator.coverages import PRIMARY, SECONDARY
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
from data_generator.payers import PAYER_NAMES
from data_generator.people import record_changes
from data_generator.pools import SELF_PAY, World
from data_generator.table import DATE_A, DATE_B, ROWS_AT_ONCE, Columns, Context, metadata
from data_generator.timelines import ANCHOR_DAY, fixed_number
from data_generator.workforce import SPECIALTIES

_DEPARTMENTS = catalogue.DEPARTMENTS
_DAYS_AT_ONCE = 31
"""Days whose changes are told together, so that memory does not grow with the period."""

State = Callable[[World, int], Iterator[Rows]]
Changes = Callable[[World, int, int], Rows]


def _no_changes(_world: World, _after: int, _until: int) -> Rows:
    return _told([])


@dataclass(frozen=True)
class ReferenceTable:
    """One raw table of the pools.

    `state` gives the rows that stand on a day, in parts; `changes` those that arrive after one
    day and until another, by `arrival`, with `is_new` false where they replace an earlier row.
    `render` makes the columns of rows that have `known`.
    """

    identifier: str
    state: State
    render: Callable[[World, Rows], Columns]
    changes: Changes = _no_changes

    def versions(
        self, context: Context, start_day: int, end_day: int, since: int | None = None
    ) -> Iterator[Rows]:
        """Rows of all versions of a set, in order of arrival and in parts of bounded size.

        First the state of `start_day`, which arrives on that day, then the changes up to
        `end_day`; with `since`, only what arrives after that day. What arrives by a day does not
        depend on `end_day`.
        """
        world = context.world
        if since is None or since < start_day:
            for rows in self.state(world, start_day):
                size = len(next(iter(rows.values())))
                if size:
                    yield (
                        rows
                        | _arriving(np.full(size, start_day))
                        | {"is_new": np.ones(size, dtype=bool)}
                    )
        first = start_day if since is None else max(since, start_day)
        yield from self.later_versions(world, first, end_day)

    def later_versions(self, world: World, after: int, until: int) -> Iterator[Rows]:
        """Rows of the versions that arrive after one day and until another, in that order."""
        for day in range(after, until, _DAYS_AT_ONCE):
            rows = self.changes(world, day, min(day + _DAYS_AT_ONCE, until))
            for place in range(0, len(rows["arrival"]), ROWS_AT_ONCE):
                part = select(rows, slice(place, place + ROWS_AT_ONCE))
                yield part | _arriving(part["arrival"])

    def columns(self, context: Context, rows: Rows) -> Columns:
        """Columns of the raw table with the metadata columns."""
        made = self.render(context.world, rows)
        return made | metadata(context, self.identifier, rows["arrival"])

    def parts(
        self, context: Context, start_day: int, end_day: int, since: int | None = None
    ) -> Iterator[Columns]:
        """Columns of `versions`."""
        for rows in self.versions(context, start_day, end_day, since):
            yield self.columns(context, rows)


def _arriving(day: Array) -> Rows:
    return {"arrival": day, "known": day}


def _told(parts: list[Rows]) -> Rows:
    """Rows of several kinds of change together, ordered by arrival; of one key the last wins."""
    if not parts:
        return {"arrival": np.zeros(0, dtype=np.int64), "is_new": np.zeros(0, dtype=bool)}
    rows = concatenate(parts)
    return select(rows, np.argsort(rows["arrival"], kind="stable"))


def _change(arrival: Array, is_new: bool, **columns: Array) -> Rows:
    size = len(arrival)
    told = {"arrival": arrival.astype(np.int64), "is_new": np.full(size, is_new)}
    return columns | told


def _within(days: Array, after: int, until: int) -> Array:
    """Places of the days after one day and until another."""
    return np.flatnonzero((days > after) & (days <= until))


def _numbers(size: int) -> State:
    """The state of a table whose rows never change."""
    return lambda _world, _day: iter([{"number": np.arange(size)}])


# --- patients -----------------------------------------------------------------------------------


def _patient_state(hospital: int) -> State:
    def state(world: World, _day: int) -> Iterator[Rows]:
        patients = world.patients
        bounds = (0, patients.count_a, len(patients.person))
        for first in range(bounds[hospital], bounds[hospital + 1], ROWS_AT_ONCE):
            last = min(bounds[hospital + 1], first + ROWS_AT_ONCE)
            yield {"patient": np.arange(first, last)}

    return state


def _patient_changes(hospital: int) -> Changes:
    def changes(world: World, after: int, until: int) -> Rows:
        patient, day = record_changes(world.people, world.patients, after, until)
        mine = world.patients.hospital[patient] == hospital
        return _change(day[mine], False, patient=patient[mine])

    return changes


def _patients_a(world: World, rows: Rows) -> Columns:
    people, patient = world.people, rows["patient"]
    records = world.records(patient, rows["known"])
    first, last = records.names()
    line, city, state, postal = records.address()
    area, number = records.phone()
    codes_of_area = pick([f"({code}) " for code in world.words.area_codes], area)
    return {
        "patient_id": patient_ids(0, world, patient),
        "first_name": first,
        "last_name": last,
        "birth_date": date_texts(people.birth_day[records.person], DATE_A),
        "death_date": date_texts(records.death_day(), DATE_A, rows["known"]),
        "sex": pick(("M", "F", "U"), people.sex[records.person]),
        "address_line": line,
        "city": city,
        "state": state,
        "zip": postal,
        "phone": pc.binary_join_element_wise(
            codes_of_area, codes((number // 10_000, 3), "-", (number % 10_000, 4)), ""
        ),
        "email": records.email(),
        "ssn_last4": codes((records.ssn_last4(), 4)),
    }


def _patients_b(world: World, rows: Rows) -> Columns:
    people, patient = world.people, rows["patient"]
    records = world.records(patient, rows["known"])
    first, last = records.names()
    line, city, state, postal = records.address()
    area, number = records.phone()
    extension = codes("-", (records.zip_extension(), 4))
    return {
        "mrn": patient_ids(1, world, patient),
        "full_name": pc.utf8_upper(pc.binary_join_element_wise(last, first, ", ")),
        "dob": date_texts(people.birth_day[records.person], DATE_B),
        "dod": date_texts(records.death_day(), DATE_B, rows["known"]),
        "gender_code": pick(("1", "2", "9"), people.sex[records.person]),
        "street": line,
        "city_name": pc.utf8_upper(city),
        "state_code": state,
        "postal_code": pc.binary_join_element_wise(postal, extension, ""),
        "phone_number": pc.binary_join_element_wise(
            pick(world.words.area_codes, area), codes((number, 7)), ""
        ),
        "email_address": records.email(),
        "ssn_last4": codes((records.ssn_last4(), 4)),
    }


# --- providers and departments ------------------------------------------------------------------


def _provider_state(hospital: int) -> State:
    return lambda world, _day: iter(
        [{"provider": np.flatnonzero(world.providers.hospital == hospital)}]
    )


def _provider_changes(hospital: int) -> Changes:
    def changes(world: World, after: int, until: int) -> Rows:
        providers = world.providers
        which = _within(providers.change_day, after, until)
        which = which[providers.hospital[providers.changed[which]] == hospital]
        return _change(providers.change_day[which], False, provider=providers.changed[which])

    return changes


def _provider_places(world: World, rows: Rows) -> tuple[Array, Array]:
    """Department, through both hospitals, and specialty of providers."""
    state = world.providers.state(rows["known"])
    provider = rows["provider"]
    return world.providers.department[state, provider], world.providers.specialty[state, provider]


def _providers_a(world: World, rows: Rows) -> Columns:
    provider = rows["provider"]
    department, specialty = _provider_places(world, rows)
    names = world.words.provider_names
    return {
        "provider_id": provider_ids(0, provider),
        "npi": npis(world, provider),
        "first_name": pick([first for first, _ in names], provider),
        "last_name": pick([last for _, last in names], provider),
        "specialty": pick(SPECIALTIES[0], specialty),
        "department_id": pick(department_ids(0), department),
    }


def _providers_b(world: World, rows: Rows) -> Columns:
    provider = rows["provider"]
    department, specialty = _provider_places(world, rows)
    names = [f"{last}, {first}".upper() for first, last in world.words.provider_names]
    return {
        "provider_code": provider_ids(1, provider),
        "npi_number": npis(world, provider),
        "provider_name": pick(names, provider),
        "specialty_desc": pick(SPECIALTIES[1], specialty),
        "dept_code": pick(department_ids(1), department - len(_DEPARTMENTS)),
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


def _departments_a(world: World, rows: Rows) -> Columns:
    numbers = rows["number"]
    names = ("department_name", "facility_id", "facility_name", "facility_npi", "facility_state")
    columns = zip(names, _facility_columns(world, 0, numbers), strict=True)
    return {"department_id": pick(department_ids(0), numbers), **dict(columns)}


def _departments_b(world: World, rows: Rows) -> Columns:
    numbers = rows["number"]
    names = ("dept_desc", "site_code", "site_name", "site_npi", "site_state")
    columns = zip(names, _facility_columns(world, 1, numbers), strict=True)
    return {"dept_code": pick(department_ids(1), numbers), **dict(columns)}


# --- payers and contracts -----------------------------------------------------------------------


def _payer_changes(world: World, after: int, until: int) -> Rows:
    days = (world.payers.rename_day, world.payers.merged_day)
    parts = []
    for day in days:
        which = _within(day, after, until)
        parts.append(_change(day[which], False, payer=which))
    return _told(parts)


def _payers(world: World, rows: Rows) -> Columns:
    payer, known = rows["payer"], rows["known"]
    payers = world.payers
    insured = payer != SELF_PAY
    ids = [item.payer_id for item in PAYERS]
    merged = payers.current(payer, known)
    return {
        "payer_id": pick(ids, payer),
        "payer_name": pick(PAYER_NAMES, payers.name_place(payer, known)),
        "payer_class": pick([item.payer_class for item in PAYERS], payer),
        "claim_filing_indicator_code": pick([item.filing_indicator for item in PAYERS], payer),
        "timely_filing_limit_days": pa.array(
            payers.timely_days[payer].astype(np.int32), mask=~insured
        ),
        "appeal_limit_days": pa.array(payers.appeal_days[payer].astype(np.int32), mask=~insured),
        "merged_into_payer_id": pick(ids, np.where(merged == payer, -1, merged)),
        "state": pick([item.state for item in PAYERS], np.where(insured, payer, -1)),
    }


_PLANS = [
    (payer, place, plan_type)
    for payer in PAYERS
    for place, plan_type in enumerate(payer.plan_types)
]
_PLAN_IDS = [f"{payer.payer_id}-{place + 1:02d}" for payer, place, _ in _PLANS]


def _plans(_world: World, _rows: Rows) -> Columns:
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


def _fee_state(world: World, day: int) -> Iterator[Rows]:
    contracts = world.contracts
    announced = contracts.schedule_start - parameters.NOTICE_DAYS <= day
    yield _fees_of(np.flatnonzero(announced & (contracts.schedule_stop > day)))


def _fee_changes(world: World, after: int, until: int) -> Rows:
    """Schedules that are announced, and the end that each one brings to the one before."""
    parts = []
    for days, is_new in (
        (world.contracts.schedule_stop, False),
        (world.contracts.schedule_start, True),
    ):
        announced = days - parameters.NOTICE_DAYS
        rows = _fees_of(_within(announced, after, until))
        parts.append(_change(announced[rows["schedule"]], is_new, **rows))
    return _told(parts)


def _fees_of(schedule: Array) -> Rows:
    return {
        "schedule": np.repeat(schedule, FEES_PER_SCHEDULE),
        "number": np.tile(np.arange(FEES_PER_SCHEDULE), len(schedule)),
    }


def _fee_schedules(world: World, rows: Rows) -> Columns:
    contracts, schedule = world.contracts, rows["schedule"]
    hospital, item = np.divmod(rows["number"], len(catalogue.ITEMS))
    payer, period = contracts.schedule_payer[schedule], contracts.schedule_period[schedule]
    stop = contracts.schedule_stop[schedule]
    return {
        "payer_id": pick([entry.payer_id for entry in PAYERS], payer),
        "submitter_id": pick(HOSPITALS, hospital),
        "claim_type": pick([entry.claim_type for entry in catalogue.ITEMS], item),
        "service_code": pick([entry.service_code for entry in catalogue.ITEMS], item),
        "allowed_amount": money(contracts.fee[period, payer, hospital, item]),
        "effective_from_date": dates(contracts.schedule_start[schedule]),
        "effective_to_date": dates(stop - 1, rows["known"] + parameters.NOTICE_DAYS - 1),
    }


# --- coverages ----------------------------------------------------------------------------------


def _coverage_state(world: World, day: int) -> Iterator[Rows]:
    """Coverages that stand on a day as far as the billing office knows."""
    coverages, patients = world.coverages, world.patients
    since = day - ANCHOR_DAY
    for first in range(0, len(patients.person), ROWS_AT_ONCE):
        patient = np.arange(first, min(len(patients.person), first + ROWS_AT_ONCE))
        person = patients.person[patient].astype(np.int64)
        spell = coverages.on(person, np.full(len(person), day))["spell"]
        standing = (coverages.payer[spell] != SELF_PAY) & (coverages.known(spell, person) > since)
        primary = np.flatnonzero(standing)
        place = coverages.second_place(spell)
        second = np.flatnonzero(standing & (place >= 0))
        places = place[second]
        open_ = (coverages.second_start[places] <= since) & (
            coverages.second_known(places, person[second]) > since
        )
        second, places = second[open_], places[open_]
        yield concatenate(
            [
                _coverage_rows(patient[primary], spell[primary], PRIMARY),
                _coverage_rows(patient[second], places, SECONDARY),
            ]
        )


def _coverage_rows(patient: Array, place: Array, sequence: int) -> Rows:
    """`place` is that of the spell, or of the second coverage."""
    return {
        "patient": patient,
        "place": place,
        "sequence": np.full(len(patient), sequence, dtype=np.int8),
    }


def _coverage_changes(world: World, after: int, until: int) -> Rows:
    """Coverages that begin, and those whose end becomes known."""
    coverages = world.coverages
    first, last = after - ANCHOR_DAY, until - ANCHOR_DAY
    starts = coverages.spells.day
    begun = _within(starts, first, last)
    second_begun = _within(coverages.second_start, first, last)
    person = coverages.spells.owner(begun)
    # the start of a spell ends the one before; without a next one, a death does
    ended = begun[begun > coverages.spells.first[person]] - 1
    stopped = _within(coverages.stop, first, last)
    owner = coverages.spells.owner(stopped)
    dead = stopped[stopped + 1 == coverages.spells.first[owner + 1]]
    ended = np.concatenate([ended, dead])
    ended = ended[coverages.payer[ended] != SELF_PAY]
    second_ended = coverages.second_place(ended)
    second_ended = second_ended[second_ended >= 0]
    stop = coverages.second_stop
    second_ended = second_ended[
        stop[second_ended] == coverages.stop[coverages.second_spell[second_ended]]
    ]
    alone = _within(stop, first, last)
    alone = alone[stop[alone] < coverages.stop[coverages.second_spell[alone]]]
    second_ended = np.concatenate([second_ended, alone])
    parts = []
    for places, sequence, is_new in (
        (ended, PRIMARY, False),
        (second_ended, SECONDARY, False),
        (begun[coverages.payer[begun] != SELF_PAY], PRIMARY, True),
        (second_begun, SECONDARY, True),
    ):
        spells = places if sequence == PRIMARY else coverages.second_spell[places].astype(np.int64)
        person = coverages.spells.owner(spells)
        patient, owner = world.patients.of(person)
        if is_new:
            day = starts[places] if sequence == PRIMARY else coverages.second_start[places]
        elif sequence == PRIMARY:
            day = coverages.known(places, person)
        else:
            day = coverages.second_known(places, person)
        arrival = day[owner].astype(np.int64) + ANCHOR_DAY
        rows = _coverage_rows(patient, places[owner], sequence)
        parts.append(_change(arrival, is_new, **rows))
    return _told(parts)


def _coverages(world: World, rows: Rows) -> Columns:
    parts, orders = [], []
    for sequence in (PRIMARY, SECONDARY):
        which = np.flatnonzero(rows["sequence"] == sequence)
        parts.append(_coverage_columns(world, select(rows, which), sequence))
        orders.append(which)
    order = pa.array(np.argsort(np.concatenate(orders)))
    return {name: pa.concat_arrays([part[name] for part in parts]).take(order) for name in parts[0]}


def _coverage_columns(world: World, rows: Rows, sequence: int) -> Columns:
    coverages, patient, place = world.coverages, rows["patient"], rows["place"]
    person = world.patients.person[patient].astype(np.int64)
    if sequence == PRIMARY:
        spell, start, stop = place, coverages.spells.day[place], coverages.stop[place]
        payer, known = coverages.payer[place], coverages.known(place, person)
    else:
        spell = coverages.second_spell[place].astype(np.int64)
        start, stop = coverages.second_start[place], coverages.second_stop[place]
        payer, known = coverages.second_payer[place], coverages.second_known(place, person)
    payer = payer.astype(np.int64)
    told = known.astype(np.int64) + ANCHOR_DAY <= rows["known"]
    is_a = world.patients.hospital[patient] == 0
    ids = pa.concat_arrays(
        [patient_ids(0, world, patient[is_a]), patient_ids(1, world, patient[~is_a])]
    ).take(pa.array(np.argsort(np.argsort(~is_a, kind="stable"))))
    plan_count = np.array([len(item.plan_types) for item in PAYERS])
    first_plan = np.cumsum(plan_count) - plan_count
    plan = fixed_number(world.seed, "plan", 2**20, person, payer) % plan_count[payer]
    return {
        "coverage_id": coverage_ids(patient, coverages.ordinal(spell, person), sequence),
        "submitter_id": pick(HOSPITALS, world.patients.hospital[patient]),
        "patient_id": ids,
        "payer_id": pick([item.payer_id for item in PAYERS], payer),
        "plan_id": pick(_PLAN_IDS, first_plan[payer] + plan),
        "member_id": member_ids(world, patient, payer),
        "coverage_sequence": integers(np.full(len(patient), sequence)),
        "effective_from_date": dates(start.astype(np.int64) + ANCHOR_DAY),
        "effective_to_date": dates(
            stop.astype(np.int64) + ANCHOR_DAY - 1, np.where(told, rows["known"], ANCHOR_DAY - 9999)
        ),
    }


# --- staff --------------------------------------------------------------------------------------


def _staff_state(world: World, day: int) -> Iterator[Rows]:
    staff = world.staff
    yield {"staff": np.flatnonzero((staff.hired_day <= day) & (staff.left_day >= day))}


def _staff_changes(world: World, after: int, until: int) -> Rows:
    parts = []
    for day, is_new in ((world.staff.left_day, False), (world.staff.hired_day, True)):
        which = _within(day, after, until)
        parts.append(_change(day[which], is_new, staff=which))
    return _told(parts)


def _staff(world: World, rows: Rows) -> Columns:
    staff, number = world.staff, rows["staff"]
    return {
        "staff_id": staff_ids(number),
        "staff_name": pick(world.words.staff_names, number),
        "role": pick(staff.role, number),
        "team": pick(staff.team, number),
        "hired_date": dates(staff.hired_day[number]),
        "left_date": dates(staff.left_day[number], rows["known"]),
    }


REFERENCE_TABLES = (
    ReferenceTable("hospital_a_patients", _patient_state(0), _patients_a, _patient_changes(0)),
    ReferenceTable("hospital_a_providers", _provider_state(0), _providers_a, _provider_changes(0)),
    ReferenceTable("hospital_a_departments", _numbers(len(_DEPARTMENTS)), _departments_a),
    ReferenceTable("hospital_b_patients", _patient_state(1), _patients_b, _patient_changes(1)),
    ReferenceTable("hospital_b_providers", _provider_state(1), _providers_b, _provider_changes(1)),
    ReferenceTable("hospital_b_departments", _numbers(len(_DEPARTMENTS)), _departments_b),
    ReferenceTable(
        "billing_payers",
        lambda _world, _day: iter([{"payer": np.arange(len(PAYERS))}]),
        _payers,
        _payer_changes,
    ),
    ReferenceTable("billing_plans", _numbers(len(_PLANS)), _plans),
    ReferenceTable("billing_fee_schedules", _fee_state, _fee_schedules, _fee_changes),
    ReferenceTable("billing_coverages", _coverage_state, _coverages, _coverage_changes),
    ReferenceTable("billing_staff", _staff_state, _staff, _staff_changes),
)
"""Tables of the pools, told once and again where they change."""
