"""Charges that come late, are wrong, or are taken back when a claim is voided."""

import numpy as np

from data_generator import parameters
from data_generator.adjudication import adjudicate
from data_generator.arrays import (
    Array,
    Rows,
    between,
    business_day,
    concatenate,
    stream,
    whole_days,
)
from data_generator.billing import departure
from data_generator.claim_versions import REPLACEMENT, VOID, Submissions
from data_generator.payment_days import payment_day, remittance_lag
from data_generator.pools import SELF_PAY, World
from data_generator.remittances import Answers
from data_generator.visits import Block, lines_of

_COPIED = ("item", "modifier_1", "modifier_2", "units", "service")


def delay_charges(world: World, block: Block) -> None:
    """Let the last line of some accounts be posted after their claim has left.

    Changes the lines' `post` and adds their mask `is_late_charge`. Only accounts without any
    other trouble are chosen, so that nothing but the charge explains their second version.
    """
    accounts, lines = block.accounts, block.lines
    generator = stream(world.seed, "late charges", block.month, block.number)
    chosen = generator.random(block.size) < parameters.LATE_CHARGE_SHARE
    chosen &= (accounts["payer"] != SELF_PAY) & (accounts["lines"] > 1)
    chosen &= ~accounts["denied"] & ~accounts["is_abandoned"] & (accounts["version"] == 1)
    after = between(generator, parameters.LATE_CHARGE_DAYS, block.size)
    late = chosen[lines["account"]] & (lines["line"] == accounts["lines"][lines["account"]])
    posted = business_day(accounts["submitted"] + after)
    lines["is_late_charge"] = late
    lines["post"] = np.where(late, posted[lines["account"]], lines["post"])


def bill_late_charges(world: World, block: Block, answers: Answers, sent: Submissions) -> None:
    """Replace the claims that lack a late charge, once they have been answered."""
    lines = block.lines
    generator = stream(world.seed, "late charge claims", block.month, block.number)
    late = np.flatnonzero(lines["is_late_charge"])
    which = lines["account"][late]
    size, payer = len(which), block.accounts["payer"][which]
    ready = lines["post"][late] + between(generator, parameters.LATE_CHARGE_BILLING_DAYS, size)
    day = departure(world, np.maximum(ready, answers.day[which] + 1))
    replaced = answers.version[which]
    accepted = sent.send(
        generator, which, version=replaced + 1, frequency=REPLACEMENT, replaced=replaced, day=day
    )
    lag = remittance_lag(world, generator, payer, day)
    index, _ = lines_of(block, which)
    answers.revise(
        which,
        adjudicate(block, index, np.zeros(len(index), dtype=bool)),
        day=payment_day(world, payer, np.maximum(day + lag, accepted + 1)),
        version=replaced + 1,
        received=day,
        is_replacement=True,
    )


def double_charges(world: World, block: Block) -> tuple[Rows, Array]:
    """Charge rows of lines that were posted twice and credited before the bill; who has them."""
    accounts, lines = block.accounts, block.lines
    generator = stream(world.seed, "double charges", block.month, block.number)
    doubled = generator.random(block.size) < parameters.DOUBLE_CHARGE_SHARE
    place = whole_days(generator.random(block.size) * accounts["lines"])
    after = between(generator, parameters.DOUBLE_CHARGE_CREDIT_DAYS, block.size)
    account = np.flatnonzero(doubled)
    line = (accounts["first_line"] + place)[account]
    # a line that comes late is never on the first bill, and this pair must be gone before it
    posted = np.minimum(lines["post"][line], accounts["last_post"][account])
    number = accounts["lines"][account] + 1
    wrong = _charges(block, line, number) | {"day": posted}
    credit = _credits(wrong, number + 1)
    credit["day"] = np.minimum(posted + after[account], accounts["final_bill"][account])
    return concatenate([wrong, credit]), doubled


def void_claims(
    world: World, block: Block, answers: Answers, sent: Submissions, eligible: Array
) -> Rows:
    """Void some claims of the accounts in a mask; returns the charge rows that credit them.

    The hospital billed what it should not have: it takes the charges back on the day of the void,
    and the payer answers by reversing its payment.
    """
    accounts = block.accounts
    generator = stream(world.seed, "voids", block.month, block.number)
    which = np.flatnonzero(eligible & (generator.random(block.size) < parameters.VOID_SHARE))
    size, payer = len(which), accounts["payer"][which]
    wait = between(generator, parameters.VOID_DAYS, size)
    day = departure(world, answers.day[which] + wait)
    replaced = answers.version[which]
    accepted = sent.send(
        generator, which, version=replaced + 1, frequency=VOID, replaced=replaced, day=day
    )
    lag = remittance_lag(world, generator, payer, day)
    answers.reverse(which, payment_day(world, payer, np.maximum(day + lag, accepted + 1)))
    index, owner = lines_of(block, which)
    charges = _charges(block, index, block.lines["line"][index])
    credit = _credits(charges, charges["line"] + accounts["lines"][which][owner])
    return credit | {"day": day[owner]}


def posted_charges(block: Block) -> Rows:
    """Charge rows of the block's lines."""
    lines = block.lines
    index = np.arange(len(lines["line"]))
    return _charges(block, index, lines["line"]) | {"day": lines["post"]}


def _charges(block: Block, index: Array, number: Array) -> Rows:
    """Charge rows of lines, without their day; `credits` is the line taken back, 0 for none."""
    lines, accounts = block.lines, block.accounts
    account = lines["account"][index]
    return {name: lines[name][index] for name in _COPIED} | {
        "account": account,
        "encounter": block.encounters["number"][accounts["encounter"][account]],
        "hospital": accounts["hospital"][account],
        "claim_type": accounts["claim_type"][account],
        "line": number,
        "credits": np.zeros(len(index), dtype=np.int64),
        "amount": lines["charge"][index],
    }


def _credits(charges: Rows, number: Array) -> Rows:
    """Charge rows that take charges back, in the same order."""
    return charges | {
        "line": number,
        "credits": charges["line"],
        "amount": -charges["amount"],
    }
