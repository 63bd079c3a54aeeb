"""How long the warehouse takes from files to dashboards: `python -m benchmarks.warehouse`.

For each size and engine: generate, load, build everything, test, ask what dashboards ask, then
load one night after the other and build what it changes. In the same run the floors are measured:
a bare COPY of the same files, and a rewrite of the same marts. Figures go to results.json and
results.md; a run replaces those of its own sizes and engines alone.

Each engine has a database, a profile and logs of its own in a folder that is removed at the end,
and its PostgreSQL is stopped, also after Ctrl-C. Nothing of yours is touched. Run it on a machine
that does nothing else: two cores shared with another program measure that program too.
"""

import argparse
import datetime as dt
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import floors, storage
from benchmarks.dashboard import time_dashboard
from benchmarks.explain import explain_slowest
from benchmarks.generate import END, measure, run_generator
from benchmarks.process import BenchmarkError, Watch, folder_bytes, in_process
from benchmarks.report import page
from benchmarks.results import GENERATOR, Record, Results, Size, commit, machine, versions
from benchmarks.workplace import DUCKDB, POSTGRES, TARGETS, Workplace, open_workplace
from data_generator.generate import generate_drops
from data_generator.load import load
from data_generator.manifest import Options
from data_generator.stories import NAMES
from ingestion.contract import load_contract
from ingestion.dbt_profile import read_target
from scripts import deps
from scripts.paths import ROOT
from scripts.postgres_server import PostgresError

# the last two have the same nights on histories of which one is ten times longer
DEFAULT_SIZES = "24x5000", "24x60000", "12x600000", "3x5000", "30x5000"
NIGHTS = 5
SEED = 42
# before any size was measured; the first run replaces them by its own figures
BYTES_PER_CLAIM = {POSTGRES: 25_000, DUCKDB: 9_000}
# what doesn't grow with the claims: PostgreSQL's log ahead of its writes, and some to spare
SPARE_BYTES = {POSTGRES: 6 * 10**9, DUCKDB: 2 * 10**9}


@dataclass(frozen=True)
class Plan:
    """What to do with each size and engine."""

    nights: int
    seed: int
    threads: int | None
    tests: bool
    floors: bool
    dashboard: bool
    explain: int
    plans: Path


def say(text: str) -> None:
    """One line of progress."""
    print(f"{dt.datetime.now():%H:%M:%S}  {text}", flush=True)


def run_drops(months: int, claims: int, seed: int, nights: int, out: Path) -> list[str]:
    """Generate the nights after a set's end; their folders' names."""
    last = END + dt.timedelta(days=nights)
    start = Options(months, claims, seed, END, NAMES, defects=True).start_date
    longer = (last.year - start.year) * 12 + last.month - start.month + 1
    options = Options(longer, claims, seed, last, NAMES, defects=True)
    manifest, _ = generate_drops(options, END, out, "parquet", load_contract())
    return sorted(manifest["drops"])


def run_load(target: str, folder: Path) -> tuple[int, float]:
    """Load a set or a drop: its rows and seconds, without importing what reads the profile."""
    read_target(target)
    begun = time.perf_counter()
    loaded = load(target, folder)
    return loaded.rows, time.perf_counter() - begun


