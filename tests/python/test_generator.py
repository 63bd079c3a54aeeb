"""The generated raw tables hold together: keys, money, dates, and the same bytes every time."""

import datetime as dt
import filecmp
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_generator.generate import generate
from data_generator.manifest import MANIFEST, Options
from data_generator.parameters import TIMELY_FILING_REASON
from ingestion.contract import arrow_schema, load_contract

ROOT = Path(__file__).resolve().parents[2]
END = dt.date(2025, 6, 30)
SMALL = Options(6, 400, 7, END)
LONG = Options(24, 60, 7, END)
LAST_NIGHT = pd.Timestamp("2025-06-30 23:30")
NOT_DENIALS = {"45", "253", "23", "1", "2", "3"}
REJECTIONS = {"A3", "A6", "A7", "A8"}

KEYS = {
    "hospital_a_patients": ["patient_id"],
    "hospital_a_providers": ["provider_id"],
    "hospital_a_departments": ["department_id"],
    "hospital_a_encounters": ["encounter_id"],
    "hospital_a_encounter_diagnoses": ["encounter_id", "diagnosis_sequence"],
    "hospital_a_charges": ["charge_id"],
    "hospital_b_patients": ["mrn"],
    "hospital_b_providers": ["provider_code"],
    "hospital_b_departments": ["dept_code"],
    "hospital_b_encounters": ["visit_no"],
    "hospital_b_encounter_diagnoses": ["visit_no", "dx_rank"],
    "hospital_b_charges": ["charge_ref"],
    "clearinghouse_claims": ["claim_id"],
    "clearinghouse_claim_lines": ["claim_id", "line_number"],
    "clearinghouse_claim_acknowledgements": ["acknowledgement_id"],
    "clearinghouse_remittances": ["remittance_id"],
    "clearinghouse_remittance_claims": ["remittance_claim_id"],
    "clearinghouse_remittance_lines": ["remittance_line_id"],
    "clearinghouse_remittance_adjustments": ["remittance_adjustment_id"],
    "clearinghouse_remittance_provider_adjustments": ["remittance_provider_adjustment_id"],
    "billing_payers": ["payer_id"],
    "billing_plans": ["plan_id"],
    "billing_fee_schedules": [
        "payer_id", "submitter_id", "claim_type", "service_code", "effective_from_date",
    ],
    "billing_coverages": ["coverage_id"],
    "billing_claim_edits": ["claim_edit_id"],
    "billing_patient_payments": ["patient_payment_id"],
    "billing_account_adjustments": ["account_adjustment_id"],
    "billing_refunds": ["refund_id"],
    "billing_appeals": ["appeal_id"],
    "billing_staff": ["staff_id"],
    "billing_work_items": ["work_item_id"],
}  # fmt: skip

