"""Answers of payers balance on every level, and secondaries take over what primaries leave."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from simulated_lives import KEY, whole_lives
from test_generator import Tables, read_tables, remitted

from data_generator import parameters
from data_generator.arrays import Rows, select
from data_generator.checks import FORWARDED, INTEREST, OVERPAYMENT, Checks
from data_generator.generate import generate
from data_generator.manifest import Options
from data_generator.parameters import PAYERS
from data_generator.remittances import (
    AMOUNTS,
    CONTRACTUAL,
    COPAY,
    CROSSED_OVER,
    DEDUCTIBLE,
    NOT_COVERED,
    PRIOR_PAYER,
    REVERSED,
    SECONDARY,
    SEQUESTRATION,
)
from ingestion.contract import load_contract

END = pd.Timestamp("2025-06-30")
MEDICARE = [place for place, item in enumerate(PAYERS) if item.payer_class == "medicare"]
ANSWER = [*KEY, "ordinal"]
LINE = [*ANSWER, "line"]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Eighteen months of the raw files."""
    out = tmp_path_factory.mktemp("answers") / "raw"
    generate(Options(18, 700, 3, END.date()), out, "parquet", load_contract())
    return read_tables(out)


@pytest.fixture(scope="module")
def answers(tables: Tables) -> pd.DataFrame:
    """Claims on remittances with their check."""
    checks = tables["clearinghouse_remittances"]
    columns = ["remittance_id", "payment_date", "payer_id", "payee_npi", "trace_number"]
    claims = tables["clearinghouse_remittance_claims"].merge(checks[columns], on="remittance_id")
    return claims.sort_values(["patient_control_number", "remittance_claim_id"], ignore_index=True)


def by_line(kinds: list[int]) -> pd.Series:
    """Cents of adjustments of some kinds, by line of an answer."""
    adjustments = whole_lives()["remittance_adjustments"]
    chosen = adjustments[adjustments["kind"].isin(kinds)]
    return chosen.groupby(LINE)["amount"].sum()


# --- what a row of truth says -----------------------------------------------------------------


def test_every_answer_accounts_for_the_whole_charge() -> None:
    claims = whole_lives()["remittance_claims"]
    parts = claims[["paid", "owed", "contractual", "prior", "denied"]].sum(axis=1)
    assert (parts == claims["billed"]).all()
    lines = whole_lives()["remittance_lines"].set_index(LINE)
    adjusted = by_line(list(range(len(AMOUNTS)))).reindex(lines.index).fillna(0)
    assert (lines["paid"] + adjusted == lines["billed"]).all()
    sums = lines.groupby(ANSWER)[["billed", "paid"]].sum()
    assert sums.eq(claims.set_index(ANSWER)[["billed", "paid"]].reindex(sums.index)).all(axis=None)


def test_ordinals_count_an_accounts_answers_in_the_order_of_their_days() -> None:
    claims = whole_lives()["remittance_claims"].sort_values(ANSWER)
    by_account = claims.groupby(KEY)
    assert (claims["ordinal"] == by_account.cumcount() + 1).all()
    assert (by_account["day"].diff().dropna() >= 0).all()
    assert claims["ordinal"].max() >= 5


def test_a_reversal_takes_back_exactly_the_answer_that_stood(answers: pd.DataFrame) -> None:
    primary = answers[answers["claim_status_code"] != "2"].copy()
    accounts = primary.groupby("patient_control_number")
    is_reversal = primary["claim_status_code"] == "22"
    assert is_reversal.sum() > 40
    for name in ("billed_amount", "paid_amount", "patient_responsibility_amount"):
        before = accounts[name].shift()
        assert (before[is_reversal] == -primary.loc[is_reversal, name]).all()
    for name in ("payer_claim_control_number", "frequency_code"):
        assert (accounts[name].shift()[is_reversal] == primary.loc[is_reversal, name]).all()


