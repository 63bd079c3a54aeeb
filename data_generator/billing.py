"""From the last posted charge to the payer's acceptance: bills, edits, versions, 277CA."""

import numpy as np

from data_generator import authorization, parameters
from data_generator.arrays import (
    NEVER,
    Array,
    Rows,
    between,
    business_day,
    choose,
    concatenate,
    select,
    stream,
    whole_days,
)
from data_generator.pools import SELF_PAY, World
from data_generator.rejections import (
    CLEARINGHOUSE,
    PAYER,
    STATUS_CATEGORIES,
    STATUS_CODES,
    reject,
)
from data_generator.visits import INSTITUTIONAL, Block

CATEGORY_EDIT_CODES = tuple(
    (code, category)
    for category in parameters.EDIT_CATEGORIES
    for code in parameters.EDIT_CODES[category]
)
"""Every edit code with its category, by edit index."""


def bill(world: World, block: Block) -> dict[str, Rows]:
    """Bill and submit the accounts of a block.

    Adds to the accounts: final_bill, submitted (first version), is_edited, filing_limit (last day
    on which the payer takes a claim), is_late (accepted past it), needs_authorization,
    is_authorized, is_new_rule, is_abandoned (rejected and never sent again), version (the last
    one, which the payer accepts unless it is abandoned), accepted_submitted (day on which that
    one left) and accepted (day of the payer's 277CA, NEVER for an abandoned claim). Returns the
    rows of claim_edits, claims and claim_acknowledgements; claims of accounts without insurance
    have none.
    """
    accounts = block.accounts
    generator = stream(world.seed, "billing", block.month, block.number)
    _finish_bills(generator, accounts)
    authorization.authorize(world, block)
    edits = _scrub(world, generator, accounts)
    generator = stream(world.seed, "submission", block.month, block.number)
    claims, rejections = _submit(world, generator, accounts)
    return {
        "claim_edits": edits,
        "claims": claims,
        "claim_acknowledgements": _acknowledge_all(generator, accounts, rejections),
    }


def departure(world: World, ready: Array) -> Array:
    """The business day on which a claim leaves that is ready on `ready`."""
    return business_day(world.stories.submission_day(business_day(ready)))


def acknowledge(
    generator: np.random.Generator, account: Array, version: Array, submitted: Array
) -> tuple[Rows, Array]:
    """Rows for accepted versions (A1 of the clearinghouse, A2 of the payer), and the A2's day."""
    size = len(account)
    at_house = submitted + (generator.random(size) < parameters.LATE_CLEARINGHOUSE_SHARE)
    at_payer = at_house + 1 + (generator.random(size) < parameters.LATE_PAYER_SHARE)
    at_payer = business_day(at_payer)
    house = _statuses(account, version, 1, CLEARINGHOUSE, "A1", "19", at_house)
    payer = _statuses(account, version, 2, PAYER, "A2", "20", at_payer)
    return concatenate([house, payer]), at_payer


def _finish_bills(generator: np.random.Generator, accounts: Rows) -> None:
    size = len(accounts["number"])
    institutional = accounts["claim_type"] == INSTITUTIONAL
    hold = np.where(institutional, parameters.BILL_HOLD_DAYS["I"], parameters.BILL_HOLD_DAYS["P"])
    mean = np.where(
        institutional, parameters.BILL_HOLD_GAMMA_MEAN["I"], parameters.BILL_HOLD_GAMMA_MEAN["P"]
    )
    shape = parameters.BILL_HOLD_SHAPE
    lag = whole_days(generator.gamma(shape, 1.0, size) * mean / shape)
    ready = np.maximum(accounts["discharge"] + hold, accounts["last_post"] + 1)
    accounts["final_bill"] = business_day(ready + lag)


def _scrub(world: World, generator: np.random.Generator, accounts: Rows) -> Rows:
    size = len(accounts["number"])
    insured = accounts["payer"] != SELF_PAY
    draw = generator.random(size)
    edited = insured & (draw < parameters.EDIT_SHARE)
    automatic = insured & (draw > 1 - parameters.AUTOMATIC_EDIT_SHARE)
    limit = world.payers.timely_days[accounts["payer"]]
    accounts["filing_limit"] = np.where(insured, accounts["discharge"] + limit, NEVER)
    stuck = (
        insured
        & (limit <= parameters.STUCK_LIMIT_DAYS)
        & (generator.random(size) < parameters.STUCK_SHARE)
    )
    raised = accounts["final_bill"]
    taken = between(generator, parameters.EDIT_RESOLUTION_DAYS, size)
    lateness = between(generator, parameters.STUCK_LATENESS_DAYS, size)
    resolved = business_day(
        np.where(stuck, accounts["discharge"] + limit + lateness, raised + taken)
    )
    second = edited & ~stuck & (generator.random(size) < parameters.SECOND_EDIT_SHARE)
    code = _draw_edit_codes(generator, size)
    code = np.where(stuck, 0, code)
    other_code = (code + 1 + generator.integers(0, len(CATEGORY_EDIT_CODES) - 1, size)) % len(
        CATEGORY_EDIT_CODES
    )
    edited = edited | stuck
    automatic = automatic & ~stuck
    accounts["is_edited"] = edited
    accounts["released"] = np.where(edited, resolved, raised)

    people = np.where(
        np.isin(_EDIT_ROLES[code], 1),
        draw_staff(world, generator, "coder", size, resolved),
        draw_staff(world, generator, "biller", size, resolved),
    )
    parts = []
    for ordinal, which, codes, done in (
        (1, edited, code, resolved),
        (1, automatic, code, raised),
        (2, second, other_code, resolved),
    ):
        index = np.flatnonzero(which)
        by_machine = ordinal == 1 and which is automatic
        parts.append(
            {
                "account": index,
                "ordinal": np.full(len(index), ordinal),
                "edit": codes[index],
                "staff": np.full(len(index), -1) if by_machine else people[index],
                "raised": raised[index],
                "resolved": done[index],
            }
        )
    return concatenate(parts)


