"""Which claims and lines a payer denies on the first adjudication, and why."""

import numpy as np

from data_generator import catalogue, causes, parameters
from data_generator.arrays import Array, Rows, choose, stream, whole_days
from data_generator.parameters import DENIAL_REASONS, PAYERS
from data_generator.pools import World
from data_generator.rejections import is_adjudicated
from data_generator.visits import Block

REASONS = (*DENIAL_REASONS, parameters.TIMELY_FILING_REASON)
TIMELY = len(DENIAL_REASONS)
REMARK_CODES = tuple(sorted({code for item in REASONS for code in item.remark_codes}))
IS_PATIENT_GROUP = np.array([item.group == "PR" for item in REASONS])
"""Whether a reason moves the denied amount to the patient."""
_IS_CONTRACT_GROUP = np.array([item.group == "CO" for item in REASONS])
_WEIGHTS = np.array([item.weight for item in REASONS])
_CATEGORIES = np.array([item.category for item in REASONS])
_CARCS = np.array([item.carc for item in REASONS])


def _cause_weights() -> Array:
    """Weights of the reasons by cause; those of one cause sum to 1, those of NONE to 0."""
    eligibility = _CATEGORIES == "eligibility"
    registration = eligibility & np.isin(_CARCS, parameters.REGISTRATION_CARCS)
    by_cause = {
        causes.TIMELY: np.arange(len(REASONS)) == TIMELY,
        causes.GAP: eligibility,
        causes.AUTHORIZATION: _CATEGORIES == "authorization",
        causes.BILLER_MISTAKE: (_CATEGORIES == "missing_info") | registration,
        causes.CODER_MISTAKE: np.isin(_CATEGORIES, ("coding", "bundling")),
        causes.ELIGIBILITY_STORY: eligibility,
    }
    weights = np.zeros((causes.NONE + 1 + len(by_cause), len(REASONS)))
    for cause, which in by_cause.items():
        weights[cause] = np.where(which, _WEIGHTS, 0) / _WEIGHTS[which].sum()
    return weights


_CAUSE_WEIGHTS = _cause_weights()

_FAMILY_FACTORS = np.array(
    [parameters.DENIAL_FAMILY_FACTORS.get(family, 1.0) for family in catalogue.FAMILIES]
)
_INPATIENT = np.array(
    [item.claim_type == "I" and item.place == "11" for item in catalogue.TEMPLATES.values()]
)


def draw_denials(world: World, block: Block) -> None:
    """Decide which accounts and lines are denied on the first adjudication, and why.

    Adds to the accounts `denied` (any line), `fully_denied`, `reason` (index into REASONS, -1 for
    none) and `cause` (of causes.py), to the lines `denied` and `remark` (index into REMARK_CODES,
    -1 for none). Denials without a cause are drawn so that those of one payer, stories aside,
    come to its rate, and those of one reason to its weight.
    """
    accounts, lines = block.accounts, block.lines
    threats = causes.draw_causes(world, block)
    generator = stream(world.seed, "denials", block.month, block.number)
    size = len(accounts["number"])
    cause = accounts["cause"]
    chance = _denial_chances(world, accounts, threats)
    denied = (cause != causes.NONE) | (generator.random(size) < chance)
    several = accounts["lines"] > 1
    full_share = np.select(
        [
            cause == causes.TIMELY,
            np.isin(cause, (causes.GAP, causes.ELIGIBILITY_STORY)),
            _INPATIENT[accounts["template"]],
        ],
        [1.0, parameters.FULL_DENIAL_SHARE_LAPSED, parameters.FULL_DENIAL_SHARE_INPATIENT],
        parameters.FULL_DENIAL_SHARE,
    )
    full = denied & (~several | (generator.random(size) < full_share))
    accounts["denied"] = denied
    accounts["fully_denied"] = full
    accounts["reason"] = _draw_reasons(world, generator, accounts, threats)

    lines["denied"] = _denied_lines(generator, accounts, lines)
    lines["remark"] = _remarks(generator, accounts, lines)