class Bench:
    """All that is measured of one size in one engine; what there is so far is kept at each step."""

    def __init__(self, place: Workplace, size: Size, raw: Path, plan: Plan, results: Results):
        """`raw` holds the folders `set` and `drops`."""
        self.place, self.size, self.raw, self.plan, self.results = place, size, raw, plan, results
        self.scratch = place.folder / "scratch"
        self.raw_bytes = folder_bytes(raw)
        self.watch = Watch(place.folder, lambda: place.server_pid)
        self.record: Record = {
            "date": f"{dt.date.today()}",
            "commit": commit(),
            "machine": machine(),
            "versions": versions(),
        }

    def run(self) -> None:
        """Take every step that is wanted."""
        with self.watch:
            self.load()
            self.build()
            if self.plan.dashboard:
                self.keep("dashboard", in_process(time_dashboard, self.place.target)[0])
            if self.plan.explain and self.place.engine == POSTGRES:
                self.explain()
            if self.plan.tests:
                self.test()
            self.nights()

    def keep(self, name: str, value: Any) -> None:
        """Save one figure, and let the next step begin with an idle database."""
        self.place.settle()
        self.record[name] = value
        self.record["peak_disk_bytes"] = self.watch.disk_bytes + self.raw_bytes
        self.results.put(self.size, self.place.engine, self.record)
        self.watch.forget()

    def load(self) -> None:
        """Load the base set, and copy the same files with nothing around."""
        place = self.place
        (rows, seconds), peak = in_process(run_load, place.target, self.raw / "set")
        figures = {"rows": rows, "seconds": seconds, "peak_mib": peak}
        self.keep("load", figures | {"server_mib": self.watch.memory_mib})
        say(f"  loaded {rows:,} rows in {seconds:,.1f} s")
        if self.plan.floors:
            is_postgres = place.engine == POSTGRES
            copy = floors.bare_copy_postgres if is_postgres else floors.bare_copy_duckdb
            seconds, _ = in_process(copy, self.raw / "set", self.scratch)
            self.keep("bare_copy_seconds", seconds)
            say(f"  bare COPY of the same: {seconds:,.1f} s")

    def build(self) -> None:
        """Build every model, rewrite the marts with nothing around, and see what they take."""
        place = self.place
        seed = place.dbt("seed", "seed", "--full-refresh")
        self.keep("seed", seed.figures(self.watch.memory_mib))
        full = place.dbt("full", "run", "--full-refresh")
        self.keep("build", full.figures(self.watch.memory_mib))
        slowest, longest = full.slowest[0]
        say(f"  full build: {full.work_seconds:,.1f} s and {full.start_seconds:,.1f} s of dbt's "
            f"own; slowest {slowest} with {longest:,.1f} s")  # fmt: skip
        is_postgres = place.engine == POSTGRES
        if self.plan.floors:
            if is_postgres:
                seconds, _ = in_process(floors.rewrite_marts_postgres)
            else:
                file = place.duckdb_file
                seconds, _ = in_process(floors.rewrite_marts_duckdb, file, self.scratch)
            self.keep("rewrite_seconds", seconds)
            say(f"  rewrite of the same marts: {seconds:,.1f} s")
        if is_postgres:
            sizes, _ = in_process(storage.postgres_storage)
        else:
            sizes, _ = in_process(storage.duckdb_storage, place.duckdb_file)
        self.keep("storage", sizes)

    def explain(self) -> None:
        """Write the plans of the slowest models of the full build."""
        out = self.plan.plans / str(self.size)
        explain_slowest(self.place.target, self.place.folder / "full", out, self.plan.explain)
        say(f"  plans of the slowest models are in {out}")

    def test(self) -> None:
        """Run the data tests; the unit tests take the same time at any size."""
        arguments = ("test", "--exclude-resource-type", "unit_test")
        tests = self.place.dbt("tests", *arguments, may_fail=True)
        figures = tests.figures(self.watch.memory_mib)
        self.keep("tests", figures | {"failed": sorted(tests.failed)})
        say(f"  {tests.count} data tests in {tests.work_seconds:,.1f} s, "
            f"{len(tests.failed)} failed")  # fmt: skip

    def nights(self) -> None:
        """Load one night after the other, and build after each."""
        nights: list[Record] = []
        for number, folder in enumerate(sorted(self.raw.glob("drops/20*")), start=1):
            (rows, seconds), _ = in_process(run_load, self.place.target, folder)
            self.place.settle()
            self.watch.forget()
            night = self.place.dbt(f"night-{number}", "run")
            arrived = {"day": folder.name, "rows": rows, "load_seconds": seconds}
            nights.append(night.figures(self.watch.memory_mib) | arrived)
            self.keep("nights", nights)
            say(f"  night of {folder.name}: {rows:,} rows loaded in {seconds:,.1f} s, built in "
                f"{night.work_seconds:,.1f} s and {night.start_seconds:,.1f} s of dbt's own"
                )  # fmt: skip


def bytes_needed(size: Size, engine: str, results: Results) -> int:
    """What a size takes on the disk: by the next smaller one, or before that by rule of thumb."""
    known = results.bytes_needed(size, engine)
    return (BYTES_PER_CLAIM[engine] * size.claims if known is None else known) + (
        SPARE_BYTES[engine]
    )


def fits(size: Size, engine: str, folder: Path, results: Results) -> bool:
    """Whether the disk has room; if not, the table says so, unless it has earlier figures."""
    needed, free = bytes_needed(size, engine, results), shutil.disk_usage(folder).free
    if needed <= free:
        return True
    reason = f"needs about {needed / 1e9:,.0f} GB of disk, {free / 1e9:,.0f} GB were free"
    say(f"{size} in {engine} not run: {reason}")
    earlier = results.get(size, engine)
    if not earlier or "refused" in earlier:
        results.put(size, engine, {"refused": f"not run: {reason}"})
    return False


