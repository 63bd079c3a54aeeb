"""The quarantine holds all damaged rows of a set and no others, as its list of defects says."""

from collections.abc import Iterator

import duckdb
import pytest
from built_warehouse import BuiltWarehouse

UNUSABLE = ("impossible_date", "negative_amount", "unknown_code", "wrong_total", "orphan")
FLAGS = {
    ("odd_name", "patients"): ("is_name_repaired", "patient_id"),
    ("malformed_phone", "patients"): ("is_phone_malformed", "patient_id"),
    ("malformed_email", "patients"): ("is_email_malformed", "patient_id"),
    ("malformed_zip", "patients"): ("is_zip_malformed", "patient_id"),
    ("swapped_dates", "encounters"): ("is_dates_repaired", "encounter_id"),
    ("swapped_dates", "charges"): ("is_dates_repaired", "charge_id"),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A dirty set in DuckDB with staging and quarantine built on it, and its defects as a table."""
    built = BuiltWarehouse(
        tmp_path_factory.mktemp("quarantine"),
        *("--months", "8", "--claims-per-month", "2500", "--seed", "5", "--defects"),
    )
    built.build("quarantined_rows")
    with duckdb.connect(str(built.path)) as connection:
        # hospital_a_charges is charges of hospital_a, clearinghouse_claims claims of clearinghouse
        connection.execute(
            "create temp table defects as select defect, column_name, arrival, repaired_on, "
            "regexp_extract(raw_table, '^(hospital_[ab]|[a-z]+)_', 1) as source_name, "
            "regexp_replace(raw_table, '^(hospital_[ab]|[a-z]+)_', '') as table_name, "
            "upper(replace(replace(key, '|', '-'), ' ', '')) as row_id, abs(amount) as amount, "
            "(select cast(max(_loaded_at) as date) from raw.hospital_a_charges) as end_date "
            'from (select *, "table" as raw_table, "column" as column_name '
            f"from read_parquet('{built.raw / 'truth_defects.parquet'}'))"
        )
        yield connection


@pytest.mark.parametrize("reason", UNUSABLE)
def test_every_damaged_row_is_in_quarantine_from_its_day_on(
    warehouse: duckdb.DuckDBPyConnection, reason: str
) -> None:
    """With its reason, its day and its dollars, and resolved once the right version has come."""
    missed = warehouse.sql(
        "from defects left join intermediate.int_quarantine__rows as found "
        "on defects.source_name = found.source_name and defects.table_name = found.table_name "
        "and defects.row_id = found.row_id and defects.defect = found.reason "
        "and defects.arrival = cast(found._loaded_at as date) "
        "and coalesce(defects.amount, 0) = abs(found.amount) "
        "and (found.is_resolved or coalesce(defects.repaired_on > defects.end_date, true)) "
        f"select defects.* where defects.defect = '{reason}' and found.row_id is null"
    ).fetchall()
    listed = warehouse.sql(f"from defects where defect = '{reason}'").fetchall()
    assert listed
    assert missed == []


def test_nothing_else_is_in_quarantine(warehouse: duckdb.DuckDBPyConnection) -> None:
    """But what waits for a parent: one in quarantine itself, or a late one still to come."""
    others = warehouse.sql(
        "from intermediate.int_quarantine__rows as found "
        "anti join defects on defects.source_name = found.source_name "
        "and defects.table_name = found.table_name and defects.row_id = found.row_id "
        "and defects.defect = found.reason "
        "select source_name, table_name, row_id, reason "
        "where reason <> 'parent_unusable' and not (reason = 'orphan' and row_id not like 'X%' "
        "and _loaded_at > (select max(end_date) - interval 21 day from defects))"
    ).fetchall()
    assert others == []


def test_what_waits_for_its_parent_is_little(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A few rows around a parent in quarantine, not whole tables for a reason of their own."""
    waiting, everything = warehouse.sql(
        "select (select count(*) from mart.quarantined_rows where reason = 'parent_unusable'), "
        "(select count(*) from staging.stg_clearinghouse__remittance_lines)"
    ).fetchall()[0]
    assert waiting < everything / 1000


@pytest.mark.parametrize("hospital", ["hospital_a", "hospital_b"])
@pytest.mark.parametrize(("defect", "table"), FLAGS)
def test_what_was_repaired_is_flagged_and_nothing_else(
    warehouse: duckdb.DuckDBPyConnection, hospital: str, defect: str, table: str
) -> None:
    flag, key = FLAGS[(defect, table)]
    listed = warehouse.sql(
        f"select distinct row_id from defects where defect = '{defect}' "
        f"and source_name = '{hospital}' and table_name = '{table}'"
    ).fetchall()
    flagged = warehouse.sql(
        f"select distinct {key} from staging.base_{hospital}__{table} where {flag}"
    ).fetchall()
    assert listed
    assert sorted(flagged) == sorted(listed)


def test_a_row_that_came_again_is_counted_once(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Exact and near duplicates and files sent again leave one row a key in staging."""
    again = warehouse.sql(
        "select source_name, table_name, row_id from defects "
        "where defect in ('exact_duplicate', 'near_duplicate') and table_name = 'charges'"
    ).fetchall()
    assert again
    for source_name, table_name, row_id in again:
        found = warehouse.execute(
            f"select count(*) from staging.stg_{source_name}__{table_name} where charge_id = ?",
            [row_id],
        ).fetchall()
        assert found == [(1,)], row_id