def _denial_chances(world: World, accounts: Rows, threats: Rows) -> Array:
    """Chance of each account to be denied without a cause."""
    payer = accounts["payer"]
    by_lines = np.array((0.0, *parameters.DENIAL_LINE_COUNT_FACTORS))
    low, high = parameters.DENIAL_AMOUNT_RANGE
    dollars = (accounts["billed"] / 100 / 500).clip(0.01)
    propensity = (
        by_lines[accounts["lines"].clip(max=len(by_lines) - 1)]
        * (dollars**parameters.DENIAL_AMOUNT_EXPONENT).clip(low, high)
        * _FAMILY_FACTORS[accounts["family"]]
    )
    sent = is_adjudicated(accounts)
    propensity = np.where(sent, propensity, 0.0)
    kinds = len(PAYERS)
    count = np.bincount(payer, weights=sent, minlength=kinds)
    wanted = (world.payers.denial_rate - _caused_shares(accounts, threats, count)).clip(0) * count
    spared = propensity * (1 - threats["chance"])
    total = np.bincount(payer, weights=spared, minlength=kinds)
    scale = np.divide(wanted, total, out=np.zeros(kinds), where=total > 0)
    chance: Array = np.minimum(propensity * scale[payer], parameters.MAX_DENIAL_PROBABILITY)
    return chance


def _caused_shares(accounts: Rows, threats: Rows, count: Array) -> Array:
    """Share of each payer's claims that causes deny; `count` are its claims.

    Who asks for numbers differs between payers by rule. The other causes befall all alike but for
    chance, so that a payer of few claims is judged by all payers too.
    """
    payer = accounts["payer"]
    by_rule = accounts["lack_chance"] * parameters.MISSING_AUTHORIZATION_DENIAL
    asked = np.bincount(payer, weights=by_rule, minlength=len(PAYERS)) / count.clip(1)
    other = np.where(threats["usual"] == causes.AUTHORIZATION, 0.0, threats["chance"])
    found = np.bincount(payer, weights=other, minlength=len(PAYERS))
    prior = parameters.CAUSED_SHARE_PRIOR_ACCOUNTS
    mean = found.sum() / max(count.sum(), 1)
    share: Array = asked + (found + prior * mean) / (count + prior)
    return share


def _draw_reasons(
    world: World, generator: np.random.Generator, accounts: Rows, threats: Rows
) -> Array:
    """Reason of each denial: by its cause, or else by the weights less what causes take of them.

    A patient with a second coverage is never billed for what the first one denies, so the payer
    gives another reason.
    """
    size = len(accounts["number"])
    cause, full = accounts["cause"], accounts["fully_denied"]
    expected = (world.payers.denial_rate[accounts["payer"]] * is_adjudicated(accounts)).sum()
    caused = np.bincount(threats["usual"], weights=threats["chance"], minlength=len(_CAUSE_WEIGHTS))
    free = (_WEIGHTS * expected - caused @ _CAUSE_WEIGHTS).clip(0)
    free[np.isin(_CATEGORIES, ("authorization", "timely_filing"))] = 0
    share = np.array([item.full_share for item in REASONS])
    reason = np.full(size, -1)
    for has_second in (False, True):
        allowed = _IS_CONTRACT_GROUP if has_second else np.ones(len(REASONS))
        parts = [
            (weights, cause == number)
            for number, weights in enumerate(_CAUSE_WEIGHTS)
            if number != causes.NONE
        ]
        uncaused = accounts["denied"] & (cause == causes.NONE)
        parts += [(free * share, uncaused & full), (free * (1 - share), uncaused & ~full)]
        for weights, which in parts:
            place = np.flatnonzero(which & ((accounts["secondary"] >= 0) == has_second))
            reason[place] = choose(generator, weights * allowed, len(place))
    return reason


def _denied_lines(generator: np.random.Generator, accounts: Rows, lines: Rows) -> Array:
    """All lines of fully denied accounts; of partially denied ones one or more, never all.

    A missing number is that of the first line's service, so that line is denied for it.
    """
    account = lines["account"]
    small = parameters.DENIED_LINE_AMOUNT_EXPONENT * np.log(lines["charge"])
    draw = -(small + generator.gumbel(size=len(account)))
    asked = (accounts["cause"] == causes.AUTHORIZATION)[account] & (lines["line"] == 1)
    draw = np.where(asked, -np.inf, draw)
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
