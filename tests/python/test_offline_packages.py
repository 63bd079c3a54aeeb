"""The stand-ins for dbt_utils and dbt_date do what the originals document, on both engines."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from hashlib import md5
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from scripts import deps
from scripts.check_offline_packages import check
from scripts.postgres_server import Server

ROOT = Path(__file__).resolve().parents[2]
DBT = Path(sys.executable).with_name("dbt")

PROJECT = """
name: scratch
version: "1.0"
profile: scratch
flags:
  send_anonymous_usage_stats: false
  require_generic_test_arguments_property: true
  warn_error_options: {error: [Deprecations]}
"""

PROFILE = """
scratch:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: scratch.duckdb, schema: main, threads: 1}
    postgres:
      {type: postgres, host: "{{ env_var('SCRATCH_SOCKET', '') }}", port: 5432, user: postgres,
       password: "", dbname: rcm, schema: scratch, threads: 2}
"""

MODELS = {
    "claims": """
        select 1 as claim_id, 'A' as payer, 'x' as note, 10.00 as amount
        union all select 2, 'A', null, 20.00
        union all select 3, 'B', '', null
        union all select 4, 'B', '  ', -5.00
    """,
    "payers": "select 'A' as payer, true as is_active union all select 'B', false",
    "ranges": """
        select 'touching' as kind, 0 as low, 1 as high
        union all select 'touching', 1, 2
        union all select 'touching', 2, 3
        union all select 'apart', 0, 1
        union all select 'apart', 2, 3
        union all select 'overlapping', 0, 2
        union all select 'overlapping', 1, 3
        union all select 'empty', 0, 1
        union all select 'empty', 2, 2
        union all select 'backwards', 5, 4
        union all select 'unbounded', 0, null
        union all select 'same', 0, 1
        union all select 'same', 0, 1
    """,
    "claims_copy": "select * from {{ ref('claims') }}",
    "claims_fewer": "select * from {{ ref('claims') }} where claim_id < 4",
    "claims_changed": """
        select claim_id, payer, note, amount + 0.001 as amount from {{ ref('claims') }}
    """,
    "claims_narrow": "select claim_id, payer from {{ ref('claims') }}",
    "claims_twice": """
        select * from {{ ref('claims') }} union all select * from {{ ref('claims') }}
    """,
    "keys": """
        select
            {{ dbt_utils.generate_surrogate_key(["'a'", "1"]) }} as plain,
            {{ dbt_utils.generate_surrogate_key(["'a'", "cast(null as integer)"]) }} as with_null,
            {{ dbt_utils.generate_surrogate_key(["'a'", "''"]) }} as with_empty
    """,
    "days": """
        {{ dbt_utils.date_spine('day', "cast('2024-02-27' as date)", "cast('2024-03-02' as date)") }}
    """,
    "months": """
        {{ dbt_utils.date_spine('month', "cast('2024-11-01' as date)", "cast('2025-02-01' as date)") }}
    """,
    "intervals": """
        select {{ dbt_utils.get_intervals_between(
            "cast('2024-02-27' as date)", "cast('2024-03-02' as date)", 'day') }} as days
    """,
    "base_dates": "{{ dbt_date.get_base_dates(start_date='2024-12-30', end_date='2025-01-02') }}",
    "last_days": "{{ dbt_date.get_base_dates(n_dateparts=3) }}",
    "latest": """
        with ranked as (select * from {{ ref('claims') }})
        {{ dbt_utils.deduplicate('ranked', 'payer', 'claim_id desc') }}
    """,
    "starred": """
        select {{ dbt_utils.star(ref('claims'), except=['NOTE'], relation_alias='claims') }}
        from {{ ref('claims') }} as claims
    """,
    "prefixed": """
        select {{ dbt_utils.star(
            ref('claims'), except=['note', 'amount'], prefix='old_', suffix='_x') }}
        from {{ ref('claims') }}
    """,
}

EXPECTED = {
    # the hashed texts are part of the contract: keys must not change with the package's origin
    "keys": [
        tuple(
            md5(text.encode()).hexdigest()
            for text in ("a-1", "a-_dbt_utils_surrogate_key_null_", "a-")
        )
    ],
    "days": [("2024-02-27",), ("2024-02-28",), ("2024-02-29",), ("2024-03-01",)],
    "months": [("2024-11-01",), ("2024-12-01",), ("2025-01-01",)],
    "intervals": [("4",)],
    "base_dates": [("2024-12-30",), ("2024-12-31",), ("2025-01-01",)],
    "latest": [("2", "A", "None", "20.00"), ("4", "B", "", "-5.00")],
}

# (model, test, arguments, column, number of failures)
GENERIC_TESTS: list[tuple[str, str, dict[str, Any], str | None, int]] = [
    ("claims", "unique_combination_of_columns", {"combination_of_columns": ["claim_id", "payer"]}, None, 0),
    ("claims", "unique_combination_of_columns", {"combination_of_columns": ["payer"]}, None, 2),
    ("claims", "unique_combination_of_columns", {"combination_of_columns": ["claim_id"], "quote_columns": True}, None, 0),
    ("claims", "expression_is_true", {"expression": "claim_id > 0"}, None, 0),
    ("claims", "expression_is_true", {"expression": "amount > 0"}, None, 1),
    ("claims", "expression_is_true", {"expression": "> 2"}, "claim_id", 2),
    ("claims", "accepted_range", {"min_value": -5, "max_value": 20}, "amount", 0),
    ("claims", "accepted_range", {"min_value": -5, "max_value": 20, "inclusive": False}, "amount", 2),
    ("claims", "accepted_range", {"min_value": 0}, "amount", 1),
    ("claims", "accepted_range", {"max_value": "claim_id * 8"}, "amount", 2),
    ("claims", "not_empty_string", {}, "note", 2),
    ("claims", "not_empty_string", {"trim_whitespace": False}, "note", 1),
    ("claims", "not_empty_string", {}, "payer", 0),
    ("claims", "relationships_where", {"to": "ref('payers')", "field": "payer"}, "payer", 0),
    ("claims", "relationships_where", {"to": "ref('payers')", "field": "payer", "to_condition": "is_active"}, "payer", 2),
    ("claims", "relationships_where", {"to": "ref('payers')", "field": "payer", "to_condition": "is_active", "from_condition": "claim_id = 3"}, "payer", 1),
    ("claims", "equal_rowcount", {"compare_model": "ref('claims_copy')"}, None, 0),
    ("claims", "equal_rowcount", {"compare_model": "ref('claims_twice')"}, None, 4),
    ("claims", "equal_rowcount", {"compare_model": "ref('claims_fewer')", "group_by_columns": ["payer"]}, None, 1),
    ("claims", "equality", {"compare_model": "ref('claims_copy')"}, None, 0),
    ("claims", "equality", {"compare_model": "ref('claims_twice')"}, None, 0),
    ("claims", "equality", {"compare_model": "ref('claims_fewer')"}, None, 1),
    ("claims_fewer", "equality", {"compare_model": "ref('claims')"}, None, 1),
    ("claims", "equality", {"compare_model": "ref('claims_changed')"}, None, 6),
    ("claims", "equality", {"compare_model": "ref('claims_changed')", "precision": 2}, None, 0),
    ("claims", "equality", {"compare_model": "ref('claims_changed')", "exclude_columns": ["amount"]}, None, 0),
    ("claims", "equality", {"compare_model": "ref('claims_narrow')", "compare_columns": ["claim_id", "payer"]}, None, 0),
    ("claims", "equality", {"compare_model": "ref('claims_narrow')"}, None, -1),
    ("claims", "equality", {"compare_model": "ref('claims_copy')", "compare_columns": ["payer"], "exclude_columns": ["note"]}, None, -1),
    *[
        (
            "ranges",
            "mutually_exclusive_ranges",
            {"lower_bound_column": "low", "upper_bound_column": "high", **arguments, "where": f"kind = '{kind}'"},
            None,
            failures,
        )
        for kind, arguments, failures in [
            ("touching", {}, 0),
            ("touching", {"gaps": "not_allowed"}, 0),
            ("touching", {"gaps": "required"}, 2),
            ("apart", {}, 0),
            ("apart", {"gaps": "not_allowed"}, 1),
            ("apart", {"gaps": "required"}, 0),
            ("overlapping", {}, 1),
            ("empty", {}, 1),
            ("empty", {"zero_length_range_allowed": True}, 0),
            ("backwards", {"zero_length_range_allowed": True}, 1),
            ("unbounded", {}, 1),
            ("same", {}, 1),
            ("touching", {"gaps": "some"}, -1),
        ]
    ],
    ("ranges", "mutually_exclusive_ranges", {"lower_bound_column": "low", "upper_bound_column": "high", "partition_by": "kind", "where": "kind in ('touching', 'apart')"}, None, 0),
]  # fmt: skip


def write_project(folder: Path) -> None:
    """A dbt project that calls every stand-in, with the stand-ins installed."""
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE)
    for name in ("packages.yml", "package-lock.yml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "offline_packages", folder / "offline_packages")
    deps.install(folder, offline=True)
    for name, body in MODELS.items():
        (folder / "models" / f"{name}.sql").write_text(
            "{{ config(materialized='table') }}\n" + body
        )
    entries: dict[str, list[dict[str, Any]]] = {}
    for number, (model, test, arguments, column, _) in enumerate(GENERIC_TESTS):
        arguments = dict(arguments)
        config = {"where": arguments.pop("where")} if "where" in arguments else {}
        if column:
            arguments["column_name"] = column
        entry = {"name": f"case_{number}", "arguments": arguments, "config": config}
        entries.setdefault(model, []).append({f"dbt_utils.{test}": entry})
    models = [{"name": name, "data_tests": tests} for name, tests in entries.items()]
    (folder / "models" / "_models.yml").write_text(yaml.safe_dump({"models": models}))


def dbt(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(DBT), *arguments, "--profiles-dir", str(folder), "--no-use-colors"],
        cwd=folder,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


Table = tuple[list[str], list[tuple[str, ...]]]


def read(connection: Any, schema: str, model: str) -> Table:
    """A table's column names, and its rows as texts without times of day."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"select * from {schema}.{model}")
        names = [column[0] for column in cursor.description]
        rows = [tuple(str(value).split(" ")[0] for value in row) for row in cursor.fetchall()]
    return names, sorted(rows)


