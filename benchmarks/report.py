"""The figures of results.json as the page results.md: what was aimed at, and what was reached."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from benchmarks.dashboard import QUERIES
from benchmarks.results import GENERATOR, Record, Results, Size
from benchmarks.workplace import DUCKDB, POSTGRES

ENGINES = {POSTGRES: "PostgreSQL", DUCKDB: "DuckDB"}
ORDER = {query.name: place for place, query in enumerate(QUERIES)}
SCHEMAS = ("raw", "staging", "intermediate", "mart")
HISTORY_RATIO = 10
GENERATE_SECONDS, GENERATE_MIB = 60, 1536
LOAD_RATIO, BUILD_RATIO, DUCKDB_RATIO, NIGHT_RATIO, HISTORY_AIM = 1.3, 3, 0.2, 0.1, 1.3

Row = Sequence[str]


@dataclass(frozen=True)
class Aim:
    """One figure beside what it should not exceed, both in `unit`."""

    what: str
    value: float
    most: float
    unit: str = ""

    @property
    def row(self) -> Row:
        """As a row of the table."""
        verdict = "yes"
        if self.value > self.most:
            verdict = f"no, {self.value / self.most:,.1f} times the aim"
        return (self.what, f"{number(self.value)}{self.unit}",
                f"≤ {number(self.most)}{self.unit}", verdict)  # fmt: skip


def number(value: float) -> str:
    """Three digits that count, and no more."""
    if value == 0:
        return "0"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(places, 3)}f}"


def seconds(value: float | None) -> str:
    """Seconds, or a dash where nothing was measured."""
    return "–" if value is None else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def size_text(value: float | None) -> str:
    """Bytes in MB or GB."""
    if value is None:
        return "–"
    return f"{value / 1e6:,.0f} MB" if value < 1e9 else f"{value / 1e9:,.1f} GB"


def memory(value: float | None) -> str:
    """MiB, or a dash."""
    return "–" if value is None else f"{value:,.0f}"


def table(header: Row, rows: Sequence[Row], left: int = 1) -> str:
    """A Markdown table, its first `left` columns set to the left."""
    rule = ["---" if place < left else "---:" for place in range(len(header))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *rows))


def later_night(record: Record, figure: str = "seconds") -> float | None:
    """The median of the nights after the first one."""
    later = [float(night[figure]) for night in record.get("nights", [])[1:]]
    return median(later) if later else None


def history_pairs(results: Results, engine: str) -> Iterator[tuple[Size, Record, Size, Record]]:
    """Sizes of the same nights of which one has ten times the history."""
    measured = list(results.measured(engine))
    for size, record in measured:
        for longer, other in measured:
            if (
                longer.claims_per_month == size.claims_per_month
                and longer.months == HISTORY_RATIO * size.months
            ):
                yield size, record, longer, other


def growth_pairs(results: Results, engine: str) -> Iterator[tuple[Size, Record, Size, Record]]:
    """Each size and the next larger one, those of the history pairs left out."""
    paired = {
        size for short, _, long, _ in history_pairs(results, engine) for size in (short, long)
    }
    measured = [
        (size, record)
        for size, record in results.measured(engine)
        if size not in paired and "build" in record
    ]
    for (size, record), (larger, other) in pairwise(measured):
        if larger.claims > size.claims:
            yield size, record, larger, other


def aims(results: Results) -> list[Aim]:
    """Every aim of which there is a figure."""
    found: list[Aim] = []
    for size in results.sizes():
        found += _generator_aims(size, results.get(size, GENERATOR))
    for engine, engine_name in ENGINES.items():
        for size, record in results.measured(engine):
            found += _engine_aims(engine, f"{engine_name}, {size.millions} ({size})", record)
        for size, record, larger, other in growth_pairs(results, engine):
            times = larger.claims / size.claims
            found.append(
                Aim(
                    f"{engine_name}: build of {larger.millions} ÷ build of {size.millions}",
                    other["build"]["seconds"] / record["build"]["seconds"],
                    times ** math.log10(11),  # eleven times the time for ten times the claims
                )
            )
        for size, record, longer, other in history_pairs(results, engine):
            short_night, long_night = later_night(record), later_night(other)
            if short_night and long_night:
                found.append(
                    Aim(
                        f"{engine_name}: nightly run on {longer.months} months ÷ on {size.months}, "
                        f"{size.claims_per_month:,} claims a month",
                        long_night / short_night,
                        HISTORY_AIM,
                    )
                )
    for size, record in results.measured(DUCKDB):
        other_engine = results.get(size, POSTGRES) or {}
        if "build" in record and "build" in other_engine:
            ratio = record["build"]["seconds"] / other_engine["build"]["seconds"]
            found.append(Aim(f"DuckDB's build ÷ PostgreSQL's, {size.millions} ({size})",
                             ratio, DUCKDB_RATIO))  # fmt: skip
    return found


def _generator_aims(size: Size, made: Record | None) -> list[Aim]:
    if not made:
        return []
    title = f"Generator, {size.millions} ({size})"
    found = [Aim(f"{title}: memory", made["peak_mib"], GENERATE_MIB, " MiB")]
    if size.claims >= 10**6:
        pace = made["seconds"] / size.claims * 1e6
        found.append(Aim(f"{title}: time for a million claims", pace, GENERATE_SECONDS, " s"))
    return found


def _engine_aims(engine: str, title: str, record: Record) -> list[Aim]:
    found = []
    if "bare_copy_seconds" in record:
        ratio = record["load"]["seconds"] / record["bare_copy_seconds"]
        found.append(Aim(f"{title}: load ÷ bare COPY", ratio, LOAD_RATIO))
    if "build" not in record:
        return found
    build = record["build"]["seconds"]
    if "rewrite_seconds" in record and engine == POSTGRES:
        ratio = build / record["rewrite_seconds"]
        found.append(Aim(f"{title}: full build ÷ rewrite of the marts", ratio, BUILD_RATIO))
    if (night := later_night(record)) is not None:
        found.append(Aim(f"{title}: nightly run ÷ full build", night / build, NIGHT_RATIO))
    return found


def times(results: Results) -> str:
    """What each step takes."""
    rows: list[Row] = []
    for size in results.sizes():
        made = results.get(size, GENERATOR) or {}
        for engine, name in ENGINES.items():
            record = results.get(size, engine)
            if record is None:
                continue
            head = [f"{size.millions} ({size})", name]
            if "refused" in record:
                rows.append([*head, record["refused"], *[""] * 9])
                continue
            load, build = record.get("load", {}), record.get("build", {})
            first = (record.get("nights") or [{}])[0]
            rows.append([
                *head,
                seconds(made.get("seconds")),
                seconds(load.get("seconds")),
                seconds(record.get("bare_copy_seconds")),
                seconds(build.get("seconds")),
                seconds(record.get("rewrite_seconds")),
                seconds(record.get("tests", {}).get("seconds")),
                seconds(first.get("seconds")),
                seconds(later_night(record)),
                seconds(build.get("start_seconds")),
                seconds(later_night(record, "start_seconds")),
            ])  # fmt: skip
    header = ("claims", "engine", "generate", "load", "bare COPY", "full build",
              "rewrite of the marts", "data tests", "first night", "later nights",
              "dbt's own, full", "dbt's own, night")  # fmt: skip
    return table(header, rows, left=2)


def nights_table(results: Results) -> str:
    """Each night by itself."""
    rows: list[Row] = []
    for size in results.sizes():
        for engine, name in ENGINES.items():
            for night in (results.get(size, engine) or {}).get("nights", []):
                rows.append([
                    f"{size.millions} ({size})", name, night["day"], f"{night['rows']:,}",
                    seconds(night["load_seconds"]), seconds(night["seconds"]),
                    seconds(night["start_seconds"]),
                ])  # fmt: skip
    header = ("claims", "engine", "night", "rows", "load", "build", "dbt's own")
    return table(header, rows, left=3)


def memory_table(results: Results) -> str:
    """Peak memory of what runs, and of PostgreSQL's server."""
    rows: list[Row] = []
    for size in results.sizes():
        made = results.get(size, GENERATOR) or {}
        for engine, name in ENGINES.items():
            record = results.get(size, engine)
            if record is None or "refused" in record:
                continue
            load, build = record.get("load", {}), record.get("build", {})
            rows.append([
                f"{size.millions} ({size})", name, memory(made.get("peak_mib")),
                memory(load.get("peak_mib")), memory(build.get("peak_mib")),
                memory(build.get("server_mib")),
            ])  # fmt: skip
    return table(("claims", "engine", "generate", "load", "dbt, full build", "server, full build"),
                 rows, left=2)  # fmt: skip


