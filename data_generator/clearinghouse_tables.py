"""The raw tables of the clearinghouse: claims, acknowledgements, remittances."""

import numpy as np
import pyarrow as pa

from data_generator import catalogue
from data_generator.arrays import Rows, year_ends
from data_generator.checks import PROVIDER_REASONS
from data_generator.claim_versions import ORIGINAL
from data_generator.columns import codes, constant, dates, integers, money, pick, text, units
from data_generator.denials import REASONS, REMARK_CODES
from data_generator.ids import (
    account_number,
    account_numbers,
    check_parts,
    claim_ids,
    facility_npis,
    line_numbers,
    member_ids,
    npis,
    payer_numbers,
    remittance_claim_ids,
    remittance_ids,
    remittance_line_ids,
    short_month,
    trace_numbers,
)
from data_generator.parameters import HOSPITALS, PAYERS
from data_generator.payers import PAYER_NAMES
from data_generator.rejections import STATUS_CATEGORIES, STATUS_CODES
from data_generator.remittances import (
    COINSURANCE,
    CONTRACTUAL,
    COPAY,
    DEDUCTIBLE,
    DENIAL,
    NOT_COVERED,
    PRIOR_PAYER,
    SEQUESTRATION,
    STATUSES,
)
from data_generator.table import (
    ITEM_CODES,
    ITEM_REVENUES,
    MODIFIERS,
    UNDOTTED_DIAGNOSES,
    Columns,
    Context,
    Table,
)

_PAYER_IDS = text([payer.payer_id for payer in PAYERS])
# CI, commercial insurance, is a code of claims (SBR09) that remittances (CLP06) lack; 12 is a PPO
_FILING = text(
    ["12" if payer.filing_indicator == "CI" else payer.filing_indicator for payer in PAYERS]
)
_SUBMITTERS = text(HOSPITALS)
_TEMPLATES = tuple(catalogue.TEMPLATES.values())
_INSTITUTIONAL = np.array([item.claim_type == "I" for item in _TEMPLATES])
_PLACES = text([item.place for item in _TEMPLATES])


def _claims(context: Context, rows: Rows) -> Columns:
    institutional = _INSTITUTIONAL[rows["template"]]
    authorized = rows["is_authorized"].astype(bool)
    return {
        "claim_id": claim_ids(rows),
        "patient_control_number": account_numbers(rows),
        "submitter_id": pick(_SUBMITTERS, rows["hospital"]),
        "claim_type": pick(("P", "I"), rows["claim_type"]),
        "frequency_code": codes((rows["frequency"], 1)),
        "original_reference_number": payer_numbers(
            rows, rows["replaced_version"], rows["frequency"] != ORIGINAL
        ),
        "payer_id": pick(_PAYER_IDS, rows["payer"]),
        "payer_sequence": pick(("P", "S"), rows["payer_sequence"]),
        "member_id": member_ids(context.world, rows["patient"], rows["payer"]),
        "billing_provider_npi": facility_npis(context.world, rows["facility"]),
        "rendering_provider_npi": npis(context.world, rows["provider"]),
        "place_of_service_code": pick(_PLACES, np.where(institutional, -1, rows["template"])),
        "facility_type_code": pick(_PLACES, np.where(institutional, rows["template"], -1)),
        "principal_diagnosis_code": pick(UNDOTTED_DIAGNOSES, rows["diagnosis"]),
        "prior_authorization_number": codes(
            "AU", (rows["payer"], 2), short_month(rows), account_number(rows), valid=authorized
        ),
        "billed_amount": money(rows["billed"]),
        "statement_from_date": dates(rows["admit"]),
        "statement_to_date": dates(rows["discharge"]),
        "final_bill_date": dates(rows["final_bill"]),
        "submitted_date": dates(rows["day"]),
    }


