"""Days follow one another: a later end adds rows, drops are what is new, loads can be repeated."""

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data_generator.cli import main
from data_generator.generate import generate, generate_drops
from data_generator.load import LoadError, load
from data_generator.manifest import MANIFEST, Options, months_between, read_batch_id
from data_generator.stories import NAMES
from ingestion.contract import load_contract
from ingestion.warehouse import open_warehouse
from scripts.postgres_server import Server

ROOT = Path(__file__).resolve().parents[2]
START = dt.date(2024, 11, 1)
SINCE, END = dt.date(2025, 1, 20), dt.date(2025, 2, 3)
CLAIMS = 60
FEW = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def options_to(end: dt.date, seed: int = 3, is_dirty: bool = True) -> Options:
    return Options(months_between(START, end), CLAIMS, seed, end, NAMES, is_dirty)


def make_base(folder: Path, end: dt.date, seed: int = 3, is_dirty: bool = True) -> Path:
    generate(options_to(end, seed, is_dirty), folder, "parquet", load_contract())
    return folder


def make_drops(
    folder: Path, since: dt.date, end: dt.date, seed: int = 3, is_dirty: bool = True
) -> Path:
    generate_drops(options_to(end, seed, is_dirty), since, folder, "parquet", load_contract())
    return folder


def read(path: Path) -> pd.DataFrame:
    """Rows of a file as text, in an order of their own; without the batch, which may differ."""
    frame = pq.read_table(path).to_pandas().drop(columns="_batch_id", errors="ignore")
    return in_order(frame.astype(object).where(frame.notna(), None).astype(str))


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(list(frame)).reset_index(drop=True)


def read_drops(folder: Path, table: str) -> pd.DataFrame:
    parts = [read(path) for path in sorted(folder.glob(f"*/{table}.parquet"))]
    return in_order(pd.concat(parts)) if parts else pd.DataFrame()


