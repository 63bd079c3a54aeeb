"""The raw tables that the two hospitals deliver every night, each in its own shape."""

import numpy as np
import pyarrow as pa

from data_generator import catalogue
from data_generator.arrays import Rows
from data_generator.columns import bigints, date_texts, integers, money, pick, units
from data_generator.ids import (
    account_numbers,
    coverage_ids,
    department_ids,
    encounter_ids,
    line_numbers,
    patient_ids,
    provider_ids,
)
from data_generator.pools import SELF_PAY
from data_generator.table import (
    DATE_A,
    DATE_B,
    ITEM_CODES,
    ITEM_REVENUES,
    MODIFIERS,
    UNDOTTED_DIAGNOSES,
    Columns,
    Context,
    Table,
)


def _encounters_a(context: Context, rows: Rows) -> Columns:
    return {
        "encounter_id": encounter_ids(rows, "account", ""),
        "patient_id": patient_ids(0, context.world, rows["patient"]),
        "provider_id": provider_ids(0, rows["provider"]),
        "department_id": pick(department_ids(0), rows["department"]),
        "encounter_type": pick(catalogue.SETTINGS, rows["setting"]),
        "coverage_id": coverage_ids(
            rows["patient"], rows["coverage"], valid=rows["payer"] != SELF_PAY
        ),
        "admit_date": date_texts(rows["admit"], DATE_A),
        "discharge_date": date_texts(rows["discharge"], DATE_A, rows["known"]),
    }


def _encounters_b(context: Context, rows: Rows) -> Columns:
    count = len(catalogue.DEPARTMENTS)
    return {
        "visit_no": encounter_ids(rows, "account", "V"),
        "mrn": patient_ids(1, context.world, rows["patient"]),
        "provider_code": provider_ids(1, rows["provider"]),
        "dept_code": pick(department_ids(1), rows["department"] - count),
        "visit_class": pick(("C", "O", "E", "I"), rows["setting"]),
        "coverage_id": coverage_ids(
            rows["patient"], rows["coverage"], valid=rows["payer"] != SELF_PAY
        ),
        "arrival_date": date_texts(rows["admit"], DATE_B),
        "departure_date": date_texts(rows["discharge"], DATE_B, rows["known"]),
    }


def _diagnoses_a(_context: Context, rows: Rows) -> Columns:
    return {
        "encounter_id": encounter_ids(rows, "account", ""),
        "diagnosis_sequence": integers(rows["rank"]),
        "diagnosis_code": pick(catalogue.DIAGNOSIS_CODES, rows["diagnosis"]),
    }


def _diagnoses_b(_context: Context, rows: Rows) -> Columns:
    return {
        "visit_no": encounter_ids(rows, "account", "V"),
        "dx_rank": integers(rows["rank"]),
        "icd10": pick(UNDOTTED_DIAGNOSES, rows["diagnosis"]),
    }


def _charges_a(_context: Context, rows: Rows) -> Columns:
    return {
        "charge_id": line_numbers(rows),
        "credited_charge_id": line_numbers(rows, "credits", rows["credits"] > 0),
        "account_number": account_numbers(rows),
        "encounter_id": encounter_ids(rows, "encounter", ""),
        "claim_type": pick(("P", "I"), rows["claim_type"]),
        "procedure_code": pick(ITEM_CODES, rows["item"]),
        "revenue_code": pick(ITEM_REVENUES, rows["item"]),
        "modifier_1": pick(MODIFIERS, rows["modifier_1"]),
        "modifier_2": pick(MODIFIERS, rows["modifier_2"]),
        "units": units(rows["units"]),
        "amount": money(rows["amount"]),
        "service_date": date_texts(rows["service"], DATE_A),
        "post_date": date_texts(rows["day"], DATE_A),
    }


def _charges_b(_context: Context, rows: Rows) -> Columns:
    return {
        "charge_ref": line_numbers(rows),
        "credited_ref": line_numbers(rows, "credits", rows["credits"] > 0),
        "acct_no": account_numbers(rows),
        "visit_no": encounter_ids(rows, "encounter", "V"),
        "bill_form": pick(("1500", "UB04"), rows["claim_type"]),
        "cpt_hcpcs": pick(ITEM_CODES, rows["item"]),
        "rev_code": pick(ITEM_REVENUES, rows["item"]),
        "mods": _joined_modifiers(rows),
        "qty": units(rows["units"]),
        "charge_cents": bigints(rows["amount"]),
        "dos": date_texts(rows["service"], DATE_B),
        "posted": date_texts(rows["day"], DATE_B),
    }


def _joined_modifiers(rows: Rows) -> pa.Array:
    names = catalogue.MODIFIERS
    count = len(names)
    pairs: list[str | None] = list(names)
    pairs += [f"{first}:{second}" for first in names for second in names]
    first, second = rows["modifier_1"], rows["modifier_2"]
    return pick(
        pairs, np.where((second >= 0) & (first >= 0), count + first * count + second, first)
    )


HOSPITAL_TABLES = (
    Table("hospital_a_encounters", "encounters", _encounters_a, 0),
    Table("hospital_a_encounter_diagnoses", "encounter_diagnoses", _diagnoses_a, 0),
    Table("hospital_a_charges", "charges", _charges_a, 0),
    Table("hospital_b_encounters", "encounters", _encounters_b, 1),
    Table("hospital_b_encounter_diagnoses", "encounter_diagnoses", _diagnoses_b, 1),
    Table("hospital_b_charges", "charges", _charges_b, 1),
)
