"""The KPI summary says what the marts hold: by SQL alone, exact, and with nothing cut."""

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from scripts import kpi_summary
from scripts.kpi_summary import basis, figure_text, label, main, period, print_rows, target_text

ROOT = Path(__file__).resolve().parents[2]

# Two payers, two facilities and older snapshots, so that a sum over the wrong rows shows.
MARTS = """
create schema mart;
create table mart.dim_payer as
    select * from (values
        ('p1', 'A', 'Commercial', 10, true), ('p2', 'B', 'Self-pay', 70, true)
    ) as payers (payer_key, payer_id, payer_class_label, payer_class_sort, is_current);
create table mart.kpi_ar_days as
    select *, date '2025-12-31' as as_of_date from (values
        ('net_ar_days', 'FM-1', 'p1', 'f1', 300.00, 10.000000),
        ('net_ar_days', 'FM-1', 'p1', 'f2', 100.00, 5.000000),
        ('net_ar_days', 'FM-1', 'p2', 'f1', 200.00, 1.000000),
        ('gross_ar_days', 'RCM-GROSS-AR-DAYS', 'p1', 'f1', 800.00, 20.000000),
        ('gross_ar_days', 'RCM-GROSS-AR-DAYS', 'p2', 'f1', 205.00, 0.000000)
    ) as cells (kpi_id, definition_id, payer_key, facility_key, numerator, denominator)
    union all
    select 'net_ar_days', 'FM-1', 'p1', 'f1', 999.00, 1.000000, date '2025-11-30';
create table mart.kpi_ar_aging as
    select
        *, true as is_month_end, date '2025-12-31' as as_of_date,
        date '2025-12-01' as month_start_date
    from (values
        ('p1', '0-30', 1, false, 600.00), ('p1', '121+', 5, true, 100.00),
        ('p2', '91-120', 4, true, 100.00)
    ) as buckets (payer_key, aging_bucket, bucket_sort, is_over_90, numerator)
    union all
    select 'p1', '121+', 5, true, 5000.00, true, date '2025-11-30', date '2025-11-01';
create table mart.kpi_denial_rate as
    select 'claims' as measure, * from (values
        ('RCM-IDR', 'p1', date '2025-07-01', 90.00, 100.000000, true),
        ('RCM-IDR', 'p1', date '2025-08-01', 10.00, 100.000000, true),
        ('RCM-IDR', 'p1', date '2025-09-01', 20.00, 100.000000, true),
        ('RCM-IDR', 'p1', date '2025-10-01', 5.00, 100.000000, true),
        ('RCM-IDR', 'p1', date '2025-11-01', 1.00, 100.000000, false),
        ('AR-5', 'p1', date '2025-12-01', 3.00, 40.000000, true),
        ('CITF-2', 'p1', date '2025-12-01', 1.00, 32.000000, true),
        ('CITF-1', 'p1', date '2025-12-01', 30.00, 40.000000, true)
    ) as cells (definition_id, payer_key, month_start_date, numerator, denominator, is_mature)
    union all
    select 'dollars', 'AR-5', 'p1', date '2025-12-01', 30000.00, 40000.000000, true;
create table mart.fct_claims as
    select *, 0.00 as other_adjustment_amount, 0.00 as charity_amount
    from (values
        ('p1', 1000.00, 500.00, 300.00, 20.25, 5.00, 300.00, 0.00, 50.00, 0.00, 1.00, 333.75),
        ('p2', 500.00, 250.00, 0.00, 100.00, 0.00, 0.00, 200.00, 0.00, 40.00, 0.00, 160.00)
    ) as claims (
        payer_key, billed_amount, expected_allowed_amount, payer_paid_amount, patient_paid_amount,
        refund_amount, contractual_adjustment_amount, uninsured_discount_amount,
        denial_writeoff_amount, bad_debt_amount, small_balance_amount, balance_amount
    );
create table mart.fct_ar_transactions as
    select * from (values
        ('payer_payment', -400.00, date '2025-12-01'), ('payer_payment', 99.95, date '2025-12-31'),
        ('patient_payment', -20.25, date '2025-12-15'), ('refund', 5.00, date '2025-12-15'),
        ('payer_payment', -7000.00, date '2025-11-30')
    ) as entries (transaction_type, amount, post_date);
create schema reference;
"""
NOTHING = "drop schema if exists mart cascade; drop schema if exists reference cascade"
TARGETS = """
create table reference.kpi_targets as
    select kpi_id, kpi_label, comparison, cast(target_value as numeric(14, 4)) as target_value
    from read_csv(?, all_varchar = true)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the module, so that dbt parses the project once."""
    path = tmp_path_factory.mktemp("summary")
    shutil.copy(ROOT / "profiles.example.yml", path / "profiles.yml")
    return path


@pytest.fixture
def marts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A DuckDB file with the few marts that the summary reads."""
    monkeypatch.setenv("DBT_PROFILES_DIR", str(folder))
    monkeypatch.setenv("DBT_TARGET_PATH", str(folder / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(folder / "logs"))
    path = folder / "marts.duckdb"
    monkeypatch.setenv("RCM_DUCKDB_PATH", str(path))
    with duckdb.connect(str(path)) as connection:
        connection.execute(NOTHING)
        connection.execute(MARTS)
        connection.execute(TARGETS, [str(ROOT / "seeds" / "reference" / "kpi_targets.csv")])
    return path


def lines_of(text: str) -> dict[str, list[str]]:
    """The printed lines by their first words, split where columns part."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        first, *rest = [part for part in line.split("  ") if part.strip()] or [""]
        found.setdefault(first.strip(), [part.strip() for part in rest])
    return found


