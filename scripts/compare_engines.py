"""Prove that two targets hold the same marts: `python -m scripts.compare_engines dev duckdb`.

Every table of schema mart is read from both and compared row for row, to the cent: a row that only
one of them holds is printed. The exit code is 1 if any table differs, if a mart of the project is
in neither, or if one is empty in both, which proves nothing (--allow-empty for data of your own).
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ingestion.warehouse import Warehouse, WarehouseError, open_warehouse
from scripts.paths import ROOT

SHOWN_ROWS = 3
MARTS = ROOT / "models" / "marts"


def mart_models() -> set[str]:
    """The marts that the project defines."""
    return {path.stem for path in MARTS.rglob("*.sql")}


def mart_tables(warehouse: Warehouse) -> dict[str, list[str]]:
    """The tables of schema mart with their columns, in order of name."""
    rows = warehouse.query(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'mart' order by table_name, column_name"
    )
    tables: dict[str, list[str]] = {}
    for table, column in rows:
        tables.setdefault(table, []).append(column)
    return tables


def comparable(value: Any) -> Any:
    """A value as both engines would write it: 100.00 is 100, and a key is its text."""
    if isinstance(value, Decimal):
        return value.normalize()
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)


def read_rows(warehouse: Warehouse, table: str, columns: Iterable[str]) -> Counter[tuple[Any, ...]]:
    """The rows of a table with their number."""
    rows = warehouse.query(f"select {', '.join(columns)} from mart.{table}")
    return Counter(tuple(comparable(value) for value in row) for row in rows)


def differences(
    left: Warehouse, right: Warehouse, names: tuple[str, str], allow_empty: bool = False
) -> list[str]:
    """A line for each table that differs, with some of its rows, or that proves nothing."""
    tables, others = mart_tables(left), mart_tables(right)
    found = [
        f"{table}: not in {names[1] if table in tables else names[0]}"
        for table in sorted(set(tables) ^ set(others))
    ]
    if tables:
        found += [
            f"{table}: in neither; run: dbt build"
            for table in sorted(mart_models() - set(tables) - set(others))
        ]
    for table in sorted(set(tables) & set(others)):
        columns = tables[table]
        if columns != others[table]:
            odd = ", ".join(sorted(set(columns) ^ set(others[table])))
            found.append(f"{table}: columns differ ({odd})")
            continue
        here, there = read_rows(left, table, columns), read_rows(right, table, columns)
        for name, rows, extra in zip(
            names, (here, there), (here - there, there - here), strict=True
        ):
            if extra:
                found.append(f"{table}: {extra.total()} of {rows.total()} rows only in {name}")
                for row in list(extra)[:SHOWN_ROWS]:
                    pairs = zip(columns, row, strict=True)
                    found.append("  " + ", ".join(f"{column}={value}" for column, value in pairs))
        if not here and not there and not allow_empty:
            found.append(f"{table}: empty in both, so nothing was compared")
        elif here == there:
            print(f"{table}: {here.total():,} rows are equal")
    if not tables:
        found.append(f"{names[0]} has no marts; run: dbt build --target {names[0]}")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Compare, print, and return 1 if anything differs or a target can't be read."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.compare_engines",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("left", nargs="?", default="dev", help="a target of the profile (dev)")
    parser.add_argument("right", nargs="?", default="duckdb", help="another one (duckdb)")
    parser.add_argument(
        "--allow-empty", action="store_true", help="let a table be empty in both targets"
    )
    options = parser.parse_args(arguments)
    names = (options.left, options.right)
    try:
        with open_warehouse(options.left) as left, open_warehouse(options.right) as right:
            found = differences(left, right, names, options.allow_empty)
    except WarehouseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("\n".join(found) if found else f"{names[0]} and {names[1]} hold the same marts")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