def _service_columns(rows: Rows) -> Columns:
    return {
        "line_control_number": line_numbers(rows),
        "procedure_code": pick(ITEM_CODES, rows["item"]),
        "modifier_1": pick(MODIFIERS, rows["modifier_1"]),
        "modifier_2": pick(MODIFIERS, rows["modifier_2"]),
        "revenue_code": pick(ITEM_REVENUES, rows["item"]),
        "units": units(rows["units"]),
        "service_date": dates(rows["service"]),
    }


def _claim_lines(_context: Context, rows: Rows) -> Columns:
    return {
        "claim_id": claim_ids(rows),
        "line_number": integers(rows["line"]),
        **_service_columns(rows),
        "billed_amount": money(rows["amount"]),
    }


def _acknowledgements(_context: Context, rows: Rows) -> Columns:
    category = rows["category"]
    accepted = category <= STATUS_CATEGORIES.index("A2")
    by_payer = category == STATUS_CATEGORIES.index("A2")
    return {
        "acknowledgement_id": codes(
            "AK", short_month(rows), account_number(rows), "-", (rows["version"], 1), "-",
            (rows["ordinal"], 1),
        ),
        "claim_id": claim_ids(rows),
        "acknowledgement_source": pick(("clearinghouse", "payer"), rows["source"]),
        "status_category_code": pick(STATUS_CATEGORIES, category),
        "status_code": pick(STATUS_CODES, rows["code"]),
        "action_code": pick(("U", "WQ"), accepted.astype(np.int64)),
        "payer_claim_control_number": payer_numbers(rows, rows["version"], by_payer),
        "acknowledged_date": dates(rows["day"]),
    }  # fmt: skip


def _remittances(context: Context, rows: Rows) -> Columns:
    size = len(rows["day"])
    return {
        "remittance_id": remittance_ids(rows),
        "payer_id": pick(_PAYER_IDS, rows["payer"]),
        "payer_name": pick(
            PAYER_NAMES, context.world.payers.name_place(rows["payer"], rows["day"])
        ),
        "payee_npi": facility_npis(context.world, rows["facility"]),
        "trace_number": trace_numbers(rows),
        "payment_method_code": pick(("NON", "ACH"), (rows["paid"] > 0).astype(np.int64)),
        "payment_amount": money(rows["paid"]),
        "payment_date": dates(rows["day"]),
        "payment_date_text": constant(None, size),
        "production_date": dates(rows["day"]),
    }


def _remittance_claims(context: Context, rows: Rows) -> Columns:
    institutional = _INSTITUTIONAL[rows["template"]]
    size = len(institutional)
    drg = _drg(rows)
    return {
        "remittance_claim_id": remittance_claim_ids(rows),
        "remittance_id": remittance_ids(rows),
        "claim_sequence": integers(rows["sequence"]),
        "patient_control_number": account_numbers(rows),
        "claim_status_code": pick(
            [str(status) for status in STATUSES], np.searchsorted(STATUSES, rows["status"])
        ),
        "billed_amount": money(rows["billed"]),
        "paid_amount": money(rows["paid"]),
        "patient_responsibility_amount": money(rows["owed"]),
        "claim_filing_indicator_code": pick(_FILING, rows["payer"]),
        "payer_claim_control_number": payer_numbers(rows, rows["version"]),
        "facility_type_code": pick(_PLACES, rows["template"]),
        "frequency_code": pick(("1", "7"), rows["is_replacement"].astype(np.int64)),
        "drg_code": drg,
        "member_id": member_ids(context.world, rows["patient"], rows["payer"]),
        "statement_from_date": dates(rows["admit"]),
        "statement_to_date": dates(rows["discharge"]),
        "received_date": dates(rows["received"]),
        "coverage_amount": money(rows["covered"]),
        "remark_code_1": constant(None, size),
        "remark_code_2": constant(None, size),
    }


def _drg(rows: Rows) -> pa.Array:
    """DRG of inpatient claims, the same on every remittance of an account."""
    index = np.full(len(rows["template"]), -1)
    for name, choices in catalogue.DRG_CODES.items():
        which = rows["template"] == catalogue.TEMPLATE_NAMES.index(name)
        places = np.array([catalogue.DRG_LIST.index(code) for code in choices])
        index = np.where(which, places[rows["account"] % len(places)], index)
    return pick(catalogue.DRG_LIST, index)


