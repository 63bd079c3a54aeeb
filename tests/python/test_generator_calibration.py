"""The generated data reproduce the published figures, recounted from the files alone."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from test_generator import NOT_DENIALS, Tables, in_force, ledger, read_tables, remitted

from data_generator import parameters
from data_generator.generate import generate
from data_generator.manifest import Options
from ingestion.contract import load_contract

END = pd.Timestamp("2025-12-31")
OPTIONS = Options(24, 1500, 42, END.date())
SIGMAS = 3.5
CLAIM_DENIAL_RATES = {
    "commercial": 0.12,
    "medicare": 0.08,
    "medicare_advantage": 0.155,
    "medicaid": 0.18,
    "medicaid_mco": 0.15,
    "aca_marketplace": 0.19,
}
FIRST_REMITTANCE_MEDIANS = {
    "commercial": (17, 23),
    "medicare": (14, 16),
    "medicare_advantage": (16, 20),
    "medicaid": (22, 28),
    "medicaid_mco": (22, 28),
    "aca_marketplace": (20, 29),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Two years of 1,500 claims a month."""
    out = tmp_path_factory.mktemp("calibration") / "raw"
    generate(OPTIONS, out, "parquet", load_contract())
    return read_tables(out)


@pytest.fixture(scope="module")
def accounts(tables: Tables) -> pd.DataFrame:
    """One row per account: payer and class, billed and allowed cents, day of discharge."""
    charges = tables["charges"].merge(tables["encounters"], on="encounter")
    covered = tables["billing_coverages"].set_index("coverage_id")["payer_id"]
    charges["payer_id"] = covered.reindex(charges["coverage_id"]).fillna("SELF").to_numpy()
    fees = tables["billing_fee_schedules"].rename(
        columns={"submitter_id": "hospital", "service_code": "code"}
    )
    charges = charges.merge(fees, on=["payer_id", "hospital", "claim_type", "code"])
    charges = in_force(charges, "service")
    charges["allowed"] = charges["allowed_amount"] * charges["units"]
    charges["discharge"] = charges["discharge"].fillna(END)
    grouped = charges.groupby("account")
    frame = grouped[["payer_id", "claim_type", "admit", "discharge"]].first()
    frame[["billed", "allowed"]] = grouped[["cents", "allowed"]].sum()
    classes = tables["billing_payers"].set_index("payer_id")["payer_class"]
    frame["payer_class"] = frame["payer_id"].map(classes)
    return frame


@pytest.fixture(scope="module")
def first_decisions(tables: Tables, accounts: pd.DataFrame) -> pd.DataFrame:
    """One row per account with a remittance: day, denied or not, all lines or some."""
    claims = tables["clearinghouse_remittance_claims"].merge(
        tables["clearinghouse_remittances"][["remittance_id", "payment_date"]], on="remittance_id"
    )
    claims = claims.sort_values(["payment_date", "remittance_claim_id"])
    first = claims.drop_duplicates("patient_control_number").set_index("patient_control_number")
    lines = tables["clearinghouse_remittance_lines"]
    lines = lines[lines["remittance_claim_id"].isin(first["remittance_claim_id"])]
    denials = remitted(tables).query("carc not in @NOT_DENIALS")
    denied = lines["remittance_line_id"].isin(denials["remittance_line_id"])
    by_claim = denied.groupby(lines["remittance_claim_id"]).agg(["any", "all"])
    by_claim = by_claim.reindex(first["remittance_claim_id"])
    return pd.DataFrame(
        {
            "date": first["payment_date"],
            "is_denied": by_claim["any"].to_numpy(),
            "is_full": by_claim["all"].to_numpy(),
        }
    ).join(accounts)


@dataclass(frozen=True)
class Receivables:
    """A/R on one day: days in A/R and the share over 90 days from discharge.

    `net` values what was never adjudicated, and denied charges that are still open, at the
    contracted amount; `net_posted` values denied charges at their full charge, as they stand on
    the account.
    """

    gross_days: float
    net_days: float
    net_posted_days: float
    over_90: float
    buckets: dict[str, float]