def test_the_summary_is_ratios_of_sums_from_the_marts(
    marts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--target", "duckdb"]) == 0
    text = capsys.readouterr().out
    lines = lines_of(text)
    assert "Revenue cycle as of December 31, 2025" in lines
    assert lines["Net days in A/R"] == [
        "37.5", "≤ 40.0", "$600.00 ÷ $16.00 net revenue a day",
    ]  # fmt: skip
    assert lines["Gross days in A/R"][:1] == ["50.3"]
    assert lines["A/R older than 90 days"] == [
        "25.0 %", "≤ 25.0 %", "$200.00 of $800.00 billed A/R",
    ]  # fmt: skip
    assert lines["Initial denial rate, claims"] == [
        "11.7 %", "≤ 10.0 %", "35 of 300 submitted, Aug to Oct 2025",
    ]  # fmt: skip
    assert lines["Remittance denial rate"][2] == "3 of 40 remitted, Dec 2025"
    assert lines["Primary zero-pay denial rate"][0] == "3.1 %"
    assert lines["Net collection rate so far"] == [
        "55.4 %", "≥ 95.0 %", "$415.25 of $750.00 expected",
    ]  # fmt: skip
    assert lines["Cash"] == ["$320.30", "from payers and patients, Dec 2025"]
    # for a file or a pipe: no colours, and no wider than a page
    assert "\x1b" not in text
    assert max(map(len, text.split("Where to go next")[0].splitlines())) <= 100

    billed, *parts = (
        Decimal(lines[part][0].replace("$", "").replace(",", ""))
        for part in ("Billed", "- paid", "- adjusted", "- written off", "= open")
    )
    assert billed == Decimal("1500.00") == sum(parts)

    # payer classes, then their total, then the targets
    lines = lines_of(text.split("By payer class")[1])
    assert lines["Commercial"] == [
        "$315.25", "$333.75", "26.7", "14.3 %", "11.7 %", "7.5 %", "63.1 %",
    ]  # fmt: skip
    assert lines["Self-pay"] == ["$100.00", "$160.00", "200.0", "100.0 %", "n/a", "n/a", "40.0 %"]
    assert lines["All payers"][2] == "37.5"
    assert lines["Target"] == ["40.0", "25.0 %", "10.0 %", "10.0 %", "95.0 %"]
    order = [text.index(name) for name in ("Commercial", "Self-pay", "All payers", "Target")]
    assert order == sorted(order)


def test_empty_marts_are_an_error_that_says_what_to_do(
    marts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(marts)) as connection:
        for table in ("kpi_ar_days", "kpi_ar_aging", "kpi_denial_rate", "fct_claims"):
            connection.execute(f"delete from mart.{table}")
    assert main(["--target", "duckdb"]) == 1
    assert "make generate load" in capsys.readouterr().err


def test_marts_that_were_never_built_are_an_error(
    marts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(marts)) as connection:
        connection.execute(NOTHING)
    assert main(["--target", "duckdb"]) == 1
    assert "kpi_summary" in capsys.readouterr().err


def test_the_way_on_fits_the_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "profiles.example.yml", tmp_path / "profiles.yml")
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    monkeypatch.setenv("DBT_TARGET_PATH", "no-such-folder")
    monkeypatch.setenv("RCM_DUCKDB_PATH", "some.duckdb")
    monkeypatch.setenv("RCM_PG_HOST", "db.example.org")
    ways = {target: dict(kpi_summary.where_next(target)) for target in ("dev", "server", "duckdb")}
    assert ways["dev"]["SQL prompt"] == "make psql"
    assert "make postgres-tcp" in ways["dev"]["connect a BI tool"]
    assert "db.example.org:5432" in ways["server"]["SQL and BI tools"]
    assert "some.duckdb" in ways["duckdb"]["SQL"]
    assert {way["every table and column"].split()[0] for way in ways.values()} == {"make"}


def figure(**changes: Any) -> dict[str, Any]:
    """A figure of the summary, with changes."""
    return {
        "kpi_label": "Some rate", "unit": "rate", "counted_in": "claims", "basis_label": "claims",
        "comparison": "at_most", "kpi_value": Decimal("0.125"), "numerator": Decimal("1250.00"),
        "denominator": Decimal("10000.00"), "target_value": Decimal("0.1"), "is_on_target": False,
        "from_date": dt.date(2024, 11, 1), "to_date": dt.date(2025, 1, 31), **changes,
    }  # fmt: skip


def test_a_figure_says_what_it_is_made_of() -> None:
    assert basis(figure()) == "1,250 of 10,000 claims, Nov 2024 to Jan 2025"
    assert label(figure()) == "Some rate"
    assert label(figure(is_on_target=None)) == "Some rate so far"
    assert label(figure(is_on_target=None, target_value=None)) == "Some rate"
    assert target_text(figure()) == "≤ 10.0 %"
    assert target_text(figure(target_value=None)) == ""


def test_a_period_is_as_short_as_it_can_be() -> None:
    day = dt.date(2025, 12, 31)
    assert period(day, day) == ""
    assert period(dt.date(2025, 12, 1), day) == "Dec 2025"
    assert period(dt.date(2025, 10, 1), day) == "Oct to Dec 2025"
    assert period(dt.date(2024, 10, 1), day) == "Oct 2024 to Dec 2025"


def test_a_missing_value_is_not_zero() -> None:
    assert figure_text(None, "rate") == "n/a"
    with pytest.raises(ValueError, match="unit is 'cents'"):
        figure_text(Decimal(1), "cents")


def test_no_figure_is_cut_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    long_figure = f"${10**80:,}"
    print_rows(Console(width=60), [[("total", ""), (long_figure, "bold")]], words=(0,))
    assert long_figure in capsys.readouterr().out.splitlines()[0]
