"""Whether alerts find what was planted, and what else they raise: `python -m benchmarks.alerts`.

Each seed is a set of its own, with the eight planted stories somewhere in it. It is generated,
loaded into a DuckDB file and built as far as kpi_alerts; then the alerts are held against the
answer key: the right metric, the right payer, department or person, at the time. Figures go to
alerts.json, seed by seed, so that a run that was interrupted goes on; the table is alerts.md.

The rules were tuned on other seeds than those of the default; tune on what you like, but report on
seeds that no rule has seen.
"""

import argparse
import datetime as dt
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.generate import run_generator
from benchmarks.process import BenchmarkError, in_process
from benchmarks.results import Record, Size, commit
from benchmarks.warehouse import run_load, say
from benchmarks.workplace import DUCKDB, open_workplace
from scripts import deps
from scripts.paths import ROOT

DEFAULT_SIZE = "24x5000"
DEFAULT_SEEDS = "1-10,21-25"
TUNED_ON = "seeds 11 to 15, and 42 (the demo)"
LOOKED_AT = {
    1: "a takeback was missed, since the dispersion of weeks with a case or two came out too "
    "high; it is now the lesser of mean and median",
    8: "a slow department is missed: its usual weeks differ three times as much as chance lets "
    "them, so its z score ends at 3.2. The limit was lowered from 5 to 4, far above the noise of "
    "the tuning seeds (1.8), which does not help here",
    10: "a careless biller was missed who was hired two days before and had no baseline; who is "
    "new is now held against a limit",
}
"""Seeds that were not for tuning, and what was changed all the same when a story was missed."""
REPORTED_FIRST = frozenset(range(1, 11))
"""Seeds of which those with a miss were looked at, so that all of them look too good now."""
ECHO_DAYS = 60
"""What was served, sent or done on a story's last day is answered, or found wrong, weeks later."""


@dataclass(frozen=True)
class Target:
    """One thing to be found: a story, and for a story of several payers one of them.

    `cells` are the pairs of rule and cell whose alert finds it.
    """

    story: str
    payer: str | None
    cells: frozenset[tuple[str, str]]
    first_day: dt.date
    last_day: dt.date

    def is_found_by(self, alert: Record) -> bool:
        """Whether the alert is of one of the cells, at the story's time."""
        last = self.last_day + dt.timedelta(days=ECHO_DAYS)
        return (
            (alert["rule_id"], alert["cell_id"]) in self.cells
            and alert["raised_date"] >= self.first_day
            and alert["first_window_start_date"] <= last
        )


def targets(truth: Record) -> list[Target]:
    """What the answer key of a set (truth.json) says can be found."""
    found = []
    for story in truth["stories"]:
        where = story["where"]
        days = (dt.date.fromisoformat(story[name]) for name in ("first_day", "last_day"))
        first_day, last_day = days
        for payer in where.get("payer_ids", [None]):
            cells = frozenset(_cells(story["name"], payer, where))
            found.append(Target(story["name"], payer, cells, first_day, last_day))
    return found


def _cells(story: str, payer: str | None, where: Record) -> list[tuple[str, str]]:
    match story:
        case "payer_denies_family":
            family = f"payer_family_category {payer} {where['procedure_family']} authorization"
            return [
                ("payer_family_denials", family),
                ("payer_category_denials", f"payer_category {payer} authorization"),
            ]
        case "payer_underpays":
            return [("payer_underpayments", f"payer {payer}")]
        case "careless_biller":
            return [("staff_errors", f"staff {where['staff_id']}")]
        case "mass_takeback":
            return [("payer_takebacks", f"payer {payer}")]
        case "slow_department":
            place = f"{where['hospital_id']} {where['department_id']}"
            return [("department_charge_lag", f"department {place}")]
        case "clearinghouse_outage":
            return [("silent_submissions", "all")]
        case "eligibility_wave":
            return [("payer_category_denials", f"payer_category {payer} eligibility")]
        case "slow_payer":
            return [("payer_answer_days", f"payer {payer}")]
    raise BenchmarkError(f"no rule is known to find the story {story}; add it to _cells")


def read_alerts(path: Path) -> list[Record]:
    """The alerts in a DuckDB file, by the day on which they were raised."""
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.sql(
            "select rule_id, cell_id, cell_label, first_window_start_date, raised_date, z_score, "
            "observed_value, baseline_value from mart.kpi_alerts "
            "order by raised_date, rule_id, cell_id"
        )
        return [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]


