"""Checks: the claims that a payer pays together, and what it adjusts beside them (PLB)."""

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from data_generator.arrays import Array, Rows, concatenate, select

INTEREST, FORWARDED, OVERPAYMENT = range(3)
PROVIDER_REASONS = ("L6", "FB", "WO")
"""Reasons of provider-level adjustments (PLB03-1): interest, forwarding balance, recovery."""

_REFERENCE = ("month", "account", "version", "check_day")


@dataclass(frozen=True)
class _Adjustment:
    """One provider-level adjustment; a positive amount of cents lowers the check.

    It refers to a claim version, or, where `check_day` is above zero, to the check of that day.
    """

    reason: int
    amount: int
    month: int = 0
    account: int = 0
    version: int = 0
    check_day: int = 0


class Checks:
    """Puts the claims that payers answer on checks, month after month.

    What a check can't bear, because takebacks exceed its payments, waits for the next check of
    the same payer and payee, and so does what a payer chose to recover later. A balance waits
    until such a check comes, for ever if none does.
    """

    def __init__(self) -> None:
        """Nothing waits."""
        self._waiting: dict[tuple[int, int], list[tuple[int, _Adjustment]]] = defaultdict(list)
        self._next_day = -(10**9)

    def group(self, claims: Rows, first_day: int, last_day: int) -> tuple[Rows, Rows, Rows]:
        """Group the remittance claims of the days `first_day` to `last_day`, both included.

        One check (or electronic payment) per payer, payee and day. Returns the checks, with
        `paid` never below zero; the claims by check, with each claim's place on it as `sequence`
        (a reversal stands right before the corrected claim); and the provider adjustments, so
        that paid = sum of the claims' paid - sum of the adjustments' amount. Raises ValueError
        when periods don't follow each other or a claim lies outside of its period.
        """
        days = claims["day"].astype(np.int64)
        if first_day < self._next_day:
            raise ValueError(f"days up to {self._next_day - 1} are on checks already")
        if len(days) and not first_day <= days.min() <= days.max() <= last_day:
            raise ValueError(
                f"claims of days {days.min()} to {days.max()} for {first_day} to {last_day}"
            )
        self._next_day = last_day + 1
        order = np.lexsort((
            claims["ordinal"], claims["account"], claims["month"],
            claims["facility"], claims["payer"], days,
        ))  # fmt: skip
        claims = select(claims, order)
        key = (days[order] * 100 + claims["payer"]) * 10 + claims["facility"]
        is_first = np.ones(len(key), dtype=bool)
        is_first[1:] = key[1:] != key[:-1]
        starts = np.flatnonzero(is_first)
        check = np.cumsum(is_first) - 1
        claims["sequence"] = np.arange(len(key)) - starts[check] + 1
        checks = select({name: claims[name] for name in ("day", "payer", "facility")}, starts)
        checks["known"] = checks["arrival"] = checks["day"]
        paid = claims["paid"].astype(np.int64)
        sums = np.add.reduceat(paid, starts) if len(starts) else starts
        own = _own_adjustments(claims, check)
        sums = sums - np.bincount(own["check"], own["amount"], len(starts)).astype(np.int64)
        waiting, checks["paid"] = self._carry(claims, check, checks, sums)
        return checks, claims, _finish(checks, concatenate([own, waiting]))

    def _carry(self, claims: Rows, check: Array, checks: Rows, sums: Array) -> tuple[Rows, Array]:
        """Apply what waits to the checks, one after the other; returns it and the checks' sums."""
        later = np.flatnonzero(claims["recovered_later"])
        postponed: dict[int, list[tuple[int, _Adjustment]]] = defaultdict(list)
        for claim in later.tolist():
            recovery = _Adjustment(
                OVERPAYMENT,
                *(int(claims[name][claim]) for name in ("recovered_later", *_REFERENCE[:3])),
            )
            postponed[int(check[claim])].append((int(claims["recovery_day"][claim]), recovery))
        made: list[tuple[int, _Adjustment]] = []
        left = sums.copy()
        columns = zip(*(checks[name].tolist() for name in ("day", "payer", "facility")),
                      strict=True)  # fmt: skip
        for place, (day, payer, facility) in enumerate(columns):
            queue = self._waiting[payer, facility]
            if not queue and place not in postponed and left[place] >= 0:
                continue
            due = [item for since, item in queue if since <= day]
            left[place] -= sum(item.amount for item in due)
            made += [(place, item) for item in due]
            queue = [(since, item) for since, item in queue if since > day]
            if left[place] < 0:
                missing = _Adjustment(FORWARDED, int(left[place]), check_day=day)
                made.append((place, missing))
                queue.append((day + 1, replace(missing, amount=-missing.amount)))
                left[place] = 0
            self._waiting[payer, facility] = queue + postponed[place]
        rows = {"check": np.array([place for place, _ in made], dtype=np.int64)}
        for name in ("reason", "amount", *_REFERENCE):
            rows[name] = np.array([getattr(item, name) for _, item in made], dtype=np.int64)
        return rows, left


def _own_adjustments(claims: Rows, check: Array) -> Rows:
    """Interest on the checks' claims, and takebacks that the checks' payments are spared."""
    parts = []
    for name, reason in (("interest", INTEREST), ("recovered_later", OVERPAYMENT)):
        which = np.flatnonzero(claims[name])
        parts.append(
            {
                "check": check[which],
                "reason": np.full(len(which), reason),
                "amount": -claims[name][which].astype(np.int64),
                **{column: claims[column][which] for column in _REFERENCE[:3]},
                "check_day": np.zeros(len(which), dtype=np.int64),
            }
        )
    return concatenate(parts)


def _finish(checks: Rows, rows: Rows) -> Rows:
    """Order adjustments by check and number them there."""
    rows = select(rows, np.argsort(rows["check"], kind="stable"))
    check = rows.pop("check")
    starts = np.searchsorted(check, check)
    rows["sequence"] = np.arange(len(check)) - starts + 1
    for name in ("day", "payer", "facility", "arrival", "known"):
        rows[name] = checks[name][check]
    return rows
