"""What payers answer, one adjudication after the other, and what stands of it."""

import numpy as np

from data_generator.adjudication import IS_MEDICARE
from data_generator.arrays import Array, Rows, concatenate, group_sum
from data_generator.denials import IS_PATIENT_GROUP
from data_generator.visits import Block, lines_of

AMOUNTS = ("contractual", "sequestration", "deductible", "coinsurance", "copay", "prior",
           "not_covered", "denied")  # fmt: skip
"""The parts of a charge that an answer does not pay."""
(CONTRACTUAL, SEQUESTRATION, DEDUCTIBLE, COINSURANCE, COPAY, PRIOR_PAYER, NOT_COVERED,
 DENIAL) = range(len(AMOUNTS))  # fmt: skip
"""Kinds of claim adjustment, in the order of AMOUNTS; DENIAL needs its reason too."""

PRIMARY, CROSSED_OVER, SECONDARY, REVERSED = 1, 19, 2, 22
STATUSES = (1, 2, 19, 22)
"""How a claim was processed (CLP02): 19 is Medicare as primary, forwarded to the next payer."""

_PATIENT_PARTS = ("deductible", "coinsurance", "copay", "not_covered")
_CARRIED = ("hospital", "patient", "facility", "template", "admit", "discharge")


class Answers:
    """The answers of the payers of a block, and by line what stands of the primary's.

    Every answer is one row of `remittance_claims` for each account it concerns:
    `ordinal` counts an account's answers from 1 in the order in which they are given, whoever
    gives them; `version` is the claim version that is answered; `payer` who answers, as primary
    (`payer_sequence` 0) or secondary (1); `status` is CLP02. Money is signed, a reversal
    (status 22) negates the answer that stood until then, and billed = paid + owed + contractual
    + prior + denied holds in every row:

    - `paid` is what the payer pays for the claim, before provider-level adjustments of the check;
    - `owed` is patient responsibility (group PR), amounts denied under it included. It passes to
      the secondary payer where `next` is 1, else to the patient;
    - `contractual` nobody owes: CO-45 and, with Medicare, CO-253;
    - `prior` (OA-23) is what the primary's answer took care of; a secondary's row repeats it, so
      it changes no balance;
    - `denied` (CO, OA) stays open with the payer until the claim is reworked or written off.

    So a primary's row takes paid + contractual off the account and moves `owed` on; a
    secondary's row takes `paid` off and moves `owed` to the patient.

    `interest` is paid with the claim as PLB L6; `recovered_later` is the part of a takeback that
    this check spares and a later one, on or after `recovery_day`, withholds (PLB WO).
    `received` is the day on which the payer got the version, `is_replacement` says that the
    version answered was one of frequency 7.

    Attributes by account: `ordinal`, the last one used; `version`, `day`, `received` and
    `is_replacement` of the primary's standing answer. `standing` holds by line its parts, `paid`,
    `reason` (index into denials.REASONS, -1), `remark` and whether the line is in it.
    """

    def __init__(self, block: Block) -> None:
        """Nothing is answered yet."""
        size, width = block.size, len(block.lines["account"])
        self._block = block
        self.ordinal = np.zeros(size, dtype=np.int64)
        self.version = np.zeros(size, dtype=np.int64)
        self.day = np.zeros(size, dtype=np.int64)
        self.received = np.zeros(size, dtype=np.int64)
        self.is_replacement = np.zeros(size, dtype=bool)
        self.standing: Rows = {
            name: np.zeros(width, dtype=np.int64) for name in (*AMOUNTS, "paid")
        } | {
            "reason": np.full(width, -1),
            "remark": np.full(width, -1),
            "is_answered": np.zeros(width, dtype=bool),
        }
        self._claims: list[Rows] = []
        self._lines: list[Rows] = []
        self._adjustments: list[Rows] = []

    def decide(
        self, account: Array, split: Rows, *, day: Array, version: Array, received: Array,
        is_replacement: bool | Array = False, interest: Array | None = None,
    ) -> None:  # fmt: skip
        """Let the primary payer answer for accounts; the answer stands until the next one.

        `account` is in rising order; `split` holds, by line of those accounts, `index` (position
        of the line), parts, `paid`, and `reason` and `remark` where lines are denied. The other
        arrays are by element of `account`.
        """
        accounts = self._block.accounts
        split = _whole(split)
        has_next = accounts["secondary"][account] >= 0
        self.version[account], self.day[account] = version, day
        self.received[account], self.is_replacement[account] = received, is_replacement
        for name, values in self.standing.items():
            values[split["index"]] = True if name == "is_answered" else split[name]
        status = np.where(has_next & self._is_forwarded(account), CROSSED_OVER, PRIMARY)
        columns = {
            "payer": accounts["payer"][account],
            "payer_sequence": np.zeros(len(account), dtype=np.int64),
            "status": status,
            "next": has_next.astype(np.int64),
            "interest": np.zeros(len(account), dtype=np.int64) if interest is None else interest,
        }
        self._answer(account, split, 1, columns | self._standing_version(account))

    def reverse(
        self, account: Array, day: Array, recovered_later: Array | None = None,
        recovery_day: Array | None = None,
    ) -> None:  # fmt: skip
        """Take the standing answers of accounts (in rising order) back: nothing stands then."""
        accounts = self._block.accounts
        index, _ = lines_of(self._block, account)
        index = index[self.standing["is_answered"][index]]
        split = {name: values[index] for name, values in self.standing.items()} | {"index": index}
        none = np.zeros(len(account), dtype=np.int64)
        columns = {
            "payer": accounts["payer"][account],
            "payer_sequence": none,
            "status": np.full(len(account), REVERSED),
            "next": (accounts["secondary"][account] >= 0).astype(np.int64),
            "recovered_later": none if recovered_later is None else recovered_later,
            "recovery_day": none if recovery_day is None else recovery_day,
        }
        self._answer(account, split, -1, columns | self._standing_version(account) | {"day": day})
        for name, values in self.standing.items():
            values[index] = -1 if name in ("reason", "remark") else 0

    def revise(
        self, account: Array, split: Rows, *, day: Array, version: Array, received: Array,
        is_replacement: bool = False,
    ) -> None:  # fmt: skip
        """Answer anew, right after the reversal of the standing answer on the same check.

        An answer that denied every line posted nothing and is not reversed.
        """
        posted = self.is_posted()[account]
        self.reverse(account[posted], day[posted])
        self.decide(
            account, split, day=day, version=version, received=received,
            is_replacement=is_replacement,
        )  # fmt: skip

    def decide_second(
        self, account: Array, split: Rows, *, payer: Array, day: Array, version: Array,
        received: Array,
    ) -> None:  # fmt: skip
        """Let the secondary payers answer; what stands of the primary's answer is untouched."""
        none = np.zeros(len(account), dtype=np.int64)
        columns = {
            "payer": payer,
            "payer_sequence": none + 1,
            "status": np.full(len(account), SECONDARY),
            "next": none,
            "version": version,
            "received": received,
            "is_replacement": none.astype(bool),
            "day": day,
        }
        self._answer(account, _whole(split), 1, columns)

    def lines_of(self, account: Array) -> Array:
        """Positions of the lines of accounts that are in their standing answers."""
        index, _ = lines_of(self._block, account)
        return index[self.standing["is_answered"][index]]

    def total(self, name: str) -> Array:
        """Cents of one part, of `paid`, `patient` (group PR) or `lost` (CO and OA), by account."""
        standing, account = self.standing, self._block.lines["account"]
        if name == "patient":
            values = _owed(standing)
        elif name == "lost":
            values = np.where(_is_patient_denial(standing), 0, standing["denied"])
        else:
            values = standing[name]
        return group_sum(values, account, self._block.size)

    def is_posted(self) -> Array:
        """By account, whether its standing answer did anything else than deny every line."""
        standing, account = self.standing, self._block.lines["account"]
        kept = standing["is_answered"] & (standing["denied"] == 0)
        return group_sum(kept, account, self._block.size) > 0

    def rows(self) -> dict[str, Rows]:
        """Rows of remittance_claims, remittance_lines and remittance_adjustments."""
        return {
            "remittance_claims": concatenate(self._claims),
            "remittance_lines": concatenate(self._lines),
            "remittance_adjustments": concatenate(self._adjustments),
        }

    def _is_forwarded(self, account: Array) -> Array:
        owed = group_sum(_owed(self.standing), self._block.lines["account"], self._block.size)
        medicare: Array = IS_MEDICARE[self._block.accounts["payer"][account]]
        return medicare & (owed[account] > 0)

    def _standing_version(self, account: Array) -> Rows:
        return {
            "version": self.version[account],
            "received": self.received[account],
            "is_replacement": self.is_replacement[account],
            "day": self.day[account],
        }

    def _answer(self, account: Array, split: Rows, sign: int, columns: Rows) -> None:
        self.ordinal[account] += 1
        accounts, lines = self._block.accounts, self._block.lines
        index = split["index"]
        owner = np.searchsorted(account, lines["account"][index])

        def by_account(values: Array) -> Array:
            return group_sum(values, owner, len(account)) * sign

        owed = _owed(split)
        none = np.zeros(len(account), dtype=np.int64)
        ordinal = self.ordinal[account]
        self._claims.append(
            {name: accounts[name][account] for name in _CARRIED}
            | dict.fromkeys(("interest", "recovered_later", "recovery_day"), none)
            | {
                "account": account,
                "ordinal": ordinal,
                "billed": by_account(lines["charge"][index]),
                "paid": by_account(split["paid"]),
                "owed": by_account(owed),
                "contractual": by_account(split["contractual"] + split["sequestration"]),
                "prior": by_account(split["prior"]),
                "denied": by_account(np.where(_is_patient_denial(split), 0, split["denied"])),
                "covered": by_account(_allowed(split)),
            }
            | columns
        )
        line = {
            "account": account[owner],
            "ordinal": ordinal[owner],
            "hospital": accounts["hospital"][account[owner]],
            "line": lines["line"][index],
            "item": lines["item"][index],
            "modifier_1": lines["modifier_1"][index],
            "modifier_2": lines["modifier_2"][index],
            "units": lines["units"][index],
            "billed": lines["charge"][index] * sign,
            "paid": split["paid"] * sign,
            "allowed": _allowed(split) * sign,
            "service": lines["service"][index],
            "remark": split["remark"],
            "day": columns["day"][owner],
        }
        self._lines.append(line)
        self._adjustments.append(_line_adjustments(line, split, sign))


