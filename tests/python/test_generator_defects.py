"""Each defect that is listed is in the files as the list says, and nothing else is wrong."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from data_generator import parameters
from data_generator.arrays import Rows, select
from data_generator.defect_texts import KEYS
from data_generator.defects import IDENTITIES, Defects
from data_generator.generate import generate
from data_generator.lives import _VERSIONS, simulate_block
from data_generator.manifest import Options
from data_generator.pools import build_world
from ingestion.contract import load_contract

CLEAN = Options(4, 250, 5, dt.date(2025, 4, 20))
DIRTY = Options(6, 250, 5, dt.date(2025, 6, 30), defects=True)
"""Ends late enough for all that CLEAN has to have come, however late."""
LAST = pd.Timestamp(CLEAN.end_date)
FACTOR = 12
"""So much more often than in parameters.py, that a small set has every defect in every table."""

BAD = ["wrong_total", "impossible_date", "negative_amount", "unknown_code"]
EXTRA = ["exact_duplicate", "near_duplicate", "orphan"]
PEOPLE = list(parameters.PATIENT_DEFECT_RATES)
SWAPPED = {
    "hospital_a_charges": ["service_date", "post_date"],
    "hospital_b_charges": ["dos", "posted"],
    "hospital_a_encounters": ["admit_date", "discharge_date"],
    "hospital_b_encounters": ["arrival_date", "departure_date"],
}
META = ["_loaded_at", "_source_file"]


@pytest.fixture(scope="module")
def often() -> Iterator[None]:
    """Rates at which a small set has every defect."""
    with pytest.MonkeyPatch.context() as patch:
        rates = {
            defect: {kind: rate * FACTOR for kind, rate in kinds.items()}
            for defect, kinds in parameters.DEFECT_RATES.items()
        }
        rates["swapped_dates"]["encounters"] = 0.6  # few visits last longer than a day
        patch.setattr(parameters, "DEFECT_RATES", rates)
        for name in ("PATIENT_DEFECT_RATES", "FILE_DEFECT_RATES"):
            more = {key: rate * FACTOR / 2 for key, rate in getattr(parameters, name).items()}
            patch.setattr(parameters, name, more)
        yield


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory, often: None) -> tuple[Path, Path]:
    """The same world without and with defects."""
    folder = tmp_path_factory.mktemp("sets")
    for name, options in (("clean", CLEAN), ("dirty", DIRTY)):
        generate(options, folder / name, "parquet", load_contract())
    return folder / "clean", folder / "dirty"


def read(folder: Path, table: str) -> pd.DataFrame:
    frame = pq.read_table(folder / f"{table}.parquet").to_pandas().drop(columns="_batch_id")
    frame["_loaded_at"] = frame["_loaded_at"].dt.normalize()
    frame["_key"] = keys_of(frame, table)
    return frame


def keys_of(frame: pd.DataFrame, table: str) -> pd.Series:
    columns = KEYS.get(table, ())
    if not columns:
        return pd.Series("", index=frame.index)
    parts = [frame[column].astype(str) for column in columns]
    return parts[0].str.cat(parts[1:], sep="|") if len(parts) > 1 else parts[0]


def listed(folder: Path, table: str | None = None) -> pd.DataFrame:
    frame = pd.read_parquet(folder / "truth_defects.parquet")
    for column in ("arrival", "repaired_on"):
        frame[column] = pd.to_datetime(frame[column])
    return frame if table is None else frame[frame["table"] == table].drop(columns="table")


def text_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Values without case and blanks, nulls as one text."""
    words = frame.astype(object).where(frame.notna(), "")
    return words.map(lambda value: str(value).replace(" ", "").lower())