_EDIT_ROLES = np.array(
    [1 if category in ("coding", "charge") else 0 for _, category in CATEGORY_EDIT_CODES]
)


def _draw_edit_codes(generator: np.random.Generator, size: int) -> Array:
    weights = dict(zip(parameters.EDIT_CATEGORIES, parameters.EDIT_CATEGORY_WEIGHTS, strict=True))
    return choose(
        generator,
        [
            weights[category] / len(parameters.EDIT_CODES[category])
            for _, category in CATEGORY_EDIT_CODES
        ],
        size,
    )


def draw_staff(
    world: World, generator: np.random.Generator, role: str, size: int, day: Array
) -> Array:
    """Staff numbers of one role, evenly among its seats, held by who works on each `day`."""
    members = world.staff.members[role]
    seat: Array = members[whole_days(generator.random(size) * len(members))]
    return world.staff.on_duty(seat, day)


def _submit(world: World, generator: np.random.Generator, accounts: Rows) -> tuple[Rows, Rows]:
    """Send each claim until it is accepted or given up: rows of the versions and the rejections."""
    size = len(accounts["number"])
    insured = accounts["payer"] != SELF_PAY
    wait = (generator.random(size) < parameters.NEXT_DAY_SUBMISSION_SHARE).astype(np.int64)
    submitted = departure(world, accounts["released"] + wait)
    accounts["submitted"] = submitted
    last, version = submitted.copy(), np.ones(size, dtype=np.int64)
    abandoned = np.zeros(size, dtype=bool)
    account = np.flatnonzero(insured)
    versions, rejections = [_version(accounts, account, 1, submitted[account])], []
    account = account[generator.random(len(account)) < parameters.REJECTION_SHARE]
    for attempt, share in ((1, parameters.SECOND_REJECTION_SHARE), (2, 0.0)):
        rejected = reject(generator, account, attempt, last[account])
        rejections.append(rejected)
        fixed = between(generator, parameters.RESUBMISSION_DAYS, len(account))
        again = departure(world, rejected["day"] + fixed)
        # claims that are held up past their limit are known to the office; nobody forgets them
        gone = generator.random(len(account)) < parameters.ABANDONED_SHARE
        gone &= again <= accounts["filing_limit"][account]
        abandoned[account[gone]] = True
        account, again = account[~gone], again[~gone]
        last[account], version[account] = again, attempt + 1
        versions.append(_version(accounts, account, attempt + 1, again))
        account = account[generator.random(len(account)) < share]
    accounts["version"] = version
    accounts["accepted_submitted"] = last
    accounts["is_abandoned"] = abandoned
    accounts["is_late"] = insured & ~abandoned & (last > accounts["filing_limit"])
    return concatenate(versions), concatenate(rejections)


def _version(accounts: Rows, account: Array, version: int, day: Array) -> Rows:
    return {
        "account": account,
        "version": np.full(len(account), version),
        "frequency": np.ones(len(account), dtype=np.int64),
        "replaced_version": np.zeros(len(account), dtype=np.int64),
        "final_bill": accounts["final_bill"][account],
        "day": day,
    }


def _acknowledge_all(generator: np.random.Generator, accounts: Rows, rejections: Rows) -> Rows:
    """Statuses of every version sent; adds `accepted` to the accounts."""
    insured = np.flatnonzero(accounts["payer"] != SELF_PAY)
    account = insured[~accounts["is_abandoned"][insured]]
    statuses, day = acknowledge(
        generator, account, accounts["version"][account], accounts["accepted_submitted"][account]
    )
    accounts["accepted"] = np.full(len(accounts["number"]), NEVER)
    accounts["accepted"][account] = day
    at_payer = rejections["source"] == PAYER
    passed = select(rejections, at_payer)
    return concatenate(
        [
            statuses,
            _statuses(passed["account"], passed["version"], 1, CLEARINGHOUSE, "A1", "19",
                      passed["submitted"]),
            {name: rejections[name] for name in statuses if name in rejections}
            | {"ordinal": 1 + at_payer},
        ]
    )  # fmt: skip


def _statuses(
    account: Array, version: Array, ordinal: int, source: int, category: str, code: str, day: Array
) -> Rows:  # fmt: skip
    size = len(account)
    return {
        "account": account,
        "version": version,
        "ordinal": np.full(size, ordinal),
        "source": np.full(size, source),
        "category": np.full(size, STATUS_CATEGORIES.index(category)),
        "code": np.full(size, STATUS_CODES.index(code)),
        "day": day,
    }
