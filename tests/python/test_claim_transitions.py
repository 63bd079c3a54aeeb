"""The test of claim events bites: it passes legal lives and fails on each illegal step.

What is run is the compiled SQL of tests/claims/assert_claim_events_follow_transitions.sql, on a
table of events that these tests fill.
"""

import csv
import datetime as dt
import os
import shutil
import subprocess
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from built_warehouse import BIN, ROOT

TEST = "assert_claim_events_follow_transitions"
AS_OF = dt.date(2025, 12, 31)
FIRST_DAY = dt.date(2025, 1, 1)
TRACKS = ("payer", "secondary", "patient")
EVENTS_TABLE = """
    create table mart.fct_claim_events (
        claim_key uuid, track text, claim_state text, previous_claim_state text,
        event_number integer, event_date date
    )
"""
Found = set[tuple[str, int]]
"""Claims and numbers of the events that the test reports."""


@dataclass(frozen=True)
class Life:
    """A claim's states in their order; `patient:bad_debt` is on another track than the payer's."""

    name: str
    steps: tuple[str, ...]

    @property
    def claim_key(self) -> str:
        """A key that differs by name."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, self.name))

    def rows(self, first_day: dt.date = FIRST_DAY) -> list[tuple[object, ...]]:
        """Rows of fct_claim_events, one a day."""
        last: dict[str, str] = {}
        rows: list[tuple[object, ...]] = []
        for number, step in enumerate(self.steps, start=1):
            track, _, state = step.rpartition(":")
            track = track or "payer"
            day = first_day + dt.timedelta(days=number)
            rows.append((self.claim_key, track, state, last.get(track), number, day))
            last[track] = state
        return rows


def life(name: str, path: str) -> Life:
    return Life(name, tuple(path.split()))


SENT = "created validated submitted"
ACCEPTED = f"{SENT} accepted"
LEGAL = [
    life("paid in full", f"{ACCEPTED} paid closed"),
    life("held by the payer first", f"{ACCEPTED} pended paid closed"),
    life("an edit is resolved", "created edit_failed validated submitted accepted paid closed"),
    life("entered in error", "created voided closed"),
    life("rejected, fixed and sent again", f"{SENT} rejected submitted accepted paid closed"),
    life("rejected until the filing limit passed", f"{SENT} rejected written_off closed"),
    life("denied and corrected", f"{ACCEPTED} denied corrected submitted accepted paid closed"),
    life("denied and given up", f"{ACCEPTED} denied written_off closed"),
    life("won in the second round", f"{ACCEPTED} denied appealed upheld appealed overturned paid"),
    life("lost, then written off", f"{ACCEPTED} partially_paid appealed upheld written_off"),
    life(
        "the patient is billed while the appeal runs",
        f"{ACCEPTED} partially_paid patient:transferred_to_patient appealed patient:bad_debt "
        "partially_overturned reversed partially_paid written_off closed",
    ),
    life(
        "a second payer pays the rest",
        f"{ACCEPTED} paid secondary:transferred_to_secondary secondary:submitted "
        "secondary:accepted secondary:paid secondary:closed",
    ),
    life("who pays alone", "created validated patient:transferred_to_patient patient:closed"),
    life("a takeback reopens a closed claim", f"{ACCEPTED} paid closed reversed paid closed"),
]

# What the reference on the claim lifecycle rules out in words, and what breaks its invariants.
ILLEGAL = [
    life("a remittance before acceptance", f"{SENT} paid"),
    life("a denial before acceptance", f"{SENT} denied"),
    life("a rejected claim is remitted", f"{SENT} rejected paid"),
    life("a rejection is no denial to appeal", f"{SENT} rejected appealed"),
    life("a rejected claim stays frequency 1: never adjudicated", f"{SENT} rejected corrected"),
    life("a rejected claim is voided", f"{SENT} rejected voided"),
    life("a replacement before adjudication", f"{ACCEPTED} corrected"),
    life("an accepted claim is rejected", f"{ACCEPTED} rejected"),
    life("sent without passing the scrubber", "created submitted"),
    life("sent with an edit unresolved", "created edit_failed submitted"),
    life("sent while it is on its way", f"{SENT} submitted"),
    life("sent again while accepted", f"{ACCEPTED} submitted"),
    life("an appeal of what was paid", f"{ACCEPTED} paid appealed"),
    life("an appeal of what is the patient's", f"{ACCEPTED} zero_paid_patient_resp appealed"),
    life("an appeal before any decision", f"{ACCEPTED} appealed"),
    life("a next round before the decision", f"{ACCEPTED} denied appealed appealed"),
    life("a decision that nobody asked for", f"{ACCEPTED} denied overturned"),
    life("a denial that is paid without rework", f"{ACCEPTED} denied paid"),
    life("won without an extra payment", f"{ACCEPTED} denied appealed overturned closed"),
    life("won and written off", f"{ACCEPTED} denied appealed overturned written_off"),
    life("lost and paid", f"{ACCEPTED} denied appealed upheld paid"),
    life("closed while denied", f"{ACCEPTED} denied closed"),
    life("closed while an appeal is open", f"{ACCEPTED} denied appealed closed"),
    life("corrected and never sent", f"{ACCEPTED} denied corrected paid"),
    life("closed, then paid", f"{ACCEPTED} paid closed paid"),
    life("closed, then corrected", f"{ACCEPTED} paid closed corrected"),
    life("closed, then appealed", f"{ACCEPTED} denied written_off closed appealed"),
    life("closed twice", f"{ACCEPTED} paid closed closed"),
    life("written off before any decision", f"{ACCEPTED} written_off"),
    life("paid, then written off as denied", f"{ACCEPTED} paid written_off"),
    life("a remittance for who pays alone", "created validated paid"),
    life("a denial for who pays alone", "created validated denied"),
    life("bad debt that no patient was billed", f"{ACCEPTED} paid patient:bad_debt"),
    life("a second payer before the transfer", f"{ACCEPTED} paid secondary:submitted"),
    life("a claim that begins with its submission", "submitted"),
]

# The reference's table of the claim lifecycle.
REFERENCE = {
    "created": {"validated", "edit_failed", "voided"},
    "edit_failed": {"created", "validated"},
    "validated": {"submitted"},
    "submitted": {"rejected", "accepted"},
    "rejected": {"submitted", "written_off"},
    "accepted": {"pended", "paid", "partially_paid", "denied", "zero_paid_patient_resp"},
    "denied": {"appealed", "corrected", "written_off", "transferred_to_patient",
               "transferred_to_secondary"},
    "partially_paid": {"appealed", "corrected", "written_off", "transferred_to_patient",
                       "transferred_to_secondary"},
    "corrected": {"submitted"},
    "appealed": {"overturned", "upheld", "partially_overturned"},
    "paid": {"reversed", "transferred_to_patient", "transferred_to_secondary", "closed"},
    "closed": {"reversed"},
}  # fmt: skip
BEYOND_REFERENCE = {
    ("validated", "transferred_to_patient"),  # who pays alone
    ("accepted", "reversed"),  # a replacement or void takes back the original first
    ("paid", "corrected"),  # a late charge
    ("paid", "voided"),
    ("denied", "voided"),
    ("denied", "reversed"),
    ("partially_paid", "voided"),
    ("partially_paid", "reversed"),
}
SHORT_OF_REFERENCE = {("edit_failed", "created")}  # a resolved edit leads on, not back


SEEDS = ROOT / "seeds" / "reference"
TRANSITIONS_FILE = SEEDS / "claim_transitions.csv"


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as text:
        return list(csv.DictReader(text))


STATES = [row["claim_state"] for row in rows_of(SEEDS / "claim_states.csv")]
ALLOWED = {(row["from_state"], row["to_state"]) for row in rows_of(TRANSITIONS_FILE)}


class EventsTest:
    """A DuckDB file with the allowed transitions, an empty events mart, and the compiled test."""

    def __init__(self, folder: Path) -> None:
        """Compile the test with dbt and make the tables that it reads."""
        self.path = folder / "rcm.duckdb"
        shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
        self._environment = {
            **os.environ,
            "DBT_PROFILES_DIR": str(folder),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "RCM_DUCKDB_PATH": str(self.path),
        }
        assert self.dbt("compile", "--select", TEST) == 0
        found = list((folder / "target" / "compiled").rglob(f"{TEST}.sql"))
        assert len(found) == 1
        self.sql = found[0].read_text(encoding="utf-8")
        with duckdb.connect(str(self.path)) as connection:
            for schema in ("reference", "intermediate", "mart"):
                connection.execute(f"create schema if not exists {schema}")
            connection.execute(
                "create table reference.claim_transitions as "
                f"from read_csv('{TRANSITIONS_FILE}', all_varchar = true)"
            )
            connection.execute(EVENTS_TABLE)
            connection.execute(
                f"create table intermediate.int_calendar__as_of as "
                f"select date '{AS_OF}' as as_of_date"
            )

    def dbt(self, *command: str) -> int:
        """Run dbt and return its exit code."""
        done = subprocess.run(
            (str(BIN / "dbt"), *command, "--target", "duckdb"),
            cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode

    def fill(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Make these rows all of fct_claim_events."""
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("delete from mart.fct_claim_events")
            if rows:
                connection.executemany(
                    "insert into mart.fct_claim_events values (?, ?, ?, ?, ?, ?)", rows
                )

    def reports(self, rows: Sequence[tuple[object, ...]]) -> Found:
        """What the compiled test reports of these rows."""
        self.fill(rows)
        with duckdb.connect(str(self.path), read_only=True) as connection:
            found = connection.execute(
                f"select cast(claim_key as text), event_number from ({self.sql})"
            ).fetchall()
        return {(str(key), int(number)) for key, number in found}


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventsTest]:
    """The compiled test and its tables, made once."""
    yield EventsTest(tmp_path_factory.mktemp("transitions"))


