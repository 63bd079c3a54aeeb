"""Planted stories: things that go wrong on purpose, each known to the answer key."""

from dataclasses import dataclass

import numpy as np

from data_generator.arrays import Array


@dataclass(frozen=True)
class Stories:
    """The stories of one set. Each method answers for whole columns and draws nothing itself."""

    def denial_share(self, payer: Array, family: Array, service: Array) -> Array:
        """Extra chance that a claim is denied for want of authorization, by its first family."""
        return np.zeros(len(payer))

    def eligibility_share(self, payer: Array, service: Array) -> Array:
        """Extra chance that a claim is denied because the patient is not covered."""
        return np.zeros(len(payer))

    def payment_factor(self, payer: Array, service: Array) -> Array:
        """Share of the contracted amount that a payer allows."""
        return np.ones(len(payer))

    def error_rate(self, staff: Array, day: Array, usual: Array) -> Array:
        """Chance that a touch is wrong, given the person's usual one."""
        return usual

    def posting_lag_factor(self, department: Array, service: Array) -> Array:
        """Factor on the days from service to charge posting."""
        return np.ones(len(department))

    def submission_day(self, day: Array) -> Array:
        """The day on which a claim leaves that was ready on `day`."""
        return day

    def remittance_lag_factor(self, payer: Array, submitted: Array) -> Array:
        """Factor on the days from submission to first remittance."""
        return np.ones(len(payer))

    def takeback(self, month: int, block: int, payer: Array, payable: Array) -> Array:
        """Positions of the accounts whose payment is taken back together; mostly none.

        `payable` marks the accounts that were paid on their first remittance and not reworked.
        """
        return np.zeros(0, dtype=np.int64)

    def takeback_day(self) -> int:
        """Day on which `takeback` accounts are reversed."""
        return 0
