"""What holds in every claim's life, whatever happens to it (domain notes, section 5)."""

import pandas as pd
import pytest
from simulated_lives import KEY, Lives, entries, whole_lives

from data_generator.pools import SELF_PAY
from data_generator.rejections import STATUS_CATEGORIES
from data_generator.remittances import REVERSED

VERSION = [*KEY, "version"]
ANSWER = [*KEY, "ordinal"]


@pytest.fixture(scope="module")
def lives() -> Lives:
    """Three months of whole lives."""
    return whole_lives()


def events_of_claims(lives: Lives) -> pd.DataFrame:
    """States of the primary's claims in order: month, account, day, rank and state."""
    claims = lives["claims"].query("payer_sequence == 0")
    names = {1: "submitted", 7: "corrected", 8: "voided"}
    statuses = lives["claim_acknowledgements"].merge(claims[VERSION], on=VERSION)
    categories = statuses["category"].map(dict(enumerate(STATUS_CATEGORIES)))
    states = categories.map(
        {"A2": "accepted"} | dict.fromkeys(("A3", "A6", "A7", "A8"), "rejected")
    )
    answers = lives["remittance_claims"].query("payer_sequence == 0")
    kinds = answers["status"].eq(REVERSED).map({True: "reversed", False: "answered"})
    parts = [
        claims[[*KEY, "day"]].assign(
            rank=claims["version"] * 2, state=claims["frequency"].map(names)
        ),
        statuses[[*KEY, "day"]].assign(rank=statuses["version"] * 2 + 1, state=states),
        answers[[*KEY, "day"]].assign(rank=100 + answers["ordinal"], state=kinds),
    ]
    events = pd.concat(parts).dropna(subset="state")
    return events.sort_values([*KEY, "day", "rank"], ignore_index=True)


def test_claims_go_from_state_to_state_as_claims_may(lives: Lives) -> None:
    events = events_of_claims(lives)
    before = events.groupby(KEY)["state"].shift().fillna("")
    seen = set(zip(before, events["state"], strict=True))
    assert seen == {
        ("", "submitted"),
        ("submitted", "rejected"),
        ("submitted", "accepted"),
        ("rejected", "submitted"),
        ("accepted", "answered"),
        ("accepted", "reversed"),
        ("answered", "corrected"),
        ("answered", "voided"),
        ("answered", "reversed"),
        ("answered", "answered"),
        ("reversed", "answered"),
        ("corrected", "accepted"),
        ("voided", "accepted"),
    }
    last = events.drop_duplicates(KEY, keep="last")
    assert set(last["state"]) == {"answered", "reversed", "rejected"}
    voided = events[events["state"] == "voided"]
    assert set(map(tuple, last[last["state"] == "reversed"][KEY].to_numpy())) == set(
        map(tuple, voided[KEY].to_numpy())
    )


def test_a_chain_has_one_accepted_original_and_no_gap(lives: Lives) -> None:
    claims = lives["claims"].sort_values(VERSION)
    assert (claims["version"] == claims.groupby(KEY).cumcount() + 1).all()
    accepted = lives["claim_acknowledgements"].query("category == 1")[VERSION]
    mine = claims.merge(accepted, on=VERSION).query("payer_sequence == 0")
    originals = mine[mine["frequency"] == 1]
    assert not originals.duplicated(KEY).any()
    assert set(map(tuple, mine[KEY].to_numpy())) == set(map(tuple, originals[KEY].to_numpy()))
    later = mine[mine["frequency"] != 1]
    parents = later.merge(
        mine, left_on=[*KEY, "replaced_version"], right_on=VERSION, suffixes=("", "_parent")
    )
    assert len(parents) == len(later) > 100
    assert (parents["day"] > parents["day_parent"]).all()
    for name in ("patient", "payer", "hospital"):
        assert (parents[name] == parents[f"{name}_parent"]).all()
    assert (claims.loc[claims["frequency"] == 1, "replaced_version"] == 0).all()


def test_an_account_is_not_settled_while_an_appeal_is_open(lives: Lives) -> None:
    ledger = entries(lives)
    payers = ledger[ledger["responsibility"] == "primary"]
    daily = payers.groupby([*KEY, "day"])["cents"].sum()
    running = daily.groupby(level=KEY).cumsum().rename("balance").reset_index()
    appeals = lives["appeals"][[*KEY, "filed", "decided"]]
    during = running.merge(appeals, on=KEY).query("filed <= day < decided")
    before = running.merge(appeals, on=KEY).query("day < filed")
    before = before.sort_values("day").drop_duplicates([*KEY, "filed"], keep="last")
    assert len(before) == len(appeals) > 100
    assert (before["balance"] > 0).all()
    assert (during["balance"] > 0).all()


def test_payers_pay_at_most_what_they_allow_and_allow_at_most_the_charge(lives: Lives) -> None:
    status = lives["remittance_claims"][[*ANSWER, "status"]]
    lines = lives["remittance_lines"].merge(status, on=ANSWER)
    lines = lines[lines["status"] != REVERSED]
    assert (lines["paid"] >= 0).all()
    assert (lines["paid"] <= lines["allowed"]).all()
    assert (lines["allowed"] <= lines["billed"]).all()
    adjustments = lives["remittance_adjustments"].merge(status, on=ANSWER)
    is_reversal = adjustments["status"] == REVERSED
    assert (adjustments["amount"] != 0).all()
    assert ((adjustments["amount"] < 0) == is_reversal).all()


def test_patients_pay_what_they_owe_or_get_a_credit(lives: Lives) -> None:
    ledger = entries(lives)
    mine = ledger[ledger["responsibility"] == "patient"]
    paid = -mine[mine["kind"] == "patient"].groupby(KEY)["cents"].sum()
    owed = mine[mine["kind"].isin(["transfer", "charge"])].groupby(KEY)["cents"].sum()
    written_off = mine[~mine["kind"].isin(["transfer", "charge", "patient", "refund"])]
    written_off = -written_off.groupby(KEY)["cents"].sum()
    frame = pd.DataFrame({"paid": paid, "owed": owed, "written_off": written_off}).fillna(0)
    credit = frame["paid"] + frame["written_off"] > frame["owed"]
    assert 0 < credit.mean() < 0.02
    # whoever has a credit has nothing written off
    assert (frame.loc[credit, "written_off"] == 0).all()
    refunds = lives["refunds"].query("to == 0").set_index(KEY)["amount"]
    assert set(refunds.index) <= set(frame.index[credit])


def test_self_pay_has_neither_claims_nor_answers(lives: Lives) -> None:
    alone = lives["charges"].loc[lives["charges"]["payer"] == SELF_PAY, KEY].drop_duplicates()
    assert len(alone) > 100
    for table in ("claims", "claim_acknowledgements", "remittance_claims", "appeals"):
        assert lives[table].merge(alone, on=KEY).empty
