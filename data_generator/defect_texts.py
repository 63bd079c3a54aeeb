"""Damaged texts of the raw tables: what is done to the columns of rows once they are written."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_generator import parameters
from data_generator.arrays import Array, Rows
from data_generator.defects import CODES, VARIANTS
from data_generator.hashing import identities, number_between, which_happens

Columns = dict[str, pa.Array]
Damage = Callable[[str, int], str]
"""Makes a damaged text of a text and the row's variant."""

KEYS = {
    "hospital_a_patients": ("patient_id",),
    "hospital_a_encounters": ("encounter_id",),
    "hospital_a_encounter_diagnoses": ("encounter_id", "diagnosis_sequence"),
    "hospital_a_charges": ("charge_id",),
    "hospital_b_patients": ("mrn",),
    "hospital_b_encounters": ("visit_no",),
    "hospital_b_encounter_diagnoses": ("visit_no", "dx_rank"),
    "hospital_b_charges": ("charge_ref",),
    "clearinghouse_claims": ("claim_id",),
    "clearinghouse_claim_lines": ("claim_id", "line_number"),
    "clearinghouse_claim_acknowledgements": ("acknowledgement_id",),
    "clearinghouse_remittances": ("remittance_id",),
    "clearinghouse_remittance_claims": ("remittance_claim_id",),
    "clearinghouse_remittance_lines": ("remittance_line_id",),
    "clearinghouse_remittance_adjustments": ("remittance_adjustment_id",),
    "billing_patient_payments": ("patient_payment_id",),
    "billing_account_adjustments": ("account_adjustment_id",),
    "billing_refunds": ("refund_id",),
    "billing_work_items": ("work_item_id",),
}
"""Primary keys of the raw tables that can have defects."""

_ORPHANED = {
    "hospital_a_encounter_diagnoses": ("encounter_id",),
    "hospital_a_charges": ("charge_id", "account_number", "encounter_id"),
    "hospital_b_encounter_diagnoses": ("visit_no",),
    "hospital_b_charges": ("charge_ref", "acct_no", "visit_no"),
    "clearinghouse_claim_lines": ("claim_id", "line_control_number"),
    "billing_patient_payments": ("patient_payment_id", "account_number"),
    "billing_work_items": ("work_item_id", "account_number"),
}
"""Own keys and parents' keys, which orphans have under a name that nobody else has."""

_COSMETIC = {
    "hospital_a_charges": ("claim_type", "procedure_code", "revenue_code", "modifier_1"),
    "hospital_b_charges": ("cpt_hcpcs", "rev_code", "mods"),
    "clearinghouse_claims": ("submitter_id", "member_id", "payer_id", "principal_diagnosis_code"),
    "clearinghouse_claim_lines": ("procedure_code", "revenue_code", "modifier_1"),
    "billing_patient_payments": ("payment_method", "payment_source"),
    "billing_account_adjustments": ("adjustment_type",),
}
"""Codes and words that a second sender writes in another case, or with blanks around them."""

_DATES = {
    "hospital_a_charges": ("service_date", "post_date"),
    "hospital_b_charges": ("dos", "posted"),
}
_PROCEDURES = {"hospital_a_charges": "procedure_code", "hospital_b_charges": "cpt_hcpcs"}

DEFECT_COLUMNS = {
    ("wrong_total", "clearinghouse_claims"): "billed_amount",
    ("wrong_total", "clearinghouse_remittance_claims"): "paid_amount",
    ("impossible_date", "billing_patient_payments"): "post_date",
    ("negative_amount", "hospital_a_charges"): "amount",
    ("negative_amount", "hospital_b_charges"): "charge_cents",
    ("negative_amount", "billing_patient_payments"): "amount",
    **{("unknown_code", table): column for table, column in _PROCEDURES.items()},
}
"""The column that is wrong, where it is one and always the same."""


def defect_column(name: str, identifier: str, variant: int) -> str | None:
    """The column that a defect damages; None where it is the whole row."""
    if name == "impossible_date" and identifier in _DATES:
        return _DATES[identifier][variant % 2]
    return DEFECT_COLUMNS.get((name, identifier))


def spoil(identifier: str, columns: Columns, rows: Rows) -> Columns:
    """The columns with the texts damaged as the rows' `defect` and `variant` say."""
    spoilt = dict(columns)

    def damage(
        defect: str, names: tuple[str, ...], make: Damage, which: Array | None = None
    ) -> None:
        hit = rows["defect"] == CODES[defect]
        if which is not None:
            hit &= which
        for name in names if hit.any() else ():
            spoilt[name] = _replace(spoilt[name], np.flatnonzero(hit), rows["variant"], make)

    if identifier in _ORPHANED:
        damage("orphan", _ORPHANED[identifier], lambda text, _: f"X{text}")
    if identifier in _COSMETIC:
        damage("near_duplicate", _COSMETIC[identifier], _cosmetic)
    if identifier in _DATES:
        for place, name in enumerate(_DATES[identifier]):
            damage("impossible_date", (name,), _impossible, rows["variant"] % 2 == place)
    if identifier in _PROCEDURES:
        damage("unknown_code", (_PROCEDURES[identifier],), _unknown)
    return spoilt


