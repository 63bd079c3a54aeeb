"""How long the queries behind a dashboard take: figures of a page, and the claims behind a cell."""

import time
from dataclasses import dataclass
from typing import Any

from ingestion.warehouse import Warehouse, open_warehouse

RUNS = 50
PAGE_MILLISECONDS, DRILL_DOWN_MILLISECONDS = 50, 100


@dataclass(frozen=True)
class Query:
    """One query, and another one for the values of its %s: a row for each run, in turn."""

    name: str
    aim_milliseconds: int
    statement: str
    cells: str


LAST_DAYS = f"select distinct as_of_date from mart.kpi_ar_aging order by 1 desc limit {RUNS}"
LAST_MONTHS = (
    "select distinct month_start_date from mart.kpi_denial_rate "
    f"where definition_id = 'AR-5' order by 1 desc limit {RUNS}"
)
QUERIES = (
    Query(
        "days in A/R by month",
        PAGE_MILLISECONDS,
        """
        select as_of_date, definition_id, sum(numerator) / nullif(sum(denominator), 0) as days
        from mart.kpi_ar_days
        where is_month_end and as_of_date <= %s
        group by as_of_date, definition_id
        order by as_of_date, definition_id
        """,
        LAST_DAYS,
    ),
    Query(
        "denial rate by month and payer class",
        PAGE_MILLISECONDS,
        """
        select month_start_date, payer_class_label, sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_denial_rate as rates
        inner join mart.dim_payer as payers on rates.payer_key = payers.payer_key
        where definition_id = 'AR-5' and measure = 'claims' and month_start_date <= %s
        group by month_start_date, payer_class_label
        order by month_start_date, payer_class_label
        """,
        LAST_MONTHS,
    ),
    Query(
        "denial reasons of a month",
        PAGE_MILLISECONDS,
        """
        select *
        from mart.kpi_denial_rate_by_category
        where month_start_date = %s
        """,
        LAST_MONTHS,
    ),
    Query(
        "aging as of a day, by payer",
        PAGE_MILLISECONDS,
        """
        select payer_name, aging_bucket, sum(gross_balance_amount), sum(net_balance_amount)
        from mart.kpi_ar_aging as aging
        inner join mart.dim_payer as payers on aging.payer_key = payers.payer_key
        where as_of_date = %s
        group by payer_name, aging_bucket, bucket_sort
        order by payer_name, bucket_sort
        """,
        LAST_DAYS,
    ),
    Query(
        "A/R by day and bucket, a month of days",
        PAGE_MILLISECONDS,
        """
        select snapshot_date, aging_bucket, sum(gross_balance_amount), sum(net_balance_amount)
        from mart.fct_ar_daily
        where snapshot_date > cast(%s as date) - 31 and snapshot_date <= cast(%s as date)
        group by snapshot_date, aging_bucket, bucket_sort
        order by snapshot_date, bucket_sort
        """,
        f"""
        select distinct as_of_date as first_day, as_of_date as last_day
        from mart.kpi_ar_aging
        order by first_day desc limit {RUNS}
        """,
    ),
    Query(
        "days to payment by month",
        PAGE_MILLISECONDS,
        """
        select month_start_date, sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_days_to_pay
        where month_start_date <= %s
        group by month_start_date
        order by month_start_date
        """,
        LAST_MONTHS,
    ),
    Query(
        "claims of an aging cell",
        DRILL_DOWN_MILLISECONDS,
        """
        select claims.root_claim_id, balances.age_days, balances.balance_amount,
            claims.billed_amount, claims.payer_paid_amount, claims.first_submitted_date
        from mart.fct_ar_month_end as balances
        inner join mart.fct_claims as claims on balances.claim_key = claims.claim_key
        inner join mart.dim_payer as payers on balances.payer_key = payers.payer_key
        where balances.snapshot_date = %s and payers.current_payer_key = %s
            and balances.facility_key = %s and balances.responsibility = %s
            and balances.aging_bucket = %s
        order by balances.balance_amount desc, claims.root_claim_id
        limit 100
        """,
        f"""
        select as_of_date, payer_key, facility_key, responsibility, aging_bucket
        from mart.kpi_ar_aging
        where claim_count > 0
        order by as_of_date desc, claim_count desc, kpi_ar_aging_key
        limit {RUNS}
        """,
    ),
    Query(
        "claims of a denial rate's cell",
        DRILL_DOWN_MILLISECONDS,
        """
        select claims.root_claim_id, claims.billed_amount, claims.initially_denied_amount,
            claims.balance_amount, claims.is_initially_denied, claims.first_remittance_date
        from mart.fct_claims as claims
        inner join mart.dim_procedure as procedures
            on claims.primary_procedure_key = procedures.procedure_key
        where claims.is_adjudicated and claims.payer_key = %s and claims.facility_key = %s
            and procedures.procedure_family = %s
            and claims.first_remittance_date >= %s
            and claims.first_remittance_date < cast(%s as date) + interval '1 month'
        order by claims.is_initially_denied desc, claims.initially_denied_amount desc
        limit 100
        """,
        f"""
        select payer_key, facility_key, procedure_family, month_start_date,
            month_start_date as same_month
        from mart.kpi_denial_rate
        where definition_id = 'AR-5' and measure = 'claims' and numerator > 0
        order by month_start_date desc, denominator desc, kpi_denial_rate_key
        limit {RUNS}
        """,
    ),
    Query(
        "one claim's events",
        DRILL_DOWN_MILLISECONDS,
        """
        select track, claim_state, event_date, dwell_days
        from mart.fct_claim_events
        where claim_key = %s
        order by event_number
        """,
        f"select claim_key from mart.fct_claims order by root_claim_id desc limit {RUNS}",
    ),
    Query(
        "one claim's ledger",
        DRILL_DOWN_MILLISECONDS,
        """
        select *
        from mart.fct_ar_transactions
        where claim_key = %s
        """,
        f"select claim_key from mart.fct_claims order by root_claim_id desc limit {RUNS}",
    ),
)


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` of them don't exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def time_query(warehouse: Warehouse, query: Query) -> dict[str, Any]:
    """Milliseconds over RUNS runs, after one that isn't counted; rows of the last one.

    A set so small that it has no cell has no figure.
    """
    cells = warehouse.query(query.cells)
    if not cells:
        return {}
    taken, rows = [], 0
    warehouse.query(query.statement, list(cells[0]))
    for number in range(RUNS):
        begun = time.perf_counter()
        rows = len(warehouse.query(query.statement, list(cells[number % len(cells)])))
        taken.append((time.perf_counter() - begun) * 1000)
    return {
        "p50": percentile(taken, 0.5),
        "p95": percentile(taken, 0.95),
        "aim": query.aim_milliseconds,
        "rows": rows,
    }


def time_dashboard(target: str) -> dict[str, Any]:
    """Every query's figures, by its name; rows are fetched, connecting is not counted."""
    with open_warehouse(target) as warehouse:
        return {query.name: time_query(warehouse, query) for query in QUERIES}
