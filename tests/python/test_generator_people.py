"""People live: they move, marry, die, change and lose insurance, and their records follow."""

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from simulated_world import END, MONTHS, SIZE, START, arrivals, days, latest, of_blocks, world

from data_generator import parameters
from data_generator.arrays import NEVER
from data_generator.ids import coverage_ids, member_ids, patient_ids
from data_generator.parameters import HOSPITALS, PAYERS
from data_generator.pools import SELF_PAY, build_world
from data_generator.world_truth import changes, patient_persons

IDS = np.array([payer.payer_id for payer in PAYERS])
KEYS = {"hospital_a_patients": "patient_id", "hospital_b_patients": "mrn"}


@pytest.fixture(scope="module")
def coverages() -> pd.DataFrame:
    """Coverages with day numbers, told long enough to know of all lapses before the end."""
    frame = arrivals("billing_coverages", end=END + 120)
    frame = frame.drop_duplicates("coverage_id", keep="last").reset_index(drop=True)
    return frame.assign(
        first=days(frame["effective_from_date"]),
        last=days(frame["effective_to_date"]).fillna(NEVER),
    )


@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    """Encounters with the patient's and the coverage's id."""
    frame = of_blocks(
        "encounters", "hospital", "patient", "coverage", "payer", "secondary", "in_gap", "admit"
    )
    patient = frame["patient"].to_numpy()
    ids = np.array(coverage_ids(patient, frame["coverage"].to_numpy()).to_pylist())
    is_b = frame["hospital"].to_numpy() == 1
    return frame.assign(
        coverage_id=np.where(frame["payer"] == SELF_PAY, None, ids),
        patient_id=np.where(is_b, _mrns(1, patient), _mrns(0, patient)),
        submitter_id=np.array(HOSPITALS)[frame["hospital"]],
        payer_id=IDS[frame["payer"]],
        secondary_id=np.where(frame["secondary"] >= 0, IDS[frame["secondary"]], None),
    )


def _mrns(hospital: int, patient: Any) -> Any:
    low = world().patients.count_a if hospital else 0
    return np.array(patient_ids(hospital, world(), np.maximum(patient, low)).to_pylist())


# --- coverages ----------------------------------------------------------------------------------


def test_coverages_of_one_sequence_do_not_overlap(coverages: pd.DataFrame) -> None:
    assert (coverages["first"] <= coverages["last"]).all()
    ordered = coverages.sort_values("first")
    by_patient = ordered.groupby(["submitter_id", "patient_id", "coverage_sequence"])
    following = by_patient["first"].shift(-1)
    assert following.notna().sum() > 500
    assert (following.dropna() > ordered.loc[following.notna(), "last"]).all()


def test_a_visit_is_paid_by_the_payer_of_its_coverage(
    visits: pd.DataFrame, coverages: pd.DataFrame
) -> None:
    joined = visits.merge(
        coverages, on="coverage_id", how="left", suffixes=("", "_covered"), validate="m:1"
    )
    insured = joined["payer"] != SELF_PAY
    assert joined.loc[insured, "payer_id_covered"].eq(joined.loc[insured, "payer_id"]).all()
    assert joined.loc[insured, "patient_id_covered"].eq(joined.loc[insured, "patient_id"]).all()
    assert joined.loc[insured, "coverage_sequence"].eq(1).all()
    told = arrivals("billing_coverages").drop_duplicates("coverage_id")
    first_told = told.set_index("coverage_id")["arrival"].reindex(
        joined.loc[insured, "coverage_id"]
    )
    assert (first_told.to_numpy() <= joined.loc[insured, "admit"].to_numpy()).all()