def storage_table(results: Results) -> str:
    """Sizes on the disk."""
    rows: list[Row] = []
    for size in results.sizes():
        made = results.get(size, GENERATOR) or {}
        for engine, name in ENGINES.items():
            record = results.get(size, engine)
            if record is None or "storage" not in record:
                continue
            held = record["storage"]
            rows.append([
                f"{size.millions} ({size})", name, size_text(made.get("bytes")),
                *(size_text(held.get(schema)) for schema in SCHEMAS),
                size_text(held.get("indexes")), size_text(held["total"]),
                size_text(record["peak_disk_bytes"]),
            ])  # fmt: skip
    header = ("claims", "engine", "files", *SCHEMAS, "of it indexes", "database",
              "most on the way")  # fmt: skip
    return table(header, rows, left=2)


def slowest_tables(results: Results) -> list[str]:
    """The slowest models of full builds and of the last night."""
    parts = []
    for size in results.sizes():
        columns: list[tuple[str, list[tuple[str, float]]]] = []
        for engine, name in ENGINES.items():
            record = results.get(size, engine) or {}
            if "build" in record:
                columns.append((f"{name}, full build", record["build"]["slowest"]))
            if record.get("nights"):
                columns.append((f"{name}, last night", record["nights"][-1]["slowest"]))
        if not columns:
            continue
        header = [cell for title, _ in columns for cell in (title, "s")]
        height = max(len(models) for _, models in columns)
        rows = [
            [
                cell
                for _, models in columns
                for cell in (
                    (f"`{models[place][0]}`", seconds(models[place][1]))
                    if place < len(models)
                    else ("", "")
                )
            ]
            for place in range(height)
        ]
        rule = ["---", "---:"] * len(columns)
        lines = [f"| {' | '.join(row)} |" for row in (header, rule, *rows)]
        parts += [f"### {size.millions} ({size})", "", *lines, ""]
    return parts


