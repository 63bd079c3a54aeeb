"""The public 835 files from file to mart: read, loaded, built by dbt, and counted by hand."""

import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "x12"
BIN = Path(sys.executable).parent
PUBLIC_FILES = ("emedny_sample.835", "managed-care.835", "medicare-part-a.835")


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB warehouse that knows no claims of its own, only the public remittances."""
    folder = tmp_path_factory.mktemp("public_remittances")
    inbox = folder / "inbox"
    inbox.mkdir()
    for name in (*PUBLIC_FILES, "tertiary-payment.835", "blue_cross_nc_sample.835"):
        (inbox / name).write_bytes((FIXTURES / name).read_bytes())
    profiles = folder / "profiles"
    profiles.mkdir()
    (profiles / "profiles.yml").write_bytes((ROOT / "profiles.example.yml").read_bytes())
    environment = {
        **os.environ,
        "DBT_PROFILES_DIR": str(profiles),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "RCM_DUCKDB_PATH": str(folder / "rcm.duckdb"),
    }

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )

    ingested = run(
        *(sys.executable, "-m", "ingestion", "x12", str(inbox), "--target", "duckdb"),
        *("--loaded-at", "2025-12-31T23:30:00"),
    )
    assert ingested.returncode == 1, ingested.stdout + ingested.stderr  # two files are refused
    assert run(sys.executable, "-m", "scripts.deps").returncode == 0
    selection = ("+fct_remittances", "+fct_denials", "dim_denial_reason")
    built = run(
        *(str(BIN / "dbt"), "build", "--target", "duckdb", "--select", *selection),
        *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
    )
    assert built.returncode == 0, built.stdout
    with duckdb.connect(str(folder / "rcm.duckdb"), read_only=True) as connection:
        yield connection


def test_emedny_keeps_its_three_claims(marts: duckdb.DuckDBPyConnection) -> None:
    """Counted by hand: $102.50 billed, $45.75 paid, one claim wholly denied and one in part."""
    rows = marts.sql(
        "select billed_amount, payer_paid_amount, denied_amount, denial_level, is_matched "
        "from mart.fct_remittances where payer_name = 'NYSDOH' order by payer_paid_amount"
    ).fetchall()
    assert rows == [
        (Decimal("34.00"), Decimal("0.00"), Decimal("34.00"), "full", False),
        (Decimal("34.25"), Decimal("11.50"), Decimal("22.75"), "partial", False),
        (Decimal("34.25"), Decimal("34.25"), Decimal("0.00"), "none", False),
    ]


def test_emedny_denials_carry_their_reasons(marts: duckdb.DuckDBPyConnection) -> None:
    """CLP02 says 2 for the denied claims: the reasons come from CAS."""
    rows = marts.sql(
        "select reasons.denial_reason_id, denials.denied_amount, denials.rarc, denials.outcome "
        "from mart.fct_denials as denials "
        "inner join mart.dim_denial_reason as reasons using (denial_reason_key) "
        "order by 1, 2"
    ).fetchall()
    assert rows == [
        ("CO-251", Decimal("2.75"), "N206", "open"),
        ("CO-251", Decimal("20.00"), "N206", "open"),
        ("CO-29", Decimal("12.00"), None, "open"),
        ("CO-29", Decimal("22.00"), None, "open"),
    ]


def test_money_of_every_file_arrives(marts: duckdb.DuckDBPyConnection) -> None:
    """Paid per file as counted by hand; the refused files leave nothing behind."""
    rows = marts.sql(
        "select payer_name, count(*), sum(payer_paid_amount), bool_or(is_payment_date_invalid) "
        "from mart.fct_remittances group by 1 order by 1"
    ).fetchall()
    assert rows == [
        ("INSURANCE COMPANY OF TIMBUCKTU", 2, Decimal("149998.73"), False),
        ("NYSDOH", 3, Decimal("45.75"), False),
        ("RUSHMORE LIFE", 2, Decimal("945.00"), True),
    ]


def test_refused_files_are_kept_with_their_reason(marts: duckdb.DuckDBPyConnection) -> None:
    """Nothing vanishes: the registry says which segment did not add up."""
    rows = marts.sql(
        "select file_name, reason from raw.load_batches where status = 'refused' order by 1"
    ).fetchall()
    assert [name for name, _ in rows] == ["blue_cross_nc_sample.835", "tertiary-payment.835"]
    assert "SE01" in rows[0][1]
    assert "does not balance" in rows[1][1]
