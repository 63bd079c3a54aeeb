"""The command line: folders, options, bad input, full disks; what fails leaves nothing behind."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data_generator import generate as generate_module
from data_generator.arrays import day_number
from data_generator.cli import main
from data_generator.folders import beside
from data_generator.generate import generate, generate_drops
from data_generator.manifest import BASE, MANIFEST, OptionError, Options
from data_generator.stories import NAMES, plan_stories
from ingestion.contract import Column, ContractError, load_contract
from ingestion.warehouse import open_warehouse

ROOT = Path(__file__).resolve().parents[2]
END = dt.date(2025, 6, 30)
SMALL = Options(1, 60, 1, END)
QUICK = ["--months", "1", "--claims-per-month", "60"]


def assert_one_line(error: str, message: str) -> None:
    assert message in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1


# --- options ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--months", "0"], "--months is 0"),
        (["--months", "-3"], "--months is -3"),
        (["--claims-per-month", "3"], "--claims-per-month is 3"),
        (["--claims-per-month", "-600"], "--claims-per-month is -600"),
        (["--seed", "-1"], "--seed is -1"),
        (["--months", "24", "--end-date", "2020-05-01"], "would start before 2020-01-01"),
        (["--start-date", "2019-12-01"], "would start before 2020-01-01"),
        (["--start-date", "2025-01-15"], "use the first of a month, such as 2025-01-01"),
        (["--start-date", "2026-01-01"], "lies before --start-date 2026-01-01"),
        (["--since", "2025-12-01"], "--since needs --start-date"),
        (["--start-date", "2025-10-01", "--since", "2026-01-01"], "--since is 2026-01-01"),
        (["--start-date", "2025-10-01", "--since", "2025-12-31"], "--since is 2025-12-31"),
        (["--start-date", "2025-10-01", "--since", "2025-09-30"], "--since is 2025-09-30"),
        (["--stories", "payer_underpays,plague"], "no story is called plague; use all, none"),
        (["--start-date", "2025-10-01", "--since", "2025-12-01", "--format", "x12"],
         "--format x12 is for base sets"),
        (["load", "--target", "duckdb", "--from", "nowhere"], "holds no generated set"),
    ],
)  # fmt: skip
def test_a_bad_value_is_one_line_and_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list[str], message: str
) -> None:
    extra = [] if given[0] == "load" else ["--out", str(tmp_path / "raw")]
    assert main([*given, *extra]) == 2
    assert_one_line(capsys.readouterr().err, message)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--end-date", "31.12.2025"], "31.12.2025 is no date"),
        (["--end-date", "2025-02-30"], "2025-02-30 is no date"),
        (["--end-date", "20251231"], "20251231 is no date"),
        (["--since", "yesterday"], "yesterday is no date"),
        (["--start-date", "2025-13-01"], "2025-13-01 is no date"),
        (["--format", "xml"], "invalid choice: 'xml'"),
        (["--months", "many"], "invalid int value: 'many'"),
        (["--month", "3"], "unrecognized arguments: --month 3"),
        (["--dirty"], "unrecognized arguments: --dirty"),
        (["--clean", "--defects"], "not allowed with argument"),
        (["--months", "3", "--start-date", "2025-01-01"], "not allowed with argument"),
        (["load"], "the following arguments are required: --target"),
        (["load", "--target", "dev", "--since", "2025-01-01"], "unrecognized arguments"),
    ],
)
def test_a_malformed_option_is_one_line_and_code_2(
    capsys: pytest.CaptureFixture[str], given: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(given)
    assert stopped.value.code == 2
    assert_one_line(capsys.readouterr().err, message)


def test_the_help_teaches_by_examples(capsys: pytest.CaptureFixture[str]) -> None:
    for given in (["--help"], ["load", "--help"]):
        with pytest.raises(SystemExit) as stopped:
            main(given)
        assert stopped.value.code == 0
        assert "examples:\n  python -m data_generator" in capsys.readouterr().out


def test_stories_are_listed_and_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stories", "list", "--start-date", "2024-01-01", "--seed", "7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(NAMES)
    planned = plan_stories(7, day_number(dt.date(2024, 1, 1))).describe()
    for line, story in zip(lines, planned, strict=True):
        assert f"{story['first_day']} to {story['last_day']}  {story['what']}" in line
    for text, names in (
        ("all", list(NAMES)),
        ("none", []),
        ("slow_payer, careless_biller", ["careless_biller", "slow_payer"]),
    ):
        out = tmp_path / text
        assert main([*QUICK, "--stories", text, "--out", str(out)]) == 0
        manifest = json.loads((out / MANIFEST).read_text())
        assert manifest["parameters"]["stories"] == names


def test_defects_are_the_default_and_clean_switches_them_off(tmp_path: Path) -> None:
    ids = set()
    for number, given in enumerate(([], ["--defects"], ["--clean"])):
        out = tmp_path / str(number)
        assert main([*QUICK, *given, "--out", str(out)]) == 0
        manifest = json.loads((out / MANIFEST).read_text())
        assert manifest["parameters"]["defects"] is (given != ["--clean"])
        ids.add(manifest["batch_id"])
    assert len(ids) == 2


@pytest.mark.parametrize(
    "changed",
    [
        replace(SMALL, months=2),
        replace(SMALL, claims_per_month=61),
        replace(SMALL, seed=2),
        replace(SMALL, end_date=dt.date(2025, 6, 29)),
        replace(SMALL, stories=NAMES[:1]),
        replace(SMALL, defects=True),
    ],
)
def test_any_other_option_makes_another_set(changed: Options) -> None:
    one, other = (
        generate_module.base_batch(options, load_contract()) for options in (SMALL, changed)
    )
    assert one.id != other.id
    # but only the last day may differ among sets that continue each other
    assert (one.lineage == other.lineage) == (replace(changed, end_date=END) == SMALL)


def test_start_date_and_months_are_two_ways_to_say_the_same(tmp_path: Path) -> None:
    ids = []
    for given in (["--months", "2"], ["--start-date", "2025-05-01"]):
        out = tmp_path / given[0]
        extra = ["--claims-per-month", "60", "--end-date", "2025-06-30", "--out", str(out)]
        assert main([*given, *extra]) == 0
        ids.append(json.loads((out / MANIFEST).read_text())["batch_id"])
    assert ids[0] == ids[1]


# --- folders ------------------------------------------------------------------------------------


def test_a_set_that_is_there_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--months", "2", "--claims-per-month", "60", "--out", str(tmp_path / "raw")]
    assert main(given) == 0
    path = tmp_path / "raw" / "billing_appeals.parquet"
    made = path.stat().st_mtime_ns
    assert main(given) == 0
    assert "already" in capsys.readouterr().out
    assert path.stat().st_mtime_ns == made
    assert main([*given, "--seed", "1"]) == 0
    assert path.stat().st_mtime_ns != made


def test_drops_that_are_there_are_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--start-date", "2025-05-01", "--claims-per-month", "60", "--end-date", "2025-06-30",
             "--out", str(tmp_path / "drops")]  # fmt: skip
    assert main([*given, "--since", "2025-06-26"]) == 0
    made = (tmp_path / "drops" / MANIFEST).stat().st_mtime_ns
    assert main([*given, "--since", "2025-06-26"]) == 0
    assert "already" in capsys.readouterr().out
    assert (tmp_path / "drops" / MANIFEST).stat().st_mtime_ns == made
    assert main([*given, "--since", "2025-06-28"]) == 0
    assert "2 nights after 2025-06-28" in capsys.readouterr().out
    nights = sorted(path.name for path in (tmp_path / "drops").iterdir() if path.is_dir())
    assert nights == ["2025-06-29", "2025-06-30"]


def test_an_interrupted_run_leaves_the_old_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "raw"
    generate(SMALL, out, "parquet", load_contract())
    kept = (out / MANIFEST).read_text()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(generate_module.Delivery, "_group_remittances", stop)
    assert main([*QUICK, "--out", str(out)]) == 130
    assert capsys.readouterr().err == "interrupted: what was not complete is not there\n"
    assert (out / MANIFEST).read_text() == kept
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


def test_a_set_that_cannot_take_its_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "raw"
    generate(SMALL, out, "parquet", load_contract())
    kept = (out / MANIFEST).read_text()
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if target == out and path.name != out.name:
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OptionError, match="can't be written: Permission denied"):
        generate(replace(SMALL, seed=2), out, "parquet", load_contract())
    assert (out / MANIFEST).read_text() == kept
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


def test_folders_that_cannot_be_used_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    for out, message in (
        ("file", "is a file; name a folder"),
        ("full", "holds files of something else (thesis.txt)"),
        ("file/below", "can't be written"),
        ("x" * 300, "can't be written: File name too long"),
    ):
        assert main([*QUICK, "--out", str(tmp_path / out)]) == 2
        assert_one_line(capsys.readouterr().err, message)
    assert main([*QUICK, "--out", "/proc/raw"]) == 2
    assert_one_line(capsys.readouterr().err, "--out /proc/raw can't be written")
    assert (tmp_path / "full" / "thesis.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_without_permission_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    assert main([*QUICK, "--out", str(tmp_path / "closed" / "raw")]) == 2
    assert_one_line(capsys.readouterr().err, "can't be written: Permission denied")


def test_a_base_set_and_drops_do_not_replace_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(SMALL, tmp_path / "raw", "parquet", load_contract())
    drops = ["--start-date", "2025-06-01", "--end-date", "2025-06-30", "--since", "2025-06-20",
             "--claims-per-month", "60"]  # fmt: skip
    assert main([*drops, "--out", str(tmp_path / "raw")]) == 2
    assert_one_line(capsys.readouterr().err, "holds a base set and would be replaced by drops")
    assert main([*drops, "--out", str(tmp_path / "drops")]) == 0
    assert main([*QUICK, "--out", str(tmp_path / "drops")]) == 2
    assert_one_line(capsys.readouterr().err, "holds drops and would be replaced by a base set")


# --- full disks ---------------------------------------------------------------------------------

GENERATE_IN_LITTLE_SPACE = """
import resource, sys
from data_generator.cli import main
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("kilobytes", [4, 20, 60, 200])
@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_a_disk_that_is_full_is_one_line_and_leaves_nothing(
    tmp_path: Path, kilobytes: int, file_format: str
) -> None:
    """At whatever file the space ends: waiting rows, tables, or the answer key."""
    out = tmp_path / "raw"
    given = ["--months", "3", "--claims-per-month", "1500", "--format", file_format]
    command = [sys.executable, "-c", GENERATE_IN_LITTLE_SPACE, str(kilobytes * 1024), *given]
    done = subprocess.run(
        [*command, "--out", str(out)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert_one_line(done.stderr, f"--out {out} can't be written: File too large")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_file_system_keeps_the_old_set(
    tiny_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tiny_disk / "raw"
    assert main([*QUICK, "--out", str(out)]) == 0
    kept = (out / MANIFEST).read_text()
    capsys.readouterr()
    big = ["--months", "2", "--claims-per-month", "2000", "--out"]
    assert main([*big, str(out)]) == 2
    assert_one_line(capsys.readouterr().err, "can't be written: No space left on device")
    assert (out / MANIFEST).read_text() == kept
    drops = ["--start-date", "2025-10-01", "--since", "2025-10-02", "--claims-per-month", "3000"]
    assert main([*drops, "--out", str(tiny_disk / "drops")]) == 2
    assert_one_line(capsys.readouterr().err, "can't be written: No space left on device")
    assert [path.name for path in tiny_disk.iterdir()] == ["raw"]


def test_an_error_in_the_middle_removes_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stop"), beside(tmp_path / "raw", BASE) as folder:
        (folder / "half").write_text("written")
        raise ValueError("stop")
    assert not list(tmp_path.iterdir())


# --- contract -----------------------------------------------------------------------------------


def test_a_contract_with_another_column_is_refused(tmp_path: Path) -> None:
    contract = load_contract()
    table = contract["billing_appeals"]
    columns = (*table.columns[:-1], Column("reviewer", "text"))
    contract["billing_appeals"] = replace(table, columns=columns)
    with pytest.raises(ContractError, match=r"billing_appeals: .*reviewer.*no _batch_id"):
        generate(SMALL, tmp_path / "raw", "parquet", contract)
    assert not list(tmp_path.iterdir())


def test_a_contract_with_another_table_is_refused(tmp_path: Path) -> None:
    contract = load_contract()
    contract["billing_wishes"] = replace(contract["billing_staff"], identifier="billing_wishes")
    with pytest.raises(ContractError, match="billing_wishes"):
        generate_drops(SMALL, dt.date(2025, 6, 3), tmp_path / "raw", "parquet", contract)
    assert not list(tmp_path.iterdir())


# --- loading ------------------------------------------------------------------------------------


@pytest.fixture
def duckdb_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The DuckDB target of the example profile, with an empty file."""
    shutil.copy(ROOT / "profiles.example.yml", tmp_path / "profiles.yml")
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    monkeypatch.setenv("RCM_DUCKDB_PATH", str(tmp_path / "rcm.duckdb"))
    return "duckdb"


def count(target: str, table: str) -> int:
    with open_warehouse(target) as warehouse:
        return int(warehouse.query(f"select count(*) from raw.{table}")[0][0])


def rows_in(folder: Path, table: str) -> int:
    return int(json.loads((folder / MANIFEST).read_text())["rows"][table])


def test_a_set_is_loaded_once_and_real_rows_stay(
    tmp_path: Path, duckdb_target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, small = tmp_path / "raw", tmp_path / "csv"
    generate(replace(SMALL, months=2, defects=True), folder, "parquet", load_contract())
    generate(SMALL, small, "csv", load_contract())
    given = ["load", "--target", duckdb_target, "--from"]
    assert main([*given, str(folder)]) == 0
    assert count(duckdb_target, "billing_appeals") == rows_in(folder, "billing_appeals")
    with open_warehouse(duckdb_target) as warehouse:
        warehouse.query(
            "insert into raw.billing_refunds (refund_id, _batch_id) values ('R1', 'file-1')"
        )
    capsys.readouterr()
    assert main([*given, str(folder)]) == 0
    assert "already" in capsys.readouterr().out
    assert main([*given, str(small)]) == 0
    assert count(duckdb_target, "billing_work_items") == rows_in(small, "billing_work_items")
    assert count(duckdb_target, "billing_refunds") == rows_in(small, "billing_refunds") + 1


def test_a_failed_load_leaves_the_earlier_one(
    tmp_path: Path, duckdb_target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, broken = tmp_path / "raw", tmp_path / "broken"
    generate(SMALL, folder, "parquet", load_contract())
    generate(replace(SMALL, seed=2), broken, "parquet", load_contract())
    (broken / "hospital_b_charges.parquet").write_bytes(b"PAR1 torn")
    assert main(["load", "--target", duckdb_target, "--from", str(folder)]) == 0
    assert main(["load", "--target", duckdb_target, "--from", str(broken)]) == 2
    assert_one_line(capsys.readouterr().err, "hospital_b_charges.parquet can't be read")
    for name in ("clearinghouse_claims", "hospital_b_charges"):
        assert count(duckdb_target, name) == rows_in(folder, name)


def test_a_set_with_a_missing_file_is_refused(
    tmp_path: Path, duckdb_target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(SMALL, tmp_path / "raw", "parquet", load_contract())
    (tmp_path / "raw" / "billing_staff.parquet").unlink()
    assert main(["load", "--target", duckdb_target, "--from", str(tmp_path / "raw")]) == 2
    assert_one_line(capsys.readouterr().err, "billing_staff.parquet is missing")


def test_a_warehouse_on_a_full_disk_takes_nothing_and_says_so(
    tiny_disk: Path, tmp_path: Path, duckdb_target: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    generate(Options(2, 1500, 1, END), tmp_path / "raw", "parquet", load_contract())
    monkeypatch.setenv("RCM_DUCKDB_PATH", str(tiny_disk / "rcm.duckdb"))
    assert main(["load", "--target", duckdb_target, "--from", str(tmp_path / "raw")]) == 2
    assert_one_line(capsys.readouterr().err, f"took nothing of {tmp_path / 'raw'}")


def test_a_set_with_x12_files_loads_from_its_tables(
    tmp_path: Path, duckdb_target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "raw"
    assert main([*QUICK, "--format", "x12", "--out", str(out)]) == 0
    assert f"{out / 'x12'}: " in capsys.readouterr().out
    counts = json.loads((out / MANIFEST).read_text())["x12"]
    assert counts["835_files"] == len(list((out / "x12" / "835").iterdir())) > 0
    assert main(["load", "--target", duckdb_target, "--from", str(out)]) == 0
    assert count(duckdb_target, "billing_staff") == rows_in(out, "billing_staff")
