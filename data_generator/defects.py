"""Defects of the raw files: which rows are late, doubled, damaged or have no parent.

What befalls a row follows from a hash of what the row is, so it depends neither on the blocks, nor
on the end of the period, nor on other tables. No row has more than one defect. A row whose numbers
are wrong comes again, right, some days later; what is merely written badly, or twice, does not.
Rows that change get none that could bring an old state after a newer one.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from data_generator import catalogue, parameters
from data_generator.arrays import NEVER, Array, Rows, concatenate, select
from data_generator.hashing import bits, happens, identities, number_between, which_happens

NAMES = (
    "none",
    "late_row",
    "wrong_total",
    "impossible_date",
    "negative_amount",
    "unknown_code",
    "swapped_dates",
    "exact_duplicate",
    "near_duplicate",
    "orphan",
)
"""Defects of rows by the code in their column `defect`."""
CODES = {name: code for code, name in enumerate(NAMES)}

ROW_COLUMNS = ("defect", "repaired", "variant", "resent")
"""What rows of files have beside their own columns: the code of a defect, the day on which the
right version comes (NEVER for none), a number from 0 to 119 to choose how a text is damaged, and
the days since the file was sent first (0 the first time)."""

_REPAIRED = ("wrong_total", "impossible_date", "negative_amount", "unknown_code")
_COPIED = ("exact_duplicate", "near_duplicate", "orphan")

IDENTITIES = {
    "encounters": ("month", "account", "known"),
    "encounter_diagnoses": ("month", "account", "rank"),
    "charges": ("month", "account", "line"),
    "claims": ("month", "account", "version"),
    "claim_lines": ("month", "account", "version", "line"),
    "claim_acknowledgements": ("month", "account", "version", "ordinal"),
    "remittances": ("day", "payer", "facility"),
    "remittance_claims": ("month", "account", "ordinal"),
    "remittance_lines": ("month", "account", "ordinal", "line"),
    "remittance_adjustments": ("month", "account", "ordinal", "line", "sequence"),
    "patient_payments": ("month", "account", "ordinal"),
    "account_adjustments": ("month", "account", "ordinal"),
    "refunds": ("month", "account", "ordinal"),
    "work_items": ("month", "account", "ordinal", "known"),
}
"""Columns that name a row of each kind that can have defects."""

HEADS = {
    "claims": "claims",
    "claim_lines": "claims",
    "remittance_claims": "remittance_claims",
    "remittance_lines": "remittance_claims",
    "remittance_adjustments": "remittance_claims",
}
"""Kinds of rows that come late together, and are cut off together, by the kind that leads them: a
claim without its lines, or a remittance without its adjustments, would seem to have wrong totals."""

FILES = {
    "hospital_{}_charges": ("charges",),
    "hospital_{}_encounter_diagnoses": ("encounter_diagnoses",),
    "837": ("claims", "claim_lines"),
    "277": ("claim_acknowledgements",),
    "checks": ("remittances",),
    "835": ("remittance_claims", "remittance_lines", "remittance_adjustments"),
    "payments": ("patient_payments",),
    "adjustments": ("account_adjustments",),
    "refunds": ("refunds",),
}
"""Files that can be sent twice or cut off, and the kinds of rows that share their fate."""
"""E
echo