def dashboard_tables(results: Results) -> list[str]:
    """The queries behind dashboards."""
    parts = []
    for engine, name in ENGINES.items():
        measured = [
            (size, record["dashboard"])
            for size, record in results.measured(engine)
            if "dashboard" in record
        ]
        if not measured:
            continue
        asked_of_any = {query for _, asked in measured for query in asked}
        # the file of figures is sorted by name; the page keeps the order of the list
        queries = sorted(asked_of_any, key=lambda query: (ORDER.get(query, len(ORDER)), query))
        rows = []
        for query in queries:
            answers = [asked.get(query) or {} for _, asked in measured]
            aim = next((answer["aim"] for answer in answers if answer), None)
            rows.append([
                query,
                *(_milliseconds(answer) for answer in answers),
                "–" if aim is None else f"≤ {aim} ms",
            ])  # fmt: skip
        header = (name, *(f"{size.millions} ({size})" for size, _ in measured), "aim")
        parts += [table(header, rows), ""]
    return parts


def _milliseconds(answer: Record) -> str:
    if not answer:
        return "–"
    text = f"{answer['p95']:,.1f} ms"
    return text if answer["p95"] <= answer["aim"] else f"**{text}**"


def failures(results: Results) -> list[str]:
    """What failed of the tests, so that no figure hides it."""
    lines = []
    for engine, name in ENGINES.items():
        for size, record in results.measured(engine):
            if failed := record.get("tests", {}).get("failed"):
                names = ", ".join(f"`{test}`" for test in failed[:5])
                more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
                lines.append(f"- {name}, {size.millions} ({size}): {names}{more}")
    return ["Tests that failed on the way:", "", *lines, ""] if lines else []


def machines(results: Results) -> str:
    """Where, when and with what each row was measured."""
    rows: list[Row] = []
    for size in results.sizes():
        for engine, name in ENGINES.items():
            record = results.get(size, engine)
            if record is None or "machine" not in record:
                continue
            where, what = record["machine"], record["versions"]
            rows.append([
                f"{size.millions} ({size})", name, record["date"], f"`{record['commit']}`",
                f"{where['cores']} cores ({where['processor']}), {where['memory_gib']} GiB, "
                f"{where['kernel']}",
                f"Python {what['python']}, dbt {what['dbt']}, {name} {what[engine]}",
            ])  # fmt: skip
    return table(("claims", "engine", "date", "commit", "machine", "versions"), rows, left=6)


def page(results: Results) -> str:
    """The whole page."""
    return "\n".join([
        "# Benchmarks",
        "",
        "`make bench` (`python -m benchmarks.warehouse`) measured this and wrote this page; a run "
        "of one size replaces its rows alone. Claims are billing accounts, months x claims a month "
        "in brackets. Times are seconds.",
        "",
        "## Aims",
        "",
        table(("what", "measured", "aim", "reached"), [aim.row for aim in aims(results)]),
        "",
        "## Times",
        "",
        "Bare COPY takes the same files into tables like the raw ones, rewrite of the marts is "
        "`create table as select *` of each of them: the floors, measured in the same run. Full "
        "build is what dbt reports for `dbt run --full-refresh`; what dbt takes beside that to "
        "start, parse and end stands apart. A night is one day's drop and `dbt run`; later nights "
        "are the median of all but the first.",
        "",
        times(results),
        "",
        *failures(results),
        "## Nights",
        "",
        nights_table(results),
        "",
        "## Memory",
        "",
        "The most that was resident, in MiB. DuckDB works within dbt; PostgreSQL's server counts "
        "what its processes share once.",
        "",
        memory_table(results),
        "",
        "## On the disk",
        "",
        "Most on the way is the most that files and database took together at any time, spilled "
        "sorts included, PostgreSQL's log ahead of its writes not.",
        "",
        storage_table(results),
        "",
        "## The queries of dashboards",
        "",
        "95 of 100 runs took at most this long, rows fetched; bold is above the aim.",
        "",
        *dashboard_tables(results),
        "## The slowest models",
        "",
        "Seconds of each model while others ran beside it.",
        "",
        *slowest_tables(results),
        "## Where and when",
        "",
        "A + behind the commit says that files outside `benchmarks/` differed from it.",
        "",
        machines(results),
        "",
    ])  # fmt: skip
