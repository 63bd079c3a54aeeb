"""Segments and envelopes of X12 005010 files.

No value may hold a separator: x12_rows.py takes them out of every text before it gets here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TERMINATOR = "~\n"
TIME = "2330"
"""When the nightly drop leaves and arrives; fixed, so that the same data give the same bytes."""

_ISA = (
    "ISA*00*          *00*          *ZZ*{sender:<15}*ZZ*{receiver:<15}*{date}*{time}*^*00501*"
    "{control}*0*T*:"
)

CITIES: dict[str, tuple[str, str]] = {
    "AK": ("JUNEAU", "99801"), "AL": ("MONTGOMERY", "36104"), "AR": ("LITTLE ROCK", "72201"),
    "AZ": ("PHOENIX", "85007"), "CA": ("SACRAMENTO", "95814"), "CO": ("DENVER", "80203"),
    "CT": ("HARTFORD", "06106"), "DC": ("WASHINGTON", "20001"), "DE": ("DOVER", "19901"),
    "FL": ("TALLAHASSEE", "32301"), "GA": ("ATLANTA", "30303"), "HI": ("HONOLULU", "96813"),
    "IA": ("DES MOINES", "50309"), "ID": ("BOISE", "83702"), "IL": ("SPRINGFIELD", "62701"),
    "IN": ("INDIANAPOLIS", "46204"), "KS": ("TOPEKA", "66603"), "KY": ("FRANKFORT", "40601"),
    "LA": ("BATON ROUGE", "70802"), "MA": ("BOSTON", "02108"), "MD": ("ANNAPOLIS", "21401"),
    "ME": ("AUGUSTA", "04330"), "MI": ("LANSING", "48933"), "MN": ("SAINT PAUL", "55102"),
    "MO": ("JEFFERSON CITY", "65101"), "MS": ("JACKSON", "39201"), "MT": ("HELENA", "59601"),
    "NC": ("RALEIGH", "27601"), "ND": ("BISMARCK", "58501"), "NE": ("LINCOLN", "68508"),
    "NH": ("CONCORD", "03301"), "NJ": ("TRENTON", "08608"), "NM": ("SANTA FE", "87501"),
    "NV": ("CARSON CITY", "89701"), "NY": ("ALBANY", "12207"), "OH": ("COLUMBUS", "43215"),
    "OK": ("OKLAHOMA CITY", "73102"), "OR": ("SALEM", "97301"), "PA": ("HARRISBURG", "17101"),
    "RI": ("PROVIDENCE", "02903"), "SC": ("COLUMBIA", "29201"), "SD": ("PIERRE", "57501"),
    "TN": ("NASHVILLE", "37219"), "TX": ("AUSTIN", "78701"), "UT": ("SALT LAKE CITY", "84111"),
    "VA": ("RICHMOND", "23219"), "VT": ("MONTPELIER", "05602"), "WA": ("OLYMPIA", "98501"),
    "WI": ("MADISON", "53703"), "WV": ("CHARLESTON", "25301"), "WY": ("CHEYENNE", "82001"),
}  # fmt: skip
"""The capital of each state with a postal code of it. The raw tables give payers and facilities
a state but no address, and X12 requires one."""
_DEFAULT_STATE = "OH"


@dataclass(frozen=True)
class Envelope:
    """ISA and GS of a file; `date` is yyyymmdd, `control` has at most nine digits."""

    sender: str
    receiver: str
    date: str
    control: int
    functional_group: str
    version: str


def segment(*elements: str) -> str:
    """A segment of its elements, without the empty ones at its end."""
    return "*".join(elements).rstrip("*")


def composite(*components: str) -> str:
    """One element of several components, without the empty ones at its end."""
    return ":".join(components).rstrip(":")


def transaction(header: Sequence[str], number: int, body: Iterable[str]) -> list[str]:
    """ST to SE around `body`; `header` is ST01 and, where the guide wants it, ST03."""
    control = f"{number:04d}"
    segments = [segment("ST", header[0], control, *header[1:]), *body]
    segments.append(f"SE*{len(segments) + 1}*{control}")
    return segments


def interchange(envelope: Envelope, transactions: Sequence[list[str]]) -> str:
    """A whole file: one interchange with one functional group of these transactions.

    ISA15 says T: the data are invented, and no receiver may take them for production.
    """
    isa = _ISA.format(
        sender=envelope.sender,
        receiver=envelope.receiver,
        date=envelope.date[2:],
        time=TIME,
        control=f"{envelope.control:09d}",
    )
    group = (
        f"GS*{envelope.functional_group}*{envelope.sender}*{envelope.receiver}*{envelope.date}"
        f"*{TIME}*{envelope.control}*X*{envelope.version}"
    )
    lines = [isa, group]
    for item in transactions:
        lines += item
    lines += [f"GE*{len(transactions)}*{envelope.control}", f"IEA*1*{envelope.control:09d}", ""]
    return TERMINATOR.join(lines)


def address(street: str, state: str, plus_four: str = "") -> list[str]:
    """N3 and N4 of an organisation of which only the state is known."""
    known = state if state in CITIES else _DEFAULT_STATE
    city, postal = CITIES[known]
    return [f"N3*{street}", f"N4*{city}*{known}*{postal}{plus_four}"]


def adjustments(items: Iterable[tuple[str, str, str, str]]) -> list[str]:
    """CAS segments of (group, reason, amount, quantity): one per group, up to six triplets each.

    Groups stand in the order in which they first appear.
    """
    groups: dict[str, list[str]] = {}
    for group, reason, amount, quantity in items:
        groups.setdefault(group, []).extend((reason, amount, quantity))
    return [
        segment("CAS", group, *values[first : first + 18])
        for group, values in groups.items()
        for first in range(0, len(values), 18)
    ]
