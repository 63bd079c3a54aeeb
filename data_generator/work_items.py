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
from data_generator.causes import BILLER_MISTAKE, CODER_MISTAKE, NONE
from data_generator.pools import SELF_PAY, World
from data_generator.rejections import is_adjudicated
from data_generator.visits import Block

WORK_TYPES = parameters.WORK_TYPES
_MISTAKES = {"biller": BILLER_MISTAKE, "coder": CODER_MISTAKE}
"""Cause of the denials that a wrong touch before adjudication leads to, by role."""


def early_touches(world: World, block: Block, events: dict[str, Rows]) -> Rows:
    """Touches of accounts before a payer decides on them: manual billing and solved edits.

    Adds to the accounts `mistake` (the cause that a wrong touch is about to become, else NONE)
    and `is_usual_mistake` (false where only a story made it). Returns the touches with `is_error`
    and `is_blamed`, which marks the one touch that an account's mistake goes back to;
    `work_items` completes them.
    """
    accounts = block.accounts
    generator = stream(world.seed, "early work", block.month, block.number)
    size = len(accounts["number"])
    insured = accounts["payer"] != SELF_PAY
    edits = select(events["claim_edits"], events["claim_edits"]["staff"] >= 0)
    claims = events["claims"]
    again = select(claims, claims["version"] > 1)
    sent_by_hand = generator.random(size) < parameters.MANUAL_BILLING_SHARE
    billed = np.flatnonzero(insured & sent_by_hand)
    first_day = accounts["submitted"][billed]

    def billers(day: Array) -> Array:
        return billing.draw_staff(world, generator, "biller", len(day), day)

    rows = concatenate(
        [
            _touches(billed, 10, "billing", billers(first_day), first_day),
            _touches(again["account"], 9 + again["version"], "billing", billers(again["day"]),
                     again["day"]),
            _touches(edits["account"], 20 + edits["ordinal"], "edit_resolution", edits["staff"],
                     edits["resolved"]),
        ]
    )  # fmt: skip
    rows["is_error"], usual = _draw_errors(world, generator, rows)
    count = len(rows["account"])
    harms = rows["is_error"] & (generator.random(count) < parameters.MISTAKE_DENIAL)
    # the last wrong touch before the claim leaves is blamed; earlier ones would have been found
    order = np.lexsort((rows["ordinal"], rows["day"], rows["account"]))
    harmful = order[harms[order]]
    account = rows["account"][harmful]
    accounts["mistake"] = np.full(size, NONE)
    kinds = np.array([_MISTAKES.get(role, NONE) for role in world.staff.role])
    accounts["mistake"][account] = kinds[rows["staff"][harmful]]
    accounts["is_usual_mistake"] = np.zeros(size, dtype=bool)
    accounts["is_usual_mistake"][account] = usual[harmful]
    blamed = np.full(size, -1)
    blamed[account] = harmful
    rows["is_blamed"] = np.zeros(count, dtype=bool)
    rows["is_blamed"][blamed[blamed >= 0]] = True
    return rows


def work_items(world: World, block: Block, events: dict[str, Rows]) -> Rows:
    """Touches of accounts by people, each with its minutes and whether it was wrong.

    Takes up the rows of `early_touches` in events["work_items"]. `denied_version` is the claim
    version whose denial goes back to a wrong touch, 0 for none; such a mistake is found after the
    denial's remittance, others some time after the touch.
    """
    accounts = block.accounts
    generator = stream(world.seed, "work", block.month, block.number)
    size = len(accounts["number"])
    early = events["work_items"]
    sent = is_adjudicated(accounts)
    chased = business_day(accounts["accepted_submitted"] + parameters.FOLLOW_UP_AFTER_DAYS)
    waits = sent & (accounts["remitted"] > chased)

    def some(which: Array, share: float) -> Array:
        return np.flatnonzero(which & (generator.random(size) < share))

    def by(role: str, day: Array) -> Array:
        return billing.draw_staff(world, generator, role, len(day), day)

    claims = events["claims"]
    corrections = select(claims, (claims["frequency"] == 7) & accounts["denied"][claims["account"]])
    followed = some(waits, parameters.FOLLOW_UP_SHARE)
    posted = some(sent, parameters.MANUAL_POSTING_SHARE)
    appeals, writeoffs = events["appeals"], events["account_adjustments"]
    writeoffs = select(writeoffs, writeoffs["kind"] == 0)
    late = concatenate(
        [
            _touches(corrections["account"], 30 + _place(corrections, "day"), "denial_rework",
                     by("ar_agent", corrections["day"]), corrections["day"]),
            _touches(appeals["account"], 40 + _place(appeals, "filed"), "appeal",
                     appeals["staff"], appeals["filed"]),
            _touches(followed, 50, "follow_up", by("ar_agent", chased[followed]),
                     chased[followed]),
            _touches(posted, 60, "payment_posting",
                     by("payment_poster", accounts["remitted"][posted]),
                     accounts["remitted"][posted]),
            _touches(writeoffs["account"], 70 + _place(writeoffs, "day"), "write_off",
                     writeoffs["staff"], writeoffs["day"]),
        ]
    )  # fmt: skip
    late["is_error"], _ = _draw_errors(world, generator, late)
    late["is_blamed"] = np.zeros(len(late["account"]), dtype=bool)
    rows = concatenate([early, late])
    count = len(rows["account"])
    account = rows["account"]
    base = np.array([parameters.WORK_MINUTES[name] for name in WORK_TYPES])[rows["kind"]]
    effort = (
        np.exp(generator.normal(0, parameters.WORK_MINUTES_SIGMA, count))
        * world.staff.speed[rows["staff"]]
    )
    rows["minutes"] = whole_days(base * effort).clip(1)
    # a mistake may threaten a claim that is denied for something worse, and then is not seen
    caused = rows.pop("is_blamed") & (accounts["cause"] == accounts["mistake"])[account]
    seen = np.where(caused, accounts["remitted"][account], rows["day"])
    mean = np.where(caused, parameters.CAUSE_FOUND_MEAN_DAYS, parameters.ERROR_FOUND_MEAN_DAYS)
    found = seen + 1 + whole_days(generator.gamma(1.5, mean / 1.5))
    rows["found"] = np.where(rows.pop("is_error"), business_day(found), NEVER)
    rows["denied_version"] = np.where(caused, accounts["version"][account], 0)
    return rows


def _draw_errors(world: World, generator: np.random.Generator, rows: Rows) -> tuple[Array, Array]:
    """Whether each touch was wrong, and whether it would have been without any story."""
    draw = generator.random(len(rows["account"]))
    usual = world.staff.error_rate[rows["staff"]]
    return draw < world.stories.error_rate(rows["staff"], rows["day"], usual), draw < usual


def _place(rows: Rows, day: str) -> Array:
    """Place of each row, by day, among the rows of its account, from 0."""
    order = np.lexsort((rows[day], rows["account"]))
    account = rows["account"][order]
    start = np.searchsorted(account, account)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - start
    return place


def _touches(account: Array, ordinal: Array | int, kind: str, staff: Array, day: Array) -> Rows:
    return {
        "account": account,
        "ordinal": np.full(len(account), ordinal),
        "kind": np.full(len(account), WORK_TYPES.index(kind)),
        "staff": staff,
        "day": day,
    }
