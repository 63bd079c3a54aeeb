"""Claims that clearinghouse or payer send back: resubmitted as originals, or lost for good."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_generator import REJECTIONS, Tables, read_tables

from data_generator import parameters
from data_generator.arrays import NEVER, Array, business_day, day_number, stream, weekday
from data_generator.billing import bill, draw_staff
from data_generator.generate import generate
from data_generator.manifest import Options
from data_generator.pools import World, build_world
from data_generator.stories import Stories
from data_generator.visits import Block, make_visits
from ingestion.contract import load_contract

MONTH = 202403
SIZE = 40_000
END = pd.Timestamp("2025-12-31")
PAYER_CATEGORIES = REJECTIONS - {"A3"}


@pytest.fixture(scope="module")
def world() -> World:
    """A world large enough for shares of shares, without stories."""
    return build_world(5, SIZE)


def billed(world: World) -> Block:
    """One month of accounts that were billed and sent."""
    block = make_visits(world, MONTH, 0, 0, SIZE)
    bill(world, block)
    return block


@pytest.fixture(scope="module")
def block(world: World) -> Block:
    """Accounts that were billed and sent."""
    return billed(world)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Two years, long enough for claims to be rejected twice and for limits to pass."""
    out = tmp_path_factory.mktemp("rejections") / "raw"
    generate(Options(24, 600, 3, END.date()), out, "parquet", load_contract())
    return read_tables(out)


@pytest.fixture(scope="module")
def statuses(tables: Tables) -> pd.DataFrame:
    """277CA statuses with their claim version."""
    return tables["clearinghouse_claim_acknowledgements"].merge(
        tables["clearinghouse_claims"], on="claim_id"
    )


@pytest.fixture(scope="module")
def abandoned(tables: Tables, statuses: pd.DataFrame) -> "pd.Series[int]":
    """Charges by account whose last version was rejected long ago and never followed by another."""
    last = tables["clearinghouse_claims"].sort_values("claim_id")
    last = last.drop_duplicates("patient_control_number", keep="last")
    rejected = statuses.loc[statuses["status_category_code"].isin(REJECTIONS), "claim_id"]
    old = last["submitted_date"] < END - pd.Timedelta(days=30)
    lost = last[last["claim_id"].isin(rejected) & old]
    return lost.set_index("patient_control_number")["billed_amount"]


def test_shares_of_rejections_are_the_parameters(block: Block) -> None:
    accounts = block.accounts
    insured = accounts["filing_limit"] < NEVER
    attempts = accounts["version"] - (~accounts["is_abandoned"])  # rejections of each account
    rejected = attempts[insured] > 0
    assert rejected.mean() == pytest.approx(parameters.REJECTION_SHARE, rel=0.12)
    twice = attempts[insured][rejected] > 1
    assert twice.mean() == pytest.approx(parameters.SECOND_REJECTION_SHARE, rel=0.35)
    lost = accounts["is_abandoned"][insured][rejected].mean()
    assert lost == pytest.approx(parameters.ABANDONED_SHARE, rel=0.6)


def test_clearinghouse_rejects_as_a3_and_payers_as_a6_a7_or_a8(statuses: pd.DataFrame) -> None:
    rejected = statuses[statuses["action_code"] == "U"]
    by_house = rejected[rejected["acknowledgement_source"] == "clearinghouse"]
    by_payer = rejected[rejected["acknowledgement_source"] == "payer"]
    assert set(by_house["status_category_code"]) == {"A3"}
    assert set(by_payer["status_category_code"]) == PAYER_CATEGORIES
    for category, codes in parameters.REJECTION_STATUS_CODES.items():
        found = rejected.loc[rejected["status_category_code"] == category, "status_code"]
        assert set(found) <= set(codes), category
    # what a payer rejects has passed the clearinghouse on an earlier day or the same
    passed = statuses[statuses["status_category_code"] == "A1"].set_index("claim_id")
    first = passed["acknowledged_date"].reindex(by_payer["claim_id"])
    assert (first.to_numpy() <= by_payer["acknowledged_date"].to_numpy()).all()
    assert not by_house["claim_id"].isin(passed.index).any()


def test_a_rejected_version_is_never_remitted_nor_numbered_by_the_payer(
    tables: Tables, statuses: pd.DataFrame
) -> None:
    rejected = statuses[statuses["action_code"] == "U"]
    assert rejected["payer_claim_control_number"].isna().all()
    numbers = statuses.dropna(subset="payer_claim_control_number")
    assert not numbers["claim_id"].isin(rejected["claim_id"]).any()
    # a claim that Medicare itself passes on to a second payer (status 2) has no 277CA of ours
    remitted = tables["clearinghouse_remittance_claims"].query("claim_status_code in ('1', '19')")
    remitted = remitted["payer_claim_control_number"]
    assert remitted.isin(numbers["payer_claim_control_number"]).all()


