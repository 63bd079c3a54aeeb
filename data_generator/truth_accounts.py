"""What the answer key knows of one block: its accounts, and the rows that have arrived."""

from dataclasses import dataclass

import numpy as np

from data_generator import catalogue
from data_generator.arrays import NEVER, Array, Rows, select

_FAMILY = np.array([catalogue.FAMILIES.index(item.family) for item in catalogue.ITEMS])
_CLINIC = np.array([item.facility for item in catalogue.DEPARTMENTS] * 2)


@dataclass(frozen=True)
class Accounts:
    """The accounts of one block, by number less `first`.

    `is_known` once one of its charges has arrived: until then nobody can say whose an account is.
    `submitted` is the day of the first claim that has arrived, NEVER without one; `answered` the
    day of the payer's first answer, likewise, and `answer` its ordinal (0 without one).
    """

    first: int
    is_known: Array
    payer: Array
    department: Array
    facility: Array
    family: Array
    """Procedure family of the first line."""
    admit: Array
    billed: Array
    submitted: Array
    answered: Array
    answer: Array

    def of(self, rows: Rows) -> Array:
        """Place of each row's account."""
        return rows["account"].astype(np.int64) - self.first

    def arrived(self, rows: Rows, end_day: int) -> Rows:
        """The rows of known accounts that have arrived by the end."""
        wanted = (rows["arrival"] <= end_day) & self.is_known[self.of(rows)]
        return rows if wanted.all() else select(rows, wanted)


def know_accounts(events: dict[str, Rows], end_day: int) -> Accounts:
    """Gather the accounts of a block from its events.

    What an account is (payer, department, family) is read from all its rows, also from those
    that arrive after the end: nothing that is counted depends on those.
    """
    charges, encounters = events["charges"], events["encounters"]
    first = int(charges["account"].min())
    size = int(charges["account"].max()) - first + 1
    place = charges["account"] - first
    payer, encounter, family = (np.zeros(size, dtype=np.int64) for _ in range(3))
    payer[place] = charges["payer"]
    encounter[place] = charges["encounter"] - first
    is_first = charges["line"] == 1
    family[place[is_first]] = _FAMILY[charges["item"][is_first]]
    department, admit = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    department[encounters["account"] - first] = encounters["department"]
    admit[encounters["account"] - first] = encounters["admit"]
    department, admit = department[encounter], admit[encounter]
    posted = charges["arrival"] <= end_day
    amount = charges["amount"][posted]
    is_known = np.zeros(size, dtype=bool)
    is_known[place[posted]] = True
    return Accounts(
        first=first,
        is_known=is_known,
        payer=payer,
        department=department,
        facility=_CLINIC[department] + 2 * (department // len(catalogue.DEPARTMENTS)),
        family=family,
        admit=admit,
        billed=np.bincount(place[posted], weights=amount, minlength=size).astype(np.int64),
        **_first_days(events, end_day, first, is_known),
    )


def _first_days(
    events: dict[str, Rows], end_day: int, first: int, is_known: Array
) -> dict[str, Array]:
    submitted, answered, answer = (np.full(len(is_known), NEVER) for _ in range(3))
    claims = events["claims"]
    claims = select(claims, claims["arrival"] <= end_day)
    np.minimum.at(submitted, claims["account"] - first, claims["day"])
    answers = events["remittance_claims"]
    is_primary = (answers["payer_sequence"] == 0) & (answers["billed"] > 0)
    answers = select(answers, is_primary & (answers["arrival"] <= end_day))
    place = answers["account"] - first
    # answers to one account are numbered in the order in which they are given
    np.minimum.at(answer, place, answers["ordinal"])
    is_first = answers["ordinal"] == answer[place]
    answered[place[is_first]] = answers["day"][is_first]
    return {
        "submitted": submitted,
        "answered": answered,
        "answer": np.where(is_known & (answer < NEVER), answer, 0),
    }