def test_a_reversal_negates_every_adjustment_of_what_it_reverses() -> None:
    lives = whole_lives()
    claims = lives["remittance_claims"].sort_values(ANSWER)
    claims["of"] = claims.groupby(KEY)["ordinal"].shift()
    reversals = claims[claims["status"] == REVERSED]
    adjustments = lives["remittance_adjustments"]
    made = adjustments.merge(reversals[ANSWER], on=ANSWER)
    undone = adjustments.merge(
        reversals[[*KEY, "of"]].astype({"of": "int64"}).rename(columns={"of": "ordinal"}),
        on=ANSWER,
    )
    names = [*KEY, "line", "kind", "reason"]
    both = pd.concat([made, undone]).groupby(names)["amount"].agg(["sum", "size"])
    assert len(made) == len(undone) > 100
    assert both["sum"].eq(0).all()


def test_a_corrected_claim_follows_its_reversal_on_the_check_except_for_voids(
    tables: Tables, answers: pd.DataFrame
) -> None:
    reversals = answers[answers["claim_status_code"] == "22"]
    claims = tables["clearinghouse_claims"]
    voided = claims.loc[claims["frequency_code"] == "8", "original_reference_number"]
    reversals = reversals[~reversals["payer_claim_control_number"].isin(voided)]
    place = ["remittance_id", "claim_sequence", "patient_control_number"]
    follows = reversals.assign(claim_sequence=reversals["claim_sequence"] + 1)[place]
    followed = follows.merge(answers, on=place)
    assert len(followed) == len(reversals)
    assert followed["claim_status_code"].isin(["1", "19"]).all()


def test_an_answer_that_denied_every_line_is_not_reversed() -> None:
    claims = whole_lives()["remittance_claims"].sort_values(ANSWER)
    claims = claims[claims["payer_sequence"] == 0]
    claims["was_denied"] = claims.groupby(KEY)["denied"].shift() == claims["billed"]
    claims["was_reversed"] = claims.groupby(KEY)["status"].shift() == REVERSED
    again = claims[(claims["status"] != REVERSED) & (claims["ordinal"] > 1)]
    assert again["was_reversed"].any()
    assert again["was_denied"].any()
    assert (again["was_denied"] != again["was_reversed"]).all()


# --- sequestration -------------------------------------------------------------------------------


def test_medicare_keeps_two_percent_of_what_it_would_pay() -> None:
    lives = whole_lives()
    claims = lives["remittance_claims"].set_index(ANSWER)
    lines = lives["remittance_lines"].set_index(LINE)
    kept = by_line([SEQUESTRATION]).reindex(lines.index).fillna(0)
    payer = claims["payer"].reindex(lines.index.droplevel("line")).to_numpy()
    payable = lines["paid"] + kept
    assert (kept[~np.isin(payer, MEDICARE)] == 0).all()
    wanted = np.rint(payable[np.isin(payer, MEDICARE)] * 0.02)
    assert (kept[np.isin(payer, MEDICARE)] == wanted).all()
    assert wanted.abs().sum() > 0


# --- secondary payers ---------------------------------------------------------------------------


def _with_primary() -> pd.DataFrame:
    """Lines that secondaries answered: their parts beside the standing ones of the primary."""
    lives = whole_lives()
    claims = lives["remittance_claims"].sort_values(ANSWER)
    second = claims[claims["status"] == SECONDARY]
    first = claims[claims["payer_sequence"] == 0].drop_duplicates(KEY, keep="last")
    lines = lives["remittance_lines"]
    parts = {
        "owed": [DEDUCTIBLE, DEDUCTIBLE + 1, COPAY, NOT_COVERED],
        "prior": [PRIOR_PAYER],
        "contractual": [CONTRACTUAL, SEQUESTRATION],
    }
    table = lines.set_index(LINE)[["billed", "paid"]]
    for name, kinds in parts.items():
        table[name] = by_line(kinds).reindex(table.index).fillna(0)
    table = table.reset_index()
    pick = [*KEY, "line", "billed", "paid", "owed", "prior", "contractual"]
    left = table.merge(second[ANSWER], on=ANSWER)[pick]
    right = table.merge(first[ANSWER], on=ANSWER)[pick]
    return left.merge(right, on=[*KEY, "line"], suffixes=("", "_first"))