def receivables(tables: Tables, accounts: pd.DataFrame, day: pd.Timestamp) -> Receivables:
    """A/R on a day from the ledger, by the formulas of HFMA FM-1 and AR-3."""
    entries = ledger(tables)
    entries = entries[entries["date"] <= day]
    frame = accounts.join(entries.groupby("account")["cents"].sum().rename("balance"), how="inner")
    frame = frame[frame["balance"] > 0]
    ratio = frame["allowed"] / frame["billed"]
    first = remitted(tables).groupby("patient_control_number")["payment_date"].min()
    decided = (first.reindex(frame.index) <= day) | (frame["payer_id"] == "SELF")
    open_denied = _open_denials(tables, day).reindex(frame.index).fillna(0)
    open_denied = np.minimum(open_denied, frame["balance"])
    posted = np.where(decided, frame["balance"], frame["balance"] * ratio)
    net = posted - np.where(decided, open_denied * (1 - ratio), 0)
    window = accounts[(accounts["discharge"] > day - pd.Timedelta(days=90))
                      & (accounts["discharge"] <= day)]  # fmt: skip
    age = (day - frame["discharge"]).dt.days
    names = ["0-30", "31-60", "61-90", "91-120", "121+"]
    bucket = pd.cut(age, [-1, 30, 60, 90, 120, 10_000], labels=names)
    by_bucket = pd.Series(posted, frame.index).groupby(bucket, observed=False).sum()
    return Receivables(
        gross_days=frame["balance"].sum() / (window["billed"].sum() / 90),
        net_days=net.sum() / (window["allowed"].sum() / 90),
        net_posted_days=posted.sum() / (window["allowed"].sum() / 90),
        over_90=posted[age > 90].sum() / posted.sum(),
        buckets=(by_bucket / posted.sum()).round(3).to_dict(),
    )


def _open_denials(tables: Tables, day: pd.Timestamp) -> pd.Series:
    """Charges denied by the last decision up to a day and not written off by then."""
    denials = remitted(tables).query("payment_date <= @day and group_code != 'PR'")
    denials = denials[~denials["carc"].isin(NOT_DENIALS)]
    claims = tables["clearinghouse_remittance_claims"].merge(
        tables["clearinghouse_remittances"][["remittance_id", "payment_date"]], on="remittance_id"
    )
    claims = claims[claims["claim_status_code"] != "2"]  # a secondary does not deny anew
    last = claims[claims["payment_date"] <= day].groupby("patient_control_number")
    denials = denials[denials["remittance_claim_id"].isin(last["remittance_claim_id"].max())]
    left = denials.groupby("patient_control_number")["amount"].sum()
    adjusted = tables["billing_account_adjustments"].query(
        "post_date <= @day and adjustment_type == 'denial_writeoff'"
    )
    return left.sub(adjusted.groupby("account_number")["amount"].sum(), fill_value=0).clip(lower=0)


def test_parameters_average_to_the_published_denial_rates() -> None:
    for payer_class, rate in CLAIM_DENIAL_RATES.items():
        payers = [item for item in parameters.PAYERS if item.payer_class == payer_class]
        mean = sum(item.claim_share * item.denial_rate for item in payers) / sum(
            item.claim_share for item in payers
        )
        assert mean == pytest.approx(rate, abs=0.001)


def test_parameters_hold_the_published_shares() -> None:
    assert sum(item.claim_share for item in parameters.PAYERS) == pytest.approx(1)
    reasons = parameters.DENIAL_REASONS
    weights = np.array([item.weight for item in reasons])
    assert weights.sum() + parameters.TIMELY_FILING_REASON.weight == pytest.approx(1)
    assert weights @ [item.corrected for item in reasons] == pytest.approx(0.35, abs=0.015)
    assert weights @ [item.appealed for item in reasons] == pytest.approx(0.20, abs=0.015)
    assert np.mean(parameters.MONTH_FACTORS) == pytest.approx(1)


