"""The payers' first answers: when they come, what they pay, interest on those that come late."""

import numpy as np

from data_generator import parameters
from data_generator.adjudication import adjudicate
from data_generator.arrays import Array, Rows, group_sum, stream
from data_generator.parameters import PAYERS
from data_generator.payment_days import payment_day, remittance_lag
from data_generator.pools import World
from data_generator.remittances import Answers
from data_generator.visits import Block, lines_of

_PAYS_INTEREST = np.array([item.payer_class in parameters.INTEREST_CLASSES for item in PAYERS])


def draw_first_remittance(world: World, block: Block) -> None:
    """Add `remitted`, the day of the first remittance, to the accounts."""
    accounts = block.accounts
    generator = stream(world.seed, "remittance", block.month, block.number)
    submitted = accounts["accepted_submitted"]
    lag = remittance_lag(world, generator, accounts["payer"], submitted)
    lag = lag + np.where(accounts["denied"], parameters.DENIED_REMIT_EXTRA_DAYS, 0)
    decided = np.maximum(submitted + lag, accounts["accepted"] + 1)
    accounts["remitted"] = payment_day(world, accounts["payer"], decided)


def answer_first(block: Block, answers: Answers, is_answered: Array) -> None:
    """Adjudicate the accepted version of the accounts in a mask."""
    accounts, lines = block.accounts, block.lines
    account = np.flatnonzero(is_answered)
    index, owner = lines_of(block, account)
    billed = ~lines["is_late_charge"][index]
    index, owner = index[billed], owner[billed]
    split = adjudicate(block, index, lines["denied"][index])
    split["reason"] = accounts["reason"][account][owner]
    split["remark"] = lines["remark"][index]
    answers.decide(
        account,
        split,
        day=accounts["remitted"][account],
        version=accounts["version"][account],
        received=accounts["accepted_submitted"][account],
        interest=_interest(accounts, account, group_sum(split["paid"], owner, len(account))),
    )


def _interest(accounts: Rows, account: Array, paid: Array) -> Array:
    """Cents of interest on clean claims that were paid late."""
    waited = accounts["remitted"][account] - accounts["accepted_submitted"][account]
    late = (waited - parameters.PROMPT_PAYMENT_DAYS).clip(0)
    owes = _PAYS_INTEREST[accounts["payer"][account]] & (late > 0) & (paid > 0)
    owes &= ~accounts["denied"][account]
    interest = np.rint(paid * parameters.INTEREST_RATE * late / 365).astype(np.int64)
    return np.where(owes, interest.clip(1), 0)
