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

from scripts import check_offline_packages, deps
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
        select 1 as claim_id, 'A' as payer, 10.00 as amount
        union all select 2, 'A', 20.00
        union all select 3, 'B', null
        union all select 4, 'B', -5.00
    """,
    "claims_copy": "select * from {{ ref('claims') }}",
    "claims_fewer": "select * from {{ ref('claims') }} where claim_id < 4",
    "claims_twice": """
        select * from {{ ref('claims') }} union all select * from {{ ref('claims') }}
    """,
    "keys": """
        select
            {{ dbt_utils.generate_surrogate_key(["'a'", "1"]) }} as plain,
            {{ dbt_utils.generate_surrogate_key(["'a'", "cast(null as integer)"]) }} as with_null,
            {{ dbt_utils.generate_surrogate_key(["'a'", "''"]) }} as with_empty
    """,
    "base_dates": "{{ dbt_date.get_base_dates(start_date='2024-12-30', end_date='2025-01-02') }}",
    "last_days": "{{ dbt_date.get_base_dates(n_dateparts=3) }}",
}

EXPECTED = {
    # the hashed texts are part of the contract: keys must not change with the package's origin
    "keys": [
        tuple(
            md5(text.encode()).hexdigest()
            for text in ("a-1", "a-_dbt_utils_surrogate_key_null_", "a-")
        )
    ],
    "base_dates": [("2024-12-30",), ("2024-12-31",), ("2025-01-01",)],
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
    ("claims", "equal_rowcount", {"compare_model": "ref('claims_copy')"}, None, 0),
    ("claims", "equal_rowcount", {"compare_model": "ref('claims_twice')"}, None, 4),
    ("claims", "equal_rowcount", {"compare_model": "ref('claims_fewer')", "group_by_columns": ["payer"]}, None, 1),
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
        if column:
            arguments["column_name"] = column
        entry = {"name": f"case_{number}", "arguments": arguments}
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


def read(connection: Any, schema: str, model: str) -> list[tuple[str, ...]]:
    """A table's rows as texts without times of day."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"select * from {schema}.{model}")
        return sorted(tuple(str(value).split(" ")[0] for value in row) for row in cursor.fetchall())


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
            assert read(connection, schema, name) == expected, name
        assert len(read(connection, schema, "last_days")) == 4, "three days and today"

    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    failures = {result["unique_id"].split(".")[2]: result["failures"] for result in results}
    for number, (model, test, arguments, column, expected_failures) in enumerate(GENERIC_TESTS):
        found = failures[f"case_{number}"]
        assert found == expected_failures, (model, test, arguments, column, found)


def test_nulls_can_count_as_empty_strings(tmp_path: Path) -> None:
    write_project(tmp_path)
    flags = ("--vars", "{surrogate_key_treat_nulls_as_empty_strings: true}")
    run = dbt(tmp_path, "run", "--select", "keys", *flags)
    assert run.returncode == 0, run.stdout
    with closing(duckdb.connect(str(tmp_path / "scratch.duckdb"))) as connection:
        _, with_null, with_empty = read(connection, "main", "keys")[0]
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


def write_stand_in(root: Path, name: str, body: str) -> None:
    folder = root / "offline_packages" / "dbt_utils" / "macros"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.sql").write_text(body)


def write_models(root: Path, **bodies: str) -> None:
    (root / "models").mkdir(exist_ok=True)
    for name, body in bodies.items():
        (root / "models" / f"{name}.sql").write_text(body)


def run_check(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, list[str]]:
    """The exit code of the check, and the lines that it complains with."""
    monkeypatch.setattr(check_offline_packages, "ROOT", root)
    code = check_offline_packages.main()
    return code, capsys.readouterr().err.splitlines()


def test_the_check_fails_on_a_call_that_the_stand_ins_lack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stand_in(tmp_path, "present", "{% macro present() %}1{% endmacro %}")
    good = "{# dbt_utils.pivot in a comment #}\n-- dbt_utils.unpivot too\nselect {{ dbt_utils.present() }}"
    write_models(tmp_path, good=good)
    assert run_check(tmp_path, monkeypatch, capsys) == (0, [])

    write_models(tmp_path, bad="select {{ dbt_utils.pivot('a', ['b']) }}")
    (tmp_path / "models" / "_bad.yml").write_text("data_tests:\n  - dbt_utils.sequential_values:\n")
    code, complaints = run_check(tmp_path, monkeypatch, capsys)
    assert code == 1
    assert len(complaints) == 2
    assert complaints[0].startswith("error: dbt_utils.pivot is called in models/bad.sql, but")
    assert complaints[1].startswith(
        "error: dbt_utils.sequential_values is called in models/_bad.yml, but"
    )


def test_the_check_fails_on_a_stand_in_that_nothing_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_models(tmp_path, good="select {{ dbt_utils.present() }}")
    write_stand_in(
        tmp_path, "present", "{% macro present() %}{{ dbt_utils.helper() }}{% endmacro %}"
    )
    write_stand_in(tmp_path, "helper", "{% macro helper() %}1{% endmacro %}")
    assert run_check(tmp_path, monkeypatch, capsys) == (0, []), "a stand-in may call another"

    write_stand_in(tmp_path, "spare", "{% macro spare() %}{{ dbt_utils.spare() }}{% endmacro %}")
    assert run_check(tmp_path, monkeypatch, capsys) == (
        1,
        [
            "error: nothing calls dbt_utils.spare: delete offline_packages/dbt_utils/macros/spare.sql "
            "and its cases in tests/python/test_offline_packages.py"
        ],
    )