class Repair:
    """One table of the dirty set, mended as the list of defects says."""

    def __init__(self, clean: Path, dirty: Path, table: str) -> None:
        """Read the table."""
        self.table = table
        self.clean = read(clean, table)
        self.rows = read(dirty, table)
        self.list = listed(dirty, table)

    def row(self, entry: pd.Series) -> int:
        """The one row that an entry is about."""
        found = self.rows.index[
            (self.rows["_key"] == entry["key"])
            & (self.rows["_source_file"] == entry["source_file"])
            & (self.rows["_loaded_at"] == entry["arrival"])
        ]
        assert len(found) == 1, entry.to_dict()
        return int(found[0])

    def entries(self, *defects: str) -> Iterator[pd.Series]:
        for _, entry in self.list[self.list["defect"].isin(defects)].iterrows():
            yield entry

    def mend(self) -> pd.DataFrame:
        self._undo_files()
        gone = [self._check_extra(entry) for entry in self.entries(*EXTRA)]
        gone += [self._undo_bad(entry) for entry in self.entries(*BAD)]
        for entry in self.entries("swapped_dates"):
            self._swap(entry)
        for entry in self.entries(*PEOPLE):
            self._restore(entry)
        late = [(self.row(entry), entry) for entry in self.entries("late_row")]
        for row, entry in late:
            self._undo_delay(row, entry)
        self.rows = self.rows.drop(index=gone)
        return self.rows[self.rows["_loaded_at"] <= LAST]

    def _undo_files(self) -> None:
        for entry in self.entries("resent_file"):
            again = self.rows["_source_file"] == entry["source_file"]
            first = self.rows["_source_file"] == entry["source_file"].replace("-resent", "")
            names = [name for name in self.rows if name not in META]
            one, two = (self.rows.loc[which, names] for which in (first, again))
            assert len(one) and one.astype(str).sort_values(names).values.tolist() == (
                two.astype(str).sort_values(names).values.tolist()
            )
            assert (self.rows.loc[again, "_loaded_at"] == entry["arrival"]).all()
            self.rows = self.rows[~again]
        for entry in self.entries("cut_file"):
            first = self.rows["_source_file"] == entry["source_file"]
            stem = entry["source_file"].removesuffix(".parquet")
            whole = self.rows["_source_file"] == f"{stem}-resent.parquet"
            assert whole.sum() > first.sum()
            assert self.rows.loc[first, "_key"].isin(self.rows.loc[whole, "_key"]).all()
            assert (self.rows.loc[whole, "_loaded_at"] == entry["repaired_on"]).all()
            self.rows.loc[whole, META] = [entry["arrival"], entry["source_file"]]
            self.rows = self.rows[~first]

    def _check_extra(self, entry: pd.Series) -> int:
        place = self.row(entry)
        if entry["defect"] == "orphan":
            assert entry["key"].startswith("X")
            return place
        # the row as such may have come late itself, but is never wrong
        others = self.rows[(self.rows["_key"] == entry["key"]) & (self.rows.index != place)]
        assert len(others) == 1
        pair = pd.concat([self.rows.loc[[place]], others]).drop(columns=META)
        first = others["_loaded_at"].iloc[0]
        # the row itself may have been cut off, and stands here as if it hadn't
        most = max(parameters.DUPLICATE_DAYS) + max(parameters.CUT_DAYS)
        assert 1 <= (entry["arrival"] - first).days <= most
        is_same = (pair.astype(str).nunique() == 1).all()
        assert is_same == (entry["defect"] == "exact_duplicate")
        assert (text_of(pair).nunique() == 1).all()
        return place

    def _undo_bad(self, entry: pd.Series) -> int:
        place = self.row(entry)
        if entry["repaired_on"] > pd.Timestamp(DIRTY.end_date):
            return place
        right = self.rows.index[
            (self.rows["_key"] == entry["key"]) & (self.rows["_loaded_at"] == entry["repaired_on"])
        ]
        assert len(right) == 1, entry.to_dict()
        pair = self.rows.loc[[place, right[0]]].drop(columns=META).astype(str)
        assert pair.columns[pair.nunique() > 1].tolist() == [entry["column"]]
        assert 1 <= (entry["repaired_on"] - entry["arrival"]).days <= max(parameters.REPAIR_DAYS)
        self.rows.loc[right[0], META] = self.rows.loc[place, META]
        return place

    def _swap(self, entry: pd.Series) -> None:
        place, columns = self.row(entry), SWAPPED[self.table]
        values = self.rows.loc[place, columns].tolist()
        style = "%m/%d/%Y" if self.table.startswith("hospital_a") else "%Y%m%d"
        first, second = pd.to_datetime(pd.Series(values), format=style)
        assert second < first
        self.rows.loc[place, columns] = values[::-1]

    def _restore(self, entry: pd.Series) -> None:
        place, column = self.row(entry), entry["column"]
        known = self.clean[
            (self.clean["_key"] == entry["key"]) & (self.clean["_loaded_at"] == entry["arrival"])
        ]
        if entry["arrival"] > LAST:
            return
        assert len(known) == 1
        right, odd = known[column].iloc[0], self.rows.loc[place, column]
        assert odd != right
        if entry["defect"] == "odd_name":
            assert odd.replace(" ", "").lower() == right.replace(" ", "").lower()
        self.rows.loc[place, column] = right

    def _undo_delay(self, place: int, entry: pd.Series) -> None:
        known = self.clean[self.clean["_key"] == entry["key"]]
        if known.empty:
            # it would have come after the clean set's end
            assert entry["arrival"] > LAST
            return
        assert len(known) == 1
        days = (entry["arrival"] - known["_loaded_at"].iloc[0]).days
        assert 1 <= days <= max(parameters.LATE_DAYS)
        self.rows.loc[place, META] = known[META].iloc[0].tolist()


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    text = frame.astype(object).where(frame.notna(), None).astype(str)
    return text.sort_values(list(text)).reset_index(drop=True)


