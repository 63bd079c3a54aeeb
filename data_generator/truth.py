"""The answer key: what a perfect reader of everything delivered would say.

Computed from the simulator's own rows, block by block, so that it shares nothing with the models
that it judges: not their code, not their SQL, not the files they read. Each figure is defined in
DEFINITIONS, which truth.json repeats. Rows that have not arrived by the last day do not count.
"""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data_generator import parameters
from data_generator.arrays import EPOCH, NEVER, Array, Rows
from data_generator.balances import ADJUSTMENT_TYPES, REFUNDED_TO
from data_generator.columns import dates, integers, money, pick
from data_generator.denials import REASONS
from data_generator.parameters import HOSPITALS, PAYERS
from data_generator.pools import FACILITIES, SELF_PAY, World
from data_generator.remittances import DENIAL
from data_generator.truth_accounts import Accounts, know_accounts
from data_generator.truth_stories import STORY_DEFINITIONS, StoryFacts
from data_generator.world_truth import changes, patient_persons

RESPONSIBILITIES = ("primary", "secondary", "patient")
_PRIMARY, _SECONDARY, _PATIENT = range(3)
_REFUND_OWNER = np.array([RESPONSIBILITIES.index(name) for name in REFUNDED_TO])
_FACILITY_IDS = ("1", "2", "BMAIN", "BCLIN")

MEASURES = (
    "billed", "allowed", "paid", "contractual", "patient_responsibility", "denied_initially",
    "patient_paid", *ADJUSTMENT_TYPES, "refunds",
)  # fmt: skip
_COUNTED = (
    "charges", "claims", "remittance_claims", "remittance_lines", "remittance_adjustments",
    "patient_payments", "account_adjustments", "refunds", "work_items",
)  # fmt: skip
CATEGORIES = tuple(sorted({reason.category for reason in REASONS}))
_REASON_CATEGORY = np.array([CATEGORIES.index(reason.category) for reason in REASONS])

DEFINITIONS = {
    "account": (
        "A billing account, known by its patient control number. Its payer is the one that its "
        "claims go to as primary (SELF without insurance), its facility that of the encounter's "
        "department. It counts, with all that is posted to it, once one of its charges has arrived."
    ),
    "ar_month_end": (
        "Balances by posting date: the sum of all entries of an account and responsibility posted "
        "on or before the day. Charges stand with the primary payer (with the patient if "
        "self-pay). A primary's remittance takes its payment and its contractual adjustments "
        "(groups CO and OA but denials and OA-23) off and moves patient responsibility (group PR, "
        "denials under PR included) to the secondary payer if the account has one, else to the "
        "patient. Denials under CO and OA stay with the payer. A secondary's remittance takes its "
        "payment off and moves patient responsibility to the patient. Reversals negate. Patient "
        "payments, bad debt, charity, small balances and discounts count with the patient, denial "
        "write-offs with the primary, refunds with whom they are paid to. gross is the sum of the "
        "positive balances of accounts, credit that of the negative ones, accounts the number of "
        "those that are not zero."
    ),
    "money_by_month": (
        "By month of posting. billed: charges less charge credits; patient_paid, adjustments and "
        "refunds: all three with the account's payer. paid: CLP04 with the payer that pays, as "
        "primary or secondary, reversals negative, before provider-level adjustments. allowed "
        "(paid, sequestration and patient share of the lines that are not denied), contractual "
        "(sequestration included) and patient_responsibility: of the primary's remittances, "
        "reversals negative. denied_initially: gross charges of the lines denied on an account's "
        "first remittance."
    ),
    "initial_denials": (
        "Lines that an account's first remittance denies, by month of that remittance, payer, "
        "category of the denial and month in which the account's first claim left. claims: "
        "accounts with such a line; denied_amount: the lines' gross charges."
    ),
    "persons": "The person behind each patient id of each hospital.",
    "changes": (
        "Each attribute of a patient, provider, payer, coverage or person of the staff that a new "
        "version of its row changes, on the day on which that version arrives; values are those "
        "without defects."
    ),
    "stories": "What was planted, where and when, and what has come of it by the last day.",
}


