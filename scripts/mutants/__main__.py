"""Break the models one place at a time, and see whether the tests notice.

Each mutant of mutants/*.yml is a mistake that a person could make: a join key dropped, a filter
lost, a sign flipped, a window widened. In a scratch copy of the project, on a copy of the warehouse
that the unbroken project built from a generated set with defects, the broken model is judged by its
unit tests, then rebuilt with all that depends on it and their data tests, then by the answer key.
The first failure kills the mutant; what nothing notices survives.

Two scores are printed. The raw one is killed / valid. The other leaves out the survivors that carry
`explained:`, a sentence that says why no test could notice. The exit code is 1 if a mutant survived
without explanation, can't be applied or built, was killed though explained, or if the raw score is
below 95 %.

For example:
  make mutants                                                  all of them, two at a time
  python -m scripts.mutants --list                              what there is
  python -m scripts.mutants --only fct_claims 'int_denials*'    those of some models, or by id
  python -m scripts.mutants --keep                              leave the scratch copy in .mutants
  python -m scripts.mutants --reuse --only fct_claims           again, on the warehouse of --keep

To add one: an entry in mutants/<folder>.yml; its text must stand in the model exactly once, white
space aside. One in a macro names the model that calls it, `through:`.
`pytest tests/python/test_mutants.py` checks that, without running any.
"""

import argparse
import multiprocessing
import os
import queue
import shutil
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import duckdb

from scripts.mutants import worker
from scripts.mutants.catalogue import CatalogueError, Mutant, problems, reached_marts, read
from scripts.mutants.worker import WAREHOUSE, Outcome
from scripts.paths import ROOT

PROJECT = "RCM_MUTANTS_PROJECT"  # tells the server of the processes what to parse
WORK = ROOT / ".mutants"
# Dirty, and large enough that every kind of event occurs.
SET = ("--months", "16", "--claims-per-month", "500", "--seed", "3", "--defects")
LOWEST_SCORE = 0.95
# What does not end proves nothing: the machine may be busy. Such a mutant is to be written anew.
TIMEOUT_SECONDS = 600
PROJECT_FOLDERS = ("models", "macros", "seeds", "tests", "analyses", "docs", "dbt_packages")
PROJECT_FILES = ("dbt_project.yml", "packages.yml", "package-lock.yml", "selectors.yml")


class MutantsError(Exception):
    """The run can't begin; the message says what to do."""


def copy_project(folder: Path) -> None:
    """A copy of what dbt reads, with a profile of its own."""
    folder.mkdir(parents=True)
    for name in PROJECT_FOLDERS:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("python", "__pycache__")
            )
    for name in PROJECT_FILES:
        shutil.copy(ROOT / name, folder / name)
    (folder / "profiles.yml").write_text(worker.PROFILE)