def bench_size(
    size: Size, engines: Sequence[str], folder: Path, plan: Plan, keep: bool, results: Results
) -> None:
    """Generate one size and take it through each engine that the disk has room for."""
    room = [fits(size, engine, folder, results) for engine in engines]  # each says so
    if not any(room):
        return
    raw = folder / str(size) / "raw"
    given = size.months, size.claims_per_month, plan.seed
    say(f"{size}: {size.millions} claims")
    made = measure(run_generator, *given, raw / "set")
    results.put(size, GENERATOR, {
        "rows": made.rows, "seconds": made.seconds, "cpu_seconds": made.cpu_seconds,
        "peak_mib": made.peak_mebibytes, "bytes": round(made.megabytes * 1e6),
    })  # fmt: skip
    say(f"  generated {made.rows:,} rows in {made.seconds:,.1f} s")
    if plan.nights:
        in_process(run_drops, *given, plan.nights, raw / "drops")
    for engine in engines:
        if not fits(size, engine, folder, results):
            continue
        say(f"{size} in {engine}")
        own = folder / str(size) / engine
        with open_workplace(engine, own, plan.threads) as place:
            Bench(place, size, raw, plan, results).run()
            if keep:
                shown = {name: place.variables[name] for name in sorted(place.variables)}
                (own / "environment.sh").write_text(
                    "".join(f"export {name}='{value}'\n" for name, value in shown.items())
                )
                then = " && python -m scripts.postgres start" if engine == POSTGRES else ""
                say(f"  kept; to go on with it: source {own / 'environment.sh'}{then}")
        if not keep:
            shutil.rmtree(own)
    if not keep:
        shutil.rmtree(folder / str(size))


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.warehouse",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--sizes", nargs="+", type=_size, metavar="MONTHSxCLAIMS",
        default=[Size.read(text) for text in DEFAULT_SIZES],
        help=f"months x claims a month (default {' '.join(DEFAULT_SIZES)})",
    )  # fmt: skip
    made.add_argument(
        "--engines", nargs="+", choices=TARGETS, default=list(TARGETS), help="default both"
    )
    made.add_argument(
        "--nights", type=int, default=NIGHTS, metavar="N",
        help=f"nightly runs after the full build (default {NIGHTS})",
    )  # fmt: skip
    made.add_argument("--seed", type=int, default=SEED, metavar="N", help=f"default {SEED}")
    made.add_argument(
        "--threads", type=int, metavar="N", help="threads of dbt (default: the profile's)"
    )
    for name, what in (("tests", "dbt test"), ("floors", "the bare COPY and the rewrite"),
                       ("dashboard", "the dashboards' queries")):  # fmt: skip
        made.add_argument(f"--skip-{name}", action="store_true", help=f"leave out {what}")
    made.add_argument(
        "--explain", type=int, default=0, metavar="N",
        help="write the plans of the N slowest models of PostgreSQL beside the results",
    )  # fmt: skip
    made.add_argument(
        "--folder", type=Path, metavar="FOLDER",
        help="where to work, with room for the data (default: the system's temporary folder)",
    )  # fmt: skip
    made.add_argument("--keep", action="store_true", help="leave data, databases and logs there")
    made.add_argument(
        "--results", type=Path, default=ROOT / "benchmarks", metavar="FOLDER",
        help="where results.json and results.md are (default benchmarks/)",
    )  # fmt: skip
    made.add_argument(
        "--report", action="store_true", help="write results.md from results.json and leave"
    )
    return made


def _size(text: str) -> Size:
    try:
        return Size.read(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text} is no size; write months x claims a month, such as 24x5000"
        ) from None


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 0 when all went well, 1 when a size or engine failed, 130 after Ctrl-C."""
    given = parser().parse_args(arguments)
    if min(given.nights, given.seed, given.explain) < 0:
        parser().error("--nights, --seed and --explain must be 0 or more")
    results = Results(given.results.absolute())
    code = 0
    if not given.report:
        # a shell that starts this in the background would have it ignore Ctrl-C's signal
        signal.signal(signal.SIGINT, _interrupt)
        signal.signal(signal.SIGTERM, _interrupt)
        print(deps.install(ROOT), flush=True)
        code = _bench(given, results)
    results.page.write_text(page(results), encoding="utf-8")
    print(f"{results.page} is written")
    return code


def _bench(given: argparse.Namespace, results: Results) -> int:
    plan = Plan(
        given.nights, given.seed, given.threads, not given.skip_tests, not given.skip_floors,
        not given.skip_dashboard, given.explain, results.page.parent / "plans",
    )  # fmt: skip
    if given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=given.folder)).absolute()
    code = 0
    try:
        for size in given.sizes:
            try:
                bench_size(size, given.engines, folder, plan, given.keep, results)
            except (BenchmarkError, PostgresError, OSError) as error:
                print(f"error: {size}: {error}", file=sys.stderr, flush=True)
                code = 1
                if not given.keep:
                    shutil.rmtree(folder / str(size), ignore_errors=True)
    except KeyboardInterrupt:
        print("interrupted: what was measured so far is kept", file=sys.stderr)
        code = 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not stop the tidying
        if given.keep:
            print(f"everything is in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
        signal.signal(signal.SIGINT, _interrupt)
    return code


if __name__ == "__main__":
    sys.exit(main())
