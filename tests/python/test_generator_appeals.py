"""Appeals go through up to three rounds and may be won in part; corrections may fail twice."""

import numpy as np
import pandas as pd
import pytest
from simulated_lives import KEY, whole_lives

from data_generator import parameters
from data_generator.appeals import OVERTURNED, PARTIALLY, UPHELD
from data_generator.pools import build_world
from data_generator.remittances import REVERSED

ANSWER = [*KEY, "ordinal"]


@pytest.fixture(scope="module")
def appeals() -> pd.DataFrame:
    """Every round of appeal with the answer that it is against."""
    lives = whole_lives()
    rows = lives["appeals"].sort_values([*KEY, "round"])
    answers = lives["remittance_claims"].query("payer_sequence == 0 and ordinal == 1")
    names = ["day", "denied", "billed"]
    first = answers.set_index(KEY)[names].add_suffix("_denial")
    return rows.join(first, on=KEY)


@pytest.fixture(scope="module")
def payments() -> pd.DataFrame:
    """Answers after an appeal that was won, with what was denied and paid before."""
    claims = whole_lives()["remittance_claims"].query("payer_sequence == 0").sort_values(ANSWER)
    positive = claims[claims["status"] != REVERSED].copy()
    for name in ("denied", "paid"):
        positive[f"{name}_before"] = positive.groupby(KEY)[name].shift()
    return positive[positive["ordinal"] > 1]


def test_rounds_follow_each_other_after_a_decision_upheld(appeals: pd.DataFrame) -> None:
    assert set(appeals["round"]) == {1, 2, 3}
    by_account = appeals.groupby(KEY)
    assert (appeals["round"] == by_account.cumcount() + 1).all()
    before = by_account["decision"].shift()
    assert (before.dropna() == UPHELD).all()
    assert (appeals["filed"] > by_account["decided"].shift())[before.notna()].all()
    goes_on = (by_account["round"].max() > 1).sum() / appeals.query(
        "round == 1 and decision == @UPHELD"
    ).shape[0]
    assert goes_on == pytest.approx(0.35, abs=0.11)


def test_appeals_are_filed_within_their_limit_and_only_against_denials(
    appeals: pd.DataFrame,
) -> None:
    world = build_world(1, 100)
    since = appeals.groupby(KEY)["decided"].shift().fillna(appeals["day_denial"])
    limit = world.payers.appeal_days[appeals["payer"]]
    assert (appeals["deadline"] == since + limit).all()
    assert (appeals["filed"] <= appeals["deadline"]).all()
    assert (appeals["filed"] > since).all()
    assert (appeals["amount"] == appeals["denied_denial"]).all()
    assert (appeals["amount"] > 0).all()


def test_about_half_of_first_appeals_win_and_a_tenth_of_all_in_part(appeals: pd.DataFrame) -> None:
    first = appeals[appeals["round"] == 1]
    assert (first["decision"] != UPHELD).mean() == pytest.approx(0.50, abs=0.08)
    assert (appeals["decision"] == PARTIALLY).mean() == pytest.approx(0.10, abs=0.04)
    later = appeals[appeals["round"] > 1]
    assert (later["decision"] != UPHELD).mean() < (first["decision"] != UPHELD).mean()


def test_a_decision_won_brings_a_payment_and_a_decision_upheld_none(
    appeals: pd.DataFrame, payments: pd.DataFrame
) -> None:
    last = appeals.drop_duplicates(KEY, keep="last")
    answered = payments.rename(columns={"day": "day_paid", "ordinal": "ordinal_paid"})
    both = last[[*KEY, "decision", "decided"]].merge(answered, on=KEY, how="left")
    is_won = both["decision"] != UPHELD
    assert both["ordinal_paid"].notna().eq(is_won).all()
    won = both[is_won]
    assert not won.duplicated(KEY).any()
    low, high = parameters.APPEAL_PAYMENT_DAYS
    assert (won["day_paid"] - won["decided"]).between(low, high + 14).all()
    is_whole = won["decision"] == OVERTURNED
    assert (won.loc[is_whole, "denied"] == 0).all()
    left = won.loc[~is_whole]
    assert ((left["denied"] > 0) & (left["denied"] < left["denied_before"])).all()
    more = won["paid"] - won["paid_before"]
    assert (more >= 0).all()
    assert (more <= won["denied_before"] - won["denied"]).all()


def test_a_partial_overturn_pays_whole_lines_that_were_denied(appeals: pd.DataFrame) -> None:
    lives = whole_lives()
    mine = appeals[appeals["decision"] == PARTIALLY][KEY]
    assert len(mine) > 10
    lines = lives["remittance_lines"].merge(mine, on=KEY)
    claims = lives["remittance_claims"][[*ANSWER, "status", "payer_sequence"]]
    lines = lines.merge(claims, on=ANSWER).query("payer_sequence == 0 and status != @REVERSED")
    lines["is_denied"] = lines["remark"].ge(0) | (lines["allowed"] == 0)
    first = lines.drop_duplicates([*KEY, "line"]).set_index([*KEY, "line"])["is_denied"]
    last = lines.drop_duplicates([*KEY, "line"], keep="last").set_index([*KEY, "line"])["is_denied"]
    assert (first | ~last).all()
    won = (first & ~last).groupby(KEY).sum()
    kept = last.groupby(KEY).sum()
    assert (won >= 1).all()
    assert (kept >= 1).all()


def test_some_corrections_that_fail_are_sent_again() -> None:
    lives = whole_lives()
    claims = lives["claims"].query("frequency == 7").sort_values([*KEY, "version"])
    answers = lives["remittance_claims"].query("payer_sequence == 0").sort_values(ANSWER)
    positive = answers[answers["status"] != REVERSED]
    positive = positive.drop_duplicates([*KEY, "version"])
    denied = positive.set_index([*KEY, "version"])["denied"]
    again = claims[claims.duplicated(KEY)]
    assert len(again) > 10
    assert not again.duplicated(KEY).any()
    key = pd.MultiIndex.from_frame(again[[*KEY, "replaced_version"]])
    assert (denied.reindex(key) > 0).all()
    assert (again["replaced_version"] == again["version"] - 1).all()
    first = claims[~claims.duplicated(KEY)]
    failed = denied.reindex(pd.MultiIndex.from_frame(first[[*KEY, "version"]])) > 0
    share = len(again) / failed.sum()
    assert share == pytest.approx(0.30, abs=0.08)


def test_a_correction_is_sent_after_the_answer_it_corrects_and_answered_after() -> None:
    lives = whole_lives()
    claims = lives["claims"].query("frequency == 7 or frequency == 8")
    answers = lives["remittance_claims"].query("payer_sequence == 0 and status != @REVERSED")
    answered = answers.drop_duplicates([*KEY, "version"]).set_index([*KEY, "version"])["day"]
    before = answered.reindex(pd.MultiIndex.from_frame(claims[[*KEY, "replaced_version"]]))
    assert (claims["day"].to_numpy() > before.to_numpy()).all()
    after = answered.reindex(pd.MultiIndex.from_frame(claims[[*KEY, "version"]]))
    is_void = (claims["frequency"] == 8).to_numpy()
    assert np.isnan(after.to_numpy()[is_void]).all()
    assert (claims["day"].to_numpy() < after.to_numpy())[~is_void].all()
