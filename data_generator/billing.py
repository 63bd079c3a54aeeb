"""From the last posted charge to the payer's acceptance: bills, edits, versions, 277CA."""

import numpy as np

from data_generator import catalogue, parameters
from data_generator.arrays import (
    Array,
    Rows,
    between,
    business_day,
    choose,
    concatenate,
    stream,
    whole_days,
)
from data_generator.pools import SELF_PAY, World
from data_generator.visits import INSTITUTIONAL, Block

CATEGORY_EDIT_CODES = tuple(
    (code, category)
    for category in parameters.EDIT_CATEGORIES
    for code in parameters.EDIT_CODES[category]
)
"""Every edit code with its category, by edit index."""

CLEARINGHOUSE, PAYER = 0, 1
STATUS_CATEGORIES = ("A1", "A2", "A3", "A7")
STATUS_CODES = ("19", "20", *parameters.REJECTION_STATUS_CODES)


def bill(world: World, block: Block) -> dict[str, Rows]:
    """Bill and submit the accounts of a block.

    Adds to the accounts: final_bill, submitted (first version), is_edited, is_late (filed past
    the limit), version (the accepted one), accepted_submitted (day on which that one left) and
    accepted (day of the payer's 277CA). Returns the rows of claim_edits, claims and
    claim_acknowledgements; claims of accounts without insurance have none.
    """
    accounts = block.accounts
    generator = stream(world.seed, "billing", block.month, block.number)
    _finish_bills(generator, accounts)
    edits = _scrub(world, generator, accounts)
    rejection = _submit(generator, accounts)
    acknowledgements = _acknowledge_first(generator, accounts, rejection)
    return {
        "claim_edits": edits,
        "claims": _first_claims(generator, accounts, rejection),
        "claim_acknowledgements": acknowledgements,
    }


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
    accounts["is_late"] = stuck
    accounts["released"] = np.where(edited, resolved, raised)

    people = np.where(
        np.isin(_EDIT_ROLES[code], 1),
        draw_staff(world, generator, "coder", size),
        draw_staff(world, generator, "biller", size),
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


def draw_staff(world: World, generator: np.random.Generator, role: str, size: int) -> Array:
    """Staff numbers of one role, evenly."""
    members = world.staff.members[role]
    return members[generator.integers(0, len(members), size)]


def _submit(generator: np.random.Generator, accounts: Rows) -> Rows:
    """Days of the first version and, where it is rejected, of the second."""
    size = len(accounts["number"])
    insured = accounts["payer"] != SELF_PAY
    wait = (generator.random(size) < parameters.NEXT_DAY_SUBMISSION_SHARE).astype(np.int64)
    submitted = business_day(accounts["released"] + wait)
    rejected = insured & (generator.random(size) < parameters.REJECTION_SHARE)
    by_house = generator.random(size) < parameters.CLEARINGHOUSE_REJECTION_SHARE
    rejected_day = np.where(
        by_house,
        submitted + (generator.random(size) < parameters.CLEARINGHOUSE_REJECTION_NEXT_DAY_SHARE),
        business_day(submitted + between(generator, parameters.PAYER_REJECTION_DAYS, size)),
    )
    again = business_day(rejected_day + between(generator, parameters.RESUBMISSION_DAYS, size))
    accounts["submitted"] = submitted
    accounts["version"] = np.where(rejected, 2, 1)
    accounts["accepted_submitted"] = np.where(rejected, again, submitted)
    accounts["is_rejected"] = rejected
    return {"rejected": rejected, "by_house": by_house, "day": rejected_day}


def _acknowledge_first(generator: np.random.Generator, accounts: Rows, rejection: Rows) -> Rows:
    size = len(accounts["number"])
    insured = accounts["payer"] != SELF_PAY
    accepted, accepted_day = acknowledge(
        generator, np.arange(size), accounts["version"], accounts["accepted_submitted"]
    )
    accounts["accepted"] = accepted_day
    accepted = {name: values[np.tile(insured, 2)] for name, values in accepted.items()}
    reason = 2 + generator.integers(0, len(parameters.REJECTION_STATUS_CODES), size)
    house = np.flatnonzero(rejection["rejected"] & rejection["by_house"])
    payer = np.flatnonzero(rejection["rejected"] & ~rejection["by_house"])
    one = np.ones(size, dtype=np.int64)
    return concatenate(
        [
            accepted,
            _statuses(house, one[house], 1, CLEARINGHOUSE, "A3", reason[house],
                      rejection["day"][house]),
            _statuses(payer, one[payer], 1, CLEARINGHOUSE, "A1", "19",
                      accounts["submitted"][payer]),
            _statuses(payer, one[payer], 2, PAYER, "A7", reason[payer], rejection["day"][payer]),
        ]
    )  # fmt: skip


def _statuses(
    account: Array, version: Array, ordinal: int, source: int, category: str,
    code: str | Array, day: Array,
) -> Rows:  # fmt: skip
    size = len(account)
    codes = np.full(size, STATUS_CODES.index(code)) if isinstance(code, str) else code
    return {
        "account": account,
        "version": version,
        "ordinal": np.full(size, ordinal),
        "source": np.full(size, source),
        "category": np.full(size, STATUS_CATEGORIES.index(category)),
        "code": codes,
        "day": day,
    }


def _first_claims(generator: np.random.Generator, accounts: Rows, rejection: Rows) -> Rows:
    size = len(accounts["number"])
    insured = accounts["payer"] != SELF_PAY
    families = [catalogue.FAMILIES.index(name) for name in parameters.AUTHORIZED_FAMILIES]
    accounts["is_authorized"] = np.isin(accounts["family"], families) & (
        generator.random(size) < parameters.AUTHORIZATION_SHARE
    )
    first = np.flatnonzero(insured)
    again = np.flatnonzero(rejection["rejected"])
    account = np.concatenate([first, again])
    return {
        "account": account,
        "version": np.repeat([1, 2], [len(first), len(again)]),
        "frequency": np.ones(len(account), dtype=np.int64),
        "replaced_version": np.zeros(len(account), dtype=np.int64),
        "final_bill": accounts["final_bill"][account],
        "day": np.concatenate(
            [accounts["submitted"][first], accounts["accepted_submitted"][again]]
        ),
    }
