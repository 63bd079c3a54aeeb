"""Denials have causes that show elsewhere: lapsed coverage, missing numbers, mistakes, stories."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from test_generator import NOT_DENIALS, Tables, read_tables, remitted

from data_generator import catalogue, causes, parameters
from data_generator.arrays import NEVER, Array, Rows
from data_generator.billing import bill
from data_generator.denials import REASONS, draw_denials
from data_generator.generate import generate
from data_generator.lives import simulate_block
from data_generator.manifest import Options
from data_generator.parameters import PAYERS
from data_generator.pools import SELF_PAY, World, build_world
from data_generator.rejections import is_adjudicated
from data_generator.stories import Stories
from data_generator.visits import Block, make_visits
from data_generator.work_items import early_touches
from ingestion.contract import load_contract

MONTH = 202403
SIZE = 50_000
SMALL_SIZE = 1500
SIGMAS = 3.5
END = pd.Timestamp("2025-12-31")
CATEGORY = np.array([item.category for item in REASONS])
GROUP = np.array([item.group for item in REASONS])
CARC = np.array([item.carc for item in REASONS])


@dataclass(frozen=True)
class Decided:
    """A block up to the payers' first decisions."""

    block: Block
    touches: Rows
    is_sent: Array
    """Accounts that a payer decides on."""


def decide(world: World, month: int, size: int) -> Decided:
    """Visits, bills, touches and denials of one month."""
    block = make_visits(world, month, 0, 0, size)
    events = bill(world, block)
    touches = early_touches(world, block, events)
    draw_denials(world, block)
    return Decided(block, touches, is_adjudicated(block.accounts))


@pytest.fixture(scope="module")
def world() -> World:
    """A large world without stories."""
    return build_world(9, SIZE)


@pytest.fixture(scope="module")
def decided(world: World) -> Decided:
    """One month of a large world."""
    return decide(world, MONTH, SIZE)


