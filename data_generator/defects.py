"""Defects of the raw files: which rows are late, doubled, damaged or have no parent.

What befalls a row follows from a hash of what the row is, so it depends neither on the blocks, nor
on the end of the period, nor on other tables. No row has more than one defect. A row whose values
are wrong comes again, right, some days later; what is merely written badly, or twice, does not.
Rows that change get no defect that could bring an old state after a newer one.
"""

from dataclasses import dataclass, field

import numpy as np

from data_generator import catalogue, parameters
from data_generator.arrays import NEVER, Array, Rows, concatenate, select
from data_generator.hashing import happens, identities, number_between, which_happens

NAMES = (
    "none",
    "late_row",
    "wrong_total",
    "impossible_date",
    "negative_amount",
    "unknown_code",
    "swapped_dates",
    "exact_duplicate",
    "near_duplicate",
    "orphan",
)
"""Defects of rows by the code in their column `defect`."""
CODES = {name: code for code, name in enumerate(NAMES)}
VARIANTS = 120
"""A row's column `variant` is below it: it chooses how a text is damaged."""

_REPAIRED = ("wrong_total", "impossible_date", "negative_amount", "unknown_code")

IDENTITIES = {
    "encounters": ("month", "account", "known"),
    "encounter_diagnoses": ("month", "account", "rank"),
    "charges": ("month", "account", "line"),
    "claims": ("month", "account", "version"),
    "claim_lines": ("month", "account", "version", "line"),
    "claim_acknowledgements": ("month", "account", "version", "ordinal"),
    "remittances": ("day", "payer", "facility"),
    "remittance_claims": ("month", "account", "ordinal"),
    "remittance_lines": ("month", "account", "ordinal", "line"),
    "remittance_adjustments": ("month", "account", "ordinal", "line", "sequence"),
    "patient_payments": ("month", "account", "ordinal"),
    "account_adjustments": ("month", "account", "ordinal"),
    "refunds": ("month", "account", "ordinal"),
    "work_items": ("month", "account", "ordinal", "known"),
}
"""Columns that name a row of each kind that can have defects."""

HEADS = {
    "claims": "claims",
    "claim_lines": "claims",
    "remittance_claims": "remittance_claims",
    "remittance_lines": "remittance_claims",
    "remittance_adjustments": "remittance_claims",
}
"""Kinds of rows that come late or are cut off together, by the kind that leads them: a claim
without its lines, or a remittance without its adjustments, would seem to have a wrong total."""

FILES = {
    "encounter_diagnoses": "encounter_diagnoses",
    "charges": "charges",
    "claims": "837",
    "claim_lines": "837",
    "claim_acknowledgements": "277",
    "remittances": "checks",
    "remittance_claims": "835",
    "remittance_lines": "835",
    "remittance_adjustments": "835",
    "patient_payments": "patient_payments",
    "account_adjustments": "account_adjustments",
    "refunds": "refunds",
}
"""Kinds of rows whose files may be sent twice or cut off; those with one value do so together."""
_BY_HOSPITAL = ("encounter_diagnoses", "charges")
_RESENT, _CUT = 0, 1

_HAS_CODE = np.array([bool(item.code) for item in catalogue.ITEMS])


@dataclass
class FileFacts:
    """A file that was sent again: when, and what the first one lacked."""

    again_day: int
    rows: int = 0
    missing_rows: int = 0
    missing_cents: int = 0

    @property
    def is_cut(self) -> bool:
        """Whether the first one lacked anything."""
        return self.missing_rows > 0


FileKey = tuple[str, int, int]
"""Kind of rows, hospital (-1 where both share a file) and day."""

_MONEY = {
    "charges": "amount",
    "claims": "billed",
    "claim_lines": "amount",
    "remittances": "paid",
    "remittance_claims": "paid",
    "remittance_lines": "paid",
    "remittance_adjustments": "amount",
    "patient_payments": "amount",
    "account_adjustments": "amount",
    "refunds": "amount",
}


@dataclass(frozen=True)
class Delivered:
    """What becomes of rows: the true ones with the day on which each comes, and those in files.

    `in_place` are the true rows as the files have them, `extra` rows that come beside them.
    """

    true: Rows
    in_place: Rows
    extra: Rows | None


