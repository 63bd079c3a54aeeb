"""The raw tables of the billing office that grow with every night."""

import numpy as np

from data_generator import parameters
from data_generator.appeals import DECISIONS
from data_generator.arrays import Rows
from data_generator.balances import ADJUSTMENT_TYPES, REFUNDED_TO
from data_generator.billing import CATEGORY_EDIT_CODES
from data_generator.columns import booleans, codes, dates, integers, money, pick
from data_generator.ids import (
    account_number,
    account_numbers,
    claim_ids,
    numbered,
    short_month,
    staff_ids,
)
from data_generator.table import Columns, Context, Table


def _claim_edits(_context: Context, rows: Rows) -> Columns:
    return {
        "claim_edit_id": numbered("E", rows),
        "account_number": account_numbers(rows),
        "edit_code": pick([code for code, _ in CATEGORY_EDIT_CODES], rows["edit"]),
        "edit_category": pick([category for _, category in CATEGORY_EDIT_CODES], rows["edit"]),
        "staff_id": staff_ids(np.where(rows["resolved"] > rows["known"], -1, rows["staff"])),
        "raised_date": dates(rows["raised"]),
        "resolved_date": dates(rows["resolved"], rows["known"]),
    }


def _patient_payments(_context: Context, rows: Rows) -> Columns:
    return {
        "patient_payment_id": numbered("PP", rows),
        "account_number": account_numbers(rows),
        "payment_method": pick(parameters.PAYMENT_METHODS, rows["method"]),
        "payment_source": pick(parameters.PAYMENT_SOURCES, rows["source"]),
        "amount": money(rows["amount"]),
        "post_date": dates(rows["day"]),
    }


def _account_adjustments(_context: Context, rows: Rows) -> Columns:
    return {
        "account_adjustment_id": numbered("AD", rows),
        "account_number": account_numbers(rows),
        "adjustment_type": pick(ADJUSTMENT_TYPES, rows["kind"]),
        "amount": money(rows["amount"]),
        "staff_id": staff_ids(rows["staff"]),
        "post_date": dates(rows["day"]),
    }


def _refunds(_context: Context, rows: Rows) -> Columns:
    return {
        "refund_id": numbered("RF", rows),
        "account_number": account_numbers(rows),
        "refunded_to": pick(REFUNDED_TO, rows["to"]),
        "amount": money(rows["amount"]),
        "post_date": dates(rows["day"]),
    }


def _appeals(_context: Context, rows: Rows) -> Columns:
    decision = np.where(rows["decided"] > rows["known"], -1, rows["decision"])
    return {
        "appeal_id": codes("AP", short_month(rows), account_number(rows), "-", (rows["round"], 1)),
        "claim_id": claim_ids(rows),
        "account_number": account_numbers(rows),
        "appeal_round": integers(rows["round"]),
        "appealed_amount": money(rows["amount"]),
        "staff_id": staff_ids(rows["staff"]),
        "filed_date": dates(rows["filed"]),
        "deadline_date": dates(rows["deadline"]),
        "decided_date": dates(rows["decided"], rows["known"]),
        "decision": pick(DECISIONS, decision),
    }


def _work_items(_context: Context, rows: Rows) -> Columns:
    is_cause = (rows["denied_version"] > 0) & (rows["found"] <= rows["known"])
    return {
        "work_item_id": numbered("W", rows, 2),
        "staff_id": staff_ids(rows["staff"]),
        "account_number": account_numbers(rows),
        "work_type": pick(parameters.WORK_TYPES, rows["kind"]),
        "minutes": integers(rows["minutes"]),
        "is_error": booleans(rows["found"] <= rows["known"]),
        "denied_claim_id": claim_ids(rows, "denied_version", is_cause),
        "found_wrong_date": dates(rows["found"], rows["known"]),
        "worked_date": dates(rows["day"]),
    }


BILLING_TABLES = (
    Table("billing_claim_edits", "claim_edits", _claim_edits),
    Table("billing_patient_payments", "patient_payments", _patient_payments),
    Table("billing_account_adjustments", "account_adjustments", _account_adjustments),
    Table("billing_refunds", "refunds", _refunds),
    Table("billing_appeals", "appeals", _appeals),
    Table("billing_work_items", "work_items", _work_items),
)