def _remittance_lines(_context: Context, rows: Rows) -> Columns:
    size = len(rows["line"])
    return {
        "remittance_line_id": remittance_line_ids(rows),
        "remittance_claim_id": remittance_claim_ids(rows),
        "line_sequence": integers(rows["line"]),
        **_service_columns(rows),
        "original_procedure_code": constant(None, size),
        "billed_amount": money(rows["billed"]),
        "paid_amount": money(rows["paid"]),
        "allowed_amount": money(rows["allowed"]),
        "remark_code_1": pick(REMARK_CODES, rows["remark"]),
        "remark_code_2": constant(None, size),
    }


def _remittance_adjustments(_context: Context, rows: Rows) -> Columns:
    groups = [""] * DENIAL + [reason.group for reason in REASONS]
    carcs = [""] * DENIAL + [reason.carc for reason in REASONS]
    for place, group, carc in (
        (CONTRACTUAL, "CO", "45"),
        (SEQUESTRATION, "CO", "253"),
        (DEDUCTIBLE, "PR", "1"),
        (COINSURANCE, "PR", "2"),
        (COPAY, "PR", "3"),
        (PRIOR_PAYER, "OA", "23"),
        (NOT_COVERED, "PR", "204"),
    ):
        groups[place], carcs[place] = group, carc
    kind = np.where(rows["kind"] == DENIAL, DENIAL + rows["reason"], rows["kind"])
    return {
        "remittance_adjustment_id": codes(
            "RA", short_month(rows), account_number(rows), "-", (rows["ordinal"], 2), "-",
            (rows["line"], 2), "-", (rows["sequence"], 1),
        ),
        "remittance_claim_id": remittance_claim_ids(rows),
        "remittance_line_id": remittance_line_ids(rows),
        "adjustment_sequence": integers(rows["sequence"]),
        "group_code": pick(groups, kind),
        "carc": pick(carcs, kind),
        "amount": money(rows["amount"]),
        "quantity": pa.nulls(len(kind), pa.decimal128(10, 2)),
    }  # fmt: skip


def _provider_adjustments(context: Context, rows: Rows) -> Columns:
    by_check = rows["check_day"] > 0
    claims = payer_numbers(rows, rows["version"])
    checks = trace_numbers(rows | {"day": np.where(by_check, rows["check_day"], rows["day"])})
    size = len(by_check)
    references = pa.concat_arrays([claims, checks])
    return {
        "remittance_provider_adjustment_id": codes(
            "PL", *check_parts(rows), "-", (rows["sequence"], 5)
        ),
        "remittance_id": remittance_ids(rows),
        "adjustment_sequence": integers(rows["sequence"]),
        "provider_identifier": facility_npis(context.world, rows["facility"]),
        "fiscal_period_date": dates(year_ends(rows["day"])),
        "reason_code": pick(PROVIDER_REASONS, rows["reason"]),
        "reference_id": references.take(pa.array(np.arange(size) + np.where(by_check, size, 0))),
        "amount": money(rows["amount"]),
    }


CLEARINGHOUSE_TABLES = (
    Table("clearinghouse_claims", "claims", _claims),
    Table("clearinghouse_claim_lines", "claim_lines", _claim_lines),
    Table("clearinghouse_claim_acknowledgements", "claim_acknowledgements", _acknowledgements),
    Table("clearinghouse_remittances", "remittances", _remittances),
    Table("clearinghouse_remittance_claims", "remittance_claims", _remittance_claims),
    Table("clearinghouse_remittance_lines", "remittance_lines", _remittance_lines),
    Table(
        "clearinghouse_remittance_adjustments", "remittance_adjustments", _remittance_adjustments
    ),
    Table(
        "clearinghouse_remittance_provider_adjustments",
        "remittance_provider_adjustments",
        _provider_adjustments,
    ),
)
