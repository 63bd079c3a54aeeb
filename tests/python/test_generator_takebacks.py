"""Takebacks, voids, refunds, and who has to pay what is left."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from simulated_lives import ACCOUNTS, KEY, MONTHS, SEED, Lives, entries, whole_lives

from data_generator import parameters
from data_generator.arrays import Array
from data_generator.balances import ADJUSTMENT_TYPES
from data_generator.checks import FORWARDED, Checks
from data_generator.lives import simulate_block
from data_generator.pools import SELF_PAY, build_world
from data_generator.remittances import DENIAL, REVERSED
from data_generator.stories import Stories

ANSWER = [*KEY, "ordinal"]
PLANTED = 12


@pytest.fixture(scope="module")
def lives() -> Lives:
    """Three months of whole lives."""
    return whole_lives()


@pytest.fixture(scope="module")
def ledger(lives: Lives) -> pd.DataFrame:
    """Entries by responsibility."""
    return entries(lives)


def answers_of(lives: Lives) -> pd.DataFrame:
    """Primary answers in order, with columns of the one before (`_before`)."""
    claims = lives["remittance_claims"]
    claims = claims[claims["payer_sequence"] == 0].sort_values(ANSWER)
    for name in ("status", "paid", "owed", "day", "version", "denied"):
        claims[f"{name}_before"] = claims.groupby(KEY)[name].shift()
    return claims


def takebacks(lives: Lives) -> pd.DataFrame:
    """Answers that follow a reversal and pay less than what it took back."""
    claims = answers_of(lives)
    again = claims[claims["status_before"] == REVERSED]
    return again[again["paid"] + again["paid_before"] < 0]


def pick(frame: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    """The rows of the accounts in `keys`."""
    return frame.merge(keys[KEY].drop_duplicates(), on=KEY)


def balance(ledger: pd.DataFrame) -> pd.DataFrame:
    """What is open in the end, by account and responsibility."""
    sums = ledger.groupby([*KEY, "responsibility"])["cents"].sum()
    return sums.unstack(fill_value=0)


# --- who has to pay what is left -----------------------------------------------------------------


def test_every_account_ends_at_zero_but_for_the_debts_that_are_left_open(
    lives: Lives, ledger: pd.DataFrame
) -> None:
    left = balance(ledger)
    assert (left == 0).all(axis=1).mean() > 0.99
    assert (left["primary"] >= 0).all()
    assert (left["secondary"] <= 0).all()
    answered = lives["remittance_claims"].groupby(KEY)["denied"].sum()
    lost = left["primary"][left["primary"] > 0]
    assert (lost <= answered.reindex(lost.index).fillna(np.inf)).all()


def test_no_entry_takes_more_off_than_is_open(ledger: pd.DataFrame) -> None:
    """Write-offs never exceed the debt, and refunds never exceed the credit."""
    daily = ledger.groupby([*KEY, "responsibility", "day"])["cents"].sum()
    running = daily.groupby(level=[*KEY, "responsibility"]).cumsum().rename("balance")
    after = ledger.join(running, on=[*KEY, "responsibility", "day"])
    written_off = after[after["kind"].isin(ADJUSTMENT_TYPES)]
    assert len(written_off) > 1000
    assert (written_off["balance"] >= 0).all()
    refunds = after[after["kind"] == "refund"]
    assert len(refunds) > 30
    assert (refunds["balance"] <= 0).all()


def test_payers_are_never_owed_money_but_between_a_void_and_its_answer(
    lives: Lives, ledger: pd.DataFrame
) -> None:
    mine = ledger[ledger["responsibility"] == "primary"]
    daily = mine.groupby([*KEY, "day"])["cents"].sum()
    running = daily.groupby(level=KEY).cumsum()
    short = running[running < 0].reset_index()
    voided = lives["claims"].query("frequency == 8")
    assert len(voided)
    assert len(pick(short, voided)) == len(short)


# --- takebacks -----------------------------------------------------------------------------------


def test_about_one_in_two_hundred_payments_is_taken_back(lives: Lives) -> None:
    taken = takebacks(lives)
    paid = lives["remittance_claims"].query("ordinal == 1 and paid > 0")
    assert len(taken) / len(paid) == pytest.approx(0.005, abs=0.0015)
    is_whole = taken["denied"] > 0
    assert is_whole.mean() == pytest.approx(0.30, abs=0.15)
    assert taken["ordinal"].eq(3).all()
    first = lives["remittance_claims"].query("ordinal == 1").set_index(KEY)["day"]
    days = taken["day"] - first.reindex(pd.MultiIndex.from_frame(taken[KEY])).to_numpy()
    low, high = parameters.TAKEBACK_DAYS
    assert days.between(low, high + 14).all()


def test_a_repriced_claim_pays_less_and_leaves_the_patient_alone(lives: Lives) -> None:
    taken = takebacks(lives).query("denied == 0")
    ratio = taken["paid"] / -taken["paid_before"]
    low, high = parameters.TAKEBACK_CUT_RANGE
    assert ratio.between(1 - high - 0.01, 1 - low + 0.01).all()
    assert (taken["owed"] == -taken["owed_before"]).all()
    assert (taken["version"] == taken["version_before"]).all()


@pytest.fixture(scope="module")
def ended() -> Iterator[Lives]:
    """A month in which many coverages turn out to have ended, some while patients still pay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parameters, "TAKEBACK_SHARE", 0.3)
        patch.setattr(parameters, "TAKEBACK_TERMINATED_SHARE", 0.9)
        world = build_world(SEED, ACCOUNTS)
        rows = simulate_block(world, MONTHS[0], 0, 0, ACCOUNTS)
    yield {table: pd.DataFrame(columns) for table, columns in rows.items()}


