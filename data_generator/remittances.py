"""What payers answer: claims, lines and adjustments of remittances."""

import numpy as np

from data_generator.arrays import Array, Rows, concatenate
from data_generator.rework import CORRECTED
from data_generator.visits import Block, lines_of

FIRST, REVERSAL, SECOND = 1, 2, 3
"""Ordinals of an account's remittances."""

CONTRACTUAL, DEDUCTIBLE, COINSURANCE, COPAY, DENIAL = range(5)
"""Kinds of claim adjustment."""


def remit(
    block: Block,
    rework: Rows,
    remittances: list[tuple[int, Array, Rows, Rows, Array, Array, int]],
) -> dict[str, Rows]:
    """Rows of remittance_claims, remittance_lines and remittance_adjustments."""
    claims, lines, adjustments = [], [], []
    for ordinal, which, split, sums, day, version, sign in remittances:
        account = np.flatnonzero(which)
        claims.append(_remitted_claims(block, account, ordinal, sums, day, version, sign, rework))
        index, _ = lines_of(block, account)
        line = _remitted_lines(block, index, ordinal, split, day, sign)
        lines.append(line)
        adjustments.append(_line_adjustments(block, index, line, split, sign))
    return {
        "remittance_claims": concatenate(claims),
        "remittance_lines": concatenate(lines),
        "remittance_adjustments": concatenate(adjustments),
    }


def _remitted_claims(
    block: Block, account: Array, ordinal: int, sums: Rows, day: Array, version: Array,
    sign: int, rework: Rows,
) -> Rows:  # fmt: skip
    accounts = block.accounts
    patient = sums["patient"] + np.where(rework["is_patient_group"], sums["denied"], 0)
    is_correction = (rework["path"] == CORRECTED) & (ordinal == SECOND)
    received = np.where(is_correction, rework["worked"], accounts["accepted_submitted"])
    rows = {
        name: accounts[name][account]
        for name in ("hospital", "patient", "payer", "facility", "template", "admit", "discharge")
    }
    return rows | {
        "account": account,
        "ordinal": np.full(len(account), ordinal),
        "version": version[account],
        "is_replacement": is_correction[account],
        "billed": accounts["billed"][account] * sign,
        "paid": sums["paid"][account] * sign,
        "owed": patient[account] * sign,
        "covered": (sums["paid"] + sums["patient"])[account] * sign,
        "received": received[account],
        "day": day[account],
    }


def _remitted_lines(
    block: Block, index: Array, ordinal: int, split: Rows, day: Array, sign: int
) -> Rows:
    lines = block.lines
    account = lines["account"][index]
    denied = split["denied"][index] > 0
    return {
        "account": account,
        "ordinal": np.full(len(index), ordinal),
        "hospital": block.accounts["hospital"][account],
        "line": lines["line"][index],
        "item": lines["item"][index],
        "modifier_1": lines["modifier_1"][index],
        "modifier_2": lines["modifier_2"][index],
        "units": lines["units"][index],
        "billed": lines["charge"][index] * sign,
        "paid": split["paid"][index] * sign,
        "allowed": np.where(denied, 0, lines["allowed"][index]) * sign,
        "service": lines["service"][index],
        "remark": np.where(denied, lines["remark"][index], -1),
        "day": day[account],
    }


def _line_adjustments(block: Block, index: Array, line: Rows, split: Rows, sign: int) -> Rows:
    """One row for each part of a line's charge that was not paid."""
    names = ("contractual", "deductible", "coinsurance", "copay", "denied")
    amounts = np.stack([split[name][index] for name in names], axis=1)
    row, kind = np.nonzero(amounts)
    count = (amounts != 0).sum(axis=1)
    start = np.cumsum(count) - count
    reason = block.accounts["reason"][line["account"]]
    return {
        "account": line["account"][row],
        "ordinal": line["ordinal"][row],
        "line": line["line"][row],
        "sequence": np.arange(len(row)) - start[row] + 1,
        "kind": kind,
        "reason": np.where(kind == DENIAL, reason[row], -1),
        "amount": amounts[row, kind] * sign,
        "day": line["day"][row],
    }
