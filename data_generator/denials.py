"""Which claims and lines a payer denies on the first adjudication, and why."""

import numpy as np

from data_generator import catalogue, parameters
from data_generator.arrays import Array, Rows, choose, stream, whole_days
from data_generator.parameters import DENIAL_REASONS, PAYERS
from data_generator.pools import World
from data_generator.visits import Block

REASONS = (*DENIAL_REASONS, parameters.TIMELY_FILING_REASON)
TIMELY = len(DENIAL_REASONS)
REMARK_CODES = tuple(sorted({code for item in REASONS for code in item.remark_codes}))
IS_PATIENT_GROUP = np.array([item.group == "PR" for item in REASONS])
"""Whether a reason moves the denied amount to the patient."""

_FAMILY_FACTORS = np.array(
    [parameters.DENIAL_FAMILY_FACTORS.get(family, 1.0) for family in catalogue.FAMILIES]
)
_INPATIENT = np.array(
    [item.claim_type == "I" and item.place == "11" for item in catalogue.TEMPLATES.values()]
)


def draw_denials(world: World, block: Block) -> None:
    """Decide which accounts and lines are denied on the first adjudication, and why.

    Adds to the accounts `denied` (any line), `fully_denied` and `reason` (index into REASONS, -1
    for none), to the lines `denied` and `remark` (index into REMARK_CODES, -1 for none). The
    chances within one payer are scaled so that their mean is the payer's rate.
    """
    accounts, lines = block.accounts, block.lines
    generator = stream(world.seed, "denials", block.month, block.number)
    size = len(accounts["number"])
    late = accounts["is_late"]
    chance = _denial_chances(world, accounts)
    denied = late | (generator.random(size) < chance)
    several = accounts["lines"] > 1
    full_share = np.where(
        _INPATIENT[accounts["template"]],
        parameters.FULL_DENIAL_SHARE_INPATIENT,
        parameters.FULL_DENIAL_SHARE,
    )
    full = denied & (late | ~several | (generator.random(size) < full_share))
    weight = np.array([reason.weight for reason in DENIAL_REASONS])
    share = np.array([reason.full_share for reason in DENIAL_REASONS])
    for_full = choose(generator, weight * share, size)
    for_partial = choose(generator, weight * (1 - share), size)
    reason = np.where(full, for_full, for_partial)
    reason = np.where(late, TIMELY, reason)
    accounts["denied"] = denied
    accounts["fully_denied"] = full
    accounts["reason"] = np.where(denied, reason, -1)

    lines["denied"] = _denied_lines(generator, accounts, lines)
    lines["remark"] = _remarks(generator, accounts, lines)


def _denial_chances(world: World, accounts: Rows) -> Array:
    payer = accounts["payer"]
    by_lines = np.array((0.0, *parameters.DENIAL_LINE_COUNT_FACTORS))
    low, high = parameters.DENIAL_AMOUNT_RANGE
    dollars = (accounts["billed"] / 100 / 500).clip(0.01)
    propensity = (
        by_lines[accounts["lines"].clip(max=len(by_lines) - 1)]
        * (dollars**parameters.DENIAL_AMOUNT_EXPONENT).clip(low, high)
        * _FAMILY_FACTORS[accounts["family"]]
    )
    late = accounts["is_late"]
    propensity = np.where(late, 0.0, propensity)
    count = np.bincount(payer, minlength=len(PAYERS))
    late_count = np.bincount(payer, weights=late, minlength=len(PAYERS))
    total = np.bincount(payer, weights=propensity, minlength=len(PAYERS))
    wanted = (world.payers.denial_rate * count - late_count).clip(0)
    scale = np.divide(wanted, total, out=np.zeros(len(PAYERS)), where=total > 0)
    chance: Array = np.minimum(propensity * scale[payer], parameters.MAX_DENIAL_PROBABILITY)
    return chance


def _denied_lines(generator: np.random.Generator, accounts: Rows, lines: Rows) -> Array:
    """All lines of fully denied accounts; of partially denied ones one or more, never all."""
    account = lines["account"]
    small = parameters.DENIED_LINE_AMOUNT_EXPONENT * np.log(lines["charge"])
    draw = -(small + generator.gumbel(size=len(account)))
    more = generator.random(len(account)) < parameters.MORE_DENIED_LINES
    order = np.lexsort((draw, account))
    rank = np.empty(len(account), dtype=np.int64)
    rank[order] = np.arange(len(account)) - accounts["first_line"][account]
    partial = (accounts["denied"] & ~accounts["fully_denied"])[account]
    kept_one = rank == accounts["lines"][account] - 1
    some: Array = partial & ((rank == 0) | (more & ~kept_one))
    return some | accounts["fully_denied"][account]


def _remarks(generator: np.random.Generator, accounts: Rows, lines: Rows) -> Array:
    width = max(len(item.remark_codes) for item in REASONS)
    table = np.full((len(REASONS), width), -1)
    counts = np.ones(len(REASONS), dtype=np.int64)
    for row, item in enumerate(REASONS):
        counts[row] = max(1, len(item.remark_codes))
        for column, code in enumerate(item.remark_codes):
            table[row, column] = REMARK_CODES.index(code)
    size = len(accounts["number"])
    reason = accounts["reason"]
    place = whole_days(generator.random(size) * counts[reason])
    by_account = np.where(reason >= 0, table[reason, place], -1)
    return np.where(lines["denied"], by_account[lines["account"]], -1)
