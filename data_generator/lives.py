"""Whole lives of the accounts of one block, as dated rows of every table.

Rows refer to accounts by number within their month, so that each row stands alone once the block
is forgotten. Every table's rows carry `month` (yyyymm of service), `account` (number in the
month) and `arrival` (day on which the row reaches the warehouse).
"""

import numpy as np

from data_generator import adjudication, balances, billing, denials, parameters
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
from data_generator.rework import APPEALED, CORRECTED, draw_first_remittance, work_denials
from data_generator.visits import Block, make_visits

FIRST, REVERSAL, SECOND = 1, 2, 3
"""Ordinals of an account's remittances."""

CONTRACTUAL, DEDUCTIBLE, COINSURANCE, COPAY, DENIAL = range(5)
"""Kinds of claim adjustment."""

WORK_TYPES = parameters.WORK_TYPES


def simulate_block(
    world: World, month: int, number: int, first: int, size: int, end_day: int
) -> dict[str, Rows]:
    """Simulate one block to the end of all its accounts' lives.

    Rows are complete: those that arrive after `end_day` are to be dropped by the caller. `end_day`
    decides only how rows that change are told (an open appeal has no decision yet), never a draw.
    """
    block = make_visits(world, month, number, first, size)
    events = billing.bill(world, block)
    denials.draw_denials(world, block)
    adjudication.draw_benefits(world, block)
    draw_first_remittance(world, block)
    accounts, lines = block.accounts, block.lines
    insured = accounts["payer"] != SELF_PAY

    first_split = adjudication.adjudicate(accounts, lines, lines["denied"])
    first_totals = adjudication.totals(accounts, lines, first_split)
    rework = work_denials(world, block, first_totals)
    final_denied = lines["denied"] & ~rework["succeeds"][lines["account"]]
    second_split = adjudication.adjudicate(accounts, lines, final_denied)
    second_totals = adjudication.totals(accounts, lines, second_split)

    corrected = rework["path"] == CORRECTED
    generator = stream(world.seed, "corrections", month, number)
    corrections, statuses = _correct(generator, accounts, rework)
    events["claims"] = concatenate([events["claims"], corrections])
    events["claim_acknowledgements"] = concatenate([events["claim_acknowledgements"], statuses])
    events["claim_lines"] = _claim_lines(block, events["claims"])
    _finish_claims(block, events["claims"])

    second_version = np.where(corrected, accounts["version"] + 1, accounts["version"])
    had_posted = accounts["denied"] & ~accounts["fully_denied"]
    remittances = [
        (FIRST, insured, first_split, first_totals, accounts["remitted"], accounts["version"], 1),
        (REVERSAL, rework["has_second"] & had_posted, first_split, first_totals,
         rework["remitted"], accounts["version"], -1),
        (SECOND, rework["has_second"], second_split, second_totals,
         rework["remitted"], second_version, 1),
    ]  # fmt: skip
    events |= _remit(block, rework, remittances)

    patient_denied = np.where(rework["is_patient_group"], second_totals["denied"], 0)
    lost = np.where(insured, second_totals["denied"] - patient_denied, 0)
    patient = second_totals["patient"] + patient_denied
    events |= balances.settle(world, block, lost, patient, rework["final"])
    events["appeals"] = _appeals(world, block, first_totals, rework)
    events["work_items"] = _work_items(world, block, events, rework)
    events["encounters"] = block.encounters
    events["encounter_diagnoses"] = _diagnoses(block)
    events["charges"] = _charges(block)
    _date_arrivals(events, end_day)
    return {table: _number(block, rows) for table, rows in events.items()}


def _correct(generator: np.random.Generator, accounts: Rows, rework: Rows) -> tuple[Rows, Rows]:
    which = np.flatnonzero(rework["path"] == CORRECTED)
    version = accounts["version"][which] + 1
    submitted = rework["worked"][which]
    rows = {
        "account": which,
        "version": version,
        "frequency": np.full(len(which), 7),
        "replaced_version": accounts["version"][which],
        "final_bill": submitted,
        "day": submitted,
    }
    statuses, _ = billing.acknowledge(generator, which, version, submitted)
    return rows, statuses


def _claim_lines(block: Block, claims: Rows) -> Rows:
    account = claims["account"]
    index, owner = _lines_of(block, account)
    lines = block.lines
    return {
        "account": account[owner],
        "version": claims["version"][owner],
        "hospital": block.accounts["hospital"][account[owner]],
        "line": lines["line"][index],
        "item": lines["item"][index],
        "modifier_1": lines["modifier_1"][index],
        "modifier_2": lines["modifier_2"][index],
        "units": lines["units"][index],
        "amount": lines["charge"][index],
        "service": lines["service"][index],
        "day": claims["day"][owner],
    }


