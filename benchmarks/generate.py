"""How fast the generator is, beside Faker row by row and beside only writing the same bytes.

Each of the three runs in a process of its own, one after the other, so that times and peak memory
are comparable. Faker makes rows as wide as a patient's, one value after the other, as most
generators of test data do. The bare write reads the generator's files into memory, table by table,
and writes them again with the same settings and threads; only the writing is timed. It is what
remains when making the rows costs nothing.
"""

import argparse
import datetime as dt
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from faker import Faker

from data_generator.delivery import WRITERS
from data_generator.generate import generate
from data_generator.manifest import Options
from data_generator.stories import NAMES
from data_generator.table import ROWS_AT_ONCE
from data_generator.writer import TableWriter, table_path
from ingestion.contract import RawTable, load_contract

END = dt.date(2025, 12, 31)

Figures = tuple[int, float, float, float]
"""Rows, megabytes, seconds, seconds of all cores."""


@dataclass(frozen=True)
class Result:
    """What one way of making rows took; `megabytes` are those of the files."""

    rows: int
    megabytes: float
    seconds: float
    cpu_seconds: float
    peak_mebibytes: float


def measure(work: Callable[..., Figures], *given: Any) -> Result:
    """Run `work` in a fresh process; it returns rows, megabytes, seconds and CPU seconds."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(there, work, given))
    process.start()
    there.close()
    try:
        return Result(*here.recv())
    except EOFError:
        sys.exit("error: a measurement failed; see above")
    finally:
        process.join()


def _run(pipe: Any, work: Callable[..., Figures], given: Any) -> None:
    figures = work(*given)
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kibibytes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    pipe.send((*figures, peak))


def run_generator(months: int, claims: int, seed: int, out: Path) -> Figures:
    """Generate a set, as the command line does by default."""
    options = Options(months, claims, seed, END, NAMES, defects=True)
    contract = load_contract()
    wall, cpu = time.perf_counter(), time.process_time()
    manifest, _ = generate(options, out, "parquet", contract)
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    size = sum(table_path(out, name, "parquet").stat().st_size for name in contract)
    return sum(manifest["rows"].values()), size / 1e6, seconds, cpu_seconds


def run_bare_write(source: Path, out: Path) -> Figures:
    """Write the tables of the set in `source` again, from rows that are ready in memory."""
    rows, size, seconds, cpu_seconds = 0, 0, 0.0, 0.0
    with ThreadPoolExecutor(WRITERS) as pool:
        for name, table in load_contract().items():
            whole = pq.read_table(table_path(source, name, "parquet")).combine_chunks()
            # the generator writes several tables at once; here the threads share one
            share = -(-whole.num_rows // WRITERS) or 1
            parts = [whole.slice(first, share) for first in range(0, whole.num_rows, share)]
            folders = [out / name / str(place) for place in range(len(parts))]
            for folder in folders:
                folder.mkdir(parents=True)
            wall, cpu = time.perf_counter(), time.process_time()
            list(pool.map(_write, folders, [table] * len(parts), parts))
            seconds += time.perf_counter() - wall
            cpu_seconds += time.process_time() - cpu
            rows += whole.num_rows
            size += sum(path.stat().st_size for path in (out / name).glob("*/*"))
    return rows, size / 1e6, seconds, cpu_seconds


def _write(folder: Path, table: RawTable, rows: pa.Table) -> None:
    with TableWriter(folder, table, "parquet") as writer:
        for first in range(0, rows.num_rows, ROWS_AT_ONCE):
            part = rows.slice(first, ROWS_AT_ONCE).combine_chunks()
            writer.write({name: part.column(name).chunk(0) for name in part.column_names})


def run_faker(rows: int, seed: int, out: Path) -> Figures:
    """Make rows as wide as a patient's with Faker, one by one, and write them."""
    fake = Faker("en_US")
    fake.seed_instance(seed)
    wall, cpu = time.perf_counter(), time.process_time()
    made = [
        {
            "patient_id": str(10_000_000 + number),
            "first_name": fake.first_name(),
            "last_name": fake.last_name(),
            "birth_date": fake.date_of_birth().strftime("%m/%d/%Y"),
            "death_date": None,
            "sex": fake.random_element(("M", "F", "U")),
            "address_line": fake.street_address(),
            "city": fake.city(),
            "state": fake.state_abbr(),
            "zip": fake.zipcode(),
            "phone": fake.numerify("(###) ###-####"),
            "email": fake.email(),
            "ssn_last4": fake.numerify("####"),
            "_loaded_at": dt.datetime.combine(END, dt.time(23, 30)),
            "_source_file": f"hospital_a/patients/{END}.parquet",
            "_batch_id": "faker",
        }
        for number in range(rows)
    ]
    path = out / "patients.parquet"
    pq.write_table(pa.Table.from_pylist(made), path)
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    return rows, path.stat().st_size / 1e6, seconds, cpu_seconds


def report(results: dict[str, Result]) -> str:
    """One line for each way, and how they compare."""
    lines = [f"{'':<24}{'rows':>12}{'MB':>9}{'seconds':>9}{'CPU s':>8}{'rows/s':>12}"
             f"{'MB/s':>8}{'peak MiB':>10}"]  # fmt: skip
    for name, result in results.items():
        lines.append(
            f"{name:<24}{result.rows:>12,}{result.megabytes:>9,.1f}{result.seconds:>9,.1f}"
            f"{result.cpu_seconds:>8,.1f}{result.rows / result.seconds:>12,.0f}"
            f"{result.megabytes / result.seconds:>8,.1f}{result.peak_mebibytes:>10,.0f}"
        )
    generator, bare, faker = results.values()
    pace = (generator.rows / generator.seconds) / (faker.rows / faker.seconds)
    hours = generator.rows / (faker.rows / faker.seconds) / 3600
    lines += [
        "",
        f"The generator makes {pace:,.0f} times as many rows a second as Faker row by row, which "
        f"would take {hours:,.1f} hours for as many.",
        f"It takes {generator.seconds / bare.seconds:,.1f} times as long as writing the same rows "
        f"({generator.cpu_seconds / bare.cpu_seconds:,.1f} times the CPU).",
    ]
    return "\n".join(lines)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.generate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--months", type=int, default=4, metavar="N", help="default 4")
    made.add_argument(
        "--claims-per-month", type=int, default=60_000, metavar="N", help="default 60000"
    )
    made.add_argument(
        "--faker-rows", type=int, default=5_000, metavar="N", help="rows of Faker (default 5000)"
    )
    made.add_argument("--seed", type=int, default=42, metavar="N", help="default 42")
    made.add_argument(
        "--folder", type=Path, metavar="FOLDER",
        help="where to write for the time of the run (default: the system's temporary folder)",
    )  # fmt: skip
    return made


def main() -> int:
    """Measure and print."""
    given = parser().parse_args()
    if min(given.months, given.faker_rows) < 1:
        parser().error("--months and --faker-rows must be 1 or more")
    if given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="generate-", dir=given.folder))
    try:
        size = given.months, given.claims_per_month, given.seed
        print(f"{given.months} months x {given.claims_per_month:,} claims, seed {given.seed}, "
              f"{os.cpu_count()} cores", flush=True)  # fmt: skip
        results = {"generator": measure(run_generator, *size, folder / "set")}
        results["bare write"] = measure(run_bare_write, folder / "set", folder / "again")
        results["Faker, row by row"] = measure(run_faker, given.faker_rows, given.seed, folder)
        print(report(results))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
