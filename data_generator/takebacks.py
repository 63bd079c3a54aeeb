"""Payments that payers take back long after they made them."""

import numpy as np

from data_generator import parameters
from data_generator.adjudication import sequestered
from data_generator.arrays import NEVER, Array, Rows, between, group_sum, stream
from data_generator.denials import REASONS, REMARK_CODES
from data_generator.payment_days import payment_day
from data_generator.pools import World
from data_generator.remittances import AMOUNTS, Answers
from data_generator.visits import Block

_TERMINATED = next(
    place for place, item in enumerate(REASONS) if (item.group, item.carc) == ("CO", "27")
)


def take_back(world: World, block: Block, answers: Answers, eligible: Array) -> tuple[Array, Array]:
    """Reverse some answers of the accounts in the mask `eligible` and answer lower or not at all.

    A claim is repriced below what was paid, or its patient turns out not to have been covered:
    then every line is denied and the patient owes nothing. Half are recovered on the check that
    reverses them, half on a later one. Returns by account whether a payment was taken back, and
    the day on which coverage turned out to have ended (NEVER for others).
    """
    size, payer = block.size, block.accounts["payer"]
    generator = stream(world.seed, "takebacks", block.month, block.number)
    eligible = eligible & (answers.total("paid") >= parameters.TAKEBACK_MIN_DOLLARS * 100)
    taken = eligible & (generator.random(size) < parameters.TAKEBACK_SHARE)
    day = answers.day + between(generator, parameters.TAKEBACK_DAYS, size)
    ends = generator.random(size) < parameters.TAKEBACK_TERMINATED_SHARE
    waits = generator.random(size) < parameters.TAKEBACK_LATER_SHARE
    low, high = parameters.TAKEBACK_CUT_RANGE
    cut = low + (high - low) * generator.random(size)
    recovery = between(generator, parameters.TAKEBACK_RECOVERY_DAYS, size)

    planted_day = world.stories.takeback_day()
    payable = eligible & (answers.day < planted_day)
    planted = world.stories.takeback(block.month, block.number, payer, payable)
    taken[planted], ends[planted], waits[planted] = True, True, False
    day = payment_day(world, payer, day)
    # that day is the story's alone, so that its number of claims is exact
    day = payment_day(world, payer, day + (day == planted_day))
    day[planted] = planted_day

    which = np.flatnonzero(taken)
    index = answers.lines_of(which)
    owner = np.searchsorted(which, block.lines["account"][index])
    split = _split(block, answers, index, ends[which][owner], cut[which][owner])
    less = answers.total("paid")[which] - group_sum(split["paid"], owner, len(which))
    version, received = answers.version[which], answers.received[which]
    replaced = answers.is_replacement[which]
    waits = waits[which]
    answers.reverse(
        which,
        day[which],
        recovered_later=np.where(waits, less, 0),
        recovery_day=np.where(waits, (day + recovery)[which], 0),
    )
    answers.decide(
        which, split, day=day[which], version=version, received=received, is_replacement=replaced
    )
    return taken, np.where(taken & ends, day, NEVER)


def _split(block: Block, answers: Answers, index: Array, ends: Array, cut: Array) -> Rows:
    standing = answers.standing
    charge, account = block.lines["charge"][index], block.lines["account"][index]
    split = {name: np.where(ends, 0, standing[name][index]) for name in (*AMOUNTS, "paid")}
    payable = split["paid"] + split["sequestration"]
    left = payable - np.rint(payable * cut).astype(np.int64)
    kept = sequestered(block.accounts["payer"][account], left)
    remark = REMARK_CODES.index(REASONS[_TERMINATED].remark_codes[0])
    return split | {
        "index": index,
        "contractual": split["contractual"] + payable - left,
        "sequestration": kept,
        "paid": left - kept,
        "denied": np.where(ends, charge, 0),
        "reason": np.full(len(index), _TERMINATED),
        "remark": np.full(len(index), remark),
    }
