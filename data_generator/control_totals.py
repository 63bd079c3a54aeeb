"""Money of a set in its manifest, counted while the rows pass."""

from collections import Counter

import numpy as np

from data_generator.arrays import Array, Rows
from data_generator.balances import ADJUSTMENT_TYPES
from data_generator.remittances import CONTRACTUAL, SEQUESTRATION

_CREDITS = ("contractual", "sequestration", "payer_paid", "patient_paid", *ADJUSTMENT_TYPES)


class ControlTotals:
    """Cents by name, of all rows that arrive until `end_day`."""

    def __init__(self, end_day: int) -> None:
        """Start with nothing."""
        self._end_day = end_day
        self._cents: Counter[str] = Counter()

    def add(self, table: str, rows: Rows) -> None:
        """Count rows of a table, whichever it is."""
        match table:
            case "charges":
                self._add("charges", rows, "amount")
            case "remittance_adjustments":
                self._add("contractual", rows, "amount", rows["kind"] == CONTRACTUAL)
                self._add("sequestration", rows, "amount", rows["kind"] == SEQUESTRATION)
            case "remittance_claims":
                self._add("payer_paid", rows, "paid")
            case "patient_payments":
                self._add("patient_paid", rows, "amount")
            case "refunds":
                self._add("refunds", rows, "amount")
            case "remittance_provider_adjustments":
                self._add("provider_adjustments", rows, "amount")
            case "account_adjustments":
                for kind, name in enumerate(ADJUSTMENT_TYPES):
                    self._add(name, rows, "amount", rows["kind"] == kind)

    def dollars(self) -> dict[str, str]:
        """Dollars and cents by name; the open balance is what is left, credits deducted.

        `checks_paid` is what payers' checks amount to: payer_paid less the provider-level
        adjustments, which belong to no account.
        """
        cents = {name: self._cents[name] for name in ("charges", *_CREDITS, "refunds")}
        cents["open_balance"] = (
            cents["charges"] + cents["refunds"] - sum(cents[name] for name in _CREDITS)
        )
        cents["provider_adjustments"] = self._cents["provider_adjustments"]
        cents["checks_paid"] = cents["payer_paid"] - cents["provider_adjustments"]
        return {name: f"{value / 100:.2f}" for name, value in cents.items()}

    def _add(self, name: str, rows: Rows, column: str, which: Array | None = None) -> None:
        wanted = rows["arrival"] <= self._end_day
        if which is not None:
            wanted &= which
        self._cents[name] += int(np.sum(rows[column][wanted], dtype=np.int64))
