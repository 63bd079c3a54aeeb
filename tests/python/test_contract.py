"""The raw contract is read from the sources' YAML, and from nowhere else."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import yaml

from ingestion.contract import (
    ContractError,
    arrow_schema,
    arrow_type,
    create_table_sql,
    load_contract,
)
from ingestion.warehouse import _CREATE_REGISTRY

ROOT = Path(__file__).resolve().parents[2]
SOURCES = """
sources:
  - name: clinic
    schema: raw
    tables:
      - name: visits
        identifier: clinic_visits
        columns:
          - {name: visit_id, data_type: text}
          - {name: fee, data_type: "numeric(14,2)"}
  - name: elsewhere
    schema: other
    tables:
      - {name: ignored, columns: [{name: whatever, data_type: text}]}
"""


def project(folder: Path, sources: str) -> Path:
    """A project that has one source file."""
    path = folder / "models" / "staging" / "clinic" / "_clinic__sources.yml"
    path.parent.mkdir(parents=True)
    path.write_text(sources, encoding="utf-8")
    return folder


def test_every_source_table_is_in_the_contract_with_its_columns() -> None:
    contract = load_contract()
    described = 0
    for path in sorted((ROOT / "models" / "staging").glob("*/_*__sources.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            if source["name"] == "loads":  # the loaders' own book, which no hospital delivers
                continue
            for table in source["tables"]:
                found = contract[table["identifier"]]
                assert found.source == source["name"]
                assert found.column_names == tuple(item["name"] for item in table["columns"])
                described += 1
    assert described == len(contract) > 0


def test_the_registry_of_loads_is_described_as_it_is_made() -> None:
    path = ROOT / "models" / "staging" / "loads" / "_loads__sources.yml"
    (source,) = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
    (table,) = source["tables"]
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        connection.execute(_CREATE_REGISTRY)
        made = connection.sql("select column_name, column_type from (describe raw.load_batches)")
        types = [(name, data_type.lower()) for name, data_type in made.fetchall()]
    described = [(column["name"], column["data_type"]) for column in table["columns"]]
    assert [(name, data_type.replace("text", "varchar")) for name, data_type in described] == types
    assert table["name"] not in load_contract()


def test_every_raw_row_says_when_it_arrived_in_which_file_and_batch() -> None:
    for table in load_contract().values():
        types = {column.name: column.data_type for column in table.columns}
        assert types["_loaded_at"] == "timestamp", table.identifier
        assert types["_source_file"] == types["_batch_id"] == "text", table.identifier


def test_money_is_decimal_and_never_float() -> None:
    for table in load_contract().values():
        for field in arrow_schema(table):
            assert not pa.types.is_floating(field.type), f"{table.identifier}.{field.name}"


@pytest.mark.parametrize(
    ("data_type", "expected"),
    [
        ("text", pa.string()),
        ("integer", pa.int32()),
        ("bigint", pa.int64()),
        ("numeric(14,2)", pa.decimal128(14, 2)),
        ("numeric(10, 4)", pa.decimal128(10, 4)),
        ("date", pa.date32()),
        ("boolean", pa.bool_()),
        ("timestamp", pa.timestamp("us")),
    ],
)
def test_contract_types_have_an_arrow_type(data_type: str, expected: pa.DataType) -> None:
    assert arrow_type(data_type) == expected


def test_another_project_can_be_read(tmp_path: Path) -> None:
    contract = load_contract(project(tmp_path, SOURCES))
    assert list(contract) == ["clinic_visits"]
    assert create_table_sql(contract["clinic_visits"]) == (
        'create table raw."clinic_visits" (\n    "visit_id" text,\n    "fee" numeric(14,2)\n)'
    )


def test_what_the_caller_does_to_the_contract_stays_with_the_caller() -> None:
    load_contract().clear()
    assert load_contract()


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (SOURCES.replace("data_type: text", "data_type: varchar", 1), "clinic_visits.visit_id"),
        (SOURCES.replace("fee", "visit_id"), "clinic_visits has visit_id twice"),
        (SOURCES.replace(", data_type: text", "", 1), "lacks 'data_type'"),
        ("models: []", "lacks 'sources'"),
        ("a: [", "_clinic__sources.yml"),
    ],
)
def test_a_broken_contract_says_where(tmp_path: Path, sources: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        load_contract(project(tmp_path, sources))


def test_a_folder_without_sources_says_so(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="is it the root of the project"):
        load_contract(tmp_path)