@dataclass
class Defects:
    """The defects of one set; none at all unless `is_on`. `files` gathers those of whole files."""

    seed: int
    is_on: bool
    files: dict[FileKey, FileFacts] = field(default_factory=dict)

    def apply(self, table: str, rows: Rows, counts_files: bool = True) -> Delivered:
        """Decide what becomes of rows that would come in time; `arrival` says when."""
        if not self.is_on or table not in IDENTITIES:
            return Delivered(rows, rows, None)
        plan = _Plan(self.seed, table, rows)
        true = rows | {"arrival": plan.arrival}
        in_place = plan.in_place()
        extra = plan.extra()
        if table in FILES:
            extra.append(self._send_again(plan, in_place, extra, counts_files))
        return Delivered(true, in_place, concatenate(extra) if extra else None)

    def _send_again(
        self, plan: "_Plan", in_place: Rows, extra: list[Rows], counts_files: bool
    ) -> Rows:
        """Copies of the rows of files that come a second time."""
        copies = []
        for rows in (in_place, *extra):
            kind, wait = plan.files(rows)
            again = np.flatnonzero((kind >= 0) & (rows["resent"] == 0))
            copy = select(rows, again)
            copy["resent"] = wait[again].astype(np.int8)
            copy["arrival"] = copy["arrival"] + wait[again]
            copies.append(copy)
            if counts_files:
                self._count(plan.table, rows, kind, wait)
        return concatenate(copies)

    def _count(self, table: str, rows: Rows, kind: Array, wait: Array) -> None:
        """Note files that come again; a row that the first one lacks carries `resent`."""
        is_cut = rows["resent"] > 0
        which = np.flatnonzero((kind >= 0) | is_cut)
        day = rows["arrival"][which] - rows["resent"][which]
        hospital = _file_hospital(table, rows)[which]
        wait = np.where(is_cut[which], rows["resent"][which], wait[which])
        cents = rows[_MONEY[table]][which] if table in _MONEY else np.zeros(len(which))
        missing = is_cut[which]
        keys, place = np.unique(np.stack([hospital, day, wait]), axis=1, return_inverse=True)
        sums = [
            np.bincount(place, weights, keys.shape[1])
            for weights in (None, missing, np.where(missing, cents, 0))
        ]
        for at, (file_hospital, file_day, days) in enumerate(keys.T.tolist()):
            facts = self.files.setdefault(
                (table, file_hospital, file_day), FileFacts(file_day + days)
            )
            facts.rows += int(sums[0][at])
            facts.missing_rows += int(sums[1][at])
            facts.missing_cents += int(sums[2][at])


class _Plan:
    """What happens to rows of one kind."""

    def __init__(self, seed: int, table: str, rows: Rows) -> None:
        self.table = table
        self._seed = seed
        self._rows = rows
        size = len(rows["arrival"])
        self._words = identities(seed, table, [rows[name] for name in IDENTITIES[table]])
        self.arrival = rows["arrival"].copy()
        self._code = np.zeros(size, dtype=np.int8)
        self._resent = np.zeros(size, dtype=np.int8)
        self._hits: dict[str, Array] = {}
        self._head = HEADS.get(table)
        self._head_words = self._words
        if self._head is not None:
            names = IDENTITIES[self._head]
            if self._head != table:
                self._head_words = identities(seed, self._head, [rows[name] for name in names])
            self._befall_together(self._head)
        self._befall_rows()
        if table in FILES:
            self._cut_files()

    def _befall_together(self, head: str) -> None:
        """Decide what happens to all rows of a claim, or of a claim on a remittance."""
        words = self._head_words
        rates = [parameters.DEFECT_RATES[name][head] for name in ("late_row", "wrong_total")]
        self._together = which_happens(words, "together", rates)
        late = np.flatnonzero(self._together == 0)
        self._delay(late, words, parameters.LATE_DAYS)
        self._code[late] = CODES["late_row"]
        wrong = np.flatnonzero(self._together == 1)
        if self.table == head:
            self._hits["wrong_total"] = wrong
            self._delay(wrong, words, parameters.REPAIR_DAYS)
        elif head == "remittance_claims":
            self._delay(wrong, words, parameters.REPAIR_DAYS)
            self._code[wrong] = CODES["late_row"]

    def _befall_rows(self) -> None:
        """Decide what happens to single rows."""
        shared = ("late_row", "wrong_total") if self._head else ()
        rates = {
            name: rates[self.table]
            for name, rates in parameters.DEFECT_RATES.items()
            if self.table in rates and name not in shared
        }
        which = which_happens(self._words, "alone", rates.values())
        if self._head:
            which[self._together >= 0] = -1
        for place, name in enumerate(rates):
            hits = np.flatnonzero(which == place)
            hits = hits[_can_have(name, self.table, select(self._rows, hits))]
            if name == "late_row":
                self._delay(hits, self._words, parameters.LATE_DAYS)
                self._code[hits] = CODES[name]
            elif name == "swapped_dates":
                self._code[hits] = CODES[name]
            else:
                self._hits[name] = hits
                if name in _REPAIRED:
                    self._delay(hits, self._words, parameters.REPAIR_DAYS)

    def _cut_files(self) -> None:
        """Let rows at the end of files that are cut off come when the file comes again."""
        kind, wait = self.files(self._rows)
        may = (kind == _CUT) & (self.arrival == self._rows["arrival"]) & (self._code == 0)
        if self._head:
            may &= self._together < 0
        cut = np.flatnonzero(may)
        cut = cut[happens(self._head_words[cut], "cut off", parameters.CUT_SHARE)]
        self._resent[cut] = wait[cut]
        self.arrival[cut] += wait[cut]

    def _delay(self, which: Array, words: Array, limits: tuple[int, int]) -> None:
        self.arrival[which] += number_between(words[which], "delay", limits)

    def files(self, rows: Rows) -> tuple[Array, Array]:
        """What happens to the file in which each row comes (-1: nothing); days until it recurs."""
        days = rows["arrival"]
        if not len(days):
            return np.zeros(0, dtype=np.int8), np.zeros(0, dtype=np.int64)
        first = int(days.min())
        span = int(days.max()) - first + 1
        rates = [parameters.FILE_DEFECT_RATES[name] for name in ("resent_file", "cut_file")]
        hospitals = (0, 1) if self.table in _BY_HOSPITAL else (-1,)
        table_days = np.tile(np.arange(first, first + span), len(hospitals))
        table_hospitals = np.repeat(hospitals, span)
        words = identities(self._seed, FILES[self.table], [table_days, table_hospitals])
        kinds = which_happens(words, "file", rates)
        waits = np.where(
            kinds == _CUT,
            number_between(words, "again", parameters.CUT_DAYS),
            number_between(words, "again", parameters.RESENT_DAYS),
        )
        place = days - first + span * np.maximum(_file_hospital(self.table, rows), 0)
        return kinds[place], waits[place]

    def in_place(self) -> Rows:
        """The true rows as the files have them."""
        rows = self._rows | _defect_columns(len(self.arrival))
        rows |= {"arrival": self.arrival, "defect": self._code, "resent": self._resent}
        swapped = np.flatnonzero(self._code == CODES["swapped_dates"])
        if len(swapped):
            first, second = _SWAPPED[self.table]
            for name, other in ((first, second), (second, first)):
                rows[name] = self._rows[name].copy()
                rows[name][swapped] = self._rows[other][swapped]
        return rows

    def extra(self) -> list[Rows]:
        """Rows that come beside the true ones: bad versions, duplicates, orphans."""
        parts = []
        for name, hits in self._hits.items():
            rows = select(self._rows, hits)
            rows |= _defect_columns(len(hits), CODES[name])
            words = self._words[hits]
            rows["variant"] = number_between(words, "variant", (0, VARIANTS - 1)).astype(np.int8)
            if name in _REPAIRED:
                rows["repaired"] = self.arrival[hits]
                _damage(name, self.table, rows, words)
            elif name != "orphan":
                wait = number_between(words, "delay", parameters.DUPLICATE_DAYS)
                rows["arrival"] = self.arrival[hits] + wait
            parts.append(rows)
        return parts