def test_a_terminated_coverage_takes_everything_back_and_the_patient_gets_it_too(
    ended: Lives,
) -> None:
    lives = ended
    taken = takebacks(lives).query("denied > 0")
    assert len(taken) > 300
    assert (taken["denied"] == taken["billed"]).all()
    assert taken[["paid", "owed"]].eq(0).all(axis=None)
    reasons = lives["remittance_adjustments"].merge(taken[ANSWER], on=ANSWER)
    assert (reasons["kind"] == DENIAL).all()
    carcs = {parameters.DENIAL_REASONS[place].carc for place in reasons["reason"]}
    assert carcs == {"27"}
    day = taken.set_index(KEY)["day"].rename("stop")
    paid = pick(lives["patient_payments"], taken).join(day, on=KEY)
    assert len(paid)
    assert (paid["day"] < paid["stop"]).all()
    sums = paid.groupby(KEY)["amount"].sum()
    refunds = pick(lives["refunds"], taken).join(day, on=KEY)
    assert (refunds["to"] == 0).all()
    assert refunds.set_index(KEY)["amount"].sort_index().equals(sums.sort_index())
    assert (refunds["day"] >= refunds["stop"] + parameters.PATIENT_REFUND_DAYS[0]).all()
    adjusted = pick(lives["account_adjustments"], taken).join(day, on=KEY)
    assert (adjusted["kind"] == ADJUSTMENT_TYPES.index("denial_writeoff")).all()
    assert (adjusted["day"] > adjusted["stop"]).all()
    assert len(pick(lives["appeals"], taken)) == 0
    assert len(pick(lives["claims"], taken).query("frequency == 7")) == 0


def test_half_of_the_takebacks_are_recovered_later(lives: Lives) -> None:
    claims = answers_of(lives)
    taken = takebacks(lives)
    reversals = claims[claims["status"] == REVERSED].assign(
        ordinal=lambda frame: frame["ordinal"] + 1
    )
    both = taken.merge(reversals, on=ANSWER, suffixes=("", "_reversal"))
    later = both["recovered_later_reversal"]
    assert 0.3 < (later > 0).mean() < 0.7
    less = -both["paid_reversal"] - both["paid"]
    assert (later[later > 0] == less[later > 0]).all()
    days = (both["recovery_day_reversal"] - both["day"])[later > 0]
    assert days.between(*parameters.TAKEBACK_RECOVERY_DAYS).all()
    others = claims.merge(taken[KEY], on=KEY, how="left", indicator=True).query(
        "_merge == 'left_only'"
    )
    assert (others["recovered_later"] == 0).all()


@dataclass(frozen=True)
class Planted(Stories):
    """Takes the payments of PLANTED accounts of payer 1 back on one day."""

    month: int = 0
    day: int = 0

    def takeback(self, month: int, block: int, payer: Array, payable: Array) -> Array:
        """The first payable accounts of the payer."""
        found = np.flatnonzero(payable & (payer == 1)) if month == self.month else np.zeros(0)
        return found[:PLANTED].astype(np.int64)

    def takeback_day(self) -> int:
        """A Sunday, so that the payer's next check run takes it."""
        return self.day


@pytest.fixture
def planted() -> Iterator[Lives]:
    """One month with a story of a takeback."""
    world = build_world(SEED, ACCOUNTS)
    world = replace(world, stories=Planted(month=MONTHS[0], day=20241))
    rows = simulate_block(world, MONTHS[0], 0, 0, ACCOUNTS)
    yield {table: pd.DataFrame(columns) for table, columns in rows.items()}


def test_a_planted_takeback_turns_the_check_negative_and_is_forwarded(planted: Lives) -> None:
    taken = takebacks(planted).query("payer == 1 and denied > 0")
    by_day = taken.groupby("day").size()
    day = int(by_day.idxmax())
    assert by_day.max() >= PLANTED
    assert 20241 <= day < 20248
    reversals = answers_of(planted).query("status == @REVERSED and day == @day and payer == 1")
    assert (pick(reversals, taken)["recovered_later"] == 0).sum() >= PLANTED
    claims = {name: planted["remittance_claims"][name].to_numpy()
              for name in planted["remittance_claims"]}  # fmt: skip
    first, last = int(claims["day"].min()), int(claims["day"].max())
    checks, _, adjusted = Checks().group(claims, first, last)
    mine = (adjusted["payer"] == 1) & (adjusted["reason"] == FORWARDED)
    assert adjusted["day"][mine].min() == day
    empty = (checks["payer"] == 1) & (checks["day"] == day)
    assert (checks["paid"][empty] == 0).any()


