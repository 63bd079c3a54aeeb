"""What the answer key says about people and about things that change.

`patient_persons` tells who is behind each patient id of each hospital: people who visit both
hospitals, or were registered twice at one, have several ids. `changes` tells each change of a
patient, provider, payer, coverage or person of the staff within a set, as the raw tables deliver
it: one row per attribute, on the day on which the new version of the row arrives.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_generator.arrays import Rows, select
from data_generator.columns import constant, dates, integers, pick
from data_generator.ids import patient_ids
from data_generator.parameters import HOSPITALS
from data_generator.pools import World
from data_generator.reference_tables import REFERENCE_TABLES, ReferenceTable
from data_generator.table import Columns

_ENTITIES = {
    "hospital_a_patients": ("patient", HOSPITALS[0]),
    "hospital_b_patients": ("patient", HOSPITALS[1]),
    "hospital_a_providers": ("provider", HOSPITALS[0]),
    "hospital_b_providers": ("provider", HOSPITALS[1]),
    "billing_payers": ("payer", None),
    "billing_coverages": ("coverage", None),
    "billing_staff": ("staff", None),
}
"""Entity and hospital by raw table; the first column of each is its id."""

CHANGES = pa.schema(
    [
        ("entity", pa.string()),
        ("hospital_id", pa.string()),
        ("entity_id", pa.string()),
        ("change_date", pa.date32()),
        ("attribute", pa.string()),
        ("old_value", pa.string()),
        ("new_value", pa.string()),
    ]
)
"""Columns of `changes`; values are text as delivered, attributes columns of the raw table."""


def patient_persons(world: World) -> pa.Table:
    """The person behind each patient id: hospital_id, patient_id, person_id."""
    patients = world.patients
    number = np.arange(len(patients.person))
    ids = [
        patient_ids(place, world, number[patients.hospital == place])
        for place in range(len(HOSPITALS))
    ]
    return pa.table(
        {
            "hospital_id": pick(HOSPITALS, patients.hospital),
            "patient_id": pa.concat_arrays(ids),
            "person_id": integers(patients.person),
        }
    )


def changes(world: World, start_day: int, end_day: int) -> pa.Table:
    """What changes after a set's first day and until its last one, with the columns of CHANGES."""
    parts = [CHANGES.empty_table()]
    for table in REFERENCE_TABLES:
        if table.identifier not in _ENTITIES:
            continue
        for rows in table.later_versions(world, start_day, end_day):
            parts += _changes_of(world, table, select(rows, ~rows["is_new"]))
    return pa.concat_tables(parts)


def _changes_of(world: World, table: ReferenceTable, rows: Rows) -> list[pa.Table]:
    if not len(rows["arrival"]):
        return []
    new = table.render(world, rows)
    old = table.render(world, rows | {"known": rows["arrival"] - 1})
    entity_ids = next(iter(new.values()))
    entity, hospital = _ENTITIES[table.identifier]
    parts = []
    for name in new:
        before, after = (_as_text(columns, name) for columns in (old, new))
        same = pc.equal(pc.fill_null(before, ""), pc.fill_null(after, ""))
        which = pa.array(np.flatnonzero(~same.to_numpy(zero_copy_only=False)))
        size = len(which)
        columns = [
            constant(entity, size),
            constant(hospital, size),
            entity_ids.take(which),
            dates(rows["arrival"][which.to_numpy()]),
            constant(name, size),
            before.take(which),
            after.take(which),
        ]
        parts.append(pa.Table.from_arrays(columns, schema=CHANGES))
    return parts


def _as_text(columns: Columns, name: str) -> pa.Array:
    return columns[name].cast(pa.string())