@pytest.mark.parametrize("table", sorted(load_contract()))
def test_mended_as_listed_the_dirty_set_is_the_clean_one(
    sets: tuple[Path, Path], table: str
) -> None:
    repair = Repair(*sets, table)
    pd.testing.assert_frame_equal(in_order(repair.mend()), in_order(repair.clean))


RAW_TABLES = {
    "charges": ["hospital_a_charges", "hospital_b_charges"],
    "encounters": ["hospital_a_encounters", "hospital_b_encounters"],
    "encounter_diagnoses": ["hospital_a_encounter_diagnoses", "hospital_b_encounter_diagnoses"],
    "patient_payments": ["billing_patient_payments"],
    "account_adjustments": ["billing_account_adjustments"],
    "refunds": ["billing_refunds"],
    "work_items": ["billing_work_items"],
}
"""By kind of row; all others are the clearinghouse's."""


def raw_tables(kind: str) -> list[str]:
    return RAW_TABLES.get(kind, [f"clearinghouse_{kind}"])


def expected_pairs() -> set[tuple[str, str]]:
    """Every defect with every raw table that is to have it."""
    of_rows = {
        (defect, table)
        for defect, kinds in parameters.DEFECT_RATES.items()
        for kind in kinds
        for table in raw_tables(kind)
        # a small set has too few refunds
        if kind != "refunds"
    }
    return of_rows | {(name, f"hospital_{letter}_patients") for name in PEOPLE for letter in "ab"}


def test_every_defect_is_found_in_every_table_that_is_to_have_it(sets: tuple[Path, Path]) -> None:
    found = listed(sets[1])
    pairs = set(zip(found["defect"], found["table"], strict=True))
    assert expected_pairs() - pairs == set()
    assert {"resent_file", "cut_file"} <= set(found["defect"])


def test_what_belongs_together_is_late_together(sets: tuple[Path, Path]) -> None:
    found = listed(sets[1])
    claims = found[found["table"] == "clearinghouse_remittance_claims"]
    right = claims["repaired_on"].fillna(claims["arrival"])
    moved = claims["defect"].isin(["late_row", "wrong_total"])
    days = dict(zip(claims.loc[moved, "key"], right[moved], strict=True))
    assert days
    for table in ("clearinghouse_remittance_lines", "clearinghouse_remittance_adjustments"):
        rows = read(sets[1], table)
        rows = rows[~rows["_source_file"].str.contains("-resent")]
        rows = rows.drop_duplicates("_key")  # a double comes later
        theirs = rows["remittance_claim_id"].map(days)
        assert theirs.notna().any()
        assert (rows["_loaded_at"] == theirs)[theirs.notna()].all()
        late = found[(found["table"] == table) & (found["defect"] == "late_row")]
        assert set(late["key"]) == set(rows.loc[theirs.notna(), "_key"])


def test_the_money_at_stake_is_the_rows(sets: tuple[Path, Path]) -> None:
    entries = listed(sets[1], "hospital_a_charges").dropna(subset=["key"])
    rows = read(sets[1], "hospital_a_charges").set_index(["_key", "_source_file"])["amount"]
    stated = entries.set_index(["key", "source_file"])["amount"]
    assert (rows.loc[stated.index] == stated).all()
    payments = listed(sets[1], "hospital_b_charges").dropna(subset=["key"])
    cents = read(sets[1], "hospital_b_charges").set_index(["_key", "_source_file"])["charge_cents"]
    stated = payments.set_index(["key", "source_file"])["amount"]
    assert (cents.loc[stated.index] == stated * 100).all()


