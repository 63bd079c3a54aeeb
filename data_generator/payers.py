"""What the payers are, and when they rename themselves or merge."""

from dataclasses import dataclass

import numpy as np

from data_generator import parameters
from data_generator.arrays import NEVER, Array, run_waits, stream
from data_generator.parameters import CLASS_PARAMETERS, PAYERS
from data_generator.timelines import year_start

SELF_PAY = len(PAYERS) - 1
"""Index of the payer SELF, the last one."""
_INDEX = {payer.payer_id: index for index, payer in enumerate(PAYERS)}


@dataclass(frozen=True)
class Payers:
    """Parameters of the payers by payer index."""

    class_index: Array
    denial_rate: Array
    overturn: Array
    timely_days: Array
    appeal_days: Array
    remit_days: Array
    remit_floor: Array
    remit_cap: Array
    remit_sigma: Array
    """NaN where the lag is exponential."""
    check_wait: Array
    """Days to wait for a check run, payer x place in the calendar (arrays.calendar_place)."""
    rename_day: Array
    """Day from which a payer has its second name, NEVER for most."""
    merged_day: Array
    """Day from which new members and claims go to `successor`, NEVER for most."""
    successor: Array
    """Payer that takes one over; itself for most."""

    def current(self, payer: Array, day: Array) -> Array:
        """The payer, or its successor from the merger on."""
        return np.where(day >= self.merged_day[payer], self.successor[payer], payer)

    def name_place(self, payer: Array, day: Array) -> Array:
        """Place of the payer's name on a day in PAYER_NAMES."""
        return payer + np.where(day >= self.rename_day[payer], len(PAYERS), 0)


_LATER_NAMES = {payer_id: name for _, payer_id, name in parameters.RENAMES}
PAYER_NAMES = tuple(
    [payer.name for payer in PAYERS]
    + [_LATER_NAMES.get(payer.payer_id, payer.name) for payer in PAYERS]
)
"""First names of the payers, then the names that they have after renaming themselves."""


def make_payers(seed: int) -> Payers:
    """The payers, with the days that the seed chooses for their changes."""
    classes = [CLASS_PARAMETERS[payer.payer_class] for payer in PAYERS]
    generator = stream(seed, "changes of payers")
    rename_day = np.full(len(PAYERS), NEVER)
    for year, payer_id, _ in parameters.RENAMES:
        rename_day[_INDEX[payer_id]] = year_start(year) + generator.integers(59, 304)
    merged_day = np.full(len(PAYERS), NEVER)
    successor = np.arange(len(PAYERS))
    for year, payer_id, into in parameters.MERGERS:
        month = generator.integers(3, 11)
        merged_day[_INDEX[payer_id]] = np.datetime64(f"{year}-{month:02d}-01", "D").astype(np.int64)
        successor[_INDEX[payer_id]] = _INDEX[into]
    return Payers(
        class_index=np.array([parameters.PAYER_CLASSES.index(p.payer_class) for p in PAYERS]),
        denial_rate=np.array([payer.denial_rate for payer in PAYERS]),
        overturn=np.array([parameters.APPEAL_OVERTURN[payer.payer_class] for payer in PAYERS]),
        timely_days=np.array([payer.timely_filing_days for payer in PAYERS]),
        appeal_days=np.array([payer.appeal_days for payer in PAYERS]),
        remit_days=np.array([payer.remit_days for payer in PAYERS]),
        remit_floor=np.array([item.remit_floor_days for item in classes]),
        remit_cap=np.array([item.remit_cap_days for item in classes]),
        remit_sigma=np.array([item.remit_sigma or np.nan for item in classes], dtype=float),
        check_wait=np.array([run_waits(payer.pay_weekdays) for payer in PAYERS]),
        rename_day=rename_day,
        merged_day=merged_day,
        successor=successor,
    )