def test_a_visit_is_in_a_gap_exactly_when_no_primary_coverage_has_its_day(
    visits: pd.DataFrame, coverages: pd.DataFrame
) -> None:
    for sequence, expected in ((1, ~visits["in_gap"]), (2, visits["secondary"] >= 0)):
        those = coverages[coverages["coverage_sequence"] == sequence]
        found = visits.reset_index().merge(those, on=["submitter_id", "patient_id"])
        found = found[found["admit"].between(found["first"], found["last"])].set_index("index")
        insured = visits["payer"] != SELF_PAY
        assert visits.index[insured].isin(found.index).tolist() == expected[insured].tolist()
        assert not visits.index[~insured].isin(found.index).any()
        named = visits["payer_id"] if sequence == 1 else visits["secondary_id"]
        assert found["payer_id_y"].eq(named.reindex(found.index)).all()
    insured = visits[visits["payer"] != SELF_PAY]
    assert insured["in_gap"].mean() == pytest.approx(0.02, abs=0.005)
    assert (insured["secondary"] >= 0).sum() > 500


def test_a_lapse_is_told_when_it_has_ended() -> None:
    told = arrivals("billing_coverages")
    ended = told[~told["is_new"] & (told["coverage_sequence"] == 1)]
    late = ended["arrival"] - days(ended["effective_to_date"]) - 1
    low, high = parameters.GAP_DAYS
    lapsed = late[late > 0]
    assert len(lapsed) > 300
    # a merger ends the lapses of its members at once
    assert lapsed.between(low, high).mean() > 0.99
    assert 0.25 < len(lapsed) / len(ended) < 0.75
    assert told.loc[told["is_new"] & (told["arrival"] > START), "effective_to_date"].isna().all()


def test_who_turns_65_comes_to_medicare() -> None:
    people, coverage = world().people, world().coverages
    person = np.arange(len(people.sex))
    for day in (START, END):
        alive = person[people.death_day > day]
        payer = coverage.on(alive, np.full(len(alive), day))["payer"]
        senior = np.isin([item.payer_class for item in PAYERS], ["medicare", "medicare_advantage"])
        age = (day - people.birth_day[alive]) / 365.25
        # coverage begins with the month of the birthday
        assert senior[payer[age > 65]].all()
        assert not senior[payer[age < 64.9]].any()


def test_the_mix_of_payers_stays_what_it_is() -> None:
    big = build_world(5, 6000)
    alive = np.flatnonzero(big.people.death_day > END)
    payer = big.coverages.on(alive, np.full(len(alive), START + 365))["payer"]
    share = pd.Series(np.bincount(payer, minlength=len(PAYERS)) / len(alive), IDS)
    classes = pd.Series([item.payer_class for item in PAYERS], IDS)
    wanted = pd.Series([item.claim_share for item in PAYERS], IDS)
    found, aim = share.groupby(classes).sum(), wanted.groupby(classes).sum()
    assert ((found - aim).abs() < 0.02).all(), found
    assert (found / aim).between(0.85, 1.15).all(), found


def test_about_seven_in_a_hundred_change_the_payer_each_year() -> None:
    # two years with two first days of January between their ends
    told = arrivals("billing_coverages", start=START + 60, end=START + 60 + 730)
    told = told[told["coverage_sequence"] == 1].drop_duplicates("coverage_id")
    primary = told.sort_values("effective_from_date")
    by_patient = primary.groupby(["submitter_id", "patient_id"])
    before = by_patient["payer_id"].shift()
    changed = before.notna() & (before != primary["payer_id"])
    changed &= ~((before == "P602") & (primary["payer_id"] == "P601"))
    rate = changed.sum() / by_patient.ngroups / 2
    assert rate == pytest.approx(0.07, abs=0.015)  # and one in a hundred to or from none
    january = primary.loc[changed, "effective_from_date"].dt.dayofyear.eq(1).mean()
    assert january > 0.5


