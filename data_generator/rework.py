"""When payers remit, and what the billing office does about denials."""

import numpy as np

from data_generator import parameters
from data_generator.arrays import (
    Array,
    Rows,
    between,
    business_day,
    calendar_place,
    stream,
    whole_days,
)
from data_generator.denials import IS_PATIENT_GROUP, REASONS
from data_generator.pools import World
from data_generator.visits import Block

NEVER_WORKED, CORRECTED, APPEALED = range(3)
"""What is done about a denial."""


def remittance_lag(world: World, generator: np.random.Generator, payer: Array) -> Array:
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
    return whole_days(np.where(np.isnan(sigma), delayed, lognormal).clip(floor, cap))


def payment_day(world: World, payer: Array, decided: Array) -> Array:
    """The payer's first check run on or after a day; never on a weekend or a holiday."""
    return decided + world.payers.check_wait[payer, calendar_place(decided)]


def draw_first_remittance(world: World, block: Block) -> None:
    """Add `remitted`, the day of the first remittance, to the accounts."""
    accounts = block.accounts
    generator = stream(world.seed, "remittance", block.month, block.number)
    lag = remittance_lag(world, generator, accounts["payer"])
    lag = lag + np.where(accounts["denied"], parameters.DENIED_REMIT_EXTRA_DAYS, 0)
    decided = np.maximum(accounts["accepted_submitted"] + lag, accounts["accepted"] + 1)
    accounts["remitted"] = payment_day(world, accounts["payer"], decided)


def work_denials(world: World, block: Block, first: Rows) -> Rows:
    """What happens after a denial, by account.

    `first` are the totals of the first adjudication. Returns worked (day, of the correction or
    the appeal), path, succeeds, decided (appeals), deadline,
    remitted (day of the second remittance), final (day of the last payer action).
    """
    accounts = block.accounts
    generator = stream(world.seed, "rework", block.month, block.number)
    size = len(accounts["number"])
    payer, reason, remitted = accounts["payer"], accounts["reason"], accounts["remitted"]
    path = _draw_paths(generator, accounts, first)

    shape = parameters.CORRECTION_LAG_SHAPE
    lag = whole_days(generator.gamma(shape, parameters.CORRECTION_LAG_MEAN / shape, size))
    corrected_day = business_day(remitted + 1 + lag)
    shape = parameters.APPEAL_LAG_SHAPE
    lag = whole_days(generator.gamma(shape, parameters.APPEAL_LAG_MEAN / shape, size))
    deadline = remitted + world.payers.appeal_days[payer]
    filed = business_day(np.minimum(remitted + 3 + lag, deadline - 2))
    decided = business_day(filed + between(generator, parameters.APPEAL_DECISION_DAYS, size))

    draw = generator.random(size)
    overturned = draw < world.payers.overturn[payer]
    succeeds = np.where(path == APPEALED, overturned, draw < parameters.CORRECTION_SUCCESS)
    wait = remittance_lag(world, generator, payer) + parameters.CORRECTED_REMIT_EXTRA_DAYS
    after_appeal = between(generator, parameters.APPEAL_PAYMENT_DAYS, size)
    again = payment_day(
        world, payer, np.where(path == APPEALED, decided + after_appeal, corrected_day + wait)
    )
    upheld = (path == APPEALED) & ~succeeds
    final = np.where(path == NEVER_WORKED, remitted, np.where(upheld, decided, again))
    return {
        "path": path,
        "worked": np.where(path == APPEALED, filed, corrected_day),
        "decided": decided,
        "deadline": deadline,
        "succeeds": succeeds & (path != NEVER_WORKED),
        "has_second": (path != NEVER_WORKED) & ~upheld,
        "remitted": again,
        "final": final,
        "is_patient_group": (reason >= 0) & IS_PATIENT_GROUP[reason],
    }


def _draw_paths(generator: np.random.Generator, accounts: Rows, first: Rows) -> Array:
    """NEVER_WORKED, CORRECTED or APPEALED; larger amounts are worked more often."""
    size = len(accounts["number"])
    reason, denied = accounts["reason"], accounts["denied"]
    corrected = np.array([item.corrected for item in REASONS])[reason]
    appealed = np.array([item.appealed for item in REASONS])[reason]
    chance = np.where(denied, corrected + appealed, 0.0)
    dollars = (first["denied"] / 100).clip(1)
    factor = dollars**parameters.WORKED_AMOUNT_EXPONENT
    worked_chance = chance
    scale = 1.0
    for _ in range(12):  # until the capped chances have the mean that the reasons ask for
        worked_chance = np.minimum(chance * factor * scale, parameters.MAX_WORKED_PROBABILITY)
        scale *= chance.sum() / max(worked_chance.sum(), 1e-9)
    worked = generator.random(size) < worked_chance
    by_appeal = generator.random(size) * (corrected + appealed) < appealed
    return np.where(worked, np.where(by_appeal, APPEALED, CORRECTED), NEVER_WORKED)