def test_secondaries_answer_on_what_the_primary_left_and_repeat_none_of_it() -> None:
    lines = _with_primary()
    assert len(lines) > 500
    assert (lines["contractual"] == 0).all()
    extra = lines["billed"] - lines["owed_first"] - lines["prior"]
    assert (extra >= 0).all()
    assert (lines["paid"] + lines["owed"] - extra == lines["owed_first"]).all()
    wrong = lines.assign(extra=extra).groupby(KEY)["extra"].sum()
    assert (wrong > 0).mean() == pytest.approx(parameters.SECONDARY_MISTAKE_SHARE, abs=0.015)


def test_a_secondary_acts_once_and_last() -> None:
    claims = whole_lives()["remittance_claims"].sort_values(ANSWER)
    second = claims[claims["status"] == SECONDARY]
    assert not second.duplicated(KEY).any()
    last = claims.drop_duplicates(KEY, keep="last").set_index(KEY)["status"]
    assert (last.reindex(second.set_index(KEY).index) == SECONDARY).all()
    moved = claims[(claims["next"] == 1)].groupby(KEY)["owed"].sum()
    moved = moved[moved > 0]
    assert set(moved.index) == set(second.set_index(KEY).index)
    assert (second["payer"] != second.set_index(KEY).index.map(
        claims.drop_duplicates(KEY).set_index(KEY)["payer"]
    )).all()  # fmt: skip


def test_medicare_forwards_its_claims_and_the_hospital_sends_the_others() -> None:
    lives = whole_lives()
    claims = lives["remittance_claims"].sort_values(ANSWER)
    first = claims[claims["payer_sequence"] == 0]
    forwarded = (first["next"] == 1) & first["payer"].isin(MEDICARE) & (first["owed"] > 0)
    assert ((first["status"] == CROSSED_OVER) == forwarded).all()
    second = claims[claims["status"] == SECONDARY]
    standing = first.drop_duplicates(KEY, keep="last")
    second = second.merge(standing, on=KEY, suffixes=("", "_first"))
    sent = lives["claims"].query("payer_sequence == 1")
    own = second[second["status_first"] != CROSSED_OVER].merge(
        sent, on=[*KEY, "version"], suffixes=("", "_sent")
    )
    assert len(own) == len(sent) == (second["status_first"] != CROSSED_OVER).sum() > 20
    crossed = second[second["status_first"] == CROSSED_OVER]
    assert (crossed["version"] == crossed["version_first"]).all()
    assert (own["payer"] == own["payer_sent"]).all()
    assert (own["frequency"] == 1).all()
    assert (own["version"] == own["version_first"] + 1).all()
    assert (own["day_first"] < own["day_sent"]).all()
    assert (own["day_sent"] < own["day"]).all()


def test_payers_numbers_are_known_from_acknowledgements(
    tables: Tables, answers: pd.DataFrame
) -> None:
    known = tables["clearinghouse_claim_acknowledgements"]["payer_claim_control_number"]
    is_known = answers["payer_claim_control_number"].isin(known.dropna())
    first = answers[answers["claim_status_code"] == "19"]["patient_control_number"]
    crossed = (answers["claim_status_code"] == "2") & answers["patient_control_number"].isin(first)
    assert crossed.any()
    assert (is_known == ~crossed).all()


# --- checks --------------------------------------------------------------------------------------


def test_checks_pay_their_claims_less_their_adjustments_and_are_never_negative(
    tables: Tables,
) -> None:
    checks = tables["clearinghouse_remittances"].set_index("remittance_id")
    claims = tables["clearinghouse_remittance_claims"].groupby("remittance_id")["paid_amount"].sum()
    adjusted = tables["clearinghouse_remittance_provider_adjustments"]
    sums = adjusted.groupby("remittance_id")["amount"].sum()
    assert (claims.sub(sums, fill_value=0) == checks["payment_amount"].reindex(claims.index)).all()
    assert (checks["payment_amount"] >= 0).all()
    assert (checks["payment_method_code"].eq("NON") == checks["payment_amount"].eq(0)).all()
    assert set(adjusted["reason_code"]) == {"L6", "WO", "FB"}
    stated = adjusted.join(checks[["payee_npi", "payment_date"]], on="remittance_id")
    assert (stated["provider_identifier"] == stated["payee_npi"]).all()
    assert (stated["fiscal_period_date"].dt.strftime("%m-%d") == "12-31").all()
    assert (stated["fiscal_period_date"].dt.year == stated["payment_date"].dt.year).all()