FOREIGN_KEYS = [
    ("hospital_a_providers.department_id", "hospital_a_departments.department_id"),
    ("hospital_a_encounters.patient_id", "hospital_a_patients.patient_id"),
    ("hospital_a_encounters.provider_id", "hospital_a_providers.provider_id"),
    ("hospital_a_encounters.department_id", "hospital_a_departments.department_id"),
    ("hospital_a_encounters.coverage_id", "billing_coverages.coverage_id"),
    ("hospital_a_encounter_diagnoses.encounter_id", "hospital_a_encounters.encounter_id"),
    ("hospital_a_charges.encounter_id", "hospital_a_encounters.encounter_id"),
    ("hospital_b_providers.dept_code", "hospital_b_departments.dept_code"),
    ("hospital_b_encounters.mrn", "hospital_b_patients.mrn"),
    ("hospital_b_encounters.provider_code", "hospital_b_providers.provider_code"),
    ("hospital_b_encounters.dept_code", "hospital_b_departments.dept_code"),
    ("hospital_b_encounters.coverage_id", "billing_coverages.coverage_id"),
    ("hospital_b_encounter_diagnoses.visit_no", "hospital_b_encounters.visit_no"),
    ("hospital_b_charges.visit_no", "hospital_b_encounters.visit_no"),
    ("clearinghouse_claims.patient_control_number", "charges.account"),
    ("clearinghouse_claims.payer_id", "billing_payers.payer_id"),
    ("clearinghouse_claims.member_id", "billing_coverages.member_id"),
    ("clearinghouse_claims.billing_provider_npi", "facilities.npi"),
    ("clearinghouse_claims.rendering_provider_npi", "providers.npi"),
    (
        "clearinghouse_claims.original_reference_number",
        "clearinghouse_claim_acknowledgements.payer_claim_control_number",
    ),
    ("clearinghouse_claim_lines.claim_id", "clearinghouse_claims.claim_id"),
    ("clearinghouse_claim_lines.line_control_number", "charges.charge"),
    ("clearinghouse_claim_acknowledgements.claim_id", "clearinghouse_claims.claim_id"),
    ("clearinghouse_remittances.payer_id", "billing_payers.payer_id"),
    ("clearinghouse_remittances.payee_npi", "facilities.npi"),
    (
        "clearinghouse_remittance_claims.remittance_id",
        "clearinghouse_remittances.remittance_id",
    ),
    (
        "clearinghouse_remittance_claims.patient_control_number",
        "clearinghouse_claims.patient_control_number",
    ),
    (
        "clearinghouse_remittance_lines.remittance_claim_id",
        "clearinghouse_remittance_claims.remittance_claim_id",
    ),
    ("clearinghouse_remittance_lines.line_control_number", "charges.charge"),
    (
        "clearinghouse_remittance_adjustments.remittance_line_id",
        "clearinghouse_remittance_lines.remittance_line_id",
    ),
    (
        "clearinghouse_remittance_adjustments.remittance_claim_id",
        "clearinghouse_remittance_claims.remittance_claim_id",
    ),
    ("billing_plans.payer_id", "billing_payers.payer_id"),
    ("billing_fee_schedules.payer_id", "billing_payers.payer_id"),
    ("billing_coverages.payer_id", "billing_payers.payer_id"),
    ("billing_coverages.plan_id", "billing_plans.plan_id"),
    ("billing_claim_edits.account_number", "charges.account"),
    ("billing_claim_edits.staff_id", "billing_staff.staff_id"),
    ("billing_patient_payments.account_number", "charges.account"),
    ("billing_account_adjustments.account_number", "charges.account"),
    ("billing_account_adjustments.staff_id", "billing_staff.staff_id"),
    ("billing_appeals.claim_id", "clearinghouse_claims.claim_id"),
    ("billing_appeals.account_number", "charges.account"),
    ("billing_appeals.staff_id", "billing_staff.staff_id"),
    ("billing_work_items.account_number", "charges.account"),
    ("billing_work_items.staff_id", "billing_staff.staff_id"),
]

VERSIONED = ("hospital_a_encounters", "hospital_b_encounters", "billing_claim_edits",
             "billing_appeals", "billing_work_items", "hospital_a_patients", "hospital_b_patients",
             "hospital_a_providers", "hospital_b_providers", "billing_payers",
             "billing_fee_schedules", "billing_coverages", "billing_staff")  # fmt: skip
"""Tables whose rows arrive again when they change."""

Tables = dict[str, pd.DataFrame]


def read_tables(folder: Path) -> Tables:
    """The latest rows of every raw table, money as whole cents, text dates as timestamps; unions.

    charges (account, charge, encounter, code, claim_type, units, cents, service, post, hospital),
    encounters (encounter, coverage_id, admit, discharge), providers and facilities (npi).
    """
    tables = {}
    for name in load_contract():
        table = pq.read_table(folder / f"{name}.parquet")
        for place, field in enumerate(table.schema):
            if pa.types.is_decimal(field.type):
                cents = table.column(place).cast(pa.float64()).to_numpy()
                array = pa.array((cents * 100).round(), from_pandas=True).cast(pa.int64())
                table = table.set_column(place, field.name, array)
        tables[name] = table.to_pandas()
    for name, frame in tables.items():
        style = "%m/%d/%Y" if name.startswith("hospital_a") else "%Y%m%d"
        for column in frame:
            if column.endswith("_date") or column in ("dob", "dod", "dos", "posted"):
                is_text = name.startswith("hospital")
                frame[column] = pd.to_datetime(frame[column], format=style if is_text else None)
    for name in VERSIONED:
        tables[name] = tables[name].sort_values("_loaded_at", kind="stable")
        tables[name] = tables[name].drop_duplicates(KEYS[name], keep="last", ignore_index=True)
    return tables | _unions(tables)


