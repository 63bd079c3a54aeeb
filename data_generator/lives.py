"""Whole lives of the accounts of one block, as dated rows of every table.

Rows refer to accounts by number within their month, so that each row stands alone once the block
is forgotten. Every table's rows carry `month` (yyyymm of service), `account` (number in the
month) and `arrival` (day on which the row reaches the warehouse).
"""

import numpy as np

from data_generator import adjudication, balances, billing, denials
from data_generator.appeals import appeal
from data_generator.arrays import NEVER, Array, Rows, concatenate, select
from data_generator.claim_versions import Submissions
from data_generator.first_answers import answer_first, draw_first_remittance
from data_generator.pools import SELF_PAY, World
from data_generator.remittances import Answers
from data_generator.rework import choose_paths, correct
from data_generator.visits import Block, make_visits
from data_generator.work_items import work_items


def simulate_block(world: World, month: int, number: int, first: int, size: int) -> dict[str, Rows]:
    """Simulate one block to the end of all its accounts' lives.

    Nothing here knows where the period ends: the caller drops what arrives later. A row that
    changes is told once for each state, and `known` is the last day that the telling knows of.
    """
    block = make_visits(world, month, number, first, size)
    accounts = block.accounts
    events = billing.bill(world, block)
    denials.draw_denials(world, block)
    adjudication.draw_benefits(world, block)
    draw_first_remittance(world, block)
    insured = accounts["payer"] != SELF_PAY
    accounts["secondary"] = np.full(block.size, -1)
    block.lines["is_late_charge"] = np.zeros(len(block.lines["account"]), dtype=bool)

    answers = Answers(block)
    sent = Submissions(block, events["claims"], events["claim_acknowledgements"])
    answer_first(block, answers, insured)
    path = choose_paths(world, block, answers.total("denied"))
    corrections = correct(world, block, answers, sent, path)
    events["appeals"], last_decision = appeal(world, block, answers, path)
    final = np.maximum(answers.day, last_decision)

    events |= sent.rows() | answers.rows()
    events |= balances.settle(world, block, answers.total("lost"), answers.total("patient"), final)
    events["work_items"] = work_items(world, block, events, _rework(block, path, corrections))
    events["encounters"] = block.encounters
    events["encounter_diagnoses"] = _diagnoses(block)
    events["charges"] = _charges(block)
    _date_arrivals(events)
    return {table: _number(block, rows) for table, rows in events.items()}


def _rework(block: Block, path: Array, corrections: Rows) -> Rows:
    """By account: the path of its denial and the day of its first correction."""
    worked = np.full(block.size, NEVER)
    first = corrections["attempt"] == 1
    worked[corrections["account"][first]] = corrections["day"][first]
    return {"path": path, "worked": worked}


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