def until(frame: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    return frame[frame["_loaded_at"] < str(day + dt.timedelta(days=1))].reset_index(drop=True)


days = st.integers(0, 100).map(lambda number: START + dt.timedelta(days=number))


# --- files --------------------------------------------------------------------------------------


@FEW
@given(seed=st.integers(0, 10**6), one=days, other=days, is_dirty=st.booleans())
@example(seed=1, one=dt.date(2024, 12, 31), other=dt.date(2025, 1, 31), is_dirty=True)
def test_a_later_end_adds_rows_and_changes_none(
    seed: int, one: dt.date, other: dt.date, is_dirty: bool
) -> None:
    sooner, later = sorted((one, other))
    with tempfile.TemporaryDirectory() as folder:
        short = make_base(Path(folder) / "short", sooner, seed, is_dirty)
        long = make_base(Path(folder) / "long", later, seed, is_dirty)
        for table in load_contract():
            before, after = (read(path / f"{table}.parquet") for path in (short, long))
            pd.testing.assert_frame_equal(before, until(after, sooner), obj=table)
        defects = [pd.read_parquet(path / "truth_defects.parquet") for path in (short, long)]
        past = defects[1][defects[1]["arrival"] <= sooner]
        pd.testing.assert_frame_equal(
            in_order(defects[0].astype(str)), in_order(past.astype(str)), check_dtype=False
        )


@FEW
@given(seed=st.integers(0, 10**6), one=days, other=days, is_dirty=st.booleans())
@example(seed=2, one=dt.date(2024, 11, 30), other=dt.date(2025, 2, 1), is_dirty=True)
def test_base_and_drops_together_are_the_whole_set(
    seed: int, one: dt.date, other: dt.date, is_dirty: bool
) -> None:
    since, end = sorted((one, other))
    end = max(end, since + dt.timedelta(days=1))
    with tempfile.TemporaryDirectory() as folder:
        base = make_base(Path(folder) / "base", since, seed, is_dirty)
        drops = make_drops(Path(folder) / "drops", since, end, seed, is_dirty)
        whole = make_base(Path(folder) / "whole", end, seed, is_dirty)
        for table in load_contract():
            parts = [read(base / f"{table}.parquet"), read_drops(drops, table)]
            pd.testing.assert_frame_equal(
                in_order(pd.concat(parts)), read(whole / f"{table}.parquet"), obj=table
            )
        lists = [pd.read_parquet(path / "truth_defects.parquet") for path in (base, drops, whole)]
        pd.testing.assert_frame_equal(
            in_order(pd.concat(lists[:2]).astype(str)), in_order(lists[2].astype(str))
        )
        names = {path.name for path in whole.glob("truth*")} - {"truth_defects.parquet"}
        for name in names:
            assert (drops / name).read_bytes() == (whole / name).read_bytes(), name


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A base set, its drops of two weeks, and the whole set."""
    folder = tmp_path_factory.mktemp("growth")
    return {
        "base": make_base(folder / "base", SINCE),
        "drops": make_drops(folder / "drops", SINCE, END),
        "whole": make_base(folder / "whole", END),
    }


def test_a_drop_is_a_night(folders: dict[str, Path]) -> None:
    index = json.loads((folders["drops"] / MANIFEST).read_text())
    nights = sorted(path.name for path in folders["drops"].iterdir() if path.is_dir())
    assert nights == sorted(index["drops"])
    assert nights == [str(SINCE + dt.timedelta(days=number)) for number in range(1, 15)]
    batches = set()
    for night in nights:
        folder = folders["drops"] / night
        manifest = json.loads((folder / MANIFEST).read_text())
        assert (manifest["kind"], manifest["day"]) == ("drop", night)
        assert {path.stem for path in folder.glob("*.parquet")} == set(manifest["rows"])
        for table, rows in manifest["rows"].items():
            frame = pq.read_table(folder / f"{table}.parquet").to_pandas()
            assert len(frame) == rows > 0
            assert set(frame["_batch_id"]) == {manifest["batch_id"]}
            assert (frame["_loaded_at"] == pd.Timestamp(f"{night} 23:30")).all()
            on_time = frame["_source_file"].str.endswith(f"/{night}.parquet")
            assert (on_time | frame["_source_file"].str.endswith("-resent.parquet")).all()
        batches.add(manifest["batch_id"])
    assert len(batches) == len(nights)


def test_a_drop_does_not_depend_on_the_run_that_made_it(
    tmp_path: Path, folders: dict[str, Path]
) -> None:
    since, end = dt.date(2025, 1, 27), dt.date(2025, 1, 30)
    again = make_drops(tmp_path / "drops", since, end)
    for folder in again.iterdir():
        if folder.is_dir():
            for path in folder.iterdir():
                earlier = folders["drops"] / folder.name / path.name
                assert path.read_bytes() == earlier.read_bytes(), path


# --- loading ------------------------------------------------------------------------------------


@contextmanager
def duckdb_file(path: Path) -> Iterator[str]:
    """The DuckDB target of the example profile, in a file of its own."""
    shutil.copy(ROOT / "profiles.example.yml", path.parent / "profiles.yml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_PROFILES_DIR", str(path.parent))
        patch.setenv("RCM_DUCKDB_PATH", str(path))
        yield "duckdb"


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("pg"))
    server.start("rcm")
    yield server
    server.stop()


@pytest.fixture
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A target of the dbt profile whose warehouse is empty: duckdb, or what a test asks for."""
    name = getattr(request, "param", "duckdb")
    with duckdb_file(tmp_path / "rcm.duckdb"), pytest.MonkeyPatch.context() as patch:
        if name == "dev":
            server: Server = request.getfixturevalue("postgres")
            with closing(server.connect("rcm")) as connection, connection.cursor() as cursor:
                cursor.execute("drop schema if exists raw cascade")
                connection.commit()
            patch.setenv("RCM_PG_SOCKET", str(server.socket))
        yield name


ENGINES = pytest.mark.parametrize("target", ["duckdb", "dev"], indirect=True)


def rows_of(target: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the raw tables but for their batch, and the registered batches."""
    found = {}
    with open_warehouse(target) as warehouse:
        for table in warehouse.contract.values():
            names = [f'"{name}"' for name in table.column_names if name != "_batch_id"]
            rows = warehouse.query(f"select {', '.join(names)} from raw.{table.identifier}")
            found[table.identifier] = sorted(rows, key=repr)
    return found


def batches_of(target: str) -> list[tuple[object, ...]]:
    with open_warehouse(target) as warehouse:
        return warehouse.query("select * from raw.load_batches order by batch_id")


@ENGINES
def test_drops_on_their_base_are_the_whole_set(target: str, folders: dict[str, Path]) -> None:
    load(target, folders["base"])
    loaded = load(target, folders["drops"])
    assert len(loaded.written) == 14
    assert [batch.day for batch in loaded.written] == sorted(batch.day for batch in loaded.written)
    assert rows_of(target) == whole_rows(folders)


@ENGINES
def test_loading_again_changes_nothing(
    target: str, folders: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("base", "drops"):
        load(target, folders[name])
    before = rows_of(target), batches_of(target)
    assert load(target, folders["drops"]).written == ()
    assert load(target, folders["base"]).written == ()
    assert load(target, folders["drops"] / str(END)).written == ()
    assert (rows_of(target), batches_of(target)) == before
    assert main(["load", "--target", target, "--from", str(folders["drops"])]) == 0
    assert "loaded already, nothing to do" in capsys.readouterr().out


@FEW
@given(order=st.lists(st.integers(0, 14), min_size=1, max_size=40))
def test_drops_in_any_order_and_number_end_in_the_same(
    folders: dict[str, Path], order: list[int]
) -> None:
    """Loads of single nights, as they come; what is missing between them is told."""
    nights = [SINCE + dt.timedelta(days=number) for number in range(15)]
    there: set[int] = set()
    with tempfile.TemporaryDirectory() as folder, duckdb_file(Path(folder) / "db") as name:
        load(name, folders["base"])
        for night in order:
            if night == 0:
                assert load(name, folders["base"]).written == ()
                continue
            loaded = load(name, folders["drops"] / str(nights[night]))
            assert len(loaded.written) == (night not in there)
            there.add(night)
            missing = set(range(1, max(there))) - there
            assert loaded.missing == tuple(nights[number] for number in sorted(missing))
        loaded = load(name, folders["drops"])
        assert len(loaded.written) == 14 - len(there)
        assert loaded.missing == ()
        assert rows_of(name) == whole_rows(folders)


@ENGINES
def test_missing_nights_are_told_and_no_error(
    target: str, folders: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    load(target, folders["base"])
    for number, told in (
        (5, "2025-01-21 to 2025-01-24"),
        (3, "2025-01-21 to 2025-01-22, 2025-01-24"),
        (1, "2025-01-22, 2025-01-24"),
        (2, "2025-01-24"),
        (4, None),
    ):
        night = str(SINCE + dt.timedelta(days=number))
        assert main(["load", "--target", target, "--from", str(folders["drops"] / night)]) == 0
        said = capsys.readouterr().out
        assert f"of 1 night, {night} to {night}" in said
        assert ("still to come" in said) == (told is not None)
        assert told is None or f"still to come: {told}, in any order" in said


WHOLE: dict[Path, dict[str, list[tuple[object, ...]]]] = {}


def whole_rows(folders: dict[str, Path]) -> dict[str, list[tuple[object, ...]]]:
    """The raw tables after a load of the whole set."""
    path = folders["whole"]
    if path not in WHOLE:
        with tempfile.TemporaryDirectory() as folder, duckdb_file(Path(folder) / "db") as name:
            load(name, path)
            WHOLE[path] = rows_of(name)
    return WHOLE[path]


LOAD_SLOWLY = """
import sys, time
from pathlib import Path
from data_generator import load as module

copied = 0
copy = module._counted

def slow(batches, table, progress):
    global copied
    for batch in copy(batches, table, progress):
        yield batch
        copied += 1
        if copied == int(sys.argv[2]):
            print("now", flush=True)
            time.sleep(60)

module._counted = slow
module.load(sys.argv[3], Path(sys.argv[1]))
"""


@ENGINES
@pytest.mark.parametrize(("name", "copies"), [("base", 3), ("base", 20), ("drops", 1),
                                              ("drops", 40), ("drops", 100)])  # fmt: skip
def test_a_killed_load_can_be_run_again(
    target: str, folders: dict[str, Path], name: str, copies: int
) -> None:
    if name == "drops":
        load(target, folders["base"])
    command = [sys.executable, "-c", LOAD_SLOWLY, str(folders[name]), str(copies), target]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "now\n"
        os.kill(process.pid, signal.SIGKILL)
    # what is there now is whole nights
    with open_warehouse(target) as warehouse:
        warehouse.ensure_raw_tables()
        known = set(warehouse.batch_ids("generator-"))
        for table in warehouse.contract:
            found = warehouse.query(f"select distinct _batch_id from raw.{table}")
            assert {row[0] for row in found} <= known
    for part in ("base", "drops"):
        load(target, folders[part])
    assert rows_of(target) == whole_rows(folders)


def test_a_base_set_replaces_an_earlier_one_with_its_drops(
    tmp_path: Path, target: str, folders: dict[str, Path]
) -> None:
    load(target, folders["base"])
    load(target, folders["drops"])
    other = make_base(tmp_path / "other", dt.date(2024, 12, 5), seed=9)
    load(target, other)
    assert len(batches_of(target)) == 1
    with open_warehouse(target) as warehouse:
        rows = warehouse.query("select count(*) from raw.hospital_a_charges")[0][0]
    assert rows == pq.read_metadata(other / "hospital_a_charges.parquet").num_rows


def test_nights_that_the_base_set_reaches_are_not_loaded_twice(
    tmp_path: Path, target: str, folders: dict[str, Path]
) -> None:
    later = make_base(tmp_path / "later", dt.date(2025, 1, 25))
    load(target, later)
    loaded = load(target, folders["drops"])
    assert loaded.written[0].day == dt.date(2025, 1, 26)
    assert rows_of(target) == whole_rows(folders)


@ENGINES
def test_a_drop_without_its_base_is_refused_in_one_line(
    tmp_path: Path, target: str, folders: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["load", "--target", target, "--from", str(folders["drops"])]
    assert main(command) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1
    assert "start 2024-11-01, 60 claims a month, seed 3" in error and "load that first" in error
    load(target, make_base(tmp_path / "other", SINCE, seed=4))
    before = rows_of(target)
    assert main(command) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1
    assert "continues another base set" in error
    assert rows_of(target) == before
    with open_warehouse(target) as warehouse:
        assert len(warehouse.batch_ids("generator-")) == 1


def test_a_torn_drop_leaves_the_nights_before_it(
    tmp_path: Path, target: str, folders: dict[str, Path]
) -> None:
    torn = tmp_path / "drops"
    shutil.copytree(folders["drops"], torn)
    night = SINCE + dt.timedelta(days=4)
    (torn / str(night) / "hospital_b_charges.parquet").write_bytes(b"PAR1 torn")
    load(target, folders["base"])
    with pytest.raises(LoadError, match="hospital_b_charges"):
        load(target, torn)
    reached = [read_batch_id(str(row[0])) for row in batches_of(target)]
    assert max(batch.day for batch in reached if batch) == SINCE + dt.timedelta(days=3)
    load(target, folders["drops"])
    assert rows_of(target) == whole_rows(folders)


def test_a_missing_night_is_said_before_anything_is_loaded(
    tmp_path: Path, target: str, folders: dict[str, Path]
) -> None:
    torn = tmp_path / "drops"
    shutil.copytree(folders["drops"], torn)
    shutil.rmtree(torn / str(END))
    load(target, folders["base"])
    with pytest.raises(LoadError, match=f"{END} is missing"):
        load(target, torn)
    assert len(batches_of(target)) == 1


def test_csv_drops_load_like_parquet_ones(
    tmp_path: Path, target: str, folders: dict[str, Path]
) -> None:
    generate_drops(options_to(END), SINCE, tmp_path / "csv", "csv", load_contract())
    load(target, folders["base"])
    load(target, tmp_path / "csv")
    assert rows_of(target) == whole_rows(folders)


def test_real_rows_stay(target: str, folders: dict[str, Path]) -> None:
    load(target, folders["base"])
    with open_warehouse(target) as warehouse:
        table = warehouse.contract["billing_refunds"]
        columns = {name: [None] for name in table.column_names}
        batch = pa.record_batch(columns | {"refund_id": ["R1"], "_batch_id": ["file-1"]})
        warehouse.copy("billing_refunds", [batch])
    load(target, folders["drops"])
    load(target, folders["whole"])
    with open_warehouse(target) as warehouse:
        found = warehouse.query(
            "select refund_id from raw.billing_refunds where _batch_id = 'file-1'"
        )
    assert found == [("R1",)]
