"""Fees, prices, payers, providers and staff change on their days, and nothing else does."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from simulated_world import (
    END,
    MONTHS,
    SIZE,
    START,
    TABLES,
    arrivals,
    blocks,
    days,
    latest,
    of_blocks,
    world,
)

from data_generator import catalogue, parameters
from data_generator.arrays import NEVER, day_number
from data_generator.contracts import PERIOD_STARTS
from data_generator.lives import simulate_block
from data_generator.parameters import HOSPITALS, PAYERS
from data_generator.pools import build_world
from data_generator.table import Columns
from data_generator.workforce import make_providers

FEE_KEY = ["payer_id", "submitter_id", "claim_type", "service_code", "effective_from_date"]
IDS = [payer.payer_id for payer in PAYERS]


@pytest.fixture(scope="module")
def fees() -> pd.DataFrame:
    """The fee schedules as last told, in cents and day numbers."""
    frame = latest("billing_fee_schedules", FEE_KEY)
    return frame.assign(
        cents=(frame["allowed_amount"].astype(float) * 100).round().astype(int),
        first=days(frame["effective_from_date"]),
        last=days(frame["effective_to_date"]).fillna(NEVER),
    )


def test_schedules_of_a_payer_follow_one_another_without_gap_or_overlap(fees: pd.DataFrame) -> None:
    ordered = fees.sort_values(["first"])
    by_code = ordered.groupby(FEE_KEY[:-1])
    following = by_code["first"].shift(-1)
    assert (following.dropna() == ordered.loc[following.notna(), "last"] + 1).all()
    assert (ordered.loc[following.isna(), "last"] == NEVER).all()
    assert by_code["first"].min().le(START).all()
    starts = fees.groupby("payer_id")["first"].nunique()
    assert starts["P103"] == starts["P302"] == starts["P101"] + 2
    merged = world().payers.merged_day
    assert (starts == 1).sum() == (np.array(merged) < day_number(dt.date(2025, 1, 1))).sum()


def test_charges_have_the_price_and_the_fee_in_force_on_their_day(fees: pd.DataFrame) -> None:
    lines = of_blocks("lines", "account", "item", "units", "charge", "allowed", "service")
    accounts = of_blocks("accounts", "payer", "hospital")
    sizes = [block.size for block in blocks()]
    offset = np.repeat(np.cumsum(sizes) - sizes, [len(block.lines["item"]) for block in blocks()])
    owner = accounts.iloc[lines["account"] + offset].reset_index(drop=True)
    items = catalogue.ITEMS
    lines["payer_id"] = np.array(IDS)[owner["payer"]]
    lines["submitter_id"] = np.array(HOSPITALS)[owner["hospital"]]
    lines["claim_type"] = np.array([item.claim_type for item in items])[lines["item"]]
    lines["service_code"] = np.array([item.service_code for item in items])[lines["item"]]
    priced = lines.merge(fees, on=FEE_KEY[:-1])
    priced = priced[priced["service"].between(priced["first"], priced["last"])]
    # a stay of the last month may be served after the last day up to which fees were asked for
    assert len(priced) == len(lines)
    assert (priced["allowed"] == priced["cents"] * priced["units"]).all()
    assert (priced["allowed"] < priced["charge"]).all()
    unit = lines["charge"] // lines["units"]
    year = pd.to_datetime(lines["service"], unit="D")
    half = year.dt.year * 2 + (year.dt.month >= 7)
    prices = unit.groupby([lines["submitter_id"], lines["item"], half]).nunique()
    assert (prices == 1).all()


def test_prices_rise_in_july_and_fees_on_their_payers_days() -> None:
    contracts = world().contracts
    before, after = contracts.price[:-1], contracts.price[1:]
    july = np.arange(1, len(PERIOD_STARTS)) % 2 == 1
    assert (after[~july] == before[~july]).all()
    rise = after[july].sum(axis=(1, 2)) / before[july].sum(axis=(1, 2)) - 1
    low, high = parameters.PRICE_RISE
    assert ((rise > low - 0.003) & (rise < high + 0.003)).all()
    assert (after >= before).all()
    changed = (contracts.fee[1:] != contracts.fee[:-1]).any(axis=(2, 3))
    in_july = {IDS[index] for index in np.flatnonzero(changed[july].any(axis=0))}
    assert in_july == {*parameters.MIDYEAR_PAYERS, "SELF"}
    assert (contracts.fee < contracts.price[:, None]).all()
    assert (contracts.fee > 0).all()


def test_a_new_schedule_is_announced_with_the_end_of_the_old_one() -> None:
    told = arrivals("billing_fee_schedules")
    later = told[told["arrival"] > START]
    notice = days(later["effective_from_date"]) - later["arrival"]
    assert (notice[later["is_new"]] == parameters.NOTICE_DAYS).all()
    ended = later[~later["is_new"]]
    assert (days(ended["effective_to_date"]) + 1 - ended["arrival"] == 30).all()
    assert later["effective_to_date"].isna().eq(later["is_new"]).all()
    assert len(ended) == later["is_new"].sum()


# --- payers -------------------------------------------------------------------------------------


def test_a_merger_sends_new_visits_to_the_successor() -> None:
    payers = world().payers
    gone = IDS.index("P602")
    day = payers.merged_day[gone]
    assert START < day < END
    visits = of_blocks("encounters", "payer", "admit")
    of_gone = visits[visits["payer"] == gone]
    assert len(of_gone) > 30
    assert (of_gone["admit"] < day).all()
    rows = latest("billing_payers", ["payer_id"]).set_index("payer_id")
    assert rows["merged_into_payer_id"].dropna().to_dict() == {"P602": "P601"}
    coverages = latest("billing_coverages", ["coverage_id"])
    members = coverages[coverages["payer_id"] == "P602"]
    assert days(members["effective_to_date"]).lt(day).all()
    left = members.loc[days(members["effective_to_date"]) == day - 1, "patient_id"]
    begun = coverages[
        (days(coverages["effective_from_date"]) == day) & (coverages["coverage_sequence"] == 1)
    ]
    assert len(left) > 15
    assert begun.set_index("patient_id")["payer_id"].reindex(left).eq("P601").all()


def test_payers_have_the_name_of_the_day() -> None:
    told = arrivals("billing_payers")
    renamed = told[(told["arrival"] > START) & told["merged_into_payer_id"].isna()]
    assert renamed["payer_name"].tolist() == ["Granite Peak Health"]
    day = renamed["arrival"].iloc[0]
    checks = pd.DataFrame()
    for month in MONTHS[12:]:
        rows = simulate_block(world(), month, 0, 0, SIZE)["remittance_claims"]
        part = pd.DataFrame({"payer": rows["payer"], "day": rows["day"]})
        checks = pd.concat([checks, part[part["payer"] == IDS.index("P105")]])
    place = world().payers.name_place(checks["payer"].to_numpy(), checks["day"].to_numpy())
    assert ((place >= len(PAYERS)) == (checks["day"] >= day)).all()
    assert 0.2 < (checks["day"] >= day).mean() < 0.9


# --- providers and staff ------------------------------------------------------------------------


@pytest.mark.parametrize("hospital", ["a", "b"])
def test_encounters_are_with_providers_of_the_department_on_that_day(hospital: str) -> None:
    name, key = f"hospital_{hospital}_providers", "provider_id" if hospital == "a" else None
    key = key or "provider_code"
    department = "department_id" if hospital == "a" else "dept_code"
    told = arrivals(name).sort_values("arrival", kind="stable")
    visits = of_blocks("encounters", "hospital", "provider", "department", "admit", "patient")
    visits = visits[visits["hospital"] == (hospital == "b")]
    table = TABLES[f"hospital_{hospital}_departments"]
    rendered: Columns = table.render(world(), {"number": np.arange(len(catalogue.DEPARTMENTS))})
    ids = rendered[department].to_pylist()
    visits["id"] = np.array(ids)[visits["department"] % len(ids)]
    providers = np.array(
        TABLES[name]
        .render(
            world(),
            {"provider": visits["provider"].to_numpy(), "known": visits["admit"].to_numpy()},
        )[key]
        .to_pylist()
    )
    visits[key] = providers
    joined = pd.merge_asof(
        visits.sort_values("admit"), told, left_on="admit", right_on="arrival", by=key
    )
    assert (joined["id"] == joined[department]).all()
    moved = told[(told["arrival"] > START)]
    assert len(moved) > 1
    assert moved[key].isin(told.loc[told["arrival"] == START, key]).all()


@pytest.mark.parametrize("seed", range(20))
def test_every_department_keeps_providers_in_every_state(seed: int) -> None:
    providers = make_providers(seed, world().providers.npi)
    assert (providers.count > 0).all()
    assert (providers.department[1:] != providers.department[:-1]).sum(axis=1).max() == 1
    at = providers.department // len(catalogue.DEPARTMENTS)
    assert (at == providers.hospital).all()
    assert (np.diff(providers.change_day) > 0).all()


def test_people_work_while_they_are_employed_and_seats_stay_filled() -> None:
    staff = world().staff
    for month in MONTHS[::4]:
        rows = simulate_block(world(), month, 0, 0, SIZE)["work_items"]
        mine = rows["staff"] >= 0
        person, day = rows["staff"][mine], rows["day"][mine]
        assert (staff.hired_day[person] <= day).all()
        assert (staff.left_day[person] >= day).all()
    today = np.arange(START, END, 30)
    there = (staff.hired_day[:, None] <= today) & (staff.left_day[:, None] >= today)
    # a seat may be empty over a weekend
    assert (there.sum(axis=0) >= sum(parameters.STAFF_ROLES.values()) - 1).all()
    told = arrivals("billing_staff")
    assert told.loc[told["arrival"] == START, "left_date"].isna().all()
    later = told[told["arrival"] > START]
    assert set(days(later["left_date"].dropna())) == set(later.loc[~later["is_new"], "arrival"])
    assert later["is_new"].sum() == (~later["is_new"]).sum() > 4
    assert (
        days(later.loc[later["is_new"], "hired_date"]) == later.loc[later["is_new"], "arrival"]
    ).all()


# --- versions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_an_earlier_end_tells_the_same_up_to_it(name: str) -> None:
    whole = arrivals(name)
    cut = START + 400
    assert whole["arrival"].is_monotonic_increasing
    pd.testing.assert_frame_equal(
        arrivals(name, end=cut), whole[whole["arrival"] <= cut].reset_index(drop=True)
    )


@pytest.mark.parametrize("name", TABLES)
def test_since_a_day_tells_only_the_rest(name: str) -> None:
    whole = arrivals(name)
    since = START + 77
    rest = whole[whole["arrival"] > since].reset_index(drop=True)
    told = arrivals(name, since=since)
    assert len(told) == len(rest)
    if len(rest):
        order = ["arrival", *[column for column in rest if column != "arrival"]]
        pd.testing.assert_frame_equal(
            told.sort_values(order, ignore_index=True),
            rest.sort_values(order, ignore_index=True),
            check_dtype=False,
        )


@pytest.mark.parametrize("name", TABLES)
def test_a_later_start_tells_the_state_that_has_come_about(name: str) -> None:
    start = START + 200
    state = arrivals(name, start=start, end=start).drop(columns=["arrival", "is_new"])
    earlier = arrivals(name, end=start)
    key = list(earlier.columns[:1])
    if name == "billing_fee_schedules":
        key = FEE_KEY
    told = earlier.drop_duplicates(key, keep="last").drop(columns=["arrival", "is_new"])
    shared = state.merge(told, on=key, how="left", indicator=True)
    assert (shared["_merge"] == "both").all()
    pd.testing.assert_frame_equal(
        state.sort_values(key, ignore_index=True),
        told.merge(state[key], on=key).sort_values(key, ignore_index=True),
    )


def test_the_same_seed_gives_the_same_world_and_another_one_another() -> None:
    for name in ("billing_coverages", "hospital_b_patients", "billing_staff"):
        table = TABLES[name]
        told = [
            [
                table.render(item, rows | {"known": rows["arrival"]})
                for rows in table.later_versions(item, START, START + 100)
            ]
            for item in (world(), build_world(11, SIZE), build_world(12, SIZE))
        ]
        assert told[0] == told[1]
        assert told[0] != told[2]
