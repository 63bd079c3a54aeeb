"""Whole lives straight from the simulator, and their ledger by who has to pay."""

from functools import cache

import numpy as np
import pandas as pd

from data_generator import balances
from data_generator.lives import simulate_block
from data_generator.pools import SELF_PAY, build_world

SEED, ACCOUNTS, MONTHS = 7, 5000, (202501, 202502, 202503)
KEY = ["month", "account"]
Lives = dict[str, pd.DataFrame]


@cache
def whole_lives() -> Lives:
    """Rows of every table to the end of all lives, those of changing tables as last told."""
    world = build_world(SEED, ACCOUNTS)
    parts: dict[str, list[pd.DataFrame]] = {}
    for month in MONTHS:
        for table, rows in simulate_block(world, month, 0, 0, ACCOUNTS).items():
            parts.setdefault(table, []).append(pd.DataFrame(rows))
    lives = {table: pd.concat(frames, ignore_index=True) for table, frames in parts.items()}
    appeals = lives["appeals"].sort_values("known", kind="stable")
    lives["appeals"] = appeals.drop_duplicates([*KEY, "round"], keep="last")
    return lives


def entries(lives: Lives) -> pd.DataFrame:
    """Ledger entries: month, account, day, kind, responsibility, cents; debts are positive."""
    charges, answers = lives["charges"], lives["remittance_claims"]
    owes_charges = np.where(charges["payer"] == SELF_PAY, "patient", "primary")
    first = answers[answers["payer_sequence"] == 0]
    second = answers[answers["payer_sequence"] == 1]
    adjusted = lives["account_adjustments"]
    names = np.array(balances.ADJUSTMENT_TYPES)[adjusted["kind"]]
    paid, refunds = lives["patient_payments"], lives["refunds"]
    moved_to = np.where(first["next"] == 1, "secondary", "patient")
    parts = [
        (charges, "charge", owes_charges, charges["amount"]),
        (first, "payer", "primary", -first["paid"]),
        (first, "contractual", "primary", -first["contractual"]),
        (first, "transfer", "primary", -first["owed"]),
        (first, "transfer", moved_to, first["owed"]),
        (second, "payer", "secondary", -second["paid"]),
        (second, "transfer", "secondary", -second["owed"]),
        (second, "transfer", "patient", second["owed"]),
        (paid, "patient", "patient", -paid["amount"]),
        (adjusted, names, np.where(names == "denial_writeoff", "primary", "patient"),
         -adjusted["amount"]),
        (refunds, "refund", np.array(balances.REFUNDED_TO)[refunds["to"]], refunds["amount"]),
    ]  # fmt: skip
    frames = [
        rows[[*KEY, "day"]].assign(kind=kind, responsibility=responsibility, cents=cents)
        for rows, kind, responsibility, cents in parts
    ]
    return pd.concat(frames, ignore_index=True)
