"""The same options give the same bytes, whatever happens on the way."""

import datetime as dt
import filecmp
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_generator import delivery as delivery_module
from data_generator import parameters
from data_generator import table as table_module
from data_generator.generate import generate, generate_drops
from data_generator.manifest import Options
from data_generator.stories import NAMES
from data_generator.table import Table
from ingestion.contract import load_contract

OPTIONS = Options(3, 150, 11, dt.date(2025, 6, 17), NAMES, defects=True)
"""The last month is not whole."""
SINCE = dt.date(2025, 6, 9)


def files(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def assert_same_bytes(one: Path, two: Path) -> None:
    assert files(one) == files(two)
    different = [
        path for path in files(one) if not filecmp.cmp(one / path, two / path, shallow=False)
    ]
    assert not different


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_the_same_options_give_the_same_bytes(tmp_path: Path, file_format: str) -> None:
    for name in ("one", "two"):
        generate(OPTIONS, tmp_path / name, file_format, load_contract())
    assert len(files(tmp_path / "one")) > len(load_contract())
    assert_same_bytes(tmp_path / "one", tmp_path / "two")


def test_the_same_options_give_the_same_drops(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate_drops(OPTIONS, SINCE, tmp_path / name, "parquet", load_contract())
    assert_same_bytes(tmp_path / "one", tmp_path / "two")


@pytest.fixture
def many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks so small that every month has several."""
    monkeypatch.setattr(parameters, "BLOCK_ACCOUNTS", 40)


@pytest.mark.usefixtures("many_blocks")
def test_the_order_in_which_blocks_are_made_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(OPTIONS, tmp_path / "one", "parquet", load_contract())
    blocks = delivery_module.blocks_of
    monkeypatch.setattr(delivery_module, "blocks_of", lambda count: reversed(list(blocks(count))))
    generate(OPTIONS, tmp_path / "two", "parquet", load_contract())
    assert_same_bytes(tmp_path / "one", tmp_path / "two")


@pytest.mark.usefixtures("many_blocks")
def test_the_speed_of_the_writers_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(OPTIONS, tmp_path / "one", "parquet", load_contract())
    columns = Table.columns

    def slow_columns(table: Table, *given: object) -> object:
        time.sleep(0.03 * (table.identifier < "clearinghouse_r"))
        return columns(table, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Table, "columns", slow_columns)
    monkeypatch.setattr(delivery_module, "WRITERS", 5)
    generate(OPTIONS, tmp_path / "two", "parquet", load_contract())
    assert_same_bytes(tmp_path / "one", tmp_path / "two")


def test_the_size_of_the_parts_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(OPTIONS, tmp_path / "one", "parquet", load_contract())
    monkeypatch.setattr(table_module, "ROWS_AT_ONCE", 7)
    monkeypatch.setattr(delivery_module, "ROWS_AT_ONCE", 20)
    generate(OPTIONS, tmp_path / "two", "parquet", load_contract())
    for path in files(tmp_path / "one"):
        if path.suffix == ".parquet":
            # rows of one day that come late may stand in another order
            one, two = (sorted_rows(tmp_path / name / path) for name in ("one", "two"))
            assert one.equals(two), path


def sorted_rows(path: Path) -> pa.Table:
    table = pq.read_table(path)
    return table.sort_by([(name, "ascending") for name in table.column_names])