def _replace(column: pa.Array, where: Array, variant: Array, make: Damage) -> pa.Array:
    """Damage the texts at the places `where`; a null stays one."""
    old = column.take(pa.array(where)).to_pylist()
    new = [
        None if text is None else make(text, choice)
        for text, choice in zip(old, variant[where].tolist(), strict=True)
    ]
    mask = np.zeros(len(column), dtype=bool)
    mask[where] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(new, pa.string()))


def _cosmetic(text: str, variant: int) -> str:
    cased = (text.lower(), text.upper(), text)[variant % 3]
    return (f" {cased}", f"{cased} ", f" {cased}  ")[variant // 3 % 3]


def _impossible(text: str, variant: int) -> str:
    """30 February, or the same day in 1900 or 2099, in the style of the text."""
    choice = variant // 2 % 3
    has_slashes = "/" in text
    month_and_day, year = (text[:5], text[6:]) if has_slashes else (text[4:], text[:4])
    if choice == 0:
        month_and_day = "02/30" if has_slashes else "0230"
    else:
        year = ("1900", "2099")[choice - 1]
    return f"{month_and_day}/{year}" if has_slashes else year + month_and_day


def _unknown(_text: str, variant: int) -> str:
    return parameters.UNKNOWN_CODES[variant % len(parameters.UNKNOWN_CODES)]


# --- people -------------------------------------------------------------------------------------


def _odd_name(text: str, variant: int) -> str:
    cased = (text.lower(), text.upper(), text.swapcase(), text)[variant % 4]
    spaced = (f" {cased}", f"{cased} ", f"  {cased} ", cased.replace(" ", "   "))
    odd = spaced[variant // 4 % 4]
    return odd if odd != text else f" {text}"


def _malformed_phone(text: str, variant: int) -> str:
    return (text[:-3], "000", f"{text[:-1]}x", "none", f"{text}{text[-2:]}9")[variant % 5]


def _malformed_email(text: str, variant: int) -> str:
    local, _, domain = text.partition("@")
    return (f"{local} at {domain}", local, f"{local}@@{domain}", f"{local}@", f"@{domain}")[
        variant % 5
    ]


def _malformed_zip(text: str, variant: int) -> str:
    return (text[:4], f"{text[:4]}O", "00", f"{text[:2]} {text[2:5]}")[variant % 4]


_PEOPLE: dict[str, dict[str, tuple[tuple[str, ...], Damage]]] = {
    "hospital_a_patients": {
        "odd_name": (("last_name", "first_name"), _odd_name),
        "malformed_phone": (("phone",), _malformed_phone),
        "malformed_email": (("email",), _malformed_email),
        "malformed_zip": (("zip",), _malformed_zip),
    },
    "hospital_b_patients": {
        "odd_name": (("full_name",), _odd_name),
        "malformed_phone": (("phone_number",), _malformed_phone),
        "malformed_email": (("email_address",), _malformed_email),
        "malformed_zip": (("postal_code",), _malformed_zip),
    },
}


def spoil_people(
    seed: int, identifier: str, columns: Columns
) -> tuple[Columns, list[tuple[str, str, Array]]]:
    """Damage names and contact values of patients; what was done, as defect, column and rows.

    A patient's record has the same defect on every night on which it comes.
    """
    spoilt = dict(columns)
    done: list[tuple[str, str, Array]] = []
    if identifier not in _PEOPLE or not len(columns["_loaded_at"]):
        return spoilt, done
    number = pc.cast(pc.replace_substring(columns[KEYS[identifier][0]], "B", ""), pa.int64())
    words = identities(seed, identifier, [number.to_numpy(zero_copy_only=False)])
    rates = parameters.PATIENT_DEFECT_RATES
    which = which_happens(words, "alone", rates.values())
    variant = number_between(words, "variant", (0, VARIANTS - 1))
    for place, name in enumerate(rates):
        choices, make = _PEOPLE[identifier][name]
        for choice, column in enumerate(choices):
            has_value = pc.is_valid(columns[column]).to_numpy(zero_copy_only=False)
            hit = (which == place) & has_value & (variant % len(choices) == choice)
            hits = np.flatnonzero(hit)
            if len(hits):
                spoilt[column] = _replace(columns[column], hits, variant // len(choices), make)
                done.append((name, column, hits))
    return spoilt, done