def test_a_member_number_belongs_to_one_person_and_payer() -> None:
    patients = world().patients
    told = latest("billing_coverages", ["coverage_id"])
    persons = patient_persons(world()).to_pandas().rename(columns={"hospital_id": "submitter_id"})
    told = told.merge(persons, on=["submitter_id", "patient_id"], validate="m:1")
    assert len(told) == told["person_id"].notna().sum()
    assert told.groupby("member_id")[["person_id", "payer_id"]].nunique().eq(1).all(axis=None)
    assert told.groupby(["person_id", "payer_id"])["member_id"].nunique().eq(1).all()
    both = told.groupby("person_id")["submitter_id"].nunique()
    assert (both == 2).sum() > 50
    one = member_ids(world(), np.arange(3), np.zeros(3, dtype=int)).to_pylist()
    assert set(one) & set(told["member_id"]) <= set(one)
    assert len(patients.person) == len(persons)


# --- records ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "key"), KEYS.items())
def test_each_version_of_a_record_tells_something_new(name: str, key: str) -> None:
    told = arrivals(name)
    assert told.duplicated([key, "arrival"]).sum() == 0
    content = [column for column in told if column not in (key, "arrival", "is_new")]
    filled = told.fillna(dict.fromkeys(content, ""))
    before = filled.groupby(key)[content].shift()
    again = told.duplicated(key)
    assert again.sum() > 200
    assert (filled.loc[again, content] != before[again]).any(axis=1).mean() > 0.98
    fixed = [column for column in content if column.startswith(("birth", "dob", "sex", "gender",
                                                               "ssn"))]  # fmt: skip
    assert (filled.loc[again, fixed] == before.loc[again, fixed]).all(axis=None)


def test_people_change_as_often_as_the_parameters_say() -> None:
    told = arrivals("hospital_a_patients")
    filled = told.fillna("")
    before = filled.groupby("patient_id").shift()
    again = told.duplicated("patient_id")
    count = told["patient_id"].nunique() * 2
    for column, rate in (
        ("address_line", parameters.MOVES_A_YEAR),
        ("phone", parameters.PHONE_CHANGES_A_YEAR),
        ("last_name", parameters.NAME_CHANGES_A_YEAR * 0.6),
    ):
        changed = (filled[column] != before[column]) & again
        assert changed.sum() / count == pytest.approx(rate, rel=0.35), column
    assert (filled["last_name"] == before["last_name"])[again].mean() > 0.8


def test_a_death_shows_once_it_has_happened_and_stays() -> None:
    told = arrivals("hospital_a_patients")
    death = days(pd.to_datetime(told["death_date"], format="%m/%d/%Y"))
    dead = death.notna()
    assert (death[dead] <= told.loc[dead, "arrival"]).all()
    later = dead & (told["arrival"] > START)
    assert later.sum() > 20
    is_second = told["patient_id"].isin(_second_records())
    assert (death[later & ~is_second] == told.loc[later & ~is_second, "arrival"]).all()
    last = told.drop_duplicates("patient_id", keep="last").set_index("patient_id")
    assert last.loc[told.loc[dead, "patient_id"], "death_date"].notna().all()


def _second_records() -> list[str]:
    patients = world().patients
    number = np.flatnonzero(patients.is_second & (patients.hospital == 0))
    return patient_ids(0, world(), number).to_pylist()


def test_news_reach_hospital_b_within_two_months() -> None:
    patients = world().patients
    persons = patient_persons(world()).to_pandas()
    moves = {}
    for name, key in KEYS.items():
        street = "address_line" if key == "patient_id" else "street"
        told = arrivals(name, start=START - 400)
        told = told.rename(columns={key: "patient_id", street: "line"})
        before = told.groupby("patient_id")["line"].shift()
        moved = told[before.notna() & (before != told["line"])]
        moves[key] = moved.merge(persons, on="patient_id")
    joined = moves["patient_id"].merge(moves["mrn"], on=["person_id", "line"])
    joined = joined[~joined["patient_id_x"].isin(_second_records())]
    lag = joined["arrival_y"] - joined["arrival_x"]
    assert len(lag) > 20
    assert lag.between(0, parameters.RECORD_LAG_DAYS).all()
    assert lag.nunique() > 10
    assert (patients.lag[(patients.hospital == 0) & ~patients.is_second] == 0).all()


