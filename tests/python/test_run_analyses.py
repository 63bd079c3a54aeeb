"""Analyses are run, not only compiled; one that fails, or has no columns, fails the command."""

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from scripts import run_analyses
from scripts.run_analyses import (
    AnalysisError,
    Answer,
    analysis_names,
    as_table,
    ask,
    cell,
    main,
    run,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dbt project with two sound analyses, on a DuckDB of its own."""
    shutil.copy(ROOT / "profiles.example.yml", tmp_path / "profiles.yml")
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    monkeypatch.setenv("RCM_DUCKDB_PATH", str(tmp_path / "tiny.duckdb"))
    (tmp_path / "dbt_project.yml").write_text(
        "name: tiny\nversion: 1.0.0\nconfig-version: 2\nprofile: rcm_warehouse\n"
        "analysis-paths: [analyses]\n"
    )
    write(tmp_path, "first", "select 'a' as word, cast(0.1 as numeric(14, 2)) as paid_amount")
    write(tmp_path, "second", "select 1 as claim_count where 1 = 0")
    return tmp_path


def write(project: Path, name: str, sql: str) -> None:
    (project / "analyses").mkdir(exist_ok=True)
    (project / "analyses" / f"{name}.sql").write_text(sql)


def test_answers_come_in_the_order_asked_for_with_exact_decimals(project: Path) -> None:
    second, first = ask(["second", "first"], "duckdb", project)
    assert (second.name, second.columns, second.rows) == ("second", ("claim_count",), ())
    assert first.records() == [{"word": "a", "paid_amount": Decimal("0.10")}]


def test_a_query_without_rows_is_no_failure(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["second"], "duckdb", 20, project) == 0
    assert "(no rows)" in capsys.readouterr().out


def test_a_failing_query_is_named_and_the_others_still_run(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, "broken", "select missing_column from missing_table")
    assert run(analysis_names(project), "duckdb", 20, project) == 1
    output = capsys.readouterr()
    assert "2 of 3 analyses ran" in output.out
    assert "analyses/broken.sql" in output.err
    assert "missing_table" in output.err


def test_what_ails_them_all_is_said_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["first", "second"], "nowhere", 20, project) == 1
    output = capsys.readouterr()
    assert output.err.count("does not have a target named 'nowhere'") == 1
    assert "0 of 2 analyses ran" in output.out


def test_a_query_without_columns_fails() -> None:
    class NoColumns:
        column_names: tuple[str, ...] = ()

    with pytest.raises(AnalysisError, match=r"analyses/silent\.sql returned no columns"):
        run_analyses._answer("silent", NoColumns())
    with pytest.raises(AnalysisError, match="returned no columns"):
        run_analyses._answer("absent", None)


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("paid_amount", Decimal("-1234567.80"), "-$1,234,567.80"),
        ("paid_amount", 12, "$12.00"),
        ("initial_denial_rate", Decimal("0.1285"), "12.9 %"),
        ("initial_denial_rate", 1, "100.0 %"),
        ("net_ar_days", Decimal("78.0500"), "78.1"),
        ("age_days", 1400, "1,400"),
        ("claim_count", 119911, "119,911"),
        ("is_worked", False, "no"),
        ("denied_date", dt.date(2025, 12, 31), "2025-12-31"),
        ("denied_date", None, ""),
        ("root_claim_id", "4711", "4711"),
    ],
)
def test_values_print_by_type_and_column(column: str, value: object, text: str) -> None:
    assert cell(column, value) == text


def test_a_table_aligns_numbers_and_counts_what_it_hides() -> None:
    rows = (("Commercial", 5, None), ("Medicaid", 1234, Decimal("2.50")), ("Medicare", 7, None))
    table = as_table(Answer("any", ("payer_class_label", "claim_count", "paid_amount"), rows), 2)
    assert table.splitlines() == [
        "payer_",
        "class_      claim_   paid_",
        "label        count  amount",
        "----------  ------  ------",
        "Commercial       5",
        "Medicaid     1,234   $2.50",
        "... and 1 more of 3 rows; --rows 0 shows all",
    ]
    assert "Medicare" in as_table(Answer("any", ("word",), (("Medicare",),)), 0)


def test_the_command_line_knows_the_analyses(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert "claim_denial_rates" in capsys.readouterr().out.split()
    with pytest.raises(SystemExit):
        main(["no_such_analysis"])
    assert "analyses/ has no no_such_analysis" in capsys.readouterr().err