@pytest.mark.parametrize("reason", ["WO", "FB"])
def test_what_a_check_is_spared_a_later_one_withholds(tables: Tables, reason: str) -> None:
    adjusted = tables["clearinghouse_remittance_provider_adjustments"]
    adjusted = adjusted[adjusted["reason_code"] == reason].merge(
        tables["clearinghouse_remittances"], on="remittance_id"
    )
    spared, held = adjusted[adjusted["amount"] < 0], adjusted[adjusted["amount"] > 0]
    both = spared.merge(held, on="reference_id", suffixes=("", "_later"))
    assert len(both) == len(held) > 2
    assert not both["reference_id"].duplicated().any()
    assert (both["amount"] == -both["amount_later"]).all()
    for name in ("payer_id", "payee_npi"):
        assert (both[name] == both[f"{name}_later"]).all()
    days = (both["payment_date_later"] - both["payment_date"]).dt.days
    assert (days >= (parameters.TAKEBACK_RECOVERY_DAYS[0] if reason == "WO" else 1)).all()
    if reason == "FB":
        assert (spared["reference_id"] == spared["trace_number"]).all()
        assert (spared["payment_amount"] == 0).all()
    # what waits still is young, or its payer has paid nothing since
    waiting = spared[~spared["reference_id"].isin(held["reference_id"])]
    last = tables["clearinghouse_remittances"].groupby(["payer_id", "payee_npi"])["payment_date"]
    ready = waiting["payment_date"] + pd.Timedelta(
        days=parameters.TAKEBACK_RECOVERY_DAYS[1] if reason == "WO" else 1
    )
    newest = last.max().reindex(pd.MultiIndex.from_frame(waiting[["payer_id", "payee_npi"]]))
    assert (newest.to_numpy() < ready.to_numpy()).all()


def test_interest_is_paid_on_clean_claims_that_waited_too_long(
    tables: Tables, answers: pd.DataFrame
) -> None:
    adjusted = tables["clearinghouse_remittance_provider_adjustments"]
    interest = adjusted[adjusted["reason_code"] == "L6"]
    first = answers.drop_duplicates("patient_control_number")
    claims = tables["billing_payers"].set_index("payer_id")["payer_class"]
    waited = (first["payment_date"] - first["received_date"]).dt.days
    denied = remitted(tables).query("carc not in ['45', '253', '1', '2', '3']")
    late = first[
        (waited > 45)
        & first["payer_id"].map(claims).isin(parameters.INTEREST_CLASSES)
        & (first["paid_amount"] > 0)
        & ~first["remittance_claim_id"].isin(denied["remittance_claim_id"])
    ]
    assert len(late) > 50
    joined = late.merge(
        interest, left_on=["remittance_id", "payer_claim_control_number"],
        right_on=["remittance_id", "reference_id"],
    )  # fmt: skip
    assert len(joined) == len(late) == len(interest)
    days = (joined["payment_date"] - joined["received_date"]).dt.days - 45
    wanted = np.rint(joined["paid_amount"] * 0.10 * days / 365).clip(lower=1)
    assert (joined["amount"] == -wanted).all()


