"""Appeals of denied claims, in up to three rounds."""

import numpy as np

from data_generator import billing, parameters
from data_generator.arrays import (
    Array,
    Rows,
    between,
    business_day,
    concatenate,
    group_sum,
    stream,
    whole_days,
)
from data_generator.payment_days import payment_day
from data_generator.pools import World
from data_generator.remittances import Answers
from data_generator.rework import APPEALED, answer_denials
from data_generator.visits import Block

UPHELD, OVERTURNED, PARTIALLY = range(3)
DECISIONS = ("upheld", "overturned", "partially_overturned")


def appeal(world: World, block: Block, answers: Answers, path: Array) -> tuple[Rows, Array]:
    """Appeal denials until they are overturned or given up, and let the payers pay what they owe.

    Returns the rows of appeals, and by account the day of the last decision (0 for none).
    """
    accounts = block.accounts
    last = np.zeros(block.size, dtype=np.int64)
    which = np.flatnonzero(path == APPEALED)
    since = answers.day[which]
    parts = []
    for place in range(parameters.APPEAL_ROUNDS):
        generator = stream(world.seed, f"appeals {place + 1}", block.month, block.number)
        size = len(which)
        payer = accounts["payer"][which]
        shape = parameters.APPEAL_LAG_SHAPE
        lag = whole_days(generator.gamma(shape, parameters.APPEAL_LAG_MEAN / shape, size))
        deadline = since + world.payers.appeal_days[payer]
        # offices that are closed up to three days in a row must not make an appeal late
        filed = business_day(np.minimum(since + 3 + lag, deadline - 4))
        decided = business_day(filed + between(generator, parameters.APPEAL_DECISION_DAYS, size))
        index = answers.lines_of(which)
        owner = np.searchsorted(which, block.lines["account"][index])
        is_denied = answers.standing["denied"][index] > 0
        several = group_sum(is_denied, owner, size) > 1
        decision = _decide(generator, world.payers.overturn[payer], several, place)
        parts.append(
            {
                "account": which,
                "version": answers.version[which],
                "round": np.full(size, place + 1),
                "ordinal": np.full(size, place),
                "amount": answers.total("denied")[which],
                "staff": billing.draw_staff(world, generator, "appeals_specialist", size, filed),
                "filed": filed,
                "deadline": deadline,
                "decided": decided,
                "decision": decision,
            }
        )
        last[which] = decided
        stays = is_denied & (decision == PARTIALLY)[owner] & _kept(generator, is_denied, owner)
        paid = decision != UPHELD
        wait = between(generator, parameters.APPEAL_PAYMENT_DAYS, size)
        won = paid[owner]
        answers.revise(
            which[paid],
            answer_denials(block, answers, index[won], stays[won]),
            day=payment_day(world, payer, decided + wait)[paid],
            version=answers.version[which][paid],
            received=answers.received[which][paid],
        )
        goes_on = ~paid & (generator.random(size) < parameters.NEXT_APPEAL_SHARE)
        which, since = which[goes_on], decided[goes_on]
    return concatenate(parts), last


def _decide(generator: np.random.Generator, overturn: Array, several: Array, place: int) -> Array:
    """Decisions; `overturn` is the payer's usual chance, `several` allows to pay some lines."""
    draw = generator.random(len(overturn))
    factor = parameters.APPEAL_ROUND_FACTORS[place]
    some = np.where(several, parameters.PARTIAL_OVERTURN_SHARE * factor, 0.0)
    whole = some + (1 - some) * overturn * factor
    return np.select([draw < some, draw < whole], [PARTIALLY, OVERTURNED], UPHELD)


def _kept(generator: np.random.Generator, is_denied: Array, owner: Array) -> Array:
    """Lines that a partial overturn leaves denied: at least one denied line, never all of them."""
    draw = np.where(is_denied, generator.random(len(owner)), 2.0)
    order = np.lexsort((draw, owner))
    is_first = np.ones(len(owner), dtype=bool)
    is_first[1:] = owner[1:] != owner[:-1]
    place = np.arange(len(owner)) - np.flatnonzero(is_first)[np.cumsum(is_first) - 1]
    rank = np.empty(len(owner), dtype=np.int64)
    rank[order] = place
    kept: Array = (rank == 0) | ((rank > 1) & (draw < 0.5))
    return kept