class Answers:
    """Gathers the answer key of one set; memory does not grow with the number of accounts.

    `starts` are the first days of the set's months.
    """

    def __init__(self, world: World, starts: Sequence[int], end_day: int) -> None:
        """Start with nothing known."""
        self._world = world
        self._starts = np.asarray(starts, dtype=np.int64)
        self._ends = np.append(self._starts[1:] - 1, end_day)
        self._end_day = end_day
        months = len(self._starts)
        self._balance_changes = np.zeros(
            (months, len(PAYERS), FACILITIES, len(RESPONSIBILITIES), 3), dtype=np.int64
        )
        self._money = np.zeros((months, len(PAYERS), len(MEASURES)), dtype=np.int64)
        self._denials: dict[int, Array] = {}
        self._stories = StoryFacts(world, end_day)

    def add_block(self, month: int, events: dict[str, Rows]) -> None:
        """Add the rows of one block of accounts with service in `month` (yyyymm).

        `events` are all true rows of the block as the simulator tells them, with the days on
        which they arrive.
        """
        accounts = know_accounts(events, self._end_day)
        known = {
            table: accounts.arrived(events[table], self._end_day)
            for table in _COUNTED
            if table in events
        }
        self._add_balances(accounts, known)
        self._add_money(accounts, known)
        self._add_denials(accounts, known)
        self._stories.add_block(month, accounts, known)

    def write(self, folder: Path) -> None:
        """Write truth.json and the truth_*.parquet files into `folder`."""
        stories = self._stories.rows()
        for name, table in (
            ("ar_month_end", self._balance_table()),
            ("money_by_month", self._money_table()),
            ("initial_denials", self._denial_table()),
            ("persons", patient_persons(self._world)),
            ("changes", changes(self._world, int(self._starts[0]), self._end_day)),
            ("stories", self._stories.table()),
        ):
            pq.write_table(table, folder / f"truth_{name}.parquet", store_decimal_as_integer=True)
        content = {
            "options": self._options(),
            "control_totals": self._control_totals(),
            "stories": stories,
            "definitions": DEFINITIONS | {"story_measures": STORY_DEFINITIONS},
        }
        text = json.dumps(content, indent=2)
        (folder / "truth.json").write_text(text + "\n", encoding="utf-8")

    def _months_of(self, days: Array) -> Array:
        """The month of the set in which each day lies."""
        month: Array = np.searchsorted(self._ends, days)
        return month

    # balances

    def _add_balances(self, accounts: Accounts, known: dict[str, Rows]) -> None:
        """Note how each month changes the sums of positive and negative balances."""
        entries = _ledger(accounts, known)
        place = np.concatenate([entry[0] for entry in entries])
        responsibility = np.concatenate([entry[1] for entry in entries])
        month = self._months_of(np.concatenate([entry[2] for entry in entries]))
        amount = np.concatenate([entry[3] for entry in entries])

        months, kinds = len(self._ends), len(RESPONSIBILITIES)
        code, inverse = np.unique(
            (place * kinds + responsibility) * months + month, return_inverse=True
        )
        change = np.bincount(inverse, weights=amount, minlength=len(code)).astype(np.int64)
        cell, month = np.divmod(code, months)
        after = _running_balances(cell, change)
        before = after - change
        place, responsibility = np.divmod(cell, kinds)
        where = (month, accounts.payer[place], accounts.facility[place], responsibility)
        for measure, values in enumerate(
            (
                after.clip(0) - before.clip(0),
                after.clip(max=0) - before.clip(max=0),
                (after != 0).astype(np.int64) - (before != 0),
            )
        ):
            _add(self._balance_changes[..., measure], where, values)

    def _balance_table(self) -> pa.Table:
        balances = np.cumsum(self._balance_changes, axis=0)
        month, payer, facility, responsibility = np.nonzero(balances.any(axis=-1))
        values = balances[month, payer, facility, responsibility]
        return pa.table({
            "month_end_date": dates(self._ends[month]),
            "payer_id": _payer_ids(payer),
            "hospital_id": pick(HOSPITALS, facility // 2),
            "facility_id": pick(_FACILITY_IDS, facility),
            "responsibility": pick(RESPONSIBILITIES, responsibility),
            "gross_balance_amount": money(values[:, 0]),
            "credit_balance_amount": money(values[:, 1]),
            "account_count": integers(values[:, 2]),
        })  # fmt: skip

    # money

    def _add_money(self, accounts: Accounts, known: dict[str, Rows]) -> None:
        def add(measure: str, rows: Rows, amount: Array, payer: Array, which: Any = ...) -> None:
            where = (self._months_of(rows["day"][which]), payer[which])
            _add(self._money[..., MEASURES.index(measure)], where, amount[which])

        for measure, table in (
            ("billed", "charges"),
            ("patient_paid", "patient_payments"),
            ("refunds", "refunds"),
        ):
            if rows := known.get(table):
                add(measure, rows, rows["amount"], accounts.payer[accounts.of(rows)])
        rows = known["account_adjustments"]
        for kind, measure in enumerate(ADJUSTMENT_TYPES):
            which = rows["kind"] == kind
            add(measure, rows, rows["amount"], accounts.payer[accounts.of(rows)], which)
        rows = known["remittance_claims"]
        add("paid", rows, rows["paid"], rows["payer"])
        primary = rows["payer_sequence"] == 0
        add("contractual", rows, rows["contractual"], rows["payer"], primary)
        add("patient_responsibility", rows, rows["owed"], rows["payer"], primary)
        add("allowed", rows, rows["covered"], rows["payer"], primary)

    def _money_table(self) -> pa.Table:
        month, payer = np.nonzero(self._money.any(axis=-1))
        columns = {
            f"{name}_amount": money(self._money[month, payer, place])
            for place, name in enumerate(MEASURES)
        }
        return pa.table({
            "month_start_date": dates(self._starts[month]),
            "payer_id": _payer_ids(payer),
            **columns,
        })  # fmt: skip

    # initial denials

    def _add_denials(self, accounts: Accounts, known: dict[str, Rows]) -> None:
        rows = known["remittance_adjustments"]
        place = accounts.of(rows)
        denied = np.flatnonzero(
            (rows["kind"] == DENIAL) & (rows["ordinal"] == accounts.answer[place])
        )
        place, amount = place[denied], rows["amount"][denied]
        category = _REASON_CATEGORY[rows["reason"][denied]]
        month = self._months_of(accounts.answered[place])
        cohort = self._months_of(accounts.submitted[place])
        payer = accounts.payer[place]
        _add(self._money[..., MEASURES.index("denied_initially")], (month, payer), amount)
        code = np.ravel_multi_index((month, cohort, payer, category), self._denial_shape())
        claim = np.unique(np.stack([code, place]), axis=1)[0]
        unique, inverse = np.unique(code, return_inverse=True)
        claims = np.bincount(np.searchsorted(unique, claim), minlength=len(unique))
        lines = np.bincount(inverse, minlength=len(unique))
        dollars = np.bincount(inverse, weights=amount, minlength=len(unique)).astype(np.int64)
        for key, values in zip(
            unique.tolist(), np.stack([claims, lines, dollars], axis=1), strict=True
        ):
            self._denials[key] = self._denials.get(key, np.zeros(3, dtype=np.int64)) + values

    def _denial_shape(self) -> tuple[int, ...]:
        # one cohort more, for accounts none of whose claims has arrived yet
        months = len(self._ends)
        return (months, months + 1, len(PAYERS), len(CATEGORIES))

    def _denial_table(self) -> pa.Table:
        keys = np.array(sorted(self._denials), dtype=np.int64)
        values = np.array([self._denials[key] for key in keys.tolist()]).reshape(-1, 3)
        month, cohort, payer, category = np.unravel_index(keys, self._denial_shape())
        return pa.table({
            "remittance_month_start_date": dates(self._starts[month]),
            "submission_month_start_date": dates(
                np.append(self._starts, NEVER)[cohort], self._end_day
            ),
            "payer_id": _payer_ids(payer),
            "denial_category": pick(CATEGORIES, category),
            "claim_count": integers(values[:, 0]),
            "line_count": integers(values[:, 1]),
            "denied_amount": money(values[:, 2]),
        })  # fmt: skip

    # options and totals

    def _options(self) -> dict[str, Any]:
        return {
            "generator_version": parameters.GENERATOR_VERSION,
            "seed": self._world.seed,
            "claims_per_month": self._world.claims_per_month,
            "start_date": _date(int(self._starts[0])),
            "end_date": _date(self._end_day),
            "stories": [story.name for story in self._world.stories.told],
        }

    def _control_totals(self) -> dict[str, str]:
        totals = self._money.sum(axis=(0, 1))
        open_balance = self._balance_changes[..., :2].sum()
        cents = dict(zip(MEASURES, totals.tolist(), strict=True))
        return {name: f"{value / 100:.2f}" for name, value in cents.items()} | {
            "open_balance": f"{int(open_balance) / 100:.2f}"
        }


Entry = tuple[Array, Array, Array, Array]
"""Ledger entries: place of the account, responsibility, day of posting, cents."""


def _ledger(accounts: Accounts, known: dict[str, Rows]) -> list[Entry]:
    """The entries of all accounts that have arrived."""

    def entry(rows: Rows, responsibility: Array | int, amount: Array) -> Entry:
        place = accounts.of(rows)
        return place, np.broadcast_to(responsibility, len(place)), rows["day"], amount

    charges, payments = known["charges"], known["patient_payments"]
    adjustments, answers = known["account_adjustments"], known["remittance_claims"]
    owner = np.where(charges["payer"] == SELF_PAY, _PATIENT, _PRIMARY)
    is_lost = adjustments["kind"] == ADJUSTMENT_TYPES.index("denial_writeoff")
    payer = np.where(answers["payer_sequence"] == 0, _PRIMARY, _SECONDARY)
    next_owner = np.where(answers["next"] == 1, _SECONDARY, _PATIENT)
    entries = [
        entry(charges, owner, charges["amount"]),
        entry(answers, payer, -answers["paid"] - answers["contractual"] - answers["owed"]),
        entry(answers, next_owner, answers["owed"]),
        entry(payments, _PATIENT, -payments["amount"]),
        entry(adjustments, np.where(is_lost, _PRIMARY, _PATIENT), -adjustments["amount"]),
    ]
    if refunds := known.get("refunds"):
        entries.append(entry(refunds, _REFUND_OWNER[refunds["to"]], refunds["amount"]))
    return entries


def _running_balances(cell: Array, change: Array) -> Array:
    """Balance after each change of a cell; cells are contiguous and their changes in order."""
    total = np.cumsum(change)
    is_first = np.ones(len(cell), dtype=bool)
    is_first[1:] = cell[1:] != cell[:-1]
    starts = np.flatnonzero(is_first)
    before = (total - change)[starts]
    balance: Array = total - np.repeat(before, np.diff(np.append(starts, len(cell))))
    return balance


def _add(target: Array, where: tuple[Array, ...], values: Array) -> None:
    """Add whole `values` to the elements of `target` that `where` names, repeatedly if need be."""
    code = np.ravel_multi_index(where, target.shape)
    sums = np.bincount(code, weights=values, minlength=target.size)
    target += sums.astype(np.int64).reshape(target.shape)


def _payer_ids(payer: Array) -> pa.Array:
    return pick([item.payer_id for item in PAYERS], payer)


def _date(day: int) -> str:
    return (EPOCH + dt.timedelta(days=day)).isoformat()
