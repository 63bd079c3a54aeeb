"""How a payer splits a charge: contractual amount, patient responsibility, payment."""

import numpy as np

from data_generator import catalogue, parameters
from data_generator.arrays import Array, Rows, running_sum, stream, whole_days
from data_generator.parameters import CLASS_PARAMETERS, PAYERS
from data_generator.pools import SELF_PAY, World
from data_generator.visits import Block

IS_MEDICARE = np.array([item.payer_class == "medicare" for item in PAYERS])
_COPAY_FAMILIES = [catalogue.FAMILIES.index(name) for name in ("office_visit", "emergency")]


def draw_benefits(world: World, block: Block) -> None:
    """Draw each account's benefits: `deductible_left`, `copay` (cents) and `coinsurance` (share).

    Zero for self-pay. Copays are owed on the first line of office and emergency visits. Adds to
    the lines `payable`, the amount that the payer allows, which may fall short of its contract.
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
    lines = block.lines
    factor = world.stories.payment_factor(payer[lines["account"]], lines["service"])
    lines["payable"] = np.rint(lines["allowed"] * factor).astype(np.int64).clip(1)


def _draw_dollars(
    generator: np.random.Generator, choices: list[tuple[float, ...]], payer: Array
) -> Array:
    width = max(len(values) for values in choices)
    table = np.array([(*values, *[0.0] * (width - len(values))) for values in choices])
    counts = np.array([len(values) for values in choices])
    return table[payer, whole_days(generator.random(len(payer)) * counts[payer])]


def adjudicate(block: Block, index: Array, denied: Array) -> Rows:
    """Split the charges of the lines at `index`, those in the mask `denied` being refused whole.

    `index` are positions of whole accounts' lines, account by account. Returns by line, in cents,
    the parts of an answer (see remittances.AMOUNTS) and what is paid; their sum is the charge.
    Medicare keeps 2 % of what it would pay (sequestration), which nobody owes.
    """
    lines, accounts = block.lines, block.accounts
    account = lines["account"][index]
    first = np.ones(len(index), dtype=bool)
    first[1:] = account[1:] != account[:-1]
    charge = lines["charge"][index]
    allowed = np.where(denied, 0, lines["payable"][index])
    before = running_sum(allowed, np.flatnonzero(first), np.cumsum(first) - 1)
    left = (accounts["deductible_left"][account] - before).clip(0)
    deductible = np.minimum(allowed, left)
    rest = allowed - deductible
    copay = np.where(lines["line"][index] == 1, np.minimum(rest, accounts["copay"][account]), 0)
    rest = rest - copay
    coinsurance = np.rint(rest * accounts["coinsurance"][account]).astype(np.int64)
    payable = rest - coinsurance
    sequestration = sequestered(accounts["payer"][account], payable)
    return {
        "index": index,
        "contractual": np.where(denied, 0, charge - allowed),
        "sequestration": sequestration,
        "deductible": deductible,
        "coinsurance": coinsurance,
        "copay": copay,
        "denied": np.where(denied, charge, 0),
        "paid": payable - sequestration,
    }


def sequestered(payer: Array, payable: Array) -> Array:
    """What Medicare keeps of the cents that it would pay; nothing for other payers."""
    share = np.where(IS_MEDICARE[payer], parameters.SEQUESTRATION_SHARE, 0.0)
    kept: Array = np.rint(payable * share).astype(np.int64)
    return kept