@pytest.mark.parametrize("target", ["duckdb", "postgres"])
def test_stand_ins_give_the_documented_results(target: str, tmp_path: Path, server: Server) -> None:
    folder = tmp_path / "scratch"
    write_project(folder)
    if target == "postgres":
        server.start("rcm")
    for command in ("run", "test"):
        ended = dbt(folder, command, "--target", target, SCRATCH_SOCKET=str(server.socket))
        assert ended.returncode == (command == "test"), ended.stdout

    connection: Any
    if target == "postgres":
        connection, schema = server.connect("rcm"), "scratch"
    else:
        connection, schema = duckdb.connect(str(folder / "scratch.duckdb")), "main"
    with closing(connection):
        for name, expected in EXPECTED.items():
            assert read(connection, schema, name)[1] == expected, name
        assert read(connection, schema, "starred")[0] == ["claim_id", "payer", "amount"]
        assert read(connection, schema, "prefixed")[0] == ["old_claim_id_x", "old_payer_x"]
        assert len(read(connection, schema, "last_days")[1]) == 4, "three days and today"

    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    failures = {
        result["unique_id"].split(".")[2]: -1 if result["status"] == "error" else result["failures"]
        for result in results
    }
    for number, (model, test, arguments, column, expected_failures) in enumerate(GENERIC_TESTS):
        found = failures[f"case_{number}"]
        assert found == expected_failures, (model, test, arguments, column, found)