def test_versions_are_contiguous_and_resubmissions_are_originals(
    tables: Tables, statuses: pd.DataFrame
) -> None:
    claims = tables["clearinghouse_claims"].sort_values("claim_id", ignore_index=True)
    grouped = claims.groupby("patient_control_number")
    version = claims["claim_id"].str.rsplit("-", n=1).str[1].astype(int)
    assert (version == grouped.cumcount() + 1).all()
    assert version.max() >= 3
    before = grouped["claim_id"].shift()
    rejected = statuses.loc[statuses["action_code"] == "U"].set_index("claim_id")
    follows = before.isin(rejected.index)
    assert (claims.loc[follows, "frequency_code"] == "1").all()
    assert claims.loc[follows, "original_reference_number"].isna().all()
    day = rejected["acknowledged_date"].reindex(before[follows])
    assert (day.to_numpy() < claims.loc[follows, "submitted_date"].to_numpy()).all()
    # a second rejection, then an acceptance or the end
    assert before[claims["claim_id"].isin(rejected.index)].isin(rejected.index).any()


def test_abandoned_claims_have_no_remittance_and_are_written_off_past_the_limit(
    tables: Tables, abandoned: "pd.Series[int]"
) -> None:
    assert len(abandoned) >= 3
    remitted = tables["clearinghouse_remittance_claims"]["patient_control_number"]
    assert not abandoned.index.isin(remitted).any()
    claims = tables["clearinghouse_claims"].drop_duplicates("patient_control_number")
    claims = claims.set_index("patient_control_number").loc[abandoned.index]
    limits = tables["billing_payers"].set_index("payer_id")["timely_filing_limit_days"]
    days = pd.to_timedelta(limits.reindex(claims["payer_id"]).astype(int).to_numpy(), "D")
    limit = claims["statement_to_date"] + days
    adjusted = tables["billing_account_adjustments"].set_index("account_number")
    mine = adjusted[adjusted.index.isin(abandoned.index)]
    assert len(mine)
    assert (mine["adjustment_type"] == "denial_writeoff").all()
    assert (mine["amount"] == abandoned.reindex(mine.index)).all()
    assert (mine["post_date"] > limit.reindex(mine.index)).all()


def test_abandoned_claims_are_not_accepted(block: Block) -> None:
    accounts = block.accounts
    gone = accounts["is_abandoned"]
    assert gone.any()
    assert (accounts["accepted"][gone] == NEVER).all()
    insured = accounts["filing_limit"] < NEVER
    assert (accounts["accepted"][insured & ~gone] < NEVER).all()
    assert not (gone & accounts["is_late"]).any()


def test_claims_are_late_exactly_when_they_leave_past_the_limit(block: Block) -> None:
    accounts = block.accounts
    past = accounts["accepted_submitted"] > accounts["filing_limit"]
    assert (accounts["is_late"] == (past & ~accounts["is_abandoned"])).all()
    assert accounts["is_late"].any()


class Outage(Stories):
    """No claim leaves between two days."""

    first = (dt.date(2024, 3, 11) - dt.date(1970, 1, 1)).days
    last = first + 5  # a Saturday

    def submission_day(self, day: Array) -> Array:
        """The day after the outage for days within it."""
        return np.where((day >= self.first) & (day <= self.last), self.last + 1, day)


def test_no_version_leaves_during_an_outage_or_on_a_weekend(world: World, block: Block) -> None:
    stories = Outage()
    other = make_visits(replace(world, stories=stories), MONTH, 0, 0, SIZE)
    events = bill(replace(world, stories=stories), other)
    claims, accounts = events["claims"], other.accounts
    for day in (claims["day"], accounts["submitted"], accounts["accepted_submitted"]):
        assert not ((day >= stories.first) & (day <= stories.last)).any()
        assert (weekday(day) < 5).all()
    usual = block.accounts["submitted"]
    held = (usual >= stories.first) & (usual <= stories.last)
    resumed = business_day(np.array([stories.last + 1]))[0]
    assert (accounts["submitted"][held] == resumed).all()
    assert held.sum() > 1000
    assert (accounts["submitted"][~held] == usual[~held]).all()
    again = claims["version"] > 1
    assert (claims["day"][again] == resumed).sum() > 10


@pytest.mark.parametrize("role", ["biller", "coder"])
def test_staff_is_drawn_evenly_from_those_who_are_there(world: World, role: str) -> None:
    staff = world.staff
    of_role = np.array(staff.role) == role
    for year in (2020, 2025, 2032):
        day = day_number(dt.date(year, 3, 2))
        there = np.flatnonzero(of_role & (staff.hired_day <= day) & (day <= staff.left_day))
        size = 1000 * len(there)
        drawn = draw_staff(world, stream(1, "test"), role, size, np.full(size, day))
        assert set(drawn) == set(there)
        counts = np.bincount(drawn)[there]
        assert counts.min() > 0.85 * counts.mean()
    left = staff.left_day[of_role]
    assert (left < day_number(dt.date(2032, 3, 2))).any()  # else nobody was ever replaced


def test_a_block_is_the_same_each_time(world: World, block: Block) -> None:
    again = billed(world)
    for name, values in block.accounts.items():
        assert (again.accounts[name] == values).all(), name