def test_some_people_have_two_records_at_one_hospital(visits: pd.DataFrame) -> None:
    patients = world().patients
    persons = patient_persons(world()).to_pandas()
    per_hospital = persons.groupby(["hospital_id", "person_id"]).size()
    assert (per_hospital == 2).mean() == pytest.approx(parameters.DUPLICATE_RECORD_SHARE, abs=0.001)
    assert per_hospital.max() == 2
    assert not persons.duplicated(["hospital_id", "patient_id"]).any()
    rows = arrivals("hospital_a_patients", end=START).merge(persons, on="patient_id")
    twice = rows[rows.duplicated("person_id", keep=False)].sort_values(["person_id", "patient_id"])
    first, second = twice.iloc[::2], twice.iloc[1::2]
    for column in ("birth_date", "ssn_last4", "sex"):
        assert (first[column].to_numpy() == second[column].to_numpy()).all()
    spelt = (first[["first_name", "last_name"]].to_numpy()
             != second[["first_name", "last_name"]].to_numpy()).any(axis=1)  # fmt: skip
    missing = first["email"].notna().to_numpy() & second["email"].isna().to_numpy()
    assert spelt.any() and missing.any() and not (spelt & missing).any()
    assert visits["patient"].isin(np.flatnonzero(patients.is_second)).sum() > 10


def test_nobody_is_seen_after_death(visits: pd.DataFrame) -> None:
    person = world().patients.person[visits["patient"]]
    assert (world().people.death_day[person] > visits["admit"]).all()
    assert (world().people.death_day < END).any()


# --- the answer key -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "entity", "key", "hospital"),
    [
        ("hospital_a_patients", "patient", "patient_id", "HOSPITAL_A"),
        ("hospital_b_patients", "patient", "mrn", "HOSPITAL_B"),
        ("hospital_a_providers", "provider", "provider_id", "HOSPITAL_A"),
        ("hospital_b_providers", "provider", "provider_code", "HOSPITAL_B"),
        ("billing_payers", "payer", "payer_id", None),
        ("billing_coverages", "coverage", "coverage_id", None),
        ("billing_staff", "staff", "staff_id", None),
    ],
)
def test_the_answer_key_tells_every_change(
    name: str, entity: str, key: str, hospital: str | None
) -> None:
    told = arrivals(name)
    content = [column for column in told if column not in (key, "arrival", "is_new")]
    text = told[content].astype(object).where(told[content].notna(), None)
    text = text.map(lambda value: "" if value is None else str(value).removesuffix(" 00:00:00"))
    before = text.groupby(told[key]).shift()
    again = told.duplicated(key)
    expected = [
        (told[key][row], int(told["arrival"][row]), column, before[column][row], text[column][row])
        for row in np.flatnonzero(again)
        for column in content
        if before[column][row] != text[column][row]
    ]
    truth = changes(world(), START, END).to_pandas(date_as_object=False).fillna("")
    mine = truth[(truth["entity"] == entity) & (truth["hospital_id"] == (hospital or ""))]
    found = zip(mine["entity_id"], days(mine["change_date"]).astype(int), mine["attribute"],
                mine["old_value"], mine["new_value"], strict=True)  # fmt: skip
    assert len(expected) > (0 if entity == "payer" else 3)
    assert sorted(found) == sorted(expected)


# --- size ---------------------------------------------------------------------------------------


def _bytes(value: object) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    if is_dataclass(value):
        return sum(_bytes(getattr(value, item.name)) for item in fields(value))
    return 0


def test_a_person_takes_no_more_than_a_hundred_bytes() -> None:
    big = build_world(3, 10_000)
    pools = _bytes(big.people) + _bytes(big.patients) + _bytes(big.coverages)
    assert pools / len(big.people.sex) < 100
    assert len(MONTHS) * SIZE == len(of_blocks("accounts", "payer"))