def test_nulls_can_count_as_empty_strings(tmp_path: Path) -> None:
    write_project(tmp_path)
    flags = ("--vars", "{surrogate_key_treat_nulls_as_empty_strings: true}")
    run = dbt(tmp_path, "run", "--select", "keys", *flags)
    assert run.returncode == 0, run.stdout
    with closing(duckdb.connect(str(tmp_path / "scratch.duckdb"))) as connection:
        _, with_null, with_empty = read(connection, "main", "keys")[1][0]
    assert with_null == with_empty


def test_the_lock_file_is_the_one_that_dbt_writes() -> None:
    from dbt.config.project import load_yml_dict, package_config_from_data
    from dbt.config.renderer import PackageRenderer
    from dbt.task.deps import _create_sha1_hash

    raw = load_yml_dict(str(ROOT / "packages.yml"))
    packages = package_config_from_data(PackageRenderer({}).render_data(raw), raw).packages
    lock = yaml.safe_load((ROOT / "package-lock.yml").read_text())
    assert lock["sha1_hash"] == _create_sha1_hash(packages)
    pinned = {entry["name"]: entry["version"] for entry in lock["packages"]}
    assert pinned == deps.wanted_packages(ROOT) == deps.offline_packages(ROOT)


def scratch_root(folder: Path) -> Path:
    for name in ("packages.yml", "package-lock.yml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "offline_packages", folder / "offline_packages")
    return folder


def test_without_a_hub_the_stand_ins_are_installed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dbt.clients import registry

    monkeypatch.setattr(registry, "DEFAULT_REGISTRY_BASE_URL", "http://127.0.0.1:9/")
    root = scratch_root(tmp_path)
    before = {name: (root / name).read_bytes() for name in ("packages.yml", "package-lock.yml")}

    assert deps.install(root).startswith("dbt hub not used (ConnectionError)")
    assert deps.install(root) == "dbt packages are up to date (from offline_packages/)"

    assert {name: (root / name).read_bytes() for name in before} == before
    (root / "offline_packages" / "dbt_date" / "dbt_project.yml").write_text(
        "{name: dbt_date, version: 0.17.1, config-version: 2, macro-paths: [macros]}"
    )
    assert "installed the stand-ins" in deps.install(root), "a change is installed anew"


def test_a_package_without_a_stand_in_is_refused_with_advice(tmp_path: Path) -> None:
    root = scratch_root(tmp_path)
    with (root / "packages.yml").open("a") as file:
        file.write("  - package: someone/another\n    version: 1.0.0\n")
    with pytest.raises(deps.DepsError, match=r"another 1\.0\.0, and offline_packages/ has no"):
        deps.install(root, offline=True)


def test_the_check_fails_on_a_call_that_the_stand_ins_lack(tmp_path: Path) -> None:
    root = scratch_root(tmp_path)
    (root / "models").mkdir()
    (root / "models" / "good.sql").write_text(
        "{# dbt_utils.pivot in a comment #}\n-- dbt_utils.unpivot too\n"
        "select {{ dbt_utils.generate_surrogate_key(['a']) }}"
    )
    assert check(root)[0] == []
    (root / "models" / "bad.sql").write_text("select {{ dbt_utils.pivot('a', ['b']) }}")
    (root / "models" / "_bad.yml").write_text("data_tests:\n  - dbt_utils.sequential_values:\n")
    missing, unused = check(root)
    assert len(missing) == 2
    assert missing[0].startswith("dbt_utils.pivot is called in models/bad.sql, but")
    assert missing[1].startswith("dbt_utils.sequential_values is called in models/_bad.yml, but")
    assert "dbt_utils.star" in unused
    assert "dbt_utils.generate_surrogate_key" not in unused