@pytest.mark.parametrize("payer_class", CLAIM_DENIAL_RATES)
def test_initial_denial_rates(first_decisions: pd.DataFrame, payer_class: str) -> None:
    mine = first_decisions[first_decisions["payer_class"] == payer_class]
    # claims that are still with the payer are denied ones rather often, so leave the tail out
    mine = mine[mine["admit"] < END - pd.Timedelta(days=120)]
    rates = {item.payer_id: item.denial_rate for item in parameters.PAYERS}
    rate = mine["payer_id"].map(rates).mean()
    error = (rate * (1 - rate) / len(mine)) ** 0.5
    assert mine["is_denied"].mean() == pytest.approx(rate, abs=SIGMAS * error)


def test_partial_denials_are_about_three_times_full_ones(first_decisions: pd.DataFrame) -> None:
    denied = first_decisions[first_decisions["is_denied"]]
    full = denied["is_full"].sum()
    assert 2.2 < (len(denied) - full) / full < 4.2


def test_reasons_follow_their_weights(tables: Tables) -> None:
    first = remitted(tables)
    first = first[first["remittance_claim_id"].str.endswith("-01")]
    first = first[~first["carc"].isin(NOT_DENIALS)]
    first = first.drop_duplicates("patient_control_number")
    shares = first.groupby(["group_code", "carc"]).size() / len(first)
    for item in parameters.DENIAL_REASONS:
        assert shares[item.group, item.carc] == pytest.approx(item.weight, abs=0.02), item.carc
    assert shares["CO", "29"] == pytest.approx(0.03, abs=0.015)


@pytest.mark.parametrize("payer_class", FIRST_REMITTANCE_MEDIANS)
def test_days_to_first_remittance(
    tables: Tables, first_decisions: pd.DataFrame, payer_class: str
) -> None:
    claims = tables["clearinghouse_claims"].query("frequency_code == '1'")
    sent = claims.groupby("patient_control_number")["submitted_date"].max()
    mine = first_decisions[first_decisions["payer_class"] == payer_class]
    days = (mine["date"] - sent.reindex(mine.index)).dt.days[mine["admit"] < "2025-08-01"]
    low, high = FIRST_REMITTANCE_MEDIANS[payer_class]
    assert low <= days.median() <= high
    assert days.quantile(0.99) <= 130


def test_submission_lags(tables: Tables) -> None:
    first = tables["clearinghouse_claims"].sort_values("submitted_date")
    first = first.drop_duplicates("patient_control_number")
    days = (first["submitted_date"] - first["statement_to_date"]).dt.days
    median = days.groupby(first["claim_type"]).median()
    assert 3 <= median["P"] <= 5
    assert 5 <= median["I"] <= 8
    edited = tables["billing_claim_edits"].dropna(subset="staff_id")["account_number"]
    assert first["patient_control_number"].isin(edited).mean() == pytest.approx(0.08, abs=0.015)


def test_what_is_done_about_denials(tables: Tables, first_decisions: pd.DataFrame) -> None:
    denied = first_decisions[first_decisions["is_denied"]]
    denied = denied[denied["date"] < END - pd.Timedelta(days=150)]
    claims = tables["clearinghouse_claims"].query("frequency_code == '7'")
    appeals = tables["billing_appeals"]
    corrected = denied.index.isin(claims["patient_control_number"]).mean()
    appealed = denied.index.isin(appeals["account_number"]).mean()
    assert corrected == pytest.approx(0.35, abs=0.04)
    assert appealed == pytest.approx(0.20, abs=0.04)
    decided = appeals.dropna(subset="decision")
    # over all rounds, Premier: 51.7 % of denials are overturned
    last = decided.sort_values("appeal_round").drop_duplicates("account_number", keep="last")
    assert (last["decision"] != "upheld").mean() == pytest.approx(0.517, abs=0.06)
    decisions = (decided["decided_date"] - decided["filed_date"]).dt.days
    assert decisions.between(45, 63).all()  # a weekend or holiday after 60 days


