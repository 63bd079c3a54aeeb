"""The answer key equals an independent recount of the raw files, cent for cent.

Each definition that is wrong on either side, or a rule that only one of them follows, shows here.
"""

import datetime as dt
import json
from decimal import Decimal

import pandas as pd
import pytest
from raw_recount import MEASURES, Recount, truth

from data_generator.generate import generate
from data_generator.manifest import Options
from data_generator.stories import NAMES
from ingestion.contract import load_contract

SMALL = Options(6, 200, 11, dt.date(2025, 6, 18))
RARE = Options(12, 400, 5, dt.date(2025, 12, 31))
TOLD = Options(22, 300, 3, dt.date(2025, 10, 31), NAMES)
DIRTY = Options(12, 400, 8, dt.date(2025, 12, 12), NAMES, defects=True)
"""Long enough for every story, and a last month that is not whole in SMALL."""


def assert_same(expected: pd.DataFrame, key: pd.DataFrame) -> None:
    assert len(expected) and set(expected) == set(key)
    expected, key = expected.copy(), key.copy()
    for frame in (expected, key):
        for column in frame:
            if column.endswith("_date"):
                frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    names = [name for name in key if not name.endswith(("_amount", "_count"))]
    expected = expected[list(key)].sort_values(names).reset_index(drop=True)
    key = key.sort_values(names).reset_index(drop=True)
    pd.testing.assert_frame_equal(expected, key, check_dtype=False)


@pytest.fixture(scope="module", params=["small", "rare", "told", "dirty"])
def recount(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recount:
    options = {"small": SMALL, "rare": RARE, "told": TOLD, "dirty": DIRTY}[request.param]
    folder = tmp_path_factory.mktemp(request.param) / "set"
    generate(options, folder, "parquet", load_contract())
    return Recount(folder, options)


def test_balances_equal_the_recount(recount: Recount) -> None:
    assert_same(recount.ar_month_end(), truth(recount.folder, "ar_month_end"))


def test_money_equals_the_recount(recount: Recount) -> None:
    assert_same(recount.money_by_month(), truth(recount.folder, "money_by_month"))


def test_initial_denials_equal_the_recount(recount: Recount) -> None:
    assert_same(recount.initial_denials(), truth(recount.folder, "initial_denials"))


def test_control_totals_are_the_sums_of_the_tables_and_balance(recount: Recount) -> None:
    totals = json.loads((recount.folder / "truth.json").read_text())["control_totals"]
    cents = {name: int(Decimal(value) * 100) for name, value in totals.items()}
    money = truth(recount.folder, "money_by_month")
    assert all(cents[name] == money[f"{name}_amount"].sum() for name in MEASURES)
    balances = truth(recount.folder, "ar_month_end")
    last = balances[balances["month_end_date"] == balances["month_end_date"].max()]
    open_balance = last["gross_balance_amount"].sum() + last["credit_balance_amount"].sum()
    taken = ["paid", "contractual", "patient_paid", *MEASURES[7:12]]
    assert cents["open_balance"] == open_balance
    assert open_balance == cents["billed"] + cents["refunds"] - sum(cents[name] for name in taken)


def test_stories_equal_the_recount(recount: Recount) -> None:
    key = truth(recount.folder, "stories").set_index("story_name")
    stories = recount.stories(truth(recount.folder, "stories"))
    assert list(stories) == list(recount.options.stories)
    for name, (scope, affected, cents, measured) in stories.items():
        found = key.loc[name]
        assert (found["scope_count"], found["affected_count"]) == (scope, affected), name
        assert found["affected_amount"] == cents, name
        assert pd.isna(found["measured_value"]) == (measured is None), name
        if measured is not None:
            assert found["measured_value"] == pytest.approx(measured, abs=1e-6), name


def test_changes_equal_the_versions_of_the_raw_rows(recount: Recount) -> None:
    expected, key = recount.changes(), truth(recount.folder, "changes")
    assert set(key["entity"]) >= {"patient", "coverage", "staff"}
    if recount.options.defects:
        defects = pd.read_parquet(recount.folder / "truth_defects.parquet")
        damaged = pd.MultiIndex.from_frame(defects[["key", "column"]])
        expected, key = (
            frame[~pd.MultiIndex.from_frame(frame[["entity_id", "attribute"]]).isin(damaged)]
            for frame in (expected, key)
        )
    assert_same(expected, key)


def test_persons_have_every_patient_id_once(recount: Recount) -> None:
    persons = truth(recount.folder, "persons")
    raw = recount.both("patients", ["patient_id"], ["mrn"], ["patient_id"])
    keys = ["hospital_id", "patient_id"]
    assert_same(raw[keys].assign(person_id=0), persons[keys].assign(person_id=0))
    assert persons["person_id"].nunique() < len(persons)