def judge(alerts: Sequence[Record], truth: Record) -> Record:
    """Which targets were found, after how many days, and which alerts are of no story."""
    found, told = [], set[int]()
    for target in targets(truth):
        hits = [place for place, alert in enumerate(alerts) if target.is_found_by(alert)]
        told.update(hits)
        raised = min((alerts[place]["raised_date"] for place in hits), default=None)
        found.append(
            {
                "story": target.story,
                "payer": target.payer,
                # who comes in on Monday reads of the week that ended on Sunday
                "days": None if raised is None else (raised - target.first_day).days + 1,
            }
        )
    others = [
        f"{alert['rule_id']}, {alert['cell_label']}, raised {alert['raised_date']}"
        for place, alert in enumerate(alerts)
        if place not in told
    ]
    return {"targets": found, "alerts": len(alerts), "others": others}


def judge_seed(size: Size, seed: int, folder: Path) -> Record:
    """Generate, load and build one seed in a folder, which is removed, and judge its alerts."""
    raw = folder / "raw"
    try:
        in_process(run_generator, size.months, size.claims_per_month, seed, raw)
        with open_workplace(DUCKDB, folder / "duckdb", None) as place:
            in_process(run_load, place.target, raw)
            no_tests = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
            place.dbt("build", "build", *no_tests, "--select", "+kpi_alerts")
            alerts = read_alerts(place.duckdb_file)
        return judge(alerts, json.loads((raw / "truth.json").read_text(encoding="utf-8")))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stories_found(judged: Record) -> dict[str, int | None]:
    """By story the days until its first alert; None where there was none."""
    days: dict[str, int | None] = {}
    for target in judged["targets"]:
        before, now = days.get(target["story"]), target["days"]
        known = [value for value in (before, now) if value is not None]
        days[target["story"]] = min(known, default=None)
    return days


def page(size: Size, seeds: dict[int, Record], made_by: str) -> str:
    """The results as Markdown."""
    found = {seed: stories_found(judged) for seed, judged in seeds.items()}
    stories = sorted({story for days in found.values() for story in days})
    others = sum(len(judged["others"]) for judged in seeds.values())
    payers = [
        target
        for judged in seeds.values()
        for target in judged["targets"]
        if target["story"] == "eligibility_wave"
    ]
    names = ", ".join(map(str, sorted(seeds)))
    unseen = {seed: judged for seed, judged in seeds.items() if seed not in REPORTED_FIRST}
    lines = [
        "# Alerts against the planted stories",
        "",
        f"Made by `{made_by}`, commit {commit()}: {len(seeds)} sets of {size.months} months x "
        f"{size.claims_per_month:,} claims, seeds {names}, with defects. The rules were tuned on "
        f"{TUNED_ON}.",
        "",
        *_figures("", size, seeds),
        "",
        "Days are from the story's first day to the first day on which a run could raise the "
        "alert, the Monday after the week that met the rule. A story told by service date shows "
        "when payers answer, some weeks later; mistakes when they are found.",
        "",
        "| story | found | days to the alert, median | least | most |",
        "|---|---|---|---|---|",
    ]
    seen = sorted(set(seeds) & set(LOOKED_AT))
    if seen and unseen:
        lines[6:6] = [
            "",
            "The rules as they were tuned missed 4 of the 80 stories of seeds 1 to 10. One, a wave "
            "of eligibility denials, is too weak there to be told from chance. The others were "
            "looked at, so these ten seeds now look better than they should:",
            "",
            *(f"- seed {seed}: {LOOKED_AT[seed]}" for seed in seen),
            "",
            f"Seeds {', '.join(map(str, sorted(unseen)))} were run after that, and nothing was "
            "changed for them:",
            "",
            *_figures(" there", size, unseen),
        ]
    for story in stories:
        each = [days[story] for days in found.values() if story in days]
        known = sorted(value for value in each if value is not None)
        figures = f"{statistics.median(known):.0f} | {known[0]} | {known[-1]}" if known else "| |"
        lines.append(f"| {story} | {len(known)} of {len(each)} | {figures} |")
    if payers:
        hit = sum(target["days"] is not None for target in payers)
        lines += [
            "",
            f"A wave of eligibility denials has two payers: {hit} of {len(payers)} payers were "
            "found. The story is found by either.",
        ]
    lines += [
        "",
        "| seed | stories found | missed | alerts | others | others a month |",
        "|---|---|---|---|---|---|",
    ]
    for seed in sorted(seeds):
        days, judged = found[seed], seeds[seed]
        missed = ", ".join(story for story in days if days[story] is None) or "none"
        known_count = sum(value is not None for value in days.values())
        other_count = len(judged["others"])
        lines.append(
            f"| {seed} | {known_count} of {len(days)} | {missed} | {judged['alerts']} | "
            f"{other_count} | {other_count / size.months:.2f} |"
        )
    if others:
        lines += ["", "The others:", ""]
        lines += [
            f"- seed {seed}: {other}" for seed in sorted(seeds) for other in seeds[seed]["others"]
        ]
    return "\n".join(lines) + "\n"