def run(command: Sequence[str], folder: Path) -> None:
    """Run a command of the preparation from `folder`; its output is shown when it fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**worker.environment(folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        output = "\n".join((done.stdout + done.stderr).strip().splitlines()[-30:])
        raise MutantsError(f"{' '.join(command)} failed:\n{output}")


def prepare(base: Path, raw: Path) -> None:
    """The unbroken warehouse in `base`, built and tested: a test that fails kills every mutant."""
    run([sys.executable, "-m", "scripts.deps"], ROOT)
    copy_project(base)
    generator = (sys.executable, "-m", "data_generator")
    run([*generator, *SET, "--out", str(raw)], base)
    run([*generator, "load", "--from", str(raw), "--target", "mutants"], base)
    dbt = str(Path(sys.executable).with_name("dbt"))
    run([dbt, "build", "--threads", "2"], base)
    with duckdb.connect(str(base / WAREHOUSE)) as connection:
        connection.execute("checkpoint")  # each mutant copies this file and no log
    if failure := worker.answer_key_failure(base, raw):
        raise MutantsError(f"the unbroken project fails the answer key: {failure}")


def chosen(mutants: Sequence[Mutant], patterns: Sequence[str]) -> list[Mutant]:
    """The mutants whose id or model is one of the patterns; all of them without patterns."""
    for pattern in patterns:
        if not any(_is_meant(mutant, pattern) for mutant in mutants):
            raise MutantsError(f"no mutant and no mutated model is called {pattern}; see --list")
    return [
        mutant
        for mutant in mutants
        if not patterns or any(_is_meant(mutant, pattern) for pattern in patterns)
    ]


def _is_meant(mutant: Mutant, pattern: str) -> bool:
    return fnmatch(mutant.id, pattern) or fnmatch(mutant.model_name, pattern)


def judged(mutants: Sequence[Mutant], base: Path, raw: Path, jobs: int) -> Iterator[Outcome]:
    """The outcome of each mutant as it comes, `jobs` at a time, each in a process of its own."""
    # importing dbt and parsing the project take seconds: the server of the processes does it once
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["scripts.mutants.parsed"])
    folders: queue.Queue[Path] = queue.Queue()
    running: set[Any] = set()
    for number in range(1, jobs + 1):
        folder = base.parent / f"copy_{number}"
        shutil.rmtree(folder, ignore_errors=True)
        copy_project(folder)
        folders.put(folder)
    os.environ[PROJECT] = str(folder)

    def one(mutant: Mutant) -> Outcome:
        folder = folders.get()
        receiver, sender = context.Pipe(duplex=False)
        process: Any = context.Process(
            target=worker.live, args=(mutant, folder, base, raw, sender), daemon=True
        )
        begun = time.monotonic()
        process.start()
        running.add(process)
        sender.close()
        try:
            if receiver.poll(TIMEOUT_SECONDS):
                outcome: Outcome = receiver.recv()
            else:
                process.kill()
                outcome = Outcome(
                    mutant, "invalid", detail=f"it did not end in {TIMEOUT_SECONDS} seconds"
                )
        except EOFError:
            outcome = Outcome(
                mutant, "invalid", detail="its process died", seconds=time.monotonic() - begun
            )
        process.join()
        running.discard(process)
        folders.put(folder)
        return outcome

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            for future in as_completed([pool.submit(one, mutant) for mutant in mutants]):
                yield future.result()
        except BaseException:
            # what waits is dropped and what runs is ended, or the pool would wait for all
            pool.shutdown(wait=False, cancel_futures=True)
            for process in running.copy():
                process.kill()
            raise


def line(number: int, total: int, outcome: Outcome) -> str:
    """The progress line of one outcome."""
    said = outcome.status.upper() if outcome.status != "killed" else "killed"
    by = f"{outcome.noticed_by}: {outcome.detail}" if outcome.noticed_by else ""
    return (
        f"[{number:3}/{total}] {said:8} {outcome.mutant.id}"
        f" ({outcome.seconds:.0f} s{', by ' + by if by else ''})"
    )


def report(outcomes: Sequence[Outcome]) -> tuple[str, bool]:
    """The tables by kind and by who noticed, what needs attention, the scores; whether all is well.

    Explained survivors count against the raw score.
    """
    by_status = Counter(outcome.status for outcome in outcomes)
    valid = by_status["killed"] + by_status["survived"]
    survivors = [outcome.mutant for outcome in outcomes if outcome.status == "survived"]
    explained = [mutant for mutant in survivors if mutant.explained]
    lines = ["", f"{'kind':14} {'killed':>6} {'valid':>6}"]
    for kind in sorted({outcome.mutant.kind for outcome in outcomes}):
        statuses = Counter(o.status for o in outcomes if o.mutant.kind == kind)
        lines.append(
            f"{kind:14} {statuses['killed']:6} {statuses['killed'] + statuses['survived']:6}"
        )
    lines += ["", f"{'noticed by':14} {'killed':>6}"]
    noticed = Counter(outcome.noticed_by for outcome in outcomes if outcome.status == "killed")
    lines += [f"{by:14} {count:6}" for by, count in noticed.most_common()]
    stale = [o.mutant for o in outcomes if o.status == "killed" and o.mutant.explained]
    sections = [
        (
            "survived; a test is missing, or `explained:` is",
            [f"{m.id} ({m.model}): {m.mistake}" for m in survivors if not m.explained],
        ),
        ("survived, explained", [f"{m.id} ({m.model}): {m.explained}" for m in explained]),
        (
            "invalid: they break the build, not the figures",
            [f"{o.mutant.id}: {o.detail}" for o in outcomes if o.status == "invalid"],
        ),
        ("killed, though `explained:` says that nothing can", [mutant.id for mutant in stale]),
    ]
    for title, texts in sections:
        if texts:
            lines += ["", title]
            lines += [
                textwrap.fill(text[:600], 100, initial_indent="- ", subsequent_indent="  ")
                for text in texts
            ]
    raw_score = by_status["killed"] / valid if valid else 0.0
    lines += ["", f"{by_status['killed']} of {valid} mutants killed: {raw_score:.1%}"]
    if explained and valid > len(explained):
        net_score = by_status["killed"] / (valid - len(explained))
        lines.append(f"without the {len(explained)} explained: {net_score:.1%}")
    well = (
        len(survivors) == len(explained)
        and not by_status["invalid"]
        and not stale
        and raw_score >= LOWEST_SCORE
    )
    return "\n".join(lines), well


def listing(mutants: Sequence[Mutant]) -> str:
    """One line a mutant, and how many there are."""
    lines = [f"{mutant.id}\n    {mutant.kind}: {mutant.mistake}" for mutant in mutants]
    reached, missed = reached_marts(mutants)
    lines.append(f"\n{len(mutants)} mutants, of {len(reached)} marts or what they are made of")
    if missed:
        lines.append(f"no mutant reaches {', '.join(sorted(missed))}")
    return "\n".join(lines)


def run_all(options: argparse.Namespace) -> int:
    """Prepare, judge and report; the exit code."""
    every = read()
    if found := problems(every):
        raise MutantsError("mutants that no longer fit their models:\n" + "\n".join(found))
    mutants = chosen(every, options.only)
    if options.list:
        print(listing(mutants))
        return 0
    begun = time.monotonic()
    base, raw = WORK / "base", WORK / "raw"
    if options.reuse:
        if not (base / WAREHOUSE).exists():
            raise MutantsError("--reuse finds no warehouse in .mutants; run once with --keep")
        print("on the warehouse of an earlier run", flush=True)
    else:
        shutil.rmtree(WORK, ignore_errors=True)
        print("building and testing the unbroken warehouse ...", end=" ", flush=True)
        prepare(base, raw)
        print(f"green ({time.monotonic() - begun:.0f} s)", flush=True)
    outcomes = []
    for outcome in judged(mutants, base, raw, options.jobs):
        outcomes.append(outcome)
        print(line(len(outcomes), len(mutants), outcome), flush=True)
    text, well = report(outcomes)
    print(text)
    minutes, seconds = divmod(round(time.monotonic() - begun), 60)
    print(f"{minutes} min {seconds} s, {options.jobs} at a time")
    return 0 if well else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.mutants",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="ids or models; * stands for anything"
    )
    parser.add_argument("--list", action="store_true", help="name the mutants and leave")
    parser.add_argument(
        "--jobs",
        type=int,
        default=min(os.cpu_count() or 1, 8),
        metavar="N",
        help="mutants at a time (default: one a processor, 8 at most)",
    )
    parser.add_argument("--keep", action="store_true", help="leave the scratch copy in .mutants")
    parser.add_argument(
        "--reuse", action="store_true", help="take the warehouse that --keep left; implies --keep"
    )
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error(f"--jobs takes 1 or more, not {options.jobs}")
    try:
        return run_all(options)
    except (CatalogueError, MutantsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    finally:
        if not (options.keep or options.reuse or options.list):
            shutil.rmtree(WORK, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