def _unions(tables: Tables) -> Tables:
    a, b = tables["hospital_a_charges"], tables["hospital_b_charges"]
    names = ["account", "charge", "encounter", "claim_type", "procedure", "revenue", "units",
             "cents", "service", "post"]  # fmt: skip
    from_a = a[["account_number", "charge_id", "encounter_id", "claim_type", "procedure_code",
                "revenue_code", "units", "amount", "service_date", "post_date"]]  # fmt: skip
    from_b = b[["acct_no", "charge_ref", "visit_no", "bill_form", "cpt_hcpcs", "rev_code", "qty",
                "charge_cents", "dos", "posted"]].copy()  # fmt: skip
    from_b["bill_form"] = from_b["bill_form"].map({"1500": "P", "UB04": "I"})
    charges = pd.concat(
        [from_a.set_axis(names, axis=1), from_b.set_axis(names, axis=1)], ignore_index=True
    )
    charges["units"] //= 100
    charges["code"] = charges["procedure"].fillna(charges["revenue"])
    charges["hospital"] = "HOSPITAL_" + charges["account"].str[0]
    names = ["encounter", "coverage_id", "admit", "discharge"]
    a, b = tables["hospital_a_encounters"], tables["hospital_b_encounters"]
    encounters = pd.concat(
        [
            a[["encounter_id", "coverage_id", "admit_date", "discharge_date"]].set_axis(
                names, axis=1
            ),
            b[["visit_no", "coverage_id", "arrival_date", "departure_date"]].set_axis(
                names, axis=1
            ),
        ],
        ignore_index=True,
    )
    npis = [tables["hospital_a_providers"]["npi"], tables["hospital_b_providers"]["npi_number"]]
    sites = [
        tables["hospital_a_departments"]["facility_npi"],
        tables["hospital_b_departments"]["site_npi"],
    ]
    return {
        "charges": charges,
        "encounters": encounters,
        "providers": pd.DataFrame({"npi": pd.concat(npis)}),
        "facilities": pd.DataFrame({"npi": pd.concat(sites)}),
    }


def in_force(frame: pd.DataFrame, day: str) -> pd.DataFrame:
    """The rows whose effective dates contain the column `day`."""
    last = frame["effective_to_date"].fillna(pd.Timestamp.max)
    return frame[(frame["effective_from_date"] <= frame[day]) & (frame[day] <= last)]


def remitted(tables: Tables) -> pd.DataFrame:
    """CAS triplets with their claim on the remittance and its payment date."""
    claims = tables["clearinghouse_remittance_claims"].merge(
        tables["clearinghouse_remittances"][["remittance_id", "payment_date", "payer_id"]],
        on="remittance_id",
    )
    keep = ["remittance_claim_id", "patient_control_number", "payment_date", "payer_id"]
    return tables["clearinghouse_remittance_adjustments"].merge(
        claims[keep], on="remittance_claim_id"
    )


