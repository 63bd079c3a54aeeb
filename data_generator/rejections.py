"""Claim versions that clearinghouse or payer send back (277CA) before any adjudication."""

import numpy as np

from data_generator import parameters
from data_generator.arrays import Array, Rows, between, business_day, choose, whole_days
from data_generator.pools import SELF_PAY

CLEARINGHOUSE, PAYER = 0, 1
STATUS_CATEGORIES = ("A1", "A2", *parameters.REJECTION_STATUS_CODES)
STATUS_CODES = (
    "19",
    "20",
    *sorted({code for codes in parameters.REJECTION_STATUS_CODES.values() for code in codes}),
)

_WIDTH = max(len(codes) for codes in parameters.REJECTION_STATUS_CODES.values())
_CODE_COUNTS = np.array(
    [len(parameters.REJECTION_STATUS_CODES.get(name, ())) for name in STATUS_CATEGORIES]
)
_CODES = np.zeros((len(STATUS_CATEGORIES), _WIDTH), dtype=np.int64)
for _category, _codes in parameters.REJECTION_STATUS_CODES.items():
    for _place, _code in enumerate(_codes):
        _CODES[STATUS_CATEGORIES.index(_category), _place] = STATUS_CODES.index(_code)


def reject(generator: np.random.Generator, account: Array, version: int, submitted: Array) -> Rows:
    """Reject a version of the accounts `account`, sent on the days `submitted`.

    Returns account, version, submitted, source, category, code and day by rejected version. The
    clearinghouse answers on the same or the next day, the payer after some.
    """
    size = len(account)
    by_house = generator.random(size) < parameters.CLEARINGHOUSE_REJECTION_SHARE
    weights = parameters.PAYER_REJECTION_CATEGORIES
    by_payer = np.array([STATUS_CATEGORIES.index(name) for name in weights])
    category = np.where(
        by_house,
        STATUS_CATEGORIES.index("A3"),
        by_payer[choose(generator, list(weights.values()), size)],
    )
    code = _CODES[category, whole_days(generator.random(size) * _CODE_COUNTS[category])]
    next_day = generator.random(size) < parameters.CLEARINGHOUSE_REJECTION_NEXT_DAY_SHARE
    at_payer = business_day(submitted + between(generator, parameters.PAYER_REJECTION_DAYS, size))
    return {
        "account": account,
        "version": np.full(size, version),
        "submitted": submitted,
        "source": np.where(by_house, CLEARINGHOUSE, PAYER),
        "category": category,
        "code": code,
        "day": np.where(by_house, submitted + next_day, at_payer),
    }


def is_adjudicated(accounts: Rows) -> Array:
    """Whether a payer ever decides on an account: not on self-pay, not on abandoned claims."""
    adjudicated: Array = (accounts["payer"] != SELF_PAY) & ~accounts["is_abandoned"]
    return adjudicated


def give_up(
    accounts: Rows, lost: Array, patient: Array, final: Array
) -> tuple[Array, Array, Array]:
    """What is lost, what the patient owes and when it stands, by account, once filing limits count.

    An abandoned claim is lost whole when its limit has passed; a contract with the payer forbids
    to bill the patient for it.
    """
    gone = accounts["is_abandoned"]
    return (
        np.where(gone, accounts["billed"], lost),
        np.where(gone, 0, patient),
        np.where(gone, accounts["filing_limit"], final),
    )