def test_orphans_have_no_parent_and_are_nobodys(sets: tuple[Path, Path]) -> None:
    dirty = sets[1]
    accounts = pd.concat([read(dirty, "hospital_a_charges")["account_number"],
                          read(dirty, "hospital_b_charges")["acct_no"]])  # fmt: skip
    entries = listed(dirty, "billing_patient_payments")
    keys = entries.loc[entries["defect"] == "orphan", "key"]
    payments = read(dirty, "billing_patient_payments")
    payments = payments[payments["_key"].isin(keys)]
    assert len(payments)
    known = accounts[~accounts.str.startswith("X")]
    assert not payments["account_number"].isin(known).any()


def test_no_state_comes_after_a_newer_one() -> None:
    moving = {"late_row", "wrong_total", "exact_duplicate", "near_duplicate", "impossible_date",
              "negative_amount", "unknown_code"}  # fmt: skip
    for defect, tables in parameters.DEFECT_RATES.items():
        assert not (defect in moving and set(tables) & set(_VERSIONS)), defect


def test_what_befalls_a_row_depends_on_nothing_but_the_row() -> None:
    """Not on its place, nor on which other rows are there; so neither on blocks nor on ends."""
    world = build_world(5, 400)
    events = simulate_block(world, 202501, 0, 0, 400)
    generator = np.random.default_rng(1)
    for kind, names in IDENTITIES.items():
        rows = events.get(kind)
        if rows is None:  # checks are made later
            continue
        some = generator.permutation(len(rows["arrival"]))[: len(rows["arrival"]) // 2]
        whole, part = (
            befallen(Defects(5, True), kind, given) for given in (rows, select(rows, some))
        )
        keys = set(zip(*(rows[name][some].tolist() for name in names), strict=True))
        assert part == {row for row in whole if row[: len(names)] in keys}, kind


def befallen(defects: Defects, kind: str, rows: Rows) -> set[tuple[int, ...]]:
    """Identity, arrival and damage of all rows of files."""
    delivered = defects.apply(kind, rows)
    columns = [*IDENTITIES[kind], "arrival", "defect", "repaired", "variant", "resent"]
    parts = [delivered.in_place, *([delivered.extra] if delivered.extra else [])]
    return {
        row
        for part in parts
        for row in zip(*(part[name].tolist() for name in columns), strict=True)
    }


def test_rates_are_near_those_of_the_parameters(tmp_path: Path) -> None:
    generate(Options(3, 3000, 2, dt.date(2025, 6, 30), defects=True), tmp_path / "raw", "parquet",
             load_contract())  # fmt: skip
    found = listed(tmp_path / "raw")
    checked = 0
    for defect, kinds in parameters.DEFECT_RATES.items():
        for kind, rate in kinds.items():
            names = raw_tables(kind)
            rows = sum(
                pq.read_metadata(tmp_path / "raw" / f"{name}.parquet").num_rows for name in names
            )
            count = ((found["defect"] == defect) & found["table"].isin(names)).sum()
            expected, slack = rate * rows, 4.5 * np.sqrt(rate * rows)
            assert count <= expected + slack + 2, (defect, kind)
            # not every row can be swapped, is above zero or has a procedure
            if defect not in ("swapped_dates", "unknown_code", "negative_amount", "orphan"):
                checked += expected > 15
                assert count >= expected - slack, (defect, kind)
    assert checked >= 10


def test_clean_sets_list_nothing(sets: tuple[Path, Path]) -> None:
    assert listed(sets[0]).empty


def test_another_end_leaves_the_defects_of_the_past(
    sets: tuple[Path, Path], tmp_path: Path, often: None
) -> None:
    shorter = replace(DIRTY, months=5, end_date=dt.date(2025, 5, 13))
    generate(shorter, tmp_path / "raw", "parquet", load_contract())
    later = listed(sets[1])
    later = later[later["arrival"] <= pd.Timestamp(shorter.end_date)]
    pd.testing.assert_frame_equal(in_order(listed(tmp_path / "raw")), in_order(later))
