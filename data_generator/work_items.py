"""Touches of accounts by people of the billing office."""

import numpy as np

from data_generator import billing, parameters
from data_generator.arrays import (
    NEVER,
    Array,
    Rows,
    business_day,
    concatenate,
    select,
    stream,
    whole_days,
)
from data_generator.pools import SELF_PAY, World
from data_generator.rework import CORRECTED
from data_generator.visits import Block

WORK_TYPES = parameters.WORK_TYPES


def work_items(world: World, block: Block, events: dict[str, Rows], rework: Rows) -> Rows:
    """Touches of accounts by people, each with its minutes and whether it was wrong."""
    accounts = block.accounts
    generator = stream(world.seed, "work", block.month, block.number)
    size = len(accounts["number"])
    insured = accounts["payer"] != SELF_PAY
    edits = select(events["claim_edits"], events["claim_edits"]["staff"] >= 0)
    appeals = events["appeals"]
    writeoffs = events["account_adjustments"]
    writeoffs = select(writeoffs, writeoffs["kind"] == 0)
    chased = business_day(accounts["accepted_submitted"] + parameters.FOLLOW_UP_AFTER_DAYS)
    waits = insured & (accounts["remitted"] > chased)

    def some(which: Array, share: float) -> Array:
        return np.flatnonzero(which & (generator.random(size) < share))

    def by(role: str) -> Array:
        return billing.draw_staff(world, generator, role, size)

    billed = some(insured, parameters.MANUAL_BILLING_SHARE)
    resubmitted = np.flatnonzero(accounts["is_rejected"])
    reworked = np.flatnonzero(rework["path"] == CORRECTED)
    followed = some(waits, parameters.FOLLOW_UP_SHARE)
    posted = some(insured, parameters.MANUAL_POSTING_SHARE)
    billers, agents, posters = by("biller"), by("ar_agent"), by("payment_poster")
    parts = [
        _touches(billed, 10, "billing", billers, accounts["submitted"]),
        _touches(resubmitted, 11, "billing", billers, accounts["accepted_submitted"]),
        _direct_touches(edits, 20, "edit_resolution", edits["resolved"]),
        _touches(reworked, 30, "denial_rework", agents, rework["worked"]),
        _direct_touches(appeals, 40, "appeal", appeals["filed"]),
        _touches(followed, 50, "follow_up", agents, chased),
        _touches(posted, 60, "payment_posting", posters, accounts["remitted"]),
        _direct_touches(writeoffs, 70, "write_off", writeoffs["day"]),
    ]  # fmt: skip
    rows = concatenate(parts)
    count = len(rows["account"])
    base = np.array([parameters.WORK_MINUTES[name] for name in WORK_TYPES])[rows["kind"]]
    effort = (
        np.exp(generator.normal(0, parameters.WORK_MINUTES_SIGMA, count))
        * world.staff.speed[rows["staff"]]
    )
    rows["minutes"] = whole_days(base * effort).clip(1)
    is_error = generator.random(count) < world.staff.error_rate[rows["staff"]]
    found = (
        rows["day"]
        + 1
        + whole_days(generator.gamma(1.5, parameters.ERROR_FOUND_MEAN_DAYS / 1.5, count))
    )
    rows["found"] = np.where(is_error, business_day(found), NEVER)
    return rows


def _touches(which: Array, ordinal: int, kind: str, staff: Array, day: Array) -> Rows:
    return {
        "account": which,
        "ordinal": np.full(len(which), ordinal),
        "kind": np.full(len(which), WORK_TYPES.index(kind)),
        "staff": staff[which],
        "day": day[which],
    }


def _direct_touches(rows: Rows, ordinal: int, kind: str, day: Array) -> Rows:
    size = len(rows["account"])
    return {
        "account": rows["account"],
        "ordinal": ordinal + rows["ordinal"],
        "kind": np.full(size, WORK_TYPES.index(kind)),
        "staff": rows["staff"],
        "day": day,
    }