def _whole(split: Rows) -> Rows:
    """A split with every part; what it lacks is zero, and reasons only where lines are denied."""
    size = len(split["index"])
    none = np.zeros(size, dtype=np.int64)
    whole = dict.fromkeys(AMOUNTS, none) | split
    for name in ("reason", "remark"):
        whole[name] = np.where(whole["denied"] > 0, split.get(name, none - 1), -1)
    return whole


def _is_patient_denial(split: Rows) -> Array:
    reason = split["reason"]
    found: Array = (reason >= 0) & IS_PATIENT_GROUP[reason]
    return found


def _owed(split: Rows) -> Array:
    owed = np.where(_is_patient_denial(split), split["denied"], 0)
    for name in _PATIENT_PARTS:
        owed = owed + split[name]
    return owed


def _allowed(split: Rows) -> Array:
    allowed = split["paid"] + split["sequestration"]
    for name in _PATIENT_PARTS[:3]:
        allowed = allowed + split[name]
    return allowed


def _line_adjustments(line: Rows, split: Rows, sign: int) -> Rows:
    """One row for each part of a line's charge that was not paid."""
    amounts = np.stack([split[name] for name in AMOUNTS], axis=1)
    row, kind = np.nonzero(amounts)
    count = (amounts != 0).sum(axis=1)
    start = np.cumsum(count) - count
    return {
        "account": line["account"][row],
        "ordinal": line["ordinal"][row],
        "line": line["line"][row],
        "sequence": np.arange(len(row)) - start[row] + 1,
        "kind": kind,
        "reason": np.where(kind == DENIAL, split["reason"][row], -1),
        "amount": amounts[row, kind] * sign,
        "day": line["day"][row],
    }
