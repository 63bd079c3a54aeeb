"""Compare the marts of a DuckDB file with the answer key of the set that it was built on.

Every comparison pairs what a mart says with what the simulator knows, by the same keys, to the
cent. `differences` is all that another program needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb

Row = tuple[Any, ...]
NOTHING = "nothing to compare"


@dataclass(frozen=True)
class Comparison:
    """What a mart says and what is true: two queries that give the same columns by name.

    A cell that one side lacks counts as zero there, since neither side keeps cells without money.
    `at_least` is how many cells a set of a year or more must fill: fewer compare too little.
    """

    keys: tuple[str, ...]
    measures: tuple[str, ...]
    found: str
    told: str
    at_least: int = 20

    def different(self, connection: duckdb.DuckDBPyConnection) -> list[Row]:
        """The cells that differ: the keys, then for each measure what was found and what is true.

        Too few cells, or a measure that is zero in all of them, are a difference too: a key that
        says nothing proves nothing.
        """
        keys = ", ".join(self.keys)
        pairs = ", ".join(
            f"coalesce(found.{name}, 0) as found_{name}, coalesce(told.{name}, 0) as true_{name}"
            for name in self.measures
        )
        cells = f"""
            with found as ({self.found}), told as ({self.told})
            select {keys}, {pairs} from found full join told using ({keys})
        """
        unequal = " or ".join(f"found_{name} <> true_{name}" for name in self.measures)
        rows = connection.sql(f"from ({cells}) where {unequal} order by all").fetchall()
        sums = ", ".join(f"count(*) filter ({name} <> 0)" for name in self.measures)
        counts = connection.sql(f"select count(*), {sums} from ({self.told})").fetchone()
        if counts is None or counts[0] < self.at_least or not all(counts[1:]):
            rows.append((NOTHING, *(counts or ())))
        return rows


# Each of these is a sum of entries by type: the name in the truth, the types and the sign.
_LEDGER = {
    "billed": (("charge",), ""),
    "contractual": (("contractual_adjustment", "other_adjustment"), "-"),
    "paid": (("payer_payment",), "-"),
    "patient_paid": (("patient_payment",), "-"),
    "denial_writeoff": (("denial_writeoff",), "-"),
    "bad_debt": (("bad_debt",), "-"),
    "charity": (("charity",), "-"),
    "small_balance": (("small_balance",), "-"),
    "uninsured_discount": (("uninsured_discount",), "-"),
    "refunds": (("refund",), ""),
}
# Of these the truth tells the primary's remittances alone.
_OF_PRIMARY = {
    "allowed": "allowed_amount",
    "contractual": "contractual_adjustment_amount + other_adjustment_amount",
    "patient_responsibility": "patient_responsibility_amount",
}
_CLAIMS = {
    "billed": "billed_amount",
    "patient_paid": "patient_paid_amount",
    "denied_initially": "initially_denied_amount",
    "denial_writeoff": "denial_writeoff_amount",
    "bad_debt": "bad_debt_amount",
    "charity": "charity_amount",
    "small_balance": "small_balance_amount",
    "uninsured_discount": "uninsured_discount_amount",
    "refunds": "refund_amount",
}
_CLAIM_TOTALS = {
    "allowed": "allowed_amount",
    "paid": "payer_paid_amount",
    "contractual": "contractual_adjustment_amount + other_adjustment_amount",
}
_AR_KEYS = ("month_end_date", "payer_id", "hospital_id", "facility_id", "responsibility")
_AR_MEASURES = ("gross_balance_amount", "credit_balance_amount", "account_count")
_MONTH = ("month_start_date", "payer_id")


def _month(column: str) -> str:
    return f"cast(date_trunc('month', {column}) as date)"


def _told_money(*names: str) -> str:
    amounts = ", ".join(f"{name}_amount as {name}" for name in names)
    return f"select month_start_date, payer_id, {amounts} from truth_money_by_month"


def _told_by_payer(*names: str) -> str:
    sums = ", ".join(f"sum({name}_amount) as {name}" for name in names)
    return f"select payer_id, {sums} from truth_money_by_month group by all"


def _ledger(name: str) -> Comparison:
    kinds, sign = _LEDGER[name]
    types = ", ".join(f"'{kind}'" for kind in kinds)
    found = f"""
        select {_month("post_date")} as month_start_date, payer_id, {sign}sum(amount) as {name}
        from mart.fct_ar_transactions inner join mart.dim_payer using (payer_key)
        where transaction_type in ({types}) group by all
    """
    if name != "paid":
        return Comparison(_MONTH, (name,), found, _told_money(name), at_least=5)
    # the ledger knows the account's payer, so what a second payer pays stands there in its row
    by_month = f"select month_start_date, sum({name}) as {name} from ({found}) group by all"
    told = f"select month_start_date, sum({name}) as {name} from ({_told_money(name)}) group by all"
    return Comparison(("month_start_date",), (name,), by_month, told, at_least=10)


def _remittances(measures: Mapping[str, str], which: str) -> Comparison:
    sums = ", ".join(f"sum({amount}) as {name}" for name, amount in measures.items())
    return Comparison(
        _MONTH,
        tuple(measures),
        f"""
        select {_month("remittance_date")} as month_start_date, payer_id, {sums}
        from mart.fct_remittances inner join mart.dim_payer using (payer_key)
        where is_matched and {which} group by all
        """,
        _told_money(*measures),
    )


def _claims_by_payer(measures: Mapping[str, str]) -> Comparison:
    sums = ", ".join(f"sum({amount}) as {name}" for name, amount in measures.items())
    found = f"""
        select payer_id, {sums}
        from mart.fct_claims inner join mart.dim_payer using (payer_key) group by all
    """
    return Comparison(("payer_id",), tuple(measures), found, _told_by_payer(*measures), at_least=5)


def _claims_in_all(measures: Mapping[str, str]) -> Comparison:
    sums = ", ".join(f"sum({amount}) as {name}" for name, amount in measures.items())
    told = ", ".join(f"sum({name}_amount) as {name}" for name in measures)
    return Comparison(
        ("what",),
        tuple(measures),
        f"select 'all claims' as what, {sums} from mart.fct_claims",
        f"select 'all claims' as what, {told} from truth_money_by_month",
        at_least=1,
    )


def _month_ends(found: str) -> Comparison:
    """A/R at month ends, given balances by the keys of the marts as gross, credit and accounts."""
    return Comparison(
        _AR_KEYS,
        _AR_MEASURES,
        f"""
        select month_end_date, payer_id, hospital_id, facility_id, responsibility,
            sum(gross) as gross_balance_amount, sum(credit) as credit_balance_amount,
            sum(accounts) as account_count
        from ({found})
        inner join mart.dim_payer using (payer_key)
        inner join mart.dim_facility using (facility_key)
        group by all
        """,
        "from truth_ar_month_end",
        at_least=500,
    )


_LEDGER_BALANCES = """
    select month_end_date, payer_key, facility_key, responsibility,
        greatest(balance, 0) as gross, least(balance, 0) as credit, 1 as accounts
    from (
        select ends.month_end_date, entries.claim_key, entries.payer_key, entries.facility_key,
            entries.responsibility, sum(entries.amount) as balance
        from (select distinct month_end_date from truth_ar_month_end) as ends
        inner join mart.fct_ar_transactions as entries
            on entries.post_date <= ends.month_end_date
        group by all
    )
    where balance <> 0