@pytest.fixture(scope="module")
def small_months() -> pd.DataFrame:
    """Accounts of two years of 1,500 a month that payers decided on."""
    world = build_world(9, SMALL_SIZE)
    frames = []
    for place in range(24):
        found = decide(world, 202401 + place % 12 + 100 * (place // 12), SMALL_SIZE)
        names = ("payer", "denied", "reason", "cause", "is_late", "needs_authorization",
                 "is_authorized")  # fmt: skip
        frame = pd.DataFrame({name: found.block.accounts[name] for name in names})
        frames.append(frame[found.is_sent])
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """A year of a set as it is delivered."""
    out = tmp_path_factory.mktemp("causes") / "raw"
    generate(Options(12, 600, 3, END.date()), out, "parquet", load_contract())
    return read_tables(out)


def near(share: float, count: int, sigmas: float = SIGMAS) -> object:
    """A share of `count` draws, up to chance."""
    return pytest.approx(share, abs=sigmas * (share * (1 - share) / count) ** 0.5)


# --- coverage, authorization, late filing -------------------------------------------------------


def test_lapsed_coverage_is_denied_for_eligibility(decided: Decided) -> None:
    accounts = decided.block.accounts
    gap = decided.is_sent & accounts["in_gap"] & ~accounts["is_late"]
    reason = accounts["reason"][gap]
    caused = accounts["cause"][gap] == causes.GAP
    assert caused.mean() == near(parameters.COVERAGE_GAP_DENIAL, gap.sum())
    assert (CATEGORY[reason[caused]] == "eligibility").all()
    covered = decided.is_sent & ~accounts["in_gap"]
    eligibility = np.isin(accounts["reason"][covered], np.flatnonzero(CATEGORY == "eligibility"))
    assert eligibility.mean() < 0.02


def test_authorization_denials_are_of_claims_that_lack_a_needed_number(decided: Decided) -> None:
    accounts = decided.block.accounts
    missing = accounts["needs_authorization"] & ~accounts["is_authorized"] & decided.is_sent
    denied = accounts["reason"] == REASONS.index(
        next(item for item in REASONS if item.category == "authorization")
    )
    assert not (denied & ~missing).any()
    other = accounts["is_late"] | accounts["in_gap"]
    share = denied[missing & ~other].mean()
    assert share == near(parameters.MISSING_AUTHORIZATION_DENIAL, (missing & ~other).sum())


def test_who_needs_a_number_is_in_the_table(decided: Decided) -> None:
    accounts = decided.block.accounts
    needed: dict[str, set[str]] = {}
    for payer, family in {*zip(accounts["payer"][accounts["needs_authorization"]].tolist(),
                               accounts["family"][accounts["needs_authorization"]].tolist(),
                               strict=True)}:  # fmt: skip
        needed.setdefault(PAYERS[payer].payer_class, set()).add(catalogue.FAMILIES[family])
    table = parameters.PRIOR_AUTHORIZATION_FAMILIES
    assert needed == {name: set(families) for name, families in table.items() if families}
    assert len(table["medicare"]) < len(table["commercial"]) < len(table["medicare_advantage"])


def test_claims_that_need_no_number_mostly_carry_none(decided: Decided) -> None:
    accounts = decided.block.accounts
    carried, needed = accounts["is_authorized"], accounts["needs_authorization"]
    insured = accounts["payer"] != SELF_PAY
    unneeded = carried[insured & ~needed]
    assert unneeded.mean() == near(parameters.UNNEEDED_AUTHORIZATION_SHARE, len(unneeded))
    assert not carried[~insured].any()
    for family, share in parameters.MISSING_AUTHORIZATION_SHARES.items():
        mine = ~carried[needed & (accounts["family"] == catalogue.FAMILIES.index(family))]
        assert mine.mean() == near(share, len(mine)), family


def test_the_line_that_needed_the_number_is_denied(decided: Decided) -> None:
    accounts, lines = decided.block.accounts, decided.block.lines
    caused = accounts["cause"] == causes.AUTHORIZATION
    assert lines["denied"][accounts["first_line"][caused]].all()
    partial = caused & (accounts["lines"] > 1)
    kept = np.bincount(lines["account"], weights=~lines["denied"])
    assert (kept[partial & ~accounts["fully_denied"]] > 0).all()


def test_late_claims_are_denied_whole_for_it_and_no_others(decided: Decided) -> None:
    accounts, lines = decided.block.accounts, decided.block.lines
    late = accounts["is_late"]
    assert late.sum() > 20
    assert ((CATEGORY[accounts["reason"]] == "timely_filing") & accounts["denied"] == late).all()
    assert lines["denied"][late[lines["account"]]].all()


def test_self_pay_and_abandoned_claims_are_not_denied(decided: Decided) -> None:
    accounts = decided.block.accounts
    unsent = (accounts["payer"] == SELF_PAY) | accounts["is_abandoned"]
    assert (unsent == ~decided.is_sent).all()
    assert accounts["is_abandoned"].any()
    assert not accounts["denied"][unsent].any()
    assert (accounts["cause"][unsent] == causes.NONE).all()
    assert (accounts["reason"][unsent] == -1).all()


def test_a_second_coverage_forbids_denials_that_bill_the_patient(
    decided: Decided, world: World
) -> None:
    accounts = decided.block.accounts
    second = accounts["secondary"] >= 0
    denied = accounts["denied"]
    assert (second & denied).sum() > 100
    assert (GROUP[accounts["reason"][second & denied]] == "CO").all()
    assert (GROUP[accounts["reason"][~second & denied]] == "PR").any()


# --- mistakes -----------------------------------------------------------------------------------


def test_mistakes_cause_denials_of_their_kind(decided: Decided) -> None:
    accounts, touches = decided.block.accounts, decided.touches
    reason = accounts["reason"]
    by_biller = accounts["cause"] == causes.BILLER_MISTAKE
    by_coder = accounts["cause"] == causes.CODER_MISTAKE
    assert by_biller.sum() > 100
    assert by_coder.sum() > 20
    registration = np.isin(CARC, parameters.REGISTRATION_CARCS) & (CATEGORY == "eligibility")
    allowed = np.flatnonzero((CATEGORY == "missing_info") | registration)
    assert set(reason[by_biller]) == set(allowed)
    assert set(CATEGORY[reason[by_coder]]) == {"coding", "bundling"}
    wrong = touches["account"][touches["is_error"]]
    assert np.isin(np.flatnonzero(by_biller | by_coder), wrong).all()


def test_wrong_touches_cause_denials_at_their_share(decided: Decided, world: World) -> None:
    accounts, touches = decided.block.accounts, decided.touches
    wrong = touches["account"][touches["is_error"]]
    once = np.flatnonzero(np.bincount(wrong, minlength=SIZE) == 1)
    share = (accounts["mistake"][once] != causes.NONE).mean()
    assert share == near(parameters.MISTAKE_DENIAL, len(once))
    threatened = (accounts["mistake"] != causes.NONE) & decided.is_sent
    assert accounts["denied"][threatened].all()
    assert touches["is_error"].mean() == pytest.approx(world.staff.error_rate.mean(), rel=0.3)
    assert touches["is_blamed"].sum() == (accounts["mistake"] != causes.NONE).sum()
    assert touches["is_error"][touches["is_blamed"]].all()


def test_found_mistakes_name_the_denied_claim(tables: Tables) -> None:
    work = tables["billing_work_items"].merge(
        tables["billing_staff"][["staff_id", "role"]], on="staff_id"
    )
    named = work.dropna(subset="denied_claim_id")
    assert set(named["work_type"]) == {"billing", "edit_resolution"}
    assert set(named["role"]) == {"biller", "coder"}
    assert named["is_error"].all()
    numbers = tables["clearinghouse_claim_acknowledgements"].dropna(
        subset="payer_claim_control_number"
    )
    denials = remitted(tables)
    denials = denials[~denials["carc"].isin(NOT_DENIALS)]
    claims = tables["clearinghouse_remittance_claims"]
    denials = denials.merge(
        claims[["remittance_claim_id", "payer_claim_control_number", "claim_status_code"]],
        on="remittance_claim_id",
    ).merge(numbers[["claim_id", "payer_claim_control_number"]], on="payer_claim_control_number")
    first = denials.sort_values("payment_date").drop_duplicates("claim_id").set_index("claim_id")
    mine = first.reindex(named["denied_claim_id"])
    account = mine["patient_control_number"].to_numpy()
    assert (account == named["account_number"].to_numpy()).all()
    categories = {(item.group, item.carc): item.category for item in REASONS}
    category = [categories[key] for key in zip(mine["group_code"], mine["carc"], strict=True)]
    right = {
        "biller": {"missing_info", "eligibility"},
        "coder": {"coding", "bundling"},
    }
    assert all(found in right[role] for found, role in zip(category, named["role"], strict=True))
    assert (mine["payment_date"].to_numpy() < named["found_wrong_date"].to_numpy()).all()
    assert (named["worked_date"].to_numpy() < mine["payment_date"].to_numpy()).all()


def test_a_work_item_is_told_again_once_it_is_found_wrong(world: World) -> None:
    rows = simulate_block(world, MONTH, 0, 0, 4000)["work_items"]
    caused = rows["denied_version"] > 0
    assert caused.any()
    assert (rows["found"][caused] < NEVER).all()
    told = np.unique(rows["account"][caused], return_counts=True)[1]
    assert (told == 2).all()
    first = caused & (rows["known"] == rows["day"])
    assert (rows["found"][first] > rows["known"][first]).all()
    keys = rows["account"][first] * 100 + rows["ordinal"][first]
    assert len(np.unique(keys)) == len(keys)


class Hopeless(Stories):
    """Whoever touches a claim gets it wrong."""

    def error_rate(self, staff: Array, day: Array, usual: Array) -> Array:
        """Always."""
        return np.ones(len(staff))


def test_one_touch_of_an_account_is_blamed_the_last_wrong_one(world: World) -> None:
    found = decide(replace(world, stories=Hopeless()), MONTH, 5000)
    touches = found.touches
    account, blamed = touches["account"], touches["is_blamed"]
    assert np.bincount(account).max() > 1
    assert np.bincount(account[blamed]).max() == 1
    mistake = found.block.accounts["mistake"]
    assert (np.flatnonzero(mistake != causes.NONE) == np.sort(account[blamed])).all()
    assert not found.block.accounts["is_usual_mistake"][mistake == causes.NONE].any()


# --- what is left to chance ---------------------------------------------------------------------


def test_denial_rates_of_payers_are_their_parameters(small_months: pd.DataFrame) -> None:
    for payer, mine in small_months.groupby("payer"):
        item = PAYERS[int(str(payer))]
        rate = mine["denied"].mean()
        assert rate == near(item.denial_rate, len(mine)), item.payer_id
        caused = (mine["cause"] != causes.NONE).mean()
        assert 0.01 < caused < item.denial_rate, item.payer_id


def test_only_causes_lead_to_authorization_and_late_filing(small_months: pd.DataFrame) -> None:
    category = pd.Series(CATEGORY[small_months["reason"]]).where(small_months["denied"])
    asked = small_months["needs_authorization"] & ~small_months["is_authorized"]
    assert asked[category == "authorization"].all()
    assert small_months["is_late"][category == "timely_filing"].all()


def test_categories_keep_their_weights(small_months: pd.DataFrame) -> None:
    reason = small_months.loc[small_months["denied"], "reason"].to_numpy()
    weights = pd.Series([item.weight for item in REASONS]).groupby(CATEGORY).sum()
    shares = pd.Series(1.0, CATEGORY[reason]).groupby(level=0).sum() / len(reason)
    for category, weight in weights.items():
        assert shares[category] == near(weight, len(reason), 4.5), category


def test_sets_too_small_to_know_a_payers_share_keep_the_rates() -> None:
    size = 60
    world = build_world(9, size)
    found = [decide(world, 202001 + m % 12 + 100 * (m // 12), size) for m in range(240)]
    payer = np.concatenate([item.block.accounts["payer"][item.is_sent] for item in found])
    denied = np.concatenate([item.block.accounts["denied"][item.is_sent] for item in found])
    rate = np.array([item.denial_rate for item in PAYERS])[payer]
    assert denied.mean() == near(rate.mean(), len(denied), 3)
    low = rate < 0.09
    assert denied[low].mean() == near(rate[low].mean(), low.sum(), 3)


# --- stories ------------------------------------------------------------------------------------


class Wave(Stories):
    """One payer finds many patients not covered."""

    def eligibility_share(self, payer: Array, service: Array) -> Array:
        """A quarter of the payer's claims."""
        return np.where(payer == 5, 0.25, 0.0)


class NewRule(Stories):
    """One payer begins to ask for numbers for whatever is done."""

    def denial_share(self, payer: Array, family: Array, service: Array) -> Array:
        """Half of its claims."""
        return np.where(payer == 4, 0.5, 0.0)


@dataclass(frozen=True)
class Careless(Stories):
    """One person errs four times out of ten."""

    person: int = -1

    def error_rate(self, staff: Array, day: Array, usual: Array) -> Array:
        """Forty per cent for one person."""
        return np.where(staff == self.person, 0.40, usual)


def test_a_wave_of_eligibility_denials_comes_on_top(world: World, decided: Decided) -> None:
    found = decide(replace(world, stories=Wave()), MONTH, SIZE)
    accounts = found.block.accounts
    mine = (accounts["payer"] == 5) & found.is_sent
    rate = PAYERS[5].denial_rate
    assert accounts["denied"][mine].mean() == near(rate + 0.25 * (1 - rate), mine.sum())
    waved = accounts["cause"] == causes.ELIGIBILITY_STORY
    assert (CATEGORY[accounts["reason"][waved]] == "eligibility").all()
    others = ~mine
    before = decided.block.accounts["denied"][others].mean()
    assert accounts["denied"][others].mean() == pytest.approx(before, abs=0.004)


def test_a_new_rule_denies_claims_without_the_number_it_asks_for(
    world: World, decided: Decided
) -> None:
    found = decide(replace(world, stories=NewRule()), MONTH, SIZE)
    accounts = found.block.accounts
    mine = (accounts["payer"] == 4) & found.is_sent
    hit = accounts["is_new_rule"]
    assert hit[mine].mean() == near(0.5, mine.sum())
    assert not hit[~mine & found.is_sent].any()
    assert accounts["denied"][hit & found.is_sent].all()
    assert not accounts["is_authorized"][hit].any()
    authorization = CATEGORY[accounts["reason"]] == "authorization"
    other = accounts["in_gap"] | accounts["is_late"]
    assert authorization[hit & found.is_sent & ~other].all()
    # the same visits without the rule: as many of the others are denied
    rest = (accounts["payer"] == 4) & found.is_sent & ~hit
    before = decided.block.accounts["denied"][rest].mean()
    assert accounts["denied"][rest].mean() == near(before, rest.sum())


def test_a_careless_biller_causes_more_denials_than_before(world: World, decided: Decided) -> None:
    billers = decided.touches["staff"][decided.touches["kind"] == 0]
    person = int(np.bincount(billers).argmax())
    found = decide(replace(world, stories=Careless(person=person)), MONTH, SIZE)
    touches, accounts = found.touches, found.block.accounts
    mine = touches["staff"] == person
    assert touches["is_error"][mine].mean() == near(0.40, mine.sum())
    # those of the story are no part of what the payer's rate contains
    added = (accounts["mistake"] != causes.NONE) & ~accounts["is_usual_mistake"]
    assert added.sum() > 50
    assert np.isin(np.flatnonzero(added), touches["account"][mine]).all()
    more = accounts["denied"].sum() - decided.block.accounts["denied"].sum()
    assert more > 0.5 * (added & found.is_sent).sum()
