"""The marts of a dirty set say what the simulator knows to be true, to the cent."""

from collections.abc import Iterator

import duckdb
import pytest
from built_warehouse import BuiltWarehouse


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The ledger and the denials of a dirty set; the answer key as temporary tables truth_*."""
    built = BuiltWarehouse(
        tmp_path_factory.mktemp("answers"),
        *("--months", "16", "--claims-per-month", "500", "--seed", "3", "--defects"),
    )
    built.build(
        "fct_ar_transactions", "fct_denials", "dim_payer", "dim_facility", "dim_denial_reason"
    )
    with duckdb.connect(str(built.path)) as connection:
        for path in built.raw.glob("truth_*.parquet"):
            connection.execute(f"create temp table {path.stem} as from read_parquet('{path}')")
        yield connection


def test_ar_at_every_month_end(warehouse: duckdb.DuckDBPyConnection) -> None:
    """By payer, facility and responsibility: positive balances, credits, and accounts with any."""
    different = warehouse.sql(
        """
        with balances as (
            select ends.month_end_date, entries.claim_key, entries.payer_key,
                entries.facility_key, entries.responsibility, sum(entries.amount) as balance
            from (select distinct month_end_date from truth_ar_month_end) as ends
            inner join mart.fct_ar_transactions as entries
                on entries.post_date <= ends.month_end_date
            group by all
        ),
        found as (
            select month_end_date, payer_id, hospital_id, facility_id, responsibility,
                sum(greatest(balance, 0)) as gross_balance_amount,
                sum(least(balance, 0)) as credit_balance_amount,
                count(*) as account_count
            from balances
            inner join mart.dim_payer using (payer_key)
            inner join mart.dim_facility using (facility_key)
            where balance <> 0
            group by all
        )
        (from found) except (
            from truth_ar_month_end
            select month_end_date, payer_id, hospital_id, facility_id, responsibility,
                gross_balance_amount, credit_balance_amount, account_count
        )
        """
    ).fetchall()
    cells, told = warehouse.sql(
        "select count(*), sum(gross_balance_amount) from truth_ar_month_end"
    ).fetchone()
    assert cells > 1000
    assert told > 1_000_000
    assert different == []
    (open_amount,) = warehouse.sql("select sum(amount) from mart.fct_ar_transactions").fetchone()
    (true_amount,) = warehouse.sql(
        "select sum(gross_balance_amount + credit_balance_amount) from truth_ar_month_end "
        "where month_end_date = (select max(month_end_date) from truth_ar_month_end)"
    ).fetchone()
    assert open_amount == true_amount


MEASURES = {
    "billed": (("charge",), 1),
    "contractual": (("contractual_adjustment",), -1),
    "patient_paid": (("patient_payment",), -1),
    "denial_writeoff": (("denial_writeoff",), -1),
    "bad_debt": (("bad_debt",), -1),
    "charity": (("charity",), -1),
    "small_balance": (("small_balance",), -1),
    "uninsured_discount": (("uninsured_discount",), -1),
    "refunds": (("refund",), 1),
}


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_money_of_every_month_and_payer(warehouse: duckdb.DuckDBPyConnection, measure: str) -> None:
    """As the ledger posts it."""
    kinds, sign = MEASURES[measure]
    rows = warehouse.sql(
        f"""
        with found as (
            select date_trunc('month', post_date) as month_start_date, payer_id,
                {sign} * sum(amount) as amount
            from mart.fct_ar_transactions inner join mart.dim_payer using (payer_key)
            where transaction_type in {(*kinds, "")} group by all
        ),
        told as (
            select month_start_date, payer_id, {measure}_amount as amount
            from truth_money_by_month
        )
        select coalesce(found.amount, 0), coalesce(told.amount, 0)
        from found full join told using (month_start_date, payer_id)
        """
    ).fetchall()
    assert sum(told for _, told in rows) > 0
    assert [row for row in rows if row[0] != row[1]] == []


def test_initial_denials(warehouse: duckdb.DuckDBPyConnection) -> None:
    """By remittance month, payer and category: lines and their gross charges."""
    rows = warehouse.sql(
        """
        with found as (
            select date_trunc('month', denials.denied_date) as month, payers.payer_id,
                reasons.denial_category, count(*) as lines, sum(denials.billed_amount) as amount
            from mart.fct_denials as denials
            inner join mart.dim_payer as payers using (payer_key)
            inner join mart.dim_denial_reason as reasons using (denial_reason_key)
            where denials.is_initial
            group by all
        ),
        told as (
            select remittance_month_start_date as month, payer_id, denial_category,
                sum(line_count) as lines, sum(denied_amount) as amount
            from truth_initial_denials group by all
        )
        select coalesce(found.lines, 0), coalesce(told.lines, 0),
            coalesce(found.amount, 0), coalesce(told.amount, 0)
        from found full join told using (month, payer_id, denial_category)
        """
    ).fetchall()
    assert len(rows) > 300
    assert [row for row in rows if row[0] != row[1] or row[2] != row[3]] == []
