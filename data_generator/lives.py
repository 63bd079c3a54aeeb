"""Whole lives of the accounts of one block, as dated rows of every table.

Rows refer to accounts by number within their month, so that each row stands alone once the block
is forgotten. Every table's rows carry `month` (yyyymm of service), `account` (number in the
month) and `arrival` (day on which the row reaches the warehouse).
"""

import numpy as np

from data_generator import adjudication, balances, billing, denials
from data_generator.appeals import appeals
from data_generator.arrays import NEVER, Rows, concatenate, select, stream
from data_generator.pools import World
from data_generator.rejections import give_up, is_adjudicated
from data_generator.remittances import FIRST, REVERSAL, SECOND, remit
from data_generator.rework import CORRECTED, draw_first_remittance, work_denials
from data_generator.visits import Block, lines_of, make_visits
from data_generator.work_items import early_touches, work_items


def simulate_block(world: World, month: int, number: int, first: int, size: int) -> dict[str, Rows]:
    """Simulate one block to the end of all its accounts' lives.

    Nothing here knows where the period ends: the caller drops what arrives later. A row that
    changes is told once for each state, and `known` is the last day that the telling knows of.
    """
    block = make_visits(world, month, number, first, size)
    events = billing.bill(world, block)
    events["work_items"] = early_touches(world, block, events)
    denials.draw_denials(world, block)
    adjudication.draw_benefits(world, block)
    draw_first_remittance(world, block)
    accounts, lines = block.accounts, block.lines
    insured = is_adjudicated(accounts)

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
    events |= remit(block, rework, remittances)

    patient_denied = np.where(rework["is_patient_group"], second_totals["denied"], 0)
    lost = np.where(insured, second_totals["denied"] - patient_denied, 0)
    patient = second_totals["patient"] + patient_denied
    lost, patient, final = give_up(accounts, lost, patient, rework["final"])
    events |= balances.settle(world, block, lost, patient, final)
    events["appeals"] = appeals(world, block, first_totals, rework)
    events["work_items"] = work_items(world, block, events)
    events["encounters"] = block.encounters
    events["encounter_diagnoses"] = _diagnoses(block)
    events["charges"] = _charges(block)
    _date_arrivals(events)
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
    index, owner = lines_of(block, account)
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


_CLAIM_COLUMNS = ("hospital", "patient", "payer", "provider", "facility", "template", "claim_type",
                  "diagnosis", "is_authorized", "billed", "admit", "discharge")  # fmt: skip


def _finish_claims(block: Block, claims: Rows) -> None:
    for name in _CLAIM_COLUMNS:
        claims[name] = block.accounts[name][claims["account"]]


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


_VERSIONS = {
    # an encounter arrives on its first day, so that charges of a stay never precede it
    "encounters": ("admit", "discharge"),
    "claim_edits": ("raised", "resolved"),
    "appeals": ("filed", "decided"),
    "work_items": ("day", "found"),
}
"""Tables whose rows change: the days of what a row tells first and of what it tells later."""


def _date_arrivals(events: dict[str, Rows]) -> None:
    """Set `arrival` and `known`, the last day that a row tells of; rows that change come twice."""
    for table, rows in events.items():
        if table in _VERSIONS:
            early, late = _VERSIONS[table]
            rows["known"] = rows[early]
            again = select(rows, (rows[late] > rows[early]) & (rows[late] < NEVER))
            again["known"] = again[late]
            events[table] = rows = concatenate([rows, again])
        else:
            rows["known"] = rows["day"]
        rows["arrival"] = rows["known"]


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
