"""The benchmarks run and compare what they say they compare."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.generate import Result, report

ROOT = Path(__file__).resolve().parents[2]


def test_the_generator_is_set_beside_faker_and_a_bare_write(tmp_path: Path) -> None:
    size = ["--months", "1", "--claims-per-month", "60", "--faker-rows", "20"]
    command = [sys.executable, "-m", "benchmarks.generate", *size, "--folder", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("1 months x 60 claims, seed 42")
    generator, bare, faker = (line for line in lines if line[:1] in "gbF" and "  " in line)
    rows = [line[24:36].replace(",", "") for line in (generator, bare, faker)]
    assert rows[0] == rows[1]
    assert int(rows[0]) > 1000
    assert int(rows[2]) == 20
    assert not list(tmp_path.iterdir())


def test_ratios_follow_from_the_figures() -> None:
    text = report({
        "generator": Result(1_000_000, 20.0, 10.0, 16.0, 500.0),
        "bare write": Result(1_000_000, 20.0, 4.0, 4.0, 300.0),
        "Faker, row by row": Result(1_000, 0.1, 2.0, 2.0, 100.0),
    })  # fmt: skip
    assert "100,000     2.0" in text  # rows and megabytes a second
    assert "makes 200 times as many rows a second" in text
    assert "would take 0.6 hours" in text
    assert "2.5 times as long as writing the same rows (4.0 times the CPU)" in text


@pytest.mark.parametrize("given", [["--months", "0"], ["--faker-rows", "0"], ["--rows", "3"]])
def test_a_bad_option_is_code_2(given: list[str]) -> None:
    command = [sys.executable, "-m", "benchmarks.generate", *given]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 2