# --- voids ---------------------------------------------------------------------------------------


def test_voids_take_everything_back(lives: Lives, ledger: pd.DataFrame) -> None:
    voids = lives["claims"].query("frequency == 8")
    adjudicated = lives["remittance_claims"].query("ordinal == 1")
    assert len(voids) / len(adjudicated) == pytest.approx(0.0015, abs=0.0008)
    assert balance(pick(ledger, voids)).eq(0).all(axis=None)
    mine = pick(ledger, voids)
    assert set(mine["kind"]) == {"charge", "payer", "contractual", "transfer"}
    assert not mine["responsibility"].eq("secondary").any()
    answers = pick(lives["remittance_claims"], voids).sort_values(ANSWER)
    assert answers.groupby(KEY)["status"].agg(list).map(lambda found: found[-1]).eq(REVERSED).all()
    assert answers.groupby(KEY).size().eq(2).all()
    assert (answers.groupby(KEY)["denied"].first() == 0).all()


def test_a_void_names_the_claim_it_voids_at_its_full_amount(lives: Lives) -> None:
    claims = lives["claims"]
    voids = claims.query("frequency == 8")
    named = voids.merge(
        claims, left_on=[*KEY, "replaced_version"], right_on=[*KEY, "version"],
        suffixes=("", "_named"),
    )  # fmt: skip
    assert len(named) == len(voids)
    assert (named["billed"] == named["billed_named"]).all()
    paid = lives["remittance_claims"].query("ordinal == 1").set_index(KEY)["day"]
    days = voids.set_index(KEY)["day"] - paid.reindex(voids.set_index(KEY).index)
    assert (days >= parameters.VOID_DAYS[0]).all()
    statuses = lives["claim_acknowledgements"].merge(voids[[*KEY, "version"]])
    assert len(statuses) == 2 * len(voids)


def test_a_voided_accounts_charges_are_credited_line_by_line(lives: Lives) -> None:
    voids = lives["claims"].query("frequency == 8").set_index(KEY)["day"].rename("voided")
    charges = lives["charges"].join(voids, on=KEY, how="inner")
    credits = charges[charges["credits"] > 0]
    posted = charges[charges["credits"] == 0]
    pairs = credits.merge(
        posted, left_on=[*KEY, "credits"], right_on=[*KEY, "line"], suffixes=("", "_of")
    )
    assert len(pairs) == len(credits) == len(posted)
    assert (pairs["amount"] == -pairs["amount_of"]).all()
    assert (pairs["units"] == pairs["units_of"]).all()
    assert (pairs["day"] == pairs["voided"]).all()
    assert not charges.duplicated([*KEY, "line"]).any()


# --- refunds -------------------------------------------------------------------------------------


def test_copays_beyond_what_is_owed_are_mostly_refunded(lives: Lives, ledger: pd.DataFrame) -> None:
    terminated = takebacks(lives).query("denied > 0")[KEY]
    mine = ledger[ledger["responsibility"] == "patient"]
    mine = mine.merge(terminated, on=KEY, how="left", indicator=True).query("_merge == 'left_only'")
    without = mine[mine["kind"] != "refund"].groupby(KEY)["cents"].sum()
    credit = -without[without < 0]
    refunds = lives["refunds"].query("to == 0").set_index(KEY)["amount"]
    repaid = refunds.reindex(credit.index)
    assert len(credit) > 15
    assert (repaid.dropna() == credit[repaid.notna()]).all()
    assert repaid.notna().mean() == pytest.approx(parameters.REFUND_SHARE, abs=0.2)


def test_secondaries_get_back_what_they_paid_too_much(lives: Lives, ledger: pd.DataFrame) -> None:
    mine = ledger[(ledger["responsibility"] == "secondary") & (ledger["kind"] != "refund")]
    credit = -mine.groupby(KEY)["cents"].sum()
    credit = credit[credit != 0]
    assert (credit > 0).all()
    refunds = lives["refunds"].query("to == 2").set_index(KEY)
    assert (refunds["amount"] == credit.reindex(refunds.index)).all()
    assert 0.6 < len(refunds) / len(credit) <= 1
    second = lives["remittance_claims"].query("payer_sequence == 1").set_index(KEY)["day"]
    days = refunds["day"] - second.reindex(refunds.index)
    assert days.between(30, 94).all()


def test_who_has_a_second_coverage_pays_nothing_at_the_visit(lives: Lives) -> None:
    paid = lives["patient_payments"]
    second = lives["remittance_claims"].query("next == 1")
    at_visit = paid[paid["source"] == 0]
    assert len(at_visit) > 1000
    assert len(pick(at_visit, second)) == 0
    assert (at_visit["payer"] != SELF_PAY).all()