def _claims(*rows: tuple[int, int, int, int, int]) -> Rows:
    """Remittance claims of one payer: day, facility, paid, recovered_later and its day."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    size = len(table)
    fixed = {"month": 202501, "payer": 3, "version": 1, "ordinal": 1, "interest": 0}
    return {
        **{name: np.full(size, value) for name, value in fixed.items()},
        "account": np.arange(size),
        **dict(
            zip(
                ("day", "facility", "paid", "recovered_later", "recovery_day"), table.T, strict=True
            )
        ),
    }


def test_a_negative_check_is_carried_until_payments_cover_it() -> None:
    claims = _claims((10, 0, 300, 0, 0), (10, 0, -1000, 0, 0), (11, 1, 50, 0, 0),
                     (12, 0, 400, 0, 0), (15, 0, 500, 0, 0))  # fmt: skip
    checks, _, adjustments = Checks().group(claims, 1, 31)
    assert checks["paid"].tolist() == [0, 50, 0, 200]
    assert adjustments["reason"].tolist() == [FORWARDED] * 4
    assert adjustments["amount"].tolist() == [-700, 700, -300, 300]
    assert adjustments["check_day"].tolist() == [10, 10, 12, 12]
    assert adjustments["sequence"].tolist() == [1, 1, 2, 1]


def test_a_recovery_waits_for_its_day_and_for_a_check() -> None:
    claims = _claims((10, 0, -900, 900, 25), (10, 0, 100, 0, 0), (24, 0, 100, 0, 0),
                     (25, 1, 5000, 0, 0), (26, 0, 1000, 0, 0))  # fmt: skip
    checks, _, adjustments = Checks().group(claims, 1, 31)
    assert checks["paid"].tolist() == [100, 100, 5000, 100]
    assert adjustments["reason"].tolist() == [OVERPAYMENT] * 2
    assert adjustments["amount"].tolist() == [-900, 900]
    assert adjustments["day"].tolist() == [10, 26]


def test_interest_raises_the_check() -> None:
    claims = _claims((10, 0, 900, 0, 0))
    claims["interest"][0] = 7
    checks, _, adjustments = Checks().group(claims, 1, 31)
    assert checks["paid"].tolist() == [907]
    assert (adjustments["reason"].tolist(), adjustments["amount"].tolist()) == ([INTEREST], [-7])


def test_checks_are_the_same_however_the_months_are_cut() -> None:
    lives = whole_lives()["remittance_claims"]
    claims = {name: lives[name].to_numpy() for name in lives}
    first, last = int(claims["day"].min()), int(claims["day"].max())
    whole = Checks().group(claims, first, last)
    edges = [first, *range(first + 9, last, 23), last + 1]
    checks = Checks()
    parts = []
    for start, stop in itertools.pairwise(edges):
        part = select(claims, (claims["day"] >= start) & (claims["day"] < stop))
        parts.append(checks.group(part, start, stop - 1))
    assert (whole[2]["reason"] == OVERPAYMENT).sum() > 20
    for place, table in enumerate(whole):
        for name, values in table.items():
            joined = np.concatenate([part[place][name] for part in parts])
            assert (joined == values).all(), name


def test_months_can_only_be_grouped_in_their_order() -> None:
    checks = Checks()
    checks.group(_claims((10, 0, 5, 0, 0)), 1, 31)
    with pytest.raises(ValueError, match="days up to 31 are on checks already"):
        checks.group(_claims((31, 0, 5, 0, 0)), 31, 60)
    with pytest.raises(ValueError, match=r"claims of days 70 to 70 for 32 to 60"):
        checks.group(_claims((70, 0, 5, 0, 0)), 32, 60)


def test_a_set_of_a_later_end_has_the_same_checks(tmp_path: Path, tables: Tables) -> None:
    options = Options(19, 700, 3, pd.Timestamp("2025-07-31").date())
    generate(options, tmp_path / "raw", "parquet", load_contract())
    later = read_tables(tmp_path / "raw")
    for name in ("remittances", "remittance_provider_adjustments"):
        before = tables[f"clearinghouse_{name}"].drop(columns="_batch_id")
        after = later[f"clearinghouse_{name}"].drop(columns="_batch_id")
        after = after[after["_loaded_at"] < END + pd.Timedelta(days=1)].reset_index(drop=True)
        pd.testing.assert_frame_equal(before, after)
