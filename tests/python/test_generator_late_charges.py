"""Charges that are posted late, and charges that were wrong."""

import pandas as pd
import pytest
from simulated_lives import KEY, entries, whole_lives
from test_generator import read_tables

from data_generator import parameters
from data_generator.generate import generate
from data_generator.manifest import Options
from data_generator.pools import SELF_PAY
from data_generator.remittances import REVERSED
from ingestion.contract import load_contract

LINE = [*KEY, "line"]


@pytest.fixture(scope="module")
def late() -> pd.DataFrame:
    """Late charges with the days of their account's first claim and of its replacement."""
    lives = whole_lives()
    claims = lives["claims"].query("payer_sequence == 0")
    first = claims[claims["version"] == 1].set_index(KEY)[["day", "billed"]]
    second = claims[claims["version"] == 2].set_index(KEY)[["day", "billed", "frequency"]]
    charges = lives["charges"].query("credits == 0")
    frame = charges.join(first.add_suffix("_first"), on=KEY).join(
        second.add_suffix("_second"), on=KEY
    )
    return frame[frame["day"] > frame["day_first"]]


def test_a_late_charge_is_the_last_line_of_some_accounts(late: pd.DataFrame) -> None:
    charges = whole_lives()["charges"].query("credits == 0 and payer != @SELF_PAY")
    lines = charges.groupby(KEY)["line"].max()
    several = (lines >= 2).sum()
    assert len(late) / several == pytest.approx(0.008, abs=0.002)
    assert not late.duplicated(KEY).any()
    assert (lines.reindex(late.set_index(KEY).index).to_numpy() == late["line"]).all()
    days = late["day"] - late["day_first"]
    low, high = parameters.LATE_CHARGE_DAYS
    assert days.between(low, high + 4).all()


def test_the_first_claim_lacks_it_and_the_replacement_holds_it(late: pd.DataFrame) -> None:
    assert (late["frequency_second"] == 7).all()
    assert (late["billed_second"] - late["billed_first"] == late["amount"]).all()
    lines = whole_lives()["claim_lines"].merge(late[LINE], on=LINE)
    assert (lines["version"] == 2).all()
    assert len(lines) == len(late)


def test_the_replacement_waits_for_the_charge_and_for_the_first_answer(late: pd.DataFrame) -> None:
    first = whole_lives()["remittance_claims"].query("ordinal == 1").set_index(KEY)["day"]
    answered = first.reindex(late.set_index(KEY).index).to_numpy()
    assert (late["day_second"] > late["day"]).all()
    assert (late["day_second"] > answered).all()
    soon = late[late["day"] > answered]
    assert (soon["day_second"] - soon["day"] <= parameters.LATE_CHARGE_BILLING_DAYS[1] + 4).all()


def test_the_payer_reverses_its_answer_and_answers_all_lines(late: pd.DataFrame) -> None:
    answers = whole_lives()["remittance_claims"].merge(late[KEY], on=KEY)
    answers = answers[answers["payer_sequence"] == 0].sort_values([*KEY, "ordinal"])
    assert (answers["denied"] == 0).all()
    by_account = answers.groupby(KEY)
    assert by_account.size().eq(3).all()
    statuses = by_account["status"].agg(list)
    assert statuses.map(lambda found: found[1] == REVERSED and found[2] != REVERSED).all()
    last = by_account[["version", "is_replacement"]].last()
    assert (last["version"] == 2).all()
    assert last["is_replacement"].all()
    for place, name in (("first", "billed_first"), ("last", "billed_second")):
        billed = by_account["billed"].agg(place)
        assert (billed == late.set_index(KEY)[name].reindex(billed.index)).all()


def test_a_late_charge_is_its_accounts_only_trouble(late: pd.DataFrame) -> None:
    lives = whole_lives()
    assert not len(lives["appeals"].merge(late[KEY], on=KEY))
    claims = lives["claims"].query("payer_sequence == 0").merge(late[KEY], on=KEY)
    assert claims["version"].max() == 2
    assert (late["payer"] != SELF_PAY).all()


def test_a_charge_posted_twice_is_credited_before_the_bill() -> None:
    lives = whole_lives()
    voided = lives["claims"].query("frequency == 8")[KEY]
    charges = lives["charges"]
    credits = charges[charges["credits"] > 0]
    credits = credits.merge(voided, on=KEY, how="left", indicator=True).query(
        "_merge == 'left_only'"
    )
    doubled = credits.merge(charges, left_on=[*KEY, "credits"], right_on=LINE, suffixes=("", "_of"))
    accounts = charges.drop_duplicates(KEY)
    assert len(doubled) == len(credits)
    assert len(credits) / len(accounts) == pytest.approx(0.001, abs=0.0008)
    assert (doubled["amount"] == -doubled["amount_of"]).all()
    assert (doubled["day"] >= doubled["day_of"]).all()
    bills = lives["claims"].query("version == 1").set_index(KEY)["final_bill"]
    known = doubled.join(bills, on=KEY)
    known = known[known["final_bill"].notna()]
    assert len(known) > 3
    assert (known["day"] <= known["final_bill"]).all()
    billed = lives["claim_lines"].merge(doubled[[*KEY, "credits"]], left_on=LINE,
                                        right_on=[*KEY, "credits"])  # fmt: skip
    assert billed.empty
    same = charges.merge(doubled[[*KEY, "item", "service", "amount_of"]], on=[*KEY, "item"])
    # the line itself, its double and the credit
    assert len(same) >= 3 * len(doubled)


def test_credited_pairs_change_no_balance() -> None:
    ledger = entries(whole_lives())
    charged = ledger[ledger["kind"] == "charge"].groupby(KEY)["cents"].sum()
    claims = whole_lives()["claims"].query("payer_sequence == 0").sort_values([*KEY, "version"])
    last = claims.drop_duplicates(KEY, keep="last")
    billed = last.set_index(KEY)["billed"].where(last.set_index(KEY)["frequency"] != 8, 0)
    assert (charged.reindex(billed.index) == billed).all()


def test_the_raw_credit_names_the_charge_it_takes_back(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    out = tmp_path_factory.mktemp("credits") / "raw"
    generate(Options(6, 1500, 5, pd.Timestamp("2025-06-30").date()), out, "parquet",
             load_contract())  # fmt: skip
    tables = read_tables(out)
    for name, key, credited, account, amount in (
        ("hospital_a_charges", "charge_id", "credited_charge_id", "account_number", "amount"),
        ("hospital_b_charges", "charge_ref", "credited_ref", "acct_no", "charge_cents"),
    ):
        frame = tables[name]
        credits = frame[frame[credited].notna()]
        assert len(credits) > 2
        assert (frame.loc[frame[credited].isna(), amount] > 0).all()
        pairs = credits.merge(frame, left_on=[credited, account], right_on=[key, account])
        assert len(pairs) == len(credits)
        assert (pairs[f"{amount}_x"] == -pairs[f"{amount}_y"]).all()
