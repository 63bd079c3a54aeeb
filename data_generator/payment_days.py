"""How long payers take, and on which days they pay."""

import numpy as np

from data_generator.arrays import Array, calendar_place, whole_days
from data_generator.pools import World


def remittance_lag(
    world: World, generator: np.random.Generator, payer: Array, submitted: Array
) -> Array:
    """Days from submission to the payer's decision, before the wait for its next check run."""
    size = len(payer)
    payers = world.payers
    normal = generator.normal(size=size)
    exponential = generator.exponential(size=size)
    sigma = payers.remit_sigma[payer]
    floor, cap = payers.remit_floor[payer], payers.remit_cap[payer]
    lognormal = np.exp(normal * np.nan_to_num(sigma)) * payers.remit_days[payer]
    # the exponential's parameter is its median: median = mean x ln 2
    delayed = floor + exponential * payers.remit_days[payer] / np.log(2)
    lag = np.where(np.isnan(sigma), delayed, lognormal).clip(floor, cap)
    return whole_days(lag * world.stories.remittance_lag_factor(payer, submitted))


def payment_day(world: World, payer: Array, decided: Array) -> Array:
    """The payer's first check run on or after a day; never on a weekend or a holiday."""
    return decided + world.payers.check_wait[payer, calendar_place(decided)]
