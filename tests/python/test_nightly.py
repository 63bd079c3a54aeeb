"""Nightly runs end in the marts of a full run, row for row, in whatever order files come.

The set is dirty: files come late, twice and corrected. Beside the simulator's own nights stand rows
made by hand for what it does seldom or never. One file is the working warehouse of all tests; each
starts from a copy of the state that it needs.
"""

import datetime as dt
import os
import random
import shutil
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from built_warehouse import DbtWarehouse, Marts, unequal

from ingestion.warehouse import LOADED, Warehouse
from scripts.postgres_server import Server

OPTIONS = ("--start-date", "2024-10-01", "--seed", "5", "--defects", "--claims-per-month")
SINCE, END = dt.date(2025, 5, 20), dt.date(2025, 6, 5)
DAYS = [SINCE + dt.timedelta(days=number) for number in range(1, (END - SINCE).days + 1)]
BUILT_SCHEMAS = ("mart", "intermediate", "staging")


@dataclass(frozen=True)
class Nightly:
    """A warehouse, and the folders of what is loaded into it."""

    warehouse: DbtWarehouse
    base: Path
    drops: Path
    whole: Path

    def load_days(self, days: Iterable[dt.date]) -> None:
        """Load the drops of some days, one by one."""
        for day in days:
            self.warehouse.load(self.drops / str(day))

    def run_full(self) -> None:
        """Build everything from schema raw and the code lists alone."""
        with self.warehouse.opened() as opened:
            for schema in BUILT_SCHEMAS:
                opened.query(f"drop schema if exists {schema} cascade")
        self.warehouse.dbt("run")
        assert self.changed() == 0

    def run_nightly(self) -> None:
        """Continue; some accounts must have changed and most must not."""
        self.warehouse.dbt("run")
        with self.warehouse.opened() as opened:
            ((accounts,),) = opened.query("select count(*) from mart.fct_claims")
        assert 0 < self.changed() < accounts / 2

    def changed(self) -> int:
        """Accounts that the last run took up; none in a full run, which takes up all."""
        with self.warehouse.opened() as opened:
            ((count,),) = opened.query(
                "select count(distinct patient_control_number) "
                "from intermediate.int_loads__changed_accounts"
            )
        return int(count)

    def keep(self, name: str) -> None:
        """Keep a copy of the DuckDB file as it is."""
        shutil.copy(self.warehouse.path, self.warehouse.folder / f"{name}.copy")

    def restore(self, name: str) -> None:
        """Put a copy in the place of the DuckDB file."""
        shutil.copy(self.warehouse.folder / f"{name}.copy", self.warehouse.path)
        self.warehouse.path.with_suffix(".duckdb.wal").unlink(missing_ok=True)


def generate(warehouse: DbtWarehouse, claims: int) -> Nightly:
    """Generate a base set, the drops after it, and the same rows at once."""
    folders = [warehouse.folder / name for name in ("base", "drops", "whole")]
    for folder, period in zip(
        folders,
        (
            ("--end-date", str(SINCE)),
            ("--since", str(SINCE), "--end-date", str(END)),
            ("--end-date", str(END)),
        ),
        strict=True,
    ):
        warehouse.generate(*OPTIONS, str(claims), *period, out=folder)
    return Nightly(warehouse, *folders)


@pytest.fixture(scope="module")
def nightly(tmp_path_factory: pytest.TempPathFactory) -> Nightly:
    """A base set that is built, kept as 'base'."""
    found = generate(DbtWarehouse(tmp_path_factory.mktemp("nightly")), 250)
    found.warehouse.load(found.base)
    found.warehouse.dbt("seed")
    found.warehouse.dbt("run")
    found.keep("base")
    return found


@pytest.fixture(scope="module")
def full(nightly: Nightly) -> Marts:
    """The marts of one run over the base and all drops."""
    nightly.restore("base")
    nightly.load_days(DAYS)
    nightly.run_full()
    marts = nightly.warehouse.marts()
    empty = {table for table, rows in marts.items() if not rows}
    assert len(marts) > 25
    # an alert needs months of the usual before something is out of it
    assert empty <= {"kpi_alerts", "kpi_alert_claims"}
    return marts


