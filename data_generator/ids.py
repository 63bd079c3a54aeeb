"""Ids of every kind, made from numbers that do not depend on the period.

Rows give month (yyyymm of service), account (number in the month), line, version and ordinal, so
an id never changes when the data are generated again with a later end date.
"""

import numpy as np
import pyarrow as pa

from data_generator import catalogue
from data_generator.arrays import Array, Rows
from data_generator.columns import codes, date_texts, pick, text
from data_generator.parameters import PAYERS
from data_generator.pools import World

_MEMBER_MODULUS = 999_999_937  # prime, so that different persons get different numbers


def short_month(rows: Rows) -> tuple[Array, int]:
    """The month of service as yymm, with its width."""
    return rows["month"] % 10_000, 4


def account_number(rows: Rows, name: str = "account") -> tuple[Array, int]:
    """The account's number in the month, with its width."""
    return rows[name], 7


def account_numbers(rows: Rows) -> pa.Array:
    """Patient control numbers: letter of the hospital, yymm and seven digits."""
    plain = codes("A", short_month(rows), account_number(rows))
    if not rows["hospital"].any():
        return plain
    _, offsets, content = plain.buffers()
    letters = np.frombuffer(content, np.uint8).copy().reshape(len(plain), -1)
    letters[:, 0] += rows["hospital"].astype(np.uint8)
    return pa.Array.from_buffers(pa.string(), len(plain), [None, offsets, pa.py_buffer(letters)])


def encounter_ids(rows: Rows, name: str, prefix: str) -> pa.Array:
    """Encounter numbers: yymm and the number of the encounter's first account."""
    return codes(prefix, short_month(rows), account_number(rows, name))


def claim_ids(rows: Rows, name: str = "version", valid: Array | None = None) -> pa.Array:
    """Clearinghouse trace numbers: account and version; null where not `valid`."""
    version = (rows[name], 1)
    return codes("C", short_month(rows), account_number(rows), "-", version, valid=valid)


def payer_numbers(rows: Rows, version: Array, valid: Array | None = None) -> pa.Array:
    """The payer's own numbers of claim versions; null where not `valid`."""
    payer = (10 + rows["payer"], 2)
    number = account_number(rows)
    return codes(payer, short_month(rows), number, "0", (version, 1), valid=valid)


def line_numbers(rows: Rows, name: str = "line", valid: Array | None = None) -> pa.Array:
    """Charge ids, which are the line control numbers too: hospital B's start with BC.

    `name` is the column of the line's number; null where not `valid`.
    """
    parts = (short_month(rows), account_number(rows), (rows[name], 2))
    plain = codes(*parts, valid=valid)
    is_b = rows["hospital"] == 1
    if not is_b.any():
        return plain
    lettered = codes("BC", *parts, valid=valid)
    if is_b.all():
        return lettered
    words = pa.concat_arrays([plain, lettered])
    return words.take(pa.array(np.arange(len(is_b)) + np.where(is_b, len(is_b), 0)))


def remittance_claim_ids(rows: Rows) -> pa.Array:
    """Numbers of CLP loops: account and ordinal."""
    return codes("RC", short_month(rows), account_number(rows), "-", (rows["ordinal"], 2))


def remittance_line_ids(rows: Rows) -> pa.Array:
    """Numbers of SVC loops: account, ordinal and line."""
    loop = (short_month(rows), account_number(rows), "-", (rows["ordinal"], 2))
    return codes("RL", *loop, "-", (rows["line"], 2))


def check_parts(rows: Rows) -> list[tuple[Array, int]]:
    """What names a check: day of payment, payer and payee."""
    unique, place = np.unique(rows["day"], return_inverse=True)
    stamps = date_texts(unique, "%Y%m%d").to_numpy(zero_copy_only=False).astype(np.int64)
    return [(stamps[place], 8), (10 + rows["payer"], 2), (1 + rows["facility"], 1)]


def remittance_ids(rows: Rows) -> pa.Array:
    """Numbers of 835 transactions."""
    return codes("R", *check_parts(rows))


def trace_numbers(rows: Rows) -> pa.Array:
    """Numbers of checks and electronic payments."""
    return codes("EFT", *check_parts(rows))


def numbered(prefix: str, rows: Rows, width: int = 1) -> pa.Array:
    """Numbers of an account's events: account and ordinal."""
    return codes(prefix, short_month(rows), account_number(rows), "-", (rows["ordinal"], width))


def patient_ids(hospital: int, world: World, patient: Array) -> pa.Array:
    """Medical record numbers: whole numbers at hospital A, B0001234 at hospital B."""
    if hospital == 0:
        return codes((patient + 10_000_000, 8))
    return codes("B", (patient - world.patients.count_a + 1, 7))


def coverage_ids(
    patient: Array, ordinal: Array, sequence: int = 1, valid: Array | None = None
) -> pa.Array:
    """Coverage numbers of patient records: record, sequence, and the person's so-many-th spell.

    Null where not `valid`.
    """
    return codes("COV", (patient, 8), str(sequence), (ordinal, 2), valid=valid)


def member_ids(world: World, patient: Array, payer: Array) -> pa.Array:
    """Member numbers, the same for one person and payer at both hospitals."""
    person = world.patients.person[patient].astype(np.int64)
    member = person * len(PAYERS) + payer
    return codes("M", ((member * 48_271 + 11_000_003) % _MEMBER_MODULUS, 9))


def department_ids(hospital: int) -> pa.Array:
    """Department numbers of a hospital in the catalogue's order."""
    if hospital == 0:
        return text([str(10 + 5 * place) for place in range(len(catalogue.DEPARTMENTS))])
    return text([f"B-{item.code}" for item in catalogue.DEPARTMENTS])


def provider_ids(hospital: int, provider: Array) -> pa.Array:
    """Provider numbers: whole numbers at hospital A, PB0012 at hospital B."""
    if hospital == 0:
        return codes((provider + 1001, 4))
    return codes("PB", (provider, 4))


def staff_ids(staff: Array) -> pa.Array:
    """Staff numbers; null for a negative one."""
    return codes("S", (staff.clip(0) + 1, 3), valid=staff >= 0)


def npis(world: World, provider: Array) -> pa.Array:
    """NPIs of providers."""
    return pick([str(npi) for npi in world.providers.npi], provider)


def facility_npis(world: World, facility: Array) -> pa.Array:
    """Billing NPIs of facilities."""
    return pick([str(npi) for npi in world.facility_npi], facility)