def _figures(where: str, size: Size, seeds: dict[int, Record]) -> list[str]:
    """Recall and precision, as two lines of a list."""
    days = [value for judged in seeds.values() for value in stories_found(judged).values()]
    found = sum(value is not None for value in days)
    alerts = sum(judged["alerts"] for judged in seeds.values())
    others = sum(len(judged["others"]) for judged in seeds.values())
    months = len(seeds) * size.months
    return [
        f"- **Recall**{where}: {found} of {len(days)} stories found ({found / len(days):.1%}).",
        f"- **Precision**{where}: {alerts - others} of {alerts} alerts are of a story "
        f"({(alerts - others) / max(alerts, 1):.1%}). The rest: {others} in {months} months, "
        f"{others / months:.2f} a month.",
    ]


def read_seeds(text: str) -> list[int]:
    """Seeds from text such as 1-10 or 3,5,8; raises ArgumentTypeError when it isn't one."""
    seeds: list[int] = []
    try:
        for part in text.split(","):
            first, _, last = part.partition("-")
            seeds += range(int(first), int(last or first) + 1)
    except ValueError:
        seeds = []
    if not seeds:
        raise argparse.ArgumentTypeError(f"{text} names no seeds; write 1-10, or 3,5,8")
    return seeds


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.alerts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--seeds", type=read_seeds, default=read_seeds(DEFAULT_SEEDS), metavar="SEEDS",
        help=f"default {DEFAULT_SEEDS}",
    )  # fmt: skip
    size = Size.read(DEFAULT_SIZE)
    made.add_argument("--months", type=int, default=size.months, help="default %(default)s")
    made.add_argument(
        "--claims-per-month", type=int, default=size.claims_per_month, help="default %(default)s"
    )
    made.add_argument("--again", action="store_true", help="do seeds again that have figures")
    made.add_argument(
        "--folder", type=Path, metavar="FOLDER",
        help="where to work, with 2 GB to spare (default: the system's temporary folder)",
    )  # fmt: skip
    made.add_argument(
        "--results", type=Path, default=ROOT / "benchmarks", metavar="FOLDER",
        help="where alerts.json and alerts.md are (default benchmarks/)",
    )  # fmt: skip
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge each seed and write the page; 1 when a seed failed."""
    given = parser().parse_args(arguments)
    size = Size(given.months, given.claims_per_month)
    kept = given.results.absolute() / "alerts.json"
    results: dict[str, Any] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    of_size: Record = results.setdefault(str(size), {})
    print(deps.install(ROOT), flush=True)
    if given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
    code = 0
    for seed in given.seeds:
        if str(seed) in of_size and not given.again:
            say(f"seed {seed}: figures are there (--again does it anew)")
            continue
        folder = Path(tempfile.mkdtemp(prefix="alerts-", dir=given.folder)).absolute()
        try:
            of_size[str(seed)] = judged = judge_seed(size, seed, folder)
        except (BenchmarkError, OSError) as error:
            print(f"error: seed {seed}: {error}", file=sys.stderr, flush=True)
            code = 1
            continue
        kept.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        days = stories_found(judged)
        missed = [story for story, value in days.items() if value is None]
        words = f"; missed {', '.join(missed)}" if missed else ""
        say(
            f"seed {seed}: {len(days) - len(missed)} of {len(days)} stories, "
            f"{len(judged['others'])} other alerts{words}"
        )
    judged_seeds = {
        int(seed): judged for seed, judged in of_size.items() if int(seed) in given.seeds
    }
    if judged_seeds:
        command = f"python -m benchmarks.alerts --months {size.months} "
        command += f"--claims-per-month {size.claims_per_month}"
        out = kept.with_name("alerts.md")
        out.write_text(page(size, judged_seeds, command), encoding="utf-8")
        print(f"{out} is written")
    return code


if __name__ == "__main__":
    sys.exit(main())
