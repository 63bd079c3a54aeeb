"""How a payer splits a charge: contractual amount, patient responsibility, payment."""

import numpy as np

from data_generator import catalogue, parameters
from data_generator.arrays import Array, Rows, group_sum, running_sum, stream, whole_days
from data_generator.parameters import CLASS_PARAMETERS, PAYERS
from data_generator.pools import SELF_PAY, World
from data_generator.visits import Block

_COPAY_FAMILIES = [catalogue.FAMILIES.index(name) for name in ("office_visit", "emergency")]


def draw_benefits(world: World, block: Block) -> None:
    """Draw each account's benefits: `deductible_left`, `copay` (cents) and `coinsurance` (share).

    Zero for self-pay. Copays are owed on the first line of office and emergency visits.
    """
    accounts = block.accounts
    generator = stream(world.seed, "benefits", block.month, block.number)
    size = len(accounts["number"])
    payer = accounts["payer"]
    classes = [CLASS_PARAMETERS[item.payer_class] for item in PAYERS]
    month_factor = parameters.DEDUCTIBLE_MONTH_FACTORS[block.month % 100 - 1]
    share = np.array([item.deductible_share for item in classes])[payer] * month_factor
    mean = np.array([item.deductible_dollars for item in classes])[payer]
    shape = parameters.DEDUCTIBLE_SHAPE
    left = np.rint(generator.gamma(shape, 1.0, size) * mean / shape * 100).astype(np.int64)
    accounts["deductible_left"] = np.where(generator.random(size) < share, left, 0)

    copay = _draw_dollars(generator, [item.copay_dollars for item in classes], payer) * 100
    has_copay = generator.random(size) < np.array([item.copay_share for item in classes])[payer]
    has_copay &= np.isin(accounts["family"], _COPAY_FAMILIES)
    accounts["copay"] = np.where(has_copay, np.rint(copay).astype(np.int64), 0)
    coinsurance = _draw_dollars(generator, [item.coinsurance for item in classes], payer)
    accounts["coinsurance"] = np.where(has_copay | (payer == SELF_PAY), 0.0, coinsurance)


def _draw_dollars(
    generator: np.random.Generator, choices: list[tuple[float, ...]], payer: Array
) -> Array:
    width = max(len(values) for values in choices)
    table = np.array([(*values, *[0.0] * (width - len(values))) for values in choices])
    counts = np.array([len(values) for values in choices])
    return table[payer, whole_days(generator.random(len(payer)) * counts[payer])]


def adjudicate(accounts: Rows, lines: Rows, denied: Array) -> Rows:
    """Split every line's charge, the lines in `denied` being refused whole.

    Returns by line, in cents: contractual, deductible, coinsurance, copay, paid, denied; their
    sum is the charge, and on lines that are not denied all but contractual sum to the allowed
    amount.
    """
    account = lines["account"]
    allowed = np.where(denied, 0, lines["allowed"])
    before = running_sum(allowed, accounts["first_line"], account)
    left = (accounts["deductible_left"][account] - before).clip(0)
    deductible = np.minimum(allowed, left)
    rest = allowed - deductible
    is_first = lines["line"] == 1
    copay = np.where(is_first, np.minimum(rest, accounts["copay"][account]), 0)
    rest = rest - copay
    coinsurance = np.rint(rest * accounts["coinsurance"][account]).astype(np.int64)
    return {
        "contractual": np.where(denied, 0, lines["charge"] - allowed),
        "deductible": deductible,
        "coinsurance": coinsurance,
        "copay": copay,
        "paid": rest - coinsurance,
        "denied": np.where(denied, lines["charge"], 0),
    }


def totals(accounts: Rows, lines: Rows, split: Rows) -> Rows:
    """Sums of an adjudication by account, with `patient` = deductible + coinsurance + copay.

    Amounts denied under group PR are part of `denied` here, not of `patient`.
    """
    size = len(accounts["number"])
    sums = {name: group_sum(values, lines["account"], size) for name, values in split.items()}
    sums["patient"] = sums["deductible"] + sums["coinsurance"] + sums["copay"]
    return sums
