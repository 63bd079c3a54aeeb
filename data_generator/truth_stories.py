"""What has come of the planted stories by the last day of a set."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from data_generator.arrays import Array, Rows
from data_generator.columns import money
from data_generator.denials import REASONS
from data_generator.ids import account_numbers, payer_numbers
from data_generator.pools import World
from data_generator.remittances import DENIAL, REVERSED
from data_generator.stories import Story
from data_generator.truth_accounts import Accounts

STORY_DEFINITIONS = {
    "payer_denies_family": {
        "scope": "claims of the payer and family (of the first line) with service in the window "
        "and a first remittance",
        "affected": "those that it denies in part or whole for want of authorization",
        "amount": "gross charges of the denied lines",
        "measured": "affected / scope",
    },
    "payer_underpays": {
        "scope": "lines of the payer with service in the window that their first remittance does "
        "not deny",
        "affected": "those for which it allows less than the contract",
        "amount": "contracted less allowed",
        "measured": "allowed / contracted, over the lines in scope",
    },
    "careless_biller": {
        "scope": "touches by the biller in the window",
        "affected": "those found to be wrong",
        "amount": "gross charges of the accounts touched wrongly, each counted once",
        "measured": "affected / scope",
    },
    "mass_takeback": {
        "scope": "claims that the payer had paid, reverses on the day and denies whole",
        "affected": "the same",
        "amount": "payments reversed",
        "measured": "affected",
    },
    "slow_department": {
        "scope": "charge lines of the department with service in the window",
        "affected": "those posted more than three days after the service",
        "amount": "charges in scope",
        "measured": "mean days from service to posting",
    },
    "clearinghouse_outage": {
        "scope": "claims submitted on the business day after the window",
        "affected": "the same",
        "amount": "billed charges in scope",
        "measured": "claims submitted in the window, which is none",
    },
    "eligibility_wave": {
        "scope": "claims of the payers with service in the window and a first remittance",
        "affected": "those that it denies in part or whole for want of coverage",
        "amount": "gross charges of the denied lines",
        "measured": "affected / scope",
    },
    "slow_payer": {
        "scope": "claims that the payer got in the window and answered",
        "affected": "the same",
        "amount": "billed charges in scope",
        "measured": "mean days from submission to the first remittance",
    },
}


_COUNTED = ("mass_takeback", "clearinghouse_outage")
"""Stories whose measured value is a number, not a share or a mean."""


class _Facts:
    """Counts of one story; its measured value is `total`, per `weight` unless it is counted."""

    def __init__(self, is_counted: bool) -> None:
        self._is_counted = is_counted
        self.scope = self.affected = self.cents = 0
        self.total = 0
        self.weight = 0
        self.claims: list[dict[str, str]] = []

    def add(self, scope: int, affected: int, cents: int, total: int, weight: int) -> None:
        self.scope += scope
        self.affected += affected
        self.cents += cents
        self.total += total
        self.weight += weight

    @property
    def measured(self) -> float | None:
        if self._is_counted:
            return float(self.total)
        return self.total / self.weight if self.weight else None


class StoryFacts:
    """Gathers, block by block, what has come of each story told."""

    def __init__(self, world: World, end_day: int) -> None:
        """Start with nothing known."""
        self._world = world
        self._end_day = end_day
        self._facts = {story.name: _Facts(story.name in _COUNTED) for story in world.stories.told}

    def add_block(self, month: int, accounts: Accounts, known: dict[str, Rows]) -> None:
        """Add the rows of one block that have arrived."""
        for story in self._world.stories.told:
            _GATHER[story.name](self._world, story, self._facts[story.name], accounts, known)

    def rows(self) -> list[dict[str, Any]]:
        """Each story as it was planted, with what has come of it."""
        described = self._world.stories.describe()
        rows = []
        for story in described:
            facts = self._facts[story["name"]]
            row = story | {
                "scope_count": facts.scope,
                "affected_count": facts.affected,
                "affected_amount": f"{facts.cents / 100:.2f}",
                "measured": None if facts.measured is None else round(facts.measured, 6),
            }
            if story["name"] == "mass_takeback":
                row["claims"] = sorted(facts.claims, key=lambda claim: claim["account_number"])
            rows.append(row)
        return rows

    def table(self) -> pa.Table:
        """One row per story; several payers or values in one text, with commas."""
        rows = self.rows()

        def texts(name: str) -> pa.Array:
            return pa.array([row["where"].get(name) for row in rows], pa.string())

        cents = np.array([self._facts[row["name"]].cents for row in rows], dtype=np.int64)
        return pa.table({
            "story_name": pa.array([row["name"] for row in rows], pa.string()),
            "what": pa.array([row["what"] for row in rows], pa.string()),
            "payer_ids": pa.array(
                [",".join(row["where"].get("payer_ids", ())) or None for row in rows], pa.string()
            ),
            "procedure_family": texts("procedure_family"),
            "hospital_id": texts("hospital_id"),
            "department_id": texts("department_id"),
            "staff_id": texts("staff_id"),
            "when_by": pa.array([row["when_by"] for row in rows], pa.string()),
            "planted_value": pa.array(
                [float(next(iter(row["how_much"].values()))) for row in rows], pa.float64()
            ),
            "measured_value": pa.array([row["measured"] for row in rows], pa.float64()),
            "scope_count": pa.array([row["scope_count"] for row in rows], pa.int64()),
            "affected_count": pa.array([row["affected_count"] for row in rows], pa.int64()),
            "affected_amount": money(cents),
            "first_date": pa.array([row["first_day"] for row in rows]).cast(pa.date32()),
            "last_date": pa.array([row["last_day"] for row in rows]).cast(pa.date32()),
        })  # fmt: skip


def _denied_by(
    category: str, in_scope: Array, facts: _Facts, accounts: Accounts, known: dict[str, Rows]
) -> None:
    rows = known["remittance_adjustments"]
    place = accounts.of(rows)
    categories = np.array([reason.category for reason in REASONS])
    denied = (
        (rows["kind"] == DENIAL)
        & (rows["ordinal"] == accounts.answer[place])
        & (categories[rows["reason"]] == category)
        & in_scope[place]
    )
    scope, affected = int(in_scope.sum()), len(np.unique(place[denied]))
    facts.add(scope, affected, int(rows["amount"][denied].sum()), affected, scope)


def _family_denials(
    _world: World, story: Story, facts: _Facts, accounts: Accounts, known: dict[str, Rows]
) -> None:
    scope = story.concerns(accounts.payer, accounts.admit) & (accounts.family == story.family)
    _denied_by("authorization", scope & (accounts.answer > 0), facts, accounts, known)


def _eligibility_denials(
    _world: World, story: Story, facts: _Facts, accounts: Accounts, known: dict[str, Rows]
) -> None:
    scope = story.concerns(accounts.payer, accounts.admit) & (accounts.answer > 0)
    _denied_by("eligibility", scope, facts, accounts, known)


def _underpayments(
    world: World, story: Story, facts: _Facts, accounts: Accounts, known: dict[str, Rows]
) -> None:
    rows = known["remittance_lines"]
    place = accounts.of(rows)
    which = (
        (rows["ordinal"] == accounts.answer[place])
        & (rows["allowed"] > 0)
        & story.concerns(accounts.payer[place], rows["service"])
    )
    payer, allowed = accounts.payer[place[which]], rows["allowed"][which]
    day, hospital, item = (rows[name][which] for name in ("service", "hospital", "item"))
    contracted = world.contracts.fees(day, payer, hospital, item) * rows["units"][which]
    short = contracted - allowed
    facts.add(
        len(short), int((short > 0).sum()), int(short.sum()),
        int(allowed.sum()), int(contracted.sum()),
    )  # fmt: skip


def _wrong_touches(
    _world: World, story: Story, facts: _Facts, accounts: Accounts, known: dict[str, Rows]
) -> None:
    rows = known["work_items"]
    mine = (rows["staff"] == story.staff) & story.covers(rows["day"])
    touches = int((mine & (rows["known"] == rows["day"])).sum())
    wrong = mine & (rows["found"] == rows["known"])
    cents = accounts.billed[np.unique(accounts.of(rows)[wrong])].sum()
    facts.add(touches, int(wrong.sum()), int(cents), int(wrong.sum()), touches)


def _takebacks(
    _world: World, story: Story, facts: _Facts, accounts: Accounts, known: dict[str, Rows]
) -> None:
    rows = known["remittance_claims"]
    place = accounts.of(rows)
    that_day = story.concerns(rows["payer"], rows["day"])
    refused = that_day & (rows["status"] != REVERSED) & (rows["denied"] == rows["billed"])
    which = np.flatnonzero(
        that_day
        & (rows["status"] == REVERSED)
        & (rows["paid"] < 0)
        & np.isin(place, place[refused])
    )
    count = len(which)
    facts.add(count, count, -int(rows["paid"][which].sum()), count, 0)
    facts.claims += [
        {"account_number": account, "payer_claim_control_number": number}
        for account, number in zip(
            account_numbers({name: values[which] for name, values in rows.items()}).to_pylist(),
            payer_numbers(
                {name: values[which] for name, values in rows.items()}, rows["version"][which]
            ).to_pylist(),
            strict=True,
        )
    ]


def _slow_charges(
    _world: World, story: Story, facts: _Facts, accounts: Accounts, known: dict[str, Rows]
) -> None:
    rows = known["charges"]
    which = (accounts.department[accounts.of(rows)] == story.department) & story.covers(
        rows["service"]
    )
    lag = (rows["day"] - rows["service"])[which]
    facts.add(
        len(lag), int((lag > 3).sum()), int(rows["amount"][which].sum()),
        int(lag.sum()), len(lag),
    )  # fmt: skip


def _held_claims(
    world: World, story: Story, facts: _Facts, _accounts: Accounts, known: dict[str, Rows]
) -> None:
    rows = known["claims"]
    resumed = world.stories.submission_day(np.array([story.last_day]))[0]
    which = rows["day"] == resumed
    count = int(which.sum())
    inside = int(story.covers(rows["day"]).sum())
    facts.add(count, count, int(rows["billed"][which].sum()), inside, 0)


def _slow_answers(
    _world: World, story: Story, facts: _Facts, accounts: Accounts, known: dict[str, Rows]
) -> None:
    rows = known["remittance_claims"]
    which = (rows["ordinal"] == accounts.answer[accounts.of(rows)]) & story.concerns(
        rows["payer"], rows["received"]
    )
    days = (rows["day"] - rows["received"])[which]
    count = len(days)
    facts.add(count, count, int(rows["billed"][which].sum()), int(days.sum()), count)


_GATHER: dict[str, Callable[[World, Story, _Facts, Accounts, dict[str, Rows]], None]] = {
    "payer_denies_family": _family_denials,
    "payer_underpays": _underpayments,
    "careless_biller": _wrong_touches,
    "mass_takeback": _takebacks,
    "slow_department": _slow_charges,
    "clearinghouse_outage": _held_claims,
    "eligibility_wave": _eligibility_denials,
    "slow_payer": _slow_answers,
}