def shortest_paths() -> dict[str, tuple[str, ...]]:
    """A legal path from created to each state."""
    paths: dict[str, tuple[str, ...]] = {"created": ("created",)}
    waiting = deque(["created"])
    while waiting:
        state = waiting.popleft()
        for source, target in sorted(ALLOWED):
            if source == state and target not in paths:
                paths[target] = (*paths[state], target)
                waiting.append(target)
    return paths


@pytest.mark.parametrize("legal", LEGAL, ids=lambda one: one.name)
def test_a_legal_life_passes(events: EventsTest, legal: Life) -> None:
    assert events.reports(legal.rows()) == set()


@pytest.mark.parametrize("illegal", ILLEGAL, ids=lambda one: one.name)
def test_an_illegal_life_is_reported_at_its_last_step(events: EventsTest, illegal: Life) -> None:
    among = [row for legal in LEGAL for row in legal.rows()]
    found = events.reports([*among, *illegal.rows()])
    assert found == {(illegal.claim_key, len(illegal.steps))}


def test_every_step_between_two_states_is_reported_unless_the_list_allows_it(
    events: EventsTest,
) -> None:
    paths = shortest_paths()
    assert set(paths) == set(STATES)
    lives = {
        (source, target): Life(f"{source} to {target}", (*paths[source], target))
        for source in STATES
        for target in STATES
    }
    found = events.reports([row for one in lives.values() for row in one.rows()])
    illegal = {
        (one.claim_key, len(one.steps)) for pair, one in lives.items() if pair not in ALLOWED
    }
    assert len(illegal) == len(STATES) ** 2 - len(ALLOWED)
    assert found == illegal


