"""Second coverages: what the next payer makes of what the first one leaves to the patient."""

import numpy as np

from data_generator import parameters
from data_generator.adjudication import IS_MEDICARE
from data_generator.arrays import Array, Rows, between, business_day, choose, group_sum, stream
from data_generator.billing import departure
from data_generator.claim_versions import ORIGINAL, Submissions
from data_generator.parameters import PAYERS
from data_generator.payment_days import payment_day, remittance_lag
from data_generator.pools import SELF_PAY, World
from data_generator.remittances import Answers
from data_generator.visits import Block

REFUND_TO_SECONDARY = 2

_IS_COMMERCIAL = np.array([item.payer_class == "commercial" for item in PAYERS])


def drop_idle_coverages(block: Block) -> None:
    """Forget second coverages that can't act: of self-pay, or with the first payer again."""
    accounts = block.accounts
    payer, secondary = accounts["payer"], accounts["secondary"]
    accounts["secondary"] = np.where((payer == SELF_PAY) | (secondary == payer), -1, secondary)


def answer_second(
    world: World, block: Block, answers: Answers, sent: Submissions
) -> tuple[Array, Array, Array, Rows]:
    """Let secondary payers answer what the primaries' final answers leave to patients.

    Medicare forwards its claims itself; other payers' are sent on by the hospital. Returns by
    account whether a secondary answered, what it left to the patient and the day, and the refunds
    of what a secondary paid too much.
    """
    accounts = block.accounts
    generator = stream(world.seed, "secondary", block.month, block.number)
    which = np.flatnonzero((accounts["secondary"] >= 0) & (answers.total("patient") > 0))
    payer, size = accounts["secondary"][which], len(which)
    version, received, day = _reach(world, generator, block, answers, sent, which)
    index = answers.lines_of(which)
    owner = np.searchsorted(which, block.lines["account"][index])
    split = _split(generator, block, answers, index, owner, accounts["payer"][which])
    extra = _overpay(generator, block, split, owner, size)
    answers.decide_second(which, split, payer=payer, day=day, version=version, received=received)
    owed = split["deductible"] + split["coinsurance"] + split["not_covered"]
    has_second = np.zeros(block.size, dtype=bool)
    left, days = np.zeros((2, block.size), dtype=np.int64)
    has_second[which], days[which] = True, day
    left[which] = group_sum(owed, owner, size)
    repaid = (extra > 0) & (generator.random(size) < parameters.REFUND_SHARE)
    later = day + between(generator, parameters.SECONDARY_REFUND_DAYS, size)
    refunds = {
        "account": which[repaid],
        "ordinal": np.full(int(repaid.sum()), REFUND_TO_SECONDARY),
        "to": np.full(int(repaid.sum()), REFUND_TO_SECONDARY),
        "amount": extra[repaid],
        "day": business_day(later[repaid]),
    }
    return has_second, left, days, refunds


def _reach(
    world: World, generator: np.random.Generator, block: Block, answers: Answers,
    sent: Submissions, which: Array,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Version that the secondary answers, day on which it got it, day of its answer."""
    accounts, size = block.accounts, len(which)
    payer, after = accounts["secondary"][which], answers.day[which]
    forwarded = IS_MEDICARE[accounts["payer"][which]]
    crossed = after + between(generator, parameters.CROSSOVER_DAYS, size)
    wait = between(generator, parameters.SECONDARY_BILLING_DAYS, size)
    billed = departure(world, after + wait)
    received = np.where(forwarded, crossed, billed)
    version = answers.version[which] + ~forwarded
    own = ~forwarded
    accepted = received.copy()
    accepted[own] = sent.send(
        generator, which[own], version=version[own], frequency=ORIGINAL,
        replaced=np.zeros(int(own.sum()), dtype=np.int64), day=billed[own],
        secondary=payer[own],
    )  # fmt: skip
    lag = remittance_lag(world, generator, payer, received)
    return version, received, payment_day(world, payer, np.maximum(received + lag, accepted + 1))


def _split(
    generator: np.random.Generator, block: Block, answers: Answers, index: Array, owner: Array,
    primary: Array,
) -> Rows:  # fmt: skip
    """What the secondary takes over of the primary's patient responsibility, by line.

    Supplements to Medicare pay its coinsurance, and some its deductible too; a second plan of an
    employer asks for coinsurance of its own. Nothing is written off as contractual twice.
    """
    size = len(primary)
    refuses = generator.random(size) < parameters.SECONDARY_NOT_COVERED_SHARE
    leaves = IS_MEDICARE[primary] & (
        generator.random(size) < parameters.SUPPLEMENT_LEAVES_DEDUCTIBLE_SHARE
    )
    own = choose(generator, (1, 1, 1), size)
    rate = np.array(parameters.SECOND_PLAN_COINSURANCE)[own]
    rate = np.where(_IS_COMMERCIAL[primary], rate, 0.0)
    standing = answers.standing
    first = {name: standing[name][index] for name in ("deductible", "coinsurance", "copay")}
    owed = first["deductible"] + first["coinsurance"] + first["copay"]
    covered = ~refuses[owner]
    deductible = np.where(covered & leaves[owner], first["deductible"], 0)
    coinsurance = np.where(covered, np.rint((owed - deductible) * rate[owner]), 0)
    coinsurance = coinsurance.astype(np.int64)
    not_covered = np.where(covered, 0, owed)
    return {
        "index": index,
        "prior": block.lines["charge"][index] - owed,
        "deductible": deductible,
        "coinsurance": coinsurance,
        "not_covered": not_covered,
        "paid": owed - deductible - coinsurance - not_covered,
    }


def _overpay(
    generator: np.random.Generator, block: Block, split: Rows, owner: Array, size: int
) -> Array:
    """Let some secondaries count too little as settled by the first payer, on one line.

    Changes the split; returns by claim the cents paid too much.
    """
    wrong = generator.random(size) < parameters.SECONDARY_MISTAKE_SHARE
    low, high = parameters.SECONDARY_MISTAKE_RANGE
    share = low + (high - low) * generator.random(size)
    paid = np.flatnonzero(wrong[owner] & (split["paid"] > 0) & (split["prior"] > 1))
    claim, place = np.unique(owner[paid], return_index=True)
    line = paid[place]
    amount = np.rint(split["paid"][line] * share[claim]).astype(np.int64)
    amount = np.minimum(amount.clip(1), split["prior"][line] - 1)
    split["prior"][line] -= amount
    split["paid"][line] += amount
    extra = np.zeros(size, dtype=np.int64)
    extra[claim] = amount
    return extra