"""
# the last day of the data is a snapshot whether a month ends or not, as it is in the truth
_SNAPSHOTS = """
    select snapshot_date as month_end_date, payer_key, facility_key, responsibility,
        gross_balance_amount as gross, -credit_balance_amount as credit, 1 as accounts
    from mart.fct_ar_month_end
"""
_AGING = """
    select as_of_date as month_end_date, payer_key, facility_key, responsibility,
        gross_balance_amount as gross, -credit_balance_amount as credit, claim_count as accounts
    from mart.kpi_ar_aging where definition_id = 'AR-1'
"""
_CLAIM_BALANCES = """
    with balances as (
        from mart.fct_claims unpivot (balance for responsibility in (
            primary_balance_amount as 'primary', secondary_balance_amount as secondary,
            patient_balance_amount as patient
        ))
    )
    select (select max(month_end_date) from truth_ar_month_end) as month_end_date,
        payer_key, facility_key, responsibility,
        greatest(balance, 0) as gross, least(balance, 0) as credit, 1 as accounts
    from balances where balance <> 0
"""


def _open_claims() -> Comparison:
    last = "month_end_date = (select max(month_end_date) from truth_ar_month_end)"
    whole = _month_ends(_CLAIM_BALANCES)
    return Comparison(whole.keys, whole.measures, whole.found, f"{whole.told} where {last}")


def _denials() -> Comparison:
    return Comparison(
        ("remittance_month", "submission_month", "payer_id", "denial_category"),
        ("claims", "lines", "dollars"),
        f"""
        select {_month("denials.denied_date")} as remittance_month,
            coalesce({_month("claims.first_submitted_date")}, date '1900-01-01')
                as submission_month,
            payers.payer_id, reasons.denial_category, count(distinct denials.claim_key) as claims,
            count(*) as lines, sum(denials.billed_amount) as dollars
        from mart.fct_denials as denials
        inner join mart.fct_claims as claims using (claim_key)
        inner join mart.dim_payer as payers on denials.payer_key = payers.payer_key
        inner join mart.dim_denial_reason as reasons using (denial_reason_key)
        where denials.is_initial group by all
        """,
        """
        select remittance_month_start_date as remittance_month,
            coalesce(submission_month_start_date, date '1900-01-01') as submission_month,
            payer_id, denial_category, claim_count as claims, line_count as lines,
            denied_amount as dollars
        from truth_initial_denials
        """,
        at_least=200,
    )


def _denial_rates(definition_id: str, measure: str, months: str, mart: str) -> Comparison:
    """Numerators of a denial rate by payer, and by category where the mart has it."""
    keys = (*_MONTH, "denial_category") if mart.endswith("by_category") else _MONTH
    told = {"lines": "line_count", "dollars": "denied_amount"}[measure]
    return Comparison(
        keys,
        (measure,),
        f"""
        select {", ".join(keys)}, sum(numerator) as {measure}
        from mart.{mart} inner join mart.dim_payer using (payer_key)
        where definition_id = '{definition_id}' and measure = '{measure}'
        group by all having sum(numerator) <> 0
        """,
        f"""
        select {months} as month_start_date, {", ".join(keys[1:])}, sum({told}) as {measure}
        from truth_initial_denials where {months} is not null group by all
        """,
    )


def _billed_by_charges() -> Comparison:
    found = f"""
        select {_month("charges.post_date")} as month_start_date, payers.payer_id,
            sum(charges.charge_amount) as billed
        from mart.fct_charges as charges
        inner join mart.fct_claims as claims using (claim_key)
        inner join mart.dim_payer as payers on claims.payer_key = payers.payer_key
        group by all
    """
    return Comparison(_MONTH, ("billed",), found, _told_money("billed"))


def _denied_by_month() -> Comparison:
    found = f"""
        select {_month("denied_date")} as month_start_date, payer_id,
            sum(billed_amount) as denied_initially
        from mart.fct_denials inner join mart.dim_payer using (payer_key)
        where is_initial and is_matched group by all
    """
    return Comparison(_MONTH, ("denied_initially",), found, _told_money("denied_initially"))


def _all_comparisons() -> dict[str, Comparison]:
    remittance_month, submission_month = (
        "remittance_month_start_date", "submission_month_start_date",
    )  # fmt: skip
    return {
        "A/R at month ends in fct_ar_transactions": _month_ends(_LEDGER_BALANCES),
        "A/R at month ends in fct_ar_month_end": _month_ends(_SNAPSHOTS),
        "A/R at month ends in kpi_ar_aging": _month_ends(_AGING),
        "A/R at the end in fct_claims": _open_claims(),
        **{f"{name} by month in fct_ar_transactions": _ledger(name) for name in _LEDGER},
        "billed by month in fct_charges": _billed_by_charges(),
        "paid by month in fct_remittances": _remittances({"paid": "payer_paid_amount"}, "true"),
        "primary's answers by month in fct_remittances": _remittances(
            _OF_PRIMARY, "payer_sequence = 'P'"
        ),
        "denied initially by month in fct_denials": _denied_by_month(),
        "money by payer in fct_claims": _claims_by_payer(_CLAIMS),
        "money of all accounts in fct_claims": _claims_in_all(_CLAIM_TOTALS),
        "initial denials in fct_denials": _denials(),
        **{
            f"{measure} of {definition} in {mart}": _denial_rates(definition, measure, month, mart)
            for definition, month, mart in (
                ("AR-5", remittance_month, "kpi_denial_rate"),
                ("AR-5", remittance_month, "kpi_denial_rate_by_category"),
                ("RCM-IDR", submission_month, "kpi_denial_rate"),
            )
            for measure in ("lines", "dollars")
        },
    }


COMPARISONS: Mapping[str, Comparison] = MappingProxyType(_all_comparisons())


def tell(connection: duckdb.DuckDBPyConnection, raw_folder: Path) -> None:
    """Put the answer key of a generated folder beside the marts, as temporary tables truth_*."""
    for path in sorted(raw_folder.glob("truth_*.parquet")):
        connection.execute(
            f"create or replace temp table {path.stem} as from read_parquet(?)", [str(path)]
        )


def differences(connection: duckdb.DuckDBPyConnection, raw_folder: Path) -> dict[str, list[Row]]:
    """What differs, by comparison; empty when the marts say what is true.

    `connection` may be read-only. A comparison that can't be made, since a mart lacks a column or
    is missing, says so in place of rows.
    """
    tell(connection, raw_folder)
    found: dict[str, list[Row]] = {}
    for name, comparison in COMPARISONS.items():
        try:
            rows = comparison.different(connection)
        except duckdb.Error as error:
            rows = [(str(error),)]
        if rows:
            found[name] = rows
    return found