def _defect_columns(size: int, code: int = 0) -> Rows:
    """What rows of files have beside their own columns.

    `repaired` is the day on which the right version comes, `resent` the days since the row's file
    came first.
    """
    return {
        "defect": np.full(size, code, dtype=np.int8),
        "repaired": np.full(size, NEVER),
        "variant": np.zeros(size, dtype=np.int8),
        "resent": np.zeros(size, dtype=np.int8),
    }


_SWAPPED = {"charges": ("service", "day"), "encounters": ("admit", "discharge")}


def _can_have(name: str, table: str, rows: Rows) -> Array:
    """Whether a defect means anything for each row."""
    match name, table:
        case "swapped_dates", "encounters":
            # only the last state knows both dates, and nothing comes after it
            return (rows["admit"] < rows["discharge"]) & (rows["discharge"] <= rows["known"])
        case "swapped_dates", "charges":
            return rows["service"] < rows["day"]
        case "unknown_code", _:
            has_code: Array = _HAS_CODE[rows["item"]]
            return has_code
        case (("negative_amount" | "orphan"), ("charges" | "patient_payments")):
            # a charge that takes another back is negative by right, and has a parent of its own
            return rows["amount"] > 0
        case "orphan", "work_items":
            is_first_state: Array = rows["known"] == rows["day"]
            return is_first_state
    return np.ones(len(rows["arrival"]), dtype=bool)


def _damage(name: str, table: str, rows: Rows, words: Array) -> None:
    """Change the numbers of bad versions; texts are damaged once they are written."""
    if name == "negative_amount":
        rows["amount"] = -rows["amount"]
    elif name == "wrong_total":
        column = {"claims": "billed", "remittance_claims": "paid"}[table]
        extra = number_between(words, "dollars", parameters.WRONG_TOTAL_DOLLARS) * 100
        less = (rows["variant"] % 2 == 1) & (rows[column] > extra)
        rows[column] = rows[column] + np.where(less, -extra, extra)
    elif name == "impossible_date" and table == "patient_payments":
        rows["day"] = _impossible_days(rows["day"], rows["variant"])


def _impossible_days(days: Array, variant: Array) -> Array:
    """The same day of a month in 1900 or 2099."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month = months.astype(np.int64) % 12
    day = np.minimum((dates - months).astype(np.int64), 27)
    year = np.where(variant % 2 == 1, 1900, 2099)
    first = ((year - 1970) * 12 + month).astype("datetime64[M]").astype("datetime64[D]")
    impossible: Array = first.astype(np.int64) + day
    return impossible


def _file_hospital(table: str, rows: Rows) -> Array:
    if table in _BY_HOSPITAL:
        hospital: Array = rows["hospital"]
        return hospital
    return np.full(len(rows["arrival"]), -1)