def _lines_of(block: Block, account: Array) -> tuple[Array, Array]:
    """Line positions of the accounts, account by account, and the place of each one's owner."""
    count = block.accounts["lines"][account]
    owner = np.repeat(np.arange(len(account)), count)
    start = np.cumsum(count) - count
    offset = np.arange(len(owner)) - start[owner]
    return block.accounts["first_line"][account][owner] + offset, owner


_CLAIM_COLUMNS = ("hospital", "patient", "payer", "provider", "facility", "template", "claim_type",
                  "diagnosis", "is_authorized", "billed", "admit", "discharge")  # fmt: skip


def _finish_claims(block: Block, claims: Rows) -> None:
    for name in _CLAIM_COLUMNS:
        claims[name] = block.accounts[name][claims["account"]]


def _remit(
    block: Block,
    rework: Rows,
    remittances: list[tuple[int, Array, Rows, Rows, Array, Array, int]],
) -> dict[str, Rows]:
    claims, lines, adjustments = [], [], []
    for ordinal, which, split, sums, day, version, sign in remittances:
        account = np.flatnonzero(which)
        claims.append(_remitted_claims(block, account, ordinal, sums, day, version, sign, rework))
        index, _ = _lines_of(block, account)
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


def _appeals(world: World, block: Block, first_totals: Rows, rework: Rows) -> Rows:
    generator = stream(world.seed, "appeals", block.month, block.number)
    size = len(rework["path"])
    staff = billing.draw_staff(world, generator, "appeals_specialist", size)
    which = np.flatnonzero(rework["path"] == APPEALED)
    return {
        "account": which,
        "version": block.accounts["version"][which],
        "amount": first_totals["denied"][which],
        "staff": staff[which],
        "filed": rework["worked"][which],
        "deadline": rework["deadline"][which],
        "decided": rework["decided"][which],
        "is_overturned": rework["succeeds"][which],
    }


def _work_items(world: World, block: Block, events: dict[str, Rows], rework: Rows) -> Rows:
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
        _direct_touches(appeals | {"ordinal": np.zeros(len(appeals["account"]), dtype=np.int64)},
                        40, "appeal", appeals["filed"]),
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


def _diagnoses(block: Block) -> Rows:
    rows = block.diagnoses
    encounter = rows["encounter"]
    return {
        "account": block.encounters["number"][encounter],
        "hospital": block.encounters["hospital"][encounter],
        "rank": rows["rank"],
        "diagnosis": rows["diagnosis"],
        "day": block.encounters["discharge"][encounter],
    }


def _charges(block: Block) -> Rows:
    lines, accounts = block.lines, block.accounts
    account = lines["account"]
    encounter = block.encounters["number"][accounts["encounter"]]
    return {
        "account": account,
        "encounter": encounter[account],
        "hospital": accounts["hospital"][account],
        "claim_type": accounts["claim_type"][account],
        "line": lines["line"],
        "item": lines["item"],
        "modifier_1": lines["modifier_1"],
        "modifier_2": lines["modifier_2"],
        "units": lines["units"],
        "amount": lines["charge"],
        "service": lines["service"],
        "day": lines["post"],
    }


def _date_arrivals(events: dict[str, Rows], end_day: int) -> None:
    """Set `arrival`: the day of the event, or of the last thing that the row tells by `end_day`.

    An encounter arrives on its first day, so that charges of a stay never precede it.
    """
    for rows in events.values():
        if "day" in rows:
            rows["arrival"] = rows["day"]
    encounters = events["encounters"]
    encounters["arrival"] = encounters["admit"]
    for table, early, late in (
        ("claim_edits", "raised", "resolved"),
        ("appeals", "filed", "decided"),
        ("work_items", "day", "found"),
    ):
        rows = events[table]
        rows["arrival"] = np.where(rows[late] <= end_day, rows[late], rows[early])


def _number(block: Block, rows: Rows) -> Rows:
    """Replace positions in the block by numbers in the month; add month, hospital and payer."""
    numbered = dict(rows)
    if "number" in numbered:
        numbered["account"] = numbered.pop("number")
    elif "rank" not in numbered:
        account = numbered["account"]
        numbered["account"] = block.accounts["number"][account]
        for name in ("hospital", "payer"):
            numbered.setdefault(name, block.accounts[name][account])
    numbered["month"] = np.full(len(numbered["account"]), block.month)
    return numbered
