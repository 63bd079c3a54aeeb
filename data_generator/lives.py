"""Whole lives of the accounts of one block, as dated rows of every table.

Rows refer to accounts by number within their month, so that each row stands alone once the block
is forgotten. Every table's rows carry `month` (yyyymm of service), `account` (number in the
month) and `arrival` (day on which the row reaches the warehouse).
"""

import numpy as np

from data_generator import adjudication, balances, billing, denials
from data_generator.appeals import appeal
from data_generator.arrays import NEVER, Rows, concatenate, select
from data_generator.charge_corrections import (
    bill_late_charges,
    delay_charges,
    double_charges,
    posted_charges,
    void_claims,
)
from data_generator.claim_versions import Submissions
from data_generator.first_answers import answer_first, draw_first_remittance
from data_generator.pools import World
from data_generator.rejections import give_up, is_adjudicated
from data_generator.remittances import Answers
from data_generator.rework import choose_paths, correct
from data_generator.secondary import answer_second, drop_idle_coverages
from data_generator.takebacks import take_back
from data_generator.visits import Block, make_visits
from data_generator.work_items import early_touches, work_items


def simulate_block(world: World, month: int, number: int, first: int, size: int) -> dict[str, Rows]:
    """Simulate one block to the end of all its accounts' lives.

    Nothing here knows where the period ends: the caller drops what arrives later. A row that
    changes is told once for each state, and `known` is the last day that the telling knows of.
    """
    block = make_visits(world, month, number, first, size)
    accounts = block.accounts
    drop_idle_coverages(block)
    events = billing.bill(world, block)
    events["work_items"] = early_touches(world, block, events)
    denials.draw_denials(world, block)
    adjudication.draw_benefits(world, block)
    delay_charges(world, block)
    draw_first_remittance(world, block)

    answers = Answers(block)
    sent = Submissions(block, events["claims"], events["claim_acknowledgements"])
    is_answered = is_adjudicated(accounts)
    answer_first(block, answers, is_answered)
    path = choose_paths(world, block, answers.total("denied"))
    correct(world, block, answers, sent, path)
    events["appeals"], last_decision = appeal(world, block, answers, path)
    bill_late_charges(world, block, answers, sent)
    has_second, owed_second, day_second, refunds = answer_second(world, block, answers, sent)
    owed = np.where(has_second, owed_second, answers.total("patient"))
    final = np.maximum(answers.day, last_decision)
    start = np.where(has_second, day_second, final)

    is_plain = is_answered & ~accounts["denied"] & (accounts["secondary"] < 0)
    is_plain[block.lines["account"][block.lines["is_late_charge"]]] = False
    is_taken, stop = take_back(world, block, answers, is_plain)
    double, is_doubled = double_charges(world, block)
    # nothing is billed to a patient whose claim the hospital is about to void
    may_be_void = is_plain & ~is_taken & ~is_doubled & (accounts["copay"] == 0)
    credits = void_claims(world, block, answers, sent, may_be_void)
    owed[credits["account"]] = 0

    events |= sent.rows() | answers.rows()
    lost, owed, lost_day = give_up(
        accounts, answers.total("lost"), owed, np.where(stop < NEVER, stop, final)
    )
    start = np.where(accounts["is_abandoned"], lost_day, start)
    events |= balances.settle(
        world, block, owed=owed, start=start, stop=stop, lost=lost, lost_day=lost_day,
        other_refunds=refunds,
    )  # fmt: skip
    events["work_items"] = work_items(world, block, events)
    events["encounters"] = block.encounters
    events["encounter_diagnoses"] = _diagnoses(block)
    events["charges"] = concatenate([posted_charges(block), double, credits])
    _date_arrivals(events)
    return {table: _number(block, rows) for table, rows in events.items()}


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