def ledger(tables: Tables) -> pd.DataFrame:
    """Signed entries: account, date, kind, cents."""
    claims = tables["clearinghouse_remittance_claims"].merge(
        tables["clearinghouse_remittances"][["remittance_id", "payment_date"]], on="remittance_id"
    )
    contractual = remitted(tables).query("group_code == 'CO' and carc in ('45', '253')")
    charges = tables["charges"]
    paid = tables["billing_patient_payments"]
    adjusted = tables["billing_account_adjustments"]
    refunds = tables["billing_refunds"]
    entries = [
        (charges["account"], charges["post"], "charge", charges["cents"]),
        (claims["patient_control_number"], claims["payment_date"], "payer",
         -claims["paid_amount"]),
        (contractual["patient_control_number"], contractual["payment_date"], "contractual",
         -contractual["amount"]),
        (paid["account_number"], paid["post_date"], "patient", -paid["amount"]),
        (adjusted["account_number"], adjusted["post_date"], adjusted["adjustment_type"],
         -adjusted["amount"]),
        (refunds["account_number"], refunds["post_date"], "refund", refunds["amount"]),
    ]  # fmt: skip
    return pd.concat(
        [
            pd.DataFrame({"account": account, "date": date, "kind": kind, "cents": cents})
            for account, date, kind, cents in entries
        ],
        ignore_index=True,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six months of a small pair of hospitals."""
    out = tmp_path_factory.mktemp("small") / "raw"
    generate(SMALL, out, "parquet", load_contract())
    return out


@pytest.fixture(scope="module")
def tables(folder: Path) -> Tables:
    """The small set as frames."""
    return read_tables(folder)


@pytest.fixture(scope="module")
def old_tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Two years, so that the first accounts have lived their whole lives."""
    out = tmp_path_factory.mktemp("long") / "raw"
    generate(LONG, out, "parquet", load_contract())
    return read_tables(out)


# --- keys ---------------------------------------------------------------------------------------


def test_every_table_of_the_contract_is_written_with_its_schema(folder: Path) -> None:
    contract = load_contract()
    raw = {path.stem for path in folder.glob("*.parquet") if not path.stem.startswith("truth_")}
    assert raw == set(contract) == set(KEYS)
    for name, table in contract.items():
        assert pq.read_schema(folder / f"{name}.parquet").equals(arrow_schema(table)), name


@pytest.mark.parametrize("name", KEYS)
def test_keys_are_unique(tables: Tables, name: str) -> None:
    assert not tables[name].duplicated(KEYS[name]).any()
    assert tables[name][KEYS[name]].notna().all(axis=None)


@pytest.mark.parametrize(("child", "parent"), FOREIGN_KEYS)
def test_foreign_keys_hold(tables: Tables, child: str, parent: str) -> None:
    table, column = child.split(".")
    of_table, of_column = parent.split(".")
    values = tables[table][column].dropna()
    assert len(values)
    assert values.isin(tables[of_table][of_column]).all()


def test_npis_pass_the_luhn_check(tables: Tables) -> None:
    def is_valid(npi: str) -> bool:
        digits = [int(digit) for digit in "80840" + npi]
        for place in range(len(digits) - 2, -1, -2):
            digits[place] = sum(divmod(digits[place] * 2, 10))
        return len(npi) == 10 and sum(digits) % 10 == 0

    npis = pd.concat([tables["providers"]["npi"], tables["facilities"]["npi"].drop_duplicates()])
    assert npis.map(is_valid).all()
    assert not npis.duplicated().any()


# --- money --------------------------------------------------------------------------------------


def test_claims_are_the_sum_of_their_lines_and_of_their_charges(tables: Tables) -> None:
    claims = tables["clearinghouse_claims"].set_index("claim_id")
    lines = tables["clearinghouse_claim_lines"]
    assert lines.groupby("claim_id")["billed_amount"].sum().eq(claims["billed_amount"]).all()
    # a version holds what was on the account when its bill was made; a void repeats what it voids
    bills = claims[claims["frequency_code"] != "8"].reset_index()
    charges = tables["charges"].merge(bills, left_on="account", right_on="patient_control_number")
    billed = charges[charges["post"] <= charges["final_bill_date"]]
    billed = billed.groupby("claim_id")["cents"].sum()
    assert billed.reindex(bills["claim_id"]).eq(bills.set_index("claim_id")["billed_amount"]).all()


def test_remittances_balance_by_line_claim_and_check(tables: Tables) -> None:
    adjustments = tables["clearinghouse_remittance_adjustments"]
    lines = tables["clearinghouse_remittance_lines"].set_index("remittance_line_id")
    claims = tables["clearinghouse_remittance_claims"].set_index("remittance_claim_id")
    checks = tables["clearinghouse_remittances"].set_index("remittance_id")
    adjusted = adjustments.groupby("remittance_line_id")["amount"].sum().reindex(lines.index)
    assert (lines["billed_amount"] - adjusted.fillna(0) == lines["paid_amount"]).all()
    sums = lines.groupby("remittance_claim_id")[["billed_amount", "paid_amount"]].sum()
    assert (sums == claims[["billed_amount", "paid_amount"]].reindex(sums.index)).all(axis=None)
    assert len(sums) == len(claims)
    owed = adjustments[adjustments["group_code"] == "PR"]
    owed = owed.groupby("remittance_claim_id")["amount"].sum().reindex(claims.index).fillna(0)
    assert (owed == claims["patient_responsibility_amount"]).all()
    adjusted = tables["clearinghouse_remittance_provider_adjustments"]
    adjusted = adjusted.groupby("remittance_id")["amount"].sum()
    paid = claims.groupby("remittance_id")["paid_amount"].sum().sub(adjusted, fill_value=0)
    assert (paid == checks["payment_amount"].reindex(paid.index)).all()
    assert set(paid.index) == set(checks.index)
    assert (checks["payment_amount"] >= 0).all()
    assert (checks["payment_method_code"].eq("NON") == checks["payment_amount"].eq(0)).all()


def test_paid_lines_follow_the_fee_schedule(tables: Tables) -> None:
    lines = tables["clearinghouse_remittance_lines"].merge(
        tables["charges"], left_on="line_control_number", right_on="charge"
    )
    claims = tables["clearinghouse_remittance_claims"].merge(
        tables["clearinghouse_remittances"], on="remittance_id"
    )
    # a secondary pays by what the first payer leaves, and a takeback may go below the contract
    first = claims[claims["claim_status_code"].isin(["1", "19"])]
    first = first.drop_duplicates("patient_control_number")
    count = lines["remittance_claim_id"].isin(first["remittance_claim_id"]).sum()
    lines = lines.merge(first[["remittance_claim_id", "payer_id"]], on="remittance_claim_id")
    fees = tables["billing_fee_schedules"].rename(columns={"allowed_amount": "fee"})
    lines = lines.merge(
        fees,
        left_on=["payer_id", "hospital", "claim_type", "code"],
        right_on=["payer_id", "submitter_id", "claim_type", "service_code"],
    )
    lines = in_force(lines, "service")
    assert len(lines) == count
    allowed = lines[lines["allowed_amount"] > 0]
    assert (allowed["allowed_amount"] == allowed["fee"] * allowed["units_y"]).all()
    assert (lines["fee"] * lines["units_y"] < lines["cents"]).all()


def test_old_accounts_end_at_zero(old_tables: Tables) -> None:
    entries = ledger(old_tables)
    old = entries["account"].str[1:5] <= "2312"
    balance = entries[old].groupby("account")["cents"].sum()
    assert (balance == 0).mean() > 0.97
    overpaid = set(entries.loc[entries["kind"] == "patient", "account"])
    overpaid |= set(
        old_tables["clearinghouse_remittance_claims"].query("claim_status_code == '2'")[
            "patient_control_number"
        ]
    )
    assert set(balance[balance < 0].index) <= overpaid


def test_write_offs_take_exactly_the_denied_charges(old_tables: Tables) -> None:
    # a claim that was denied whole is not reversed, so its last adjudication alone counts
    adjustments = remitted(old_tables)
    last = old_tables["clearinghouse_remittance_claims"].query("claim_status_code != '2'")
    last = last.groupby("patient_control_number")["remittance_claim_id"].max()
    denied = adjustments[
        adjustments["remittance_claim_id"].isin(last)
        & ~adjustments["carc"].isin(NOT_DENIALS)
        & (adjustments["group_code"] != "PR")
    ]
    left = denied.groupby("patient_control_number")["amount"].sum()
    # what was rejected and never sent again is lost whole
    charged = old_tables["charges"].groupby("account")["cents"].sum()
    answered = old_tables["clearinghouse_remittance_claims"]["patient_control_number"]
    left = pd.concat([left, charged[~charged.index.isin(answered)]])
    made = old_tables["billing_account_adjustments"].query("adjustment_type == 'denial_writeoff'")
    # what was rejected and never sent again is not denied; test_generator_rejections.py has it
    made = made[made["account_number"].isin(last.index)]
    assert len(made) > 10
    assert (made["amount"].to_numpy() == left.reindex(made["account_number"]).to_numpy()).all()


def test_the_manifest_tells_rows_and_money(folder: Path, tables: Tables) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    stored = {
        name: pq.read_metadata(folder / f"{name}.parquet").num_rows for name in load_contract()
    }
    assert manifest["rows"] == stored
    totals = {name: int(Decimal(text) * 100) for name, text in
              manifest["control_totals"].items()}  # fmt: skip
    entries = ledger(tables)
    assert totals["charges"] == tables["charges"]["cents"].sum()
    assert totals["payer_paid"] == -entries.loc[entries["kind"] == "payer", "cents"].sum()
    assert totals["open_balance"] == entries["cents"].sum()


# --- lives --------------------------------------------------------------------------------------


def test_versions_chain(old_tables: Tables) -> None:
    claims = old_tables["clearinghouse_claims"].sort_values(
        ["patient_control_number", "submitted_date", "claim_id"]
    )
    statuses = old_tables["clearinghouse_claim_acknowledgements"]
    accepted = statuses.query("status_category_code == 'A2'").set_index("claim_id")
    number = accepted["payer_claim_control_number"]
    claims["number"] = number.reindex(claims["claim_id"]).to_numpy()
    before = claims.groupby("patient_control_number")["number"].shift()
    is_first = ~claims.duplicated("patient_control_number")
    replaces = claims["frequency_code"] != "1"
    assert (claims.loc[replaces, "original_reference_number"] == before[replaces]).all()
    assert claims.loc[~replaces, "original_reference_number"].isna().all()
    # a second original exists only where the one before was rejected and has no payer number
    again = ~replaces & ~is_first & (claims["payer_sequence"] == "P")
    assert again.any()
    assert before[again].isna().all()
    rejected = statuses[statuses["status_category_code"].isin(REJECTIONS)]["claim_id"]
    assert not rejected.isin(accepted.index).any()
    assert set(statuses.loc[statuses["action_code"] == "U", "claim_id"]) == set(rejected)


def test_late_filing_is_denied_and_nothing_else_is(old_tables: Tables) -> None:
    claims = old_tables["clearinghouse_claims"].merge(old_tables["billing_payers"], on="payer_id")
    original = claims[claims["frequency_code"] == "1"]
    waited = (original["submitted_date"] - original["statement_to_date"]).dt.days
    late = set(
        original.loc[waited > original["timely_filing_limit_days"], "patient_control_number"]
    )
    denied = remitted(old_tables)
    timely = denied.loc[denied["carc"] == TIMELY_FILING_REASON.carc, "patient_control_number"]
    assert set(timely) <= late
    seen = set(old_tables["clearinghouse_remittance_claims"]["patient_control_number"])
    assert late & seen <= set(timely)


def test_events_come_in_order(old_tables: Tables) -> None:
    claims = old_tables["clearinghouse_claims"]
    lines = old_tables["clearinghouse_claim_lines"].merge(claims, on="claim_id")
    lines = lines.merge(old_tables["charges"], left_on="line_control_number", right_on="charge")
    assert (lines["service"] <= lines["post"]).all()
    assert (lines["post"] <= lines["final_bill_date"]).all()
    assert (claims["final_bill_date"] <= claims["submitted_date"]).all()
    statuses = old_tables["clearinghouse_claim_acknowledgements"].merge(claims, on="claim_id")
    assert (statuses["submitted_date"] <= statuses["acknowledged_date"]).all()
    accepted = statuses[statuses["status_category_code"] == "A2"]
    remits = old_tables["clearinghouse_remittance_claims"].merge(
        old_tables["clearinghouse_remittances"], on="remittance_id"
    ).merge(accepted, on="payer_claim_control_number")  # fmt: skip
    assert (remits["acknowledged_date"] <= remits["payment_date"]).all()
    assert (remits["payment_date"].dt.weekday < 5).all()
    medicare = remits[remits["payer_id_x"] == "P201"]
    assert ((medicare["payment_date"] - medicare["submitted_date"]).dt.days >= 14).all()
    appeals = old_tables["billing_appeals"]
    assert (appeals["filed_date"] <= appeals["deadline_date"]).all()


def test_self_pay_has_no_claims(tables: Tables) -> None:
    self_pay = tables["encounters"][tables["encounters"]["coverage_id"].isna()]["encounter"]
    charges = tables["charges"]
    accounts = charges.loc[charges["encounter"].isin(self_pay), "account"]
    assert len(accounts)
    assert not accounts.isin(tables["clearinghouse_claims"]["patient_control_number"]).any()
    assert "SELF" not in set(tables["clearinghouse_claims"]["payer_id"])


# --- arrival ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KEYS)
def test_rows_arrive_at_night_and_tell_nothing_later(tables: Tables, name: str) -> None:
    frame = tables[name]
    arrival = frame["_loaded_at"]
    assert (arrival.dt.strftime("%H:%M:%S") == "23:30:00").all()
    assert (arrival <= LAST_NIGHT).all()
    told_early = {
        "discharge_date", "departure_date", "deadline_date", "fiscal_period_date",
    }  # fmt: skip
    if name == "billing_fee_schedules":  # announced before they take effect
        told_early = {"effective_from_date", "effective_to_date"}

    for column in frame.select_dtypes("datetime").columns.difference([*told_early, "_loaded_at"]):
        assert (frame[column].dropna() <= arrival[frame[column].notna()]).all(), column


@pytest.mark.parametrize("end", [dt.date(2024, 2, 29), dt.date(2025, 8, 31), dt.date(2025, 7, 4)])
def test_the_last_day_delivers(tmp_path: Path, end: dt.date) -> None:
    generate(Options(2, 100, 1, end), tmp_path / "raw", "parquet", load_contract())
    last = max(
        table.column("_loaded_at").to_pandas().max()
        for table in map(pq.read_table, (tmp_path / "raw").glob("*encounters.parquet"))
    )
    assert last == pd.Timestamp(end) + pd.Timedelta(hours=23, minutes=30)


# --- repeatability ------------------------------------------------------------------------------


def test_csv_and_parquet_hold_the_same(tmp_path: Path) -> None:
    options = Options(2, 100, 11, END)
    for name in ("parquet", "csv"):
        generate(options, tmp_path / name, name, load_contract())
    for name in ("billing_appeals", "clearinghouse_claims"):
        text = pd.read_csv(tmp_path / "csv" / f"{name}.csv", dtype=str)
        table = pq.read_table(tmp_path / "parquet" / f"{name}.parquet")
        assert list(text) == table.column_names
        assert text.notna().sum().tolist() == [
            len(column) - column.null_count for column in table.columns
        ]


def test_another_seed_gives_another_world(tmp_path: Path, folder: Path) -> None:
    generate(replace(SMALL, seed=8), tmp_path / "raw", "parquet", load_contract())
    name = "hospital_a_encounters.parquet"
    assert not filecmp.cmp(tmp_path / "raw" / name, folder / name, shallow=False)


def test_a_later_end_date_leaves_the_past_as_it_was(tmp_path: Path, tables: Tables) -> None:
    options = replace(SMALL, months=8, end_date=dt.date(2025, 8, 31))
    generate(options, tmp_path / "raw", "parquet", load_contract())
    later = read_tables(tmp_path / "raw")
    for name, keys in KEYS.items():
        before = tables[name].drop(columns="_batch_id")
        after = later[name].drop(columns="_batch_id")
        if name in VERSIONED:
            assert before[keys].merge(after[keys]).shape == before[keys].shape, name
            continue
        after = after[after["_loaded_at"] <= LAST_NIGHT].reset_index(drop=True)
        pd.testing.assert_frame_equal(before, after, obj=name)


def test_a_month_does_not_depend_on_when_the_period_starts(tmp_path: Path, tables: Tables) -> None:
    generate(replace(SMALL, months=8), tmp_path / "raw", "parquet", load_contract())
    longer = read_tables(tmp_path / "raw")
    for name in ("charges", "clearinghouse_claims"):
        before = tables[name].drop(columns="_batch_id", errors="ignore")
        after = longer[name].drop(columns="_batch_id", errors="ignore")
        key = "charge" if name == "charges" else "claim_id"
        after = after[after[key].isin(before[key])]
        pd.testing.assert_frame_equal(
            before.sort_values(key, ignore_index=True), after.sort_values(key, ignore_index=True)
        )