def test_a_track_begins_with_the_charge_or_the_transfer(events: EventsTest) -> None:
    lives = [
        Life(f"{state} first on {track}", (f"{track}:{state}",))
        for track in TRACKS
        for state in STATES
    ]
    begins = {
        "payer:created",
        "secondary:transferred_to_secondary",
        "patient:transferred_to_patient",
    }
    assert events.reports([row for one in lives for row in one.rows()]) == {
        (one.claim_key, 1) for one in lives if one.steps[0] not in begins
    }


def test_the_list_is_the_references_but_for_what_is_named_here() -> None:
    told = {(source, target) for source, targets in REFERENCE.items() for target in targets}
    assert {pair for pair in ALLOWED if pair[0] in REFERENCE} - told == BEYOND_REFERENCE
    assert told - ALLOWED == SHORT_OF_REFERENCE


def test_a_state_before_that_the_column_tells_wrongly_is_reported(events: EventsTest) -> None:
    one = life("told wrongly", f"{ACCEPTED} denied written_off")
    rows = one.rows()
    rows[-1] = (*rows[-1][:3], "partially_paid", *rows[-1][4:])
    assert events.reports(rows) == {(one.claim_key, len(one.steps))}
    rows[-1] = (*rows[-1][:3], None, *rows[-1][4:])
    assert events.reports(rows) == {(one.claim_key, len(one.steps))}


def test_a_date_that_runs_back_is_reported(events: EventsTest) -> None:
    one = life("runs back", f"{ACCEPTED} paid closed")
    rows = one.rows()
    rows[-1] = (*rows[-1][:5], FIRST_DAY)
    assert events.reports(rows) == {(one.claim_key, len(one.steps))}


def test_what_may_still_have_a_step_on_its_way_is_not_judged(events: EventsTest) -> None:
    one = life("late", f"{SENT} paid")
    waits = 30
    last_day = AS_OF - dt.timedelta(days=waits + len(one.steps))
    assert events.reports(one.rows(last_day)) == {(one.claim_key, len(one.steps))}
    assert events.reports(one.rows(last_day + dt.timedelta(days=1))) == set()


def test_dbt_stops_at_an_illegal_life_and_not_at_a_legal_one(events: EventsTest) -> None:
    events.fill(LEGAL[0].rows())
    assert events.dbt("test", "--select", TEST) == 0
    events.fill([*LEGAL[0].rows(), *ILLEGAL[0].rows()])
    assert events.dbt("test", "--select", TEST) == 1
