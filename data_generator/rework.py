"""What the billing office does about denials: nothing, corrected claims, or appeals."""

import numpy as np

from data_generator import parameters
from data_generator.adjudication import adjudicate
from data_generator.arrays import Array, Rows, stream, whole_days
from data_generator.billing import departure
from data_generator.claim_versions import REPLACEMENT, Submissions
from data_generator.denials import REASONS
from data_generator.payment_days import payment_day, remittance_lag
from data_generator.pools import World
from data_generator.remittances import Answers
from data_generator.visits import Block, lines_of

NEVER_WORKED, CORRECTED, APPEALED = range(3)
"""What is done about a denial."""


def choose_paths(world: World, block: Block, denied_amount: Array) -> Array:
    """NEVER_WORKED, CORRECTED or APPEALED by account; larger amounts are worked more often."""
    accounts, size = block.accounts, block.size
    generator = stream(world.seed, "rework", block.month, block.number)
    reason, denied = accounts["reason"], accounts["denied"]
    corrected = np.array([item.corrected for item in REASONS])[reason]
    appealed = np.array([item.appealed for item in REASONS])[reason]
    chance = np.where(denied, corrected + appealed, 0.0)
    dollars = (denied_amount / 100).clip(1)
    factor = dollars**parameters.WORKED_AMOUNT_EXPONENT
    worked_chance = chance
    scale = 1.0
    for _ in range(12):  # until the capped chances have the mean that the reasons ask for
        worked_chance = np.minimum(chance * factor * scale, parameters.MAX_WORKED_PROBABILITY)
        scale *= chance.sum() / max(worked_chance.sum(), 1e-9)
    worked = generator.random(size) < worked_chance
    by_appeal = generator.random(size) * (corrected + appealed) < appealed
    return np.where(worked, np.where(by_appeal, APPEALED, CORRECTED), NEVER_WORKED)


def correct(world: World, block: Block, answers: Answers, sent: Submissions, path: Array) -> None:
    """Send corrected claims and let the payers answer them; some that fail are corrected again."""
    which = np.flatnonzero(path == CORRECTED)
    for attempt in (1, 2):
        purpose = f"corrections {attempt}"
        generator = stream(world.seed, purpose, block.month, block.number)
        size = len(which)
        payer = block.accounts["payer"][which]
        shape = parameters.CORRECTION_LAG_SHAPE
        lag = whole_days(generator.gamma(shape, parameters.CORRECTION_LAG_MEAN / shape, size))
        day = departure(world, answers.day[which] + 1 + lag)
        replaced = answers.version[which]
        accepted = sent.send(
            generator, which, version=replaced + 1, frequency=REPLACEMENT, replaced=replaced,
            day=day,
        )  # fmt: skip
        wait = remittance_lag(world, generator, payer, day) + parameters.CORRECTED_REMIT_EXTRA_DAYS
        succeeds = generator.random(size) < parameters.CORRECTION_SUCCESS
        index, owner = lines_of(block, which)
        split = answer_denials(block, answers, index, ~succeeds[owner])
        answers.revise(
            which,
            split,
            day=payment_day(world, payer, np.maximum(day + wait, accepted + 1)),
            version=replaced + 1,
            received=day,
            is_replacement=True,
        )
        again = generator.random(size) < parameters.SECOND_CORRECTION_SHARE
        which = which[~succeeds & again]


def answer_denials(block: Block, answers: Answers, index: Array, stays: Array) -> Rows:
    """The split of lines at `index` whose standing denials stay denied where the mask says so."""
    standing = answers.standing
    split = adjudicate(block, index, (standing["denied"][index] > 0) & stays)
    return split | {name: standing[name][index] for name in ("reason", "remark")}