@pytest.fixture(scope="module")
def after_nights(nightly: Nightly) -> Marts:
    """The marts after a single night and two weeks of them at once, kept as 'nights'."""
    nightly.restore("base")
    for days in (DAYS[:1], DAYS[1:]):
        nightly.load_days(days)
        nightly.run_nightly()
    nightly.keep("nights")
    return nightly.warehouse.marts()


def test_nights_in_order_end_in_the_marts_of_a_full_run(after_nights: Marts, full: Marts) -> None:
    """Every table, every column."""
    assert unequal(after_nights, full) == {}


def run_and_kill(warehouse: DbtWarehouse, models: int) -> None:
    """Start a run and kill it, without a chance to clean up, when so many models are built."""
    with warehouse.start_dbt("run") as process:
        assert process.stdout is not None
        built, lines = 0, []
        for line in process.stdout:
            lines.append(line)
            built += " OK created " in line
            if built == models:
                os.kill(process.pid, signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL, "".join(lines[-20:])


def test_nights_in_another_order_with_killed_runs_end_in_the_same(
    nightly: Nightly, full: Marts
) -> None:
    """Half of the nights, shuffled, then the others; each run is killed before it succeeds."""
    nightly.restore("base")
    days = DAYS.copy()
    random.Random(3).shuffle(days)
    half = len(days) // 2
    for some, kills in ((days[:half], (70,)), (days[half:], (15, 105))):
        nightly.load_days(some)
        for models in kills:
            run_and_kill(nightly.warehouse, models)
        nightly.run_nightly()
    assert unequal(nightly.warehouse.marts(), full) == {}


def test_a_run_without_new_batches_changes_nothing(nightly: Nightly, after_nights: Marts) -> None:
    """And takes up no account."""
    nightly.restore("nights")
    nightly.warehouse.dbt("run")
    assert nightly.changed() == 0
    assert unequal(nightly.warehouse.marts(), after_nights) == {}


def test_a_larger_base_set_makes_the_next_run_a_full_one(nightly: Nightly, full: Marts) -> None:
    """It replaces batches that are processed, so there is nothing to continue."""
    nightly.restore("base")
    nightly.warehouse.load(nightly.whole)
    nightly.warehouse.dbt("run")
    assert nightly.changed() == 0
    assert unequal(nightly.warehouse.marts(), full) == {}


def test_a_changed_var_makes_the_next_run_a_full_one(nightly: Nightly, after_nights: Marts) -> None:
    """Every claim ages from its submission, also those that no night touched."""
    nightly.restore("nights")
    nightly.warehouse.dbt("run", "--vars", "aging_basis: submission")
    assert nightly.changed() == 0
    with nightly.warehouse.opened() as opened:
        query = (
            "select count(*), count(*) filter (aging_date <> first_submitted_date) "
            "from mart.fct_claims where first_submitted_date is not null"
        )
        ((claims, other),) = opened.query(query)
    assert claims > 1000
    assert other == 0


# --- rows made by hand --------------------------------------------------------------------------


class Hand:
    """A night of rows made by hand from those of the base set."""

    def __init__(self, warehouse: Warehouse, night: int) -> None:
        """`night` counts from 1."""
        self.warehouse = warehouse
        self.batch_id = f"hand-{night}"
        self.loaded_at = dt.datetime.combine(SINCE, dt.time(23, 30)) + dt.timedelta(days=night)
        self.rows = 0

    def add(self, table: str, which: str, values: Sequence[object] = (), **changed: str) -> None:
        """Add a copy of the rows of `table` that meet `which`, with other values (SQL) in some."""
        changed = {
            "_loaded_at": f"timestamp '{self.loaded_at}'",
            "_batch_id": f"'{self.batch_id}'",
            "_source_file": "'by hand'",
            **changed,
        }
        replaced = ", ".join(f"{value} as {name}" for name, value in changed.items())
        rows = self.warehouse.query(
            f"insert into raw.{table} select * replace ({replaced}) from raw.{table} where {which}",
            values,
        )
        assert rows[0][0] > 0, (table, which)
        self.rows += rows[0][0]

    def register(self) -> None:
        """Register the batch, as every loader does."""
        self.warehouse.register_batch(
            self.batch_id, "hand", None, None, LOADED, None, self.rows, self.loaded_at
        )


@contextmanager
def by_hand(nightly: Nightly, night: int) -> Iterator[Hand]:
    """A batch whose rows and registration arrive together."""
    with nightly.warehouse.opened() as opened, opened.transaction():
        hand = Hand(opened, night)
        yield hand
        hand.register()


def one(nightly: Nightly, query: str, values: Sequence[object] = ()) -> tuple[object, ...]:
    """The only row of a query."""
    with nightly.warehouse.opened() as opened:
        (row,) = opened.query(query, values)
    return tuple(row)


DENIED = """
    select accounts.patient_control_number, denials.denial_key, remittances.remittance_id,
        remittance_claims.remittance_claim_id, claims.service_date
    from mart.fct_denials as denials
    inner join mart.fct_claims as claims using (claim_key)
    inner join intermediate.int_claims__accounts as accounts using (claim_key)
    inner join raw.clearinghouse_remittance_claims as remittance_claims
        on accounts.patient_control_number = remittance_claims.patient_control_number
    inner join raw.clearinghouse_remittances as remittances using (remittance_id)
    where denials.is_initial and claims.denial_level = 'full' and claims.line_count = 1
        and claims.service_date < date '2025-01-01' and claims.balance_amount > 0
        and denials.outcome in ('open', 'never_worked')
    qualify count(*) over (partition by accounts.patient_control_number) = 1
    order by claims.service_date limit 1
"""


def test_what_the_simulator_never_does_reaches_all_that_it_changes(nightly: Nightly) -> None:
    """A night of odd rows, and one that completes it, end in the marts of a full run."""
    nightly.restore("base")
    pcn, denial, remittance, remittance_claim, _ = one(nightly, DENIED)
    payment, left, entered = one(
        nightly,
        """
        with payments as (
            select patient_payment_id, account_number
            from raw.billing_patient_payments as payments
            inner join intermediate.int_claims__accounts as accounts
                on payments.account_number = accounts.patient_control_number
            where amount > 20
        )
        select first(patient_payment_id order by patient_payment_id),
            first(account_number order by patient_payment_id),
            last(account_number order by patient_payment_id)
        from payments
        """,
    )
    (late_claim,) = one(
        nightly,
        "select min(claim_id) from raw.clearinghouse_claims where frequency_code = '1'",
    )
    paid_before = one(nightly, PAID, [pcn])
    open_before = one(nightly, OPEN_MONTHS)
    with by_hand(nightly, 1) as hand:
        # the same payment, which was another account's
        hand.add(
            "billing_patient_payments", "patient_payment_id = ?", [payment],
            account_number=f"'{entered}'",
        )  # fmt: skip
        # a claim of last year that was denied is paid; its check comes a night later
        hand.add(
            "clearinghouse_remittance_claims", "remittance_claim_id = ?", [remittance_claim],
            remittance_claim_id="'RCHAND'", remittance_id="'RHAND'", paid_amount="billed_amount",
            patient_responsibility_amount="0", coverage_amount="billed_amount",
        )  # fmt: skip
        hand.add(
            "clearinghouse_remittance_lines", "remittance_claim_id = ?", [remittance_claim],
            remittance_line_id="'RLHAND'", remittance_claim_id="'RCHAND'",
            paid_amount="billed_amount", allowed_amount="billed_amount",
        )  # fmt: skip
        # a claim of an account none of whose charges has come yet
        hand.add(
            "clearinghouse_claims", "claim_id = ?", [late_claim],
            claim_id="'CHAND-1'", patient_control_number="'A99990000001'",
        )  # fmt: skip
        hand.add(
            "clearinghouse_claim_lines", "claim_id = ?", [late_claim],
            claim_id="'CHAND-1'", line_control_number="'HAND' || line_number",
        )  # fmt: skip
        # a version of a provider that is older than what stands
        hand.add(
            "hospital_a_providers",
            "provider_id = (select min(provider_id) from raw.hospital_a_providers)",
            specialty="'Cardiology'", _loaded_at="timestamp '2024-12-15 23:30:00'",
        )  # fmt: skip
        # a contract that holds for services of the past
        hand.add(
            "billing_fee_schedules",
            "service_code = '99213' and payer_id = 'P101' qualify row_number() over ("
            "partition by submitter_id, claim_type, effective_from_date "
            "order by _loaded_at desc, effective_to_date nulls last) = 1",
            allowed_amount="allowed_amount + 7",
        )  # fmt: skip
    nightly.run_nightly()
    assert one(nightly, PAID, [pcn]) == paid_before
    with by_hand(nightly, 2) as hand:
        hand.add(
            "clearinghouse_remittances", "remittance_id = ?", [remittance],
            remittance_id="'RHAND'", trace_number="'HAND'", production_date="date '2025-05-22'",
            payment_date="date '2025-05-22'", payment_date_text="null",
            payment_amount="(select paid_amount from raw.clearinghouse_remittance_claims "
            "where remittance_claim_id = 'RCHAND')",
        )  # fmt: skip
        hand.add(
            "hospital_a_charges",
            "account_number = (select min(account_number) from raw.hospital_a_charges)",
            account_number="'A99990000001'", charge_id="'HAND' || charge_id",
        )  # fmt: skip
    nightly.run_nightly()
    found = nightly.warehouse.marts()

    assert one(nightly, PAID, [pcn]) != paid_before
    assert one(nightly, OPEN_MONTHS) != open_before
    query = "select outcome, recovered_amount > 0 from mart.fct_denials where denial_key = ?"
    outcome, is_recovered = one(nightly, query, [denial])
    assert is_recovered and outcome not in ("open", "never_worked")
    query = (
        "select count(*) filter (patient_control_number = ?), "
        "count(*) filter (patient_control_number = ?) "
        "from staging.stg_billing__patient_payments where patient_payment_id = ?"
    )
    assert one(nightly, query, [left, entered, payment]) == (0, 1)
    query = (
        "select count(*) from mart.fct_claims inner join intermediate.int_claims__accounts "
        "using (claim_key) where patient_control_number = 'A99990000001' "
        "and fct_claims.first_submitted_date is not null"
    )
    assert one(nightly, query) == (1,)

    nightly.run_full()
    assert unequal(found, nightly.warehouse.marts()) == {}


PAID = """
    select payer_paid_amount, balance_amount, first_payer_payment_date from mart.fct_claims
    where claim_key = (
        select claim_key from intermediate.int_claims__accounts where patient_control_number = ?
    )
"""
OPEN_MONTHS = "select sum(gross_balance_amount) from mart.kpi_ar_aging"


# --- PostgreSQL ---------------------------------------------------------------------------------


def test_nights_in_postgres_touch_the_rows_of_changed_claims_alone(tmp_path: Path) -> None:
    """Killed runs included; the rows of the other claims stay where they are, version and place."""
    server = Server(tmp_path / "pg")
    server.start("rcm")
    try:
        nightly = generate(
            DbtWarehouse(tmp_path, "dev", RCM_PG_SOCKET=str(server.socket), RCM_DATABASE="rcm"), 60
        )
        nightly.warehouse.load(nightly.base)
        nightly.warehouse.dbt("seed")
        nightly.warehouse.dbt("run")
        # the first night makes the indexes
        for days, kills in ((DAYS[1:3], ()), ((DAYS[0], *DAYS[3:]), (60,))):
            nightly.load_days(days)
            before = places(nightly)
            for models in kills:
                run_and_kill(nightly.warehouse, models)
            nightly.run_nightly()
        changed = changed_claims(nightly)
        after = places(nightly)
        for table, rows in before.items():
            assert rows
            kept = {row for row in rows if row[0] not in changed}
            assert kept
            assert kept <= after[table], table
        found = nightly.warehouse.marts()
        nightly.run_full()
        assert unequal(found, nightly.warehouse.marts()) == {}
    finally:
        server.stop()


def places(nightly: Nightly) -> dict[str, set[tuple[object, ...]]]:
    """Where each row of the facts lies, and the transaction that wrote it."""
    with nightly.warehouse.opened() as opened:
        return {
            table: set(
                opened.query(f"select claim_key::text, ctid::text, xmin::text from mart.{table}")
            )
            for table in ("fct_claims", "fct_ar_transactions", "fct_charges", "fct_claim_events")
        }


def changed_claims(nightly: Nightly) -> set[object]:
    """Keys of the claims that the last run took up."""
    with nightly.warehouse.opened() as opened:
        query = "select claim_key::text from intermediate.int_loads__changed_accounts"
        return {key for (key,) in opened.query(query)}