def test_patient_collections(tables: Tables, accounts: pd.DataFrame) -> None:
    claims = tables["clearinghouse_remittance_claims"]
    owed = claims.groupby("patient_control_number")["patient_responsibility_amount"].sum()
    payments = tables["billing_patient_payments"]
    at_visit = payments["payment_source"] == "point_of_service"
    # what a second payer may take over is not the patient's to pay
    sent_on = tables["clearinghouse_claims"].query("payer_sequence == 'S'")
    forwarded = claims.query("claim_status_code == '19'")
    shared = pd.concat([sent_on["patient_control_number"], forwarded["patient_control_number"]])
    old = accounts[(accounts["admit"] < "2025-02-01") & ~accounts.index.isin(shared)]
    early = payments[at_visit].groupby("account_number")["amount"].sum().reindex(old.index)
    later = payments[~at_visit].groupby("account_number")["amount"].sum().reindex(old.index)
    left = owed.reindex(old.index).fillna(0) - early.fillna(0)
    insured = old["payer_id"] != "SELF"
    collected = later[insured].sum() / left[insured].sum()
    assert collected == pytest.approx(parameters.TARGET_PATIENT_COLLECTION, abs=0.05)
    self_pay = later[~insured].sum() / old.loc[~insured, "allowed"].sum()
    assert self_pay == pytest.approx(parameters.TARGET_SELF_PAY_COLLECTION, abs=0.06)


def test_allowed_ratios_and_patient_share(tables: Tables, accounts: pd.DataFrame) -> None:
    insured = accounts[accounts["payer_id"] != "SELF"].groupby("payer_class")
    ratio = insured["allowed"].sum() / insured["billed"].sum()
    for payer_class, value in ratio.items():
        low = parameters.CLASS_PARAMETERS[str(payer_class)].allowed_ratio
        assert low * 0.9 < value < (low + parameters.PROFESSIONAL_ALLOWED_BONUS) * 1.1
    claims = tables["clearinghouse_remittance_claims"].query("claim_status_code != '2'")
    shares = remitted(tables).query("carc in ('1', '2', '3')")
    shares = shares[shares["remittance_claim_id"].isin(claims["remittance_claim_id"])]
    patient = shares.groupby("patient_control_number")["amount"].sum()
    paid = claims.groupby("patient_control_number")["paid_amount"].sum()
    frame = accounts.join(pd.DataFrame({"patient": patient, "paid": paid}), how="inner").fillna(
        {"patient": 0}
    )
    sums = frame.groupby("payer_class")[["patient", "paid"]].sum()
    share = sums["patient"] / sums.sum(axis=1)
    assert share["commercial"] == pytest.approx(0.23, abs=0.03)
    assert share["medicare"] == pytest.approx(0.22, abs=0.03)
    assert share["medicaid"] < 0.01


def test_receivables_at_the_end_of_two_years(tables: Tables, accounts: pd.DataFrame) -> None:
    found = receivables(tables, accounts, END)
    low, high = parameters.TARGET_AR_DAYS
    assert low <= found.net_days <= high, found
    assert 36 <= found.gross_days <= 57, found
    low, high = parameters.TARGET_OVER_90_SHARE
    assert low <= found.over_90 <= high, found
    assert found.buckets["0-30"] == max(found.buckets.values()), found


def test_volume_follows_weekdays_and_hospitals(accounts: pd.DataFrame) -> None:
    by_month = accounts.groupby(accounts["admit"].dt.to_period("M")).size()
    assert by_month.mean() == pytest.approx(OPTIONS.claims_per_month, rel=0.01)
    weekend = (accounts["admit"].dt.weekday >= 5).mean()
    assert 0.03 < weekend < 0.12
    assert accounts.index.str.startswith("A").mean() == pytest.approx(0.60, abs=0.02)
