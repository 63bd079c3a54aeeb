"""The X12 files of a set say what its tables say, to the cent, and other readers accept them."""

import datetime as dt
import io
import logging
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import oxedi
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document

from data_generator.generate import generate
from data_generator.manifest import Options
from data_generator.x12_output import write
from ingestion.contract import load_contract
from ingestion.x12.load import parse

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = Options(5, 800, 8, dt.date(2025, 6, 30))
SMALL = Options(3, 150, 7, dt.date(2025, 6, 30))
LATEST_DAYS = 21
"""A row may come so many days late, and a wrong one be put right in that time."""
PREFIX = "clearinghouse_"
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set with its X12 files."""
    out = tmp_path_factory.mktemp("x12") / "set"
    generate(OPTIONS, out, "parquet", load_contract())
    write(out)
    return out


def rows(folder: Path, table: str, columns: str) -> list[tuple[Any, ...]]:
    """Columns of a table of the set, in SQL."""
    path = folder / f"{table}.parquet"
    return duckdb.sql(f"select {columns} from read_parquet('{path}')").fetchall()


Segments = list[list[list[str]]]


def transactions(path: Path) -> Iterator[Segments]:
    """The transactions of a file as oxedi reads it: segments, elements, components.

    Element 0 is the segment's name, so that element 2 of BPR is BPR02.
    """
    result = oxedi.parse(path.read_bytes())
    if path.suffix == ".835":  # the one guide that oxedi knows
        assert result.diagnostics == []
    current: Segments = []
    for index in range(len(result.document)):
        raw = result.document[index]
        if raw.id == b"ST":
            current = []
        current.append([[raw.id.decode()], *map(_components, raw.elements)])
        if raw.id == b"SE":
            yield current


def _components(element: Any) -> list[str]:
    parts = element if isinstance(element, list) else [element]
    return [part.decode() for part in parts]


def text(segment: list[list[str]], element: int, component: int = 1) -> str:
    """An element's component as X12 counts them, empty when it is not there."""
    components = segment[element] if element < len(segment) else [""]
    return components[component - 1] if component <= len(components) else ""


def money(value: str) -> Decimal:
    """Dollars in whole cents."""
    amount = Decimal(value)
    assert amount == amount.quantize(CENT)
    return amount.quantize(CENT)


def day(value: str) -> dt.date:
    """A date of eight digits."""
    return dt.datetime.strptime(value, "%Y%m%d").date()


class Reading:
    """What the 835 files say, read by a plain walk over oxedi's segments."""

    def __init__(self, folder: Path) -> None:
        """Read all of a folder's files."""
        self.checks: Counter[tuple[Any, ...]] = Counter()
        self.claims: Counter[tuple[Any, ...]] = Counter()
        self.lines: Counter[tuple[Any, ...]] = Counter()
        self.adjustments: Counter[tuple[Any, ...]] = Counter()
        self.provider: Counter[tuple[Any, ...]] = Counter()
        for path in sorted(folder.glob("*.835")):
            for segments in transactions(path):
                self._read(segments)

    def _read(self, segments: Segments) -> None:
        (payment,) = (item for item in segments if text(item, 0) == "BPR")
        (trace,) = (text(item, 2) for item in segments if text(item, 0) == "TRN")
        parties = {text(item, 1): item for item in segments if text(item, 0) == "N1"}
        self.checks[
            trace, text(parties["PR"], 2), text(parties["PR"], 4), text(parties["PE"], 4),
            text(payment, 4), money(text(payment, 2)), day(text(payment, 16)),
        ] += 1  # fmt: skip
        claim: tuple[Any, ...] = ()
        line: tuple[Any, ...] = ()
        for item in segments:
            match text(item, 0):
                case "CLP":
                    claim = (trace, text(item, 1), text(item, 7), text(item, 2))
                    amounts = (money(text(item, place)) for place in (3, 4, 5))
                    self.claims[*claim, *amounts] += 1
                    line = ()
                case "SVC":
                    line = tuple(item[1])
                    amounts = (money(text(item, place)) for place in (2, 3))
                    self.lines[*claim, *amounts] += 1
                case "CAS":
                    for place in range(2, len(item), 3):
                        triplet = (text(item, 1), text(item, place), money(text(item, place + 1)))
                        self.adjustments[*claim, bool(line), *triplet] += 1
                case "PLB":
                    for place in range(3, len(item), 2):
                        self.provider[
                            trace, text(item, 1), text(item, place), text(item, place, 2),
                            money(text(item, place + 1)),
                        ] += 1  # fmt: skip


@pytest.fixture(scope="module")
def reading(folder: Path) -> Reading:
    """The 835 files as read by oxedi."""
    return Reading(folder / "x12" / "835")


def joined(folder: Path, table: str, columns: str) -> Counter[tuple[Any, ...]]:
    """Rows of a remittance table with their check and claim, counted."""
    path = f"{folder}/{PREFIX}remittance"
    source = {
        "claims": "claims",
        "lines": f"claims join '{path}_lines.parquet' as lines using (remittance_claim_id)",
        "adjustments": "claims "
        f"join '{path}_adjustments.parquet' as adjustments using (remittance_claim_id)",
    }[table]
    return Counter(
        duckdb.sql(
            "select trace_number, patient_control_number, payer_claim_control_number, "
            f"claim_status_code, {columns} from '{path}s.parquet' as checks "
            f"join '{path}_claims.parquet' as claims using (remittance_id) "
            + source.removeprefix("claims")
        ).fetchall()
    )


def test_every_payment_is_told_with_its_amount(folder: Path, reading: Reading) -> None:
    expected = rows(
        folder,
        "clearinghouse_remittances",
        "trace_number, payer_name, payer_id, payee_npi, payment_method_code, payment_amount, "
        "payment_date",
    )
    assert len(expected) > 1000
    assert reading.checks == Counter(expected)


def test_every_claim_line_and_adjustment_is_told_with_its_amounts(
    folder: Path, reading: Reading
) -> None:
    assert reading.claims == joined(
        folder,
        "claims",
        "claims.billed_amount, claims.paid_amount, patient_responsibility_amount",
    )
    assert reading.lines == joined(folder, "lines", "lines.billed_amount, lines.paid_amount")
    assert reading.adjustments == joined(
        folder, "adjustments", "remittance_line_id is not null, group_code, carc, amount"
    )


def test_every_provider_adjustment_is_told_with_its_amount(folder: Path, reading: Reading) -> None:
    path = f"{folder}/{PREFIX}remittance"
    expected = duckdb.sql(
        "select trace_number, provider_identifier, reason_code, reference_id, amount "
        f"from '{path}_provider_adjustments.parquet' "
        f"join '{path}s.parquet' using (remittance_id)"
    ).fetchall()
    assert reading.provider == Counter(expected)


def test_a_payment_of_nothing_is_only_a_notification(folder: Path) -> None:
    handling = {
        (text(segment, 4), text(segment, 1), bool(text(segment, 7)))
        for path in (folder / "x12" / "835").glob("*.835")
        for segments in transactions(path)
        for segment in segments
        if text(segment, 0) == "BPR"
    }
    assert handling == {("ACH", "I", True), ("NON", "H", False)}


@pytest.fixture(scope="module")
def ingested(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB warehouse into which `python -m ingestion x12` brought the 835 files."""
    return ingest(folder / "x12" / "835", tmp_path_factory.mktemp("warehouse"))


def ingest(files: Path, home: Path) -> Path:
    """Run the command over a folder of files, which must all be taken."""
    shutil.copy(ROOT / "profiles.example.yml", home / "profiles.yml")
    database = home / "rcm.duckdb"
    environment = {"DBT_PROFILES_DIR": str(home), "RCM_DUCKDB_PATH": str(database)}
    command = [sys.executable, "-m", "ingestion", "x12", str(files), "--target", "duckdb"]
    done = subprocess.run(
        [*command, "--loaded-at", "2025-06-30T23:30:00"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return database


def place_of(table: str) -> str:
    """SQL that tells the rows of a 835 table apart by their place in the file."""
    claim = "checks.trace_number || '/' || lpad(cast(claims.claim_sequence as text), 4, '0')"
    return {
        "remittances": "checks.trace_number",
        "remittance_claims": claim,
        "remittance_lines": f"{claim} || '/' || lines.line_sequence",
        "remittance_adjustments": f"{claim} || '/' || coalesce(lines.line_sequence, 0)",
        "remittance_provider_adjustments": "checks.trace_number",
    }[table]


JOINS = {
    "remittances": "{remittances} as checks",
    "remittance_claims": "{remittance_claims} as claims "
    "join {remittances} as checks using (remittance_id)",
    "remittance_lines": "{remittance_lines} as lines "
    "join {remittance_claims} as claims using (remittance_claim_id) "
    "join {remittances} as checks using (remittance_id)",
    "remittance_adjustments": "{remittance_adjustments} as adjustments "
    "left join {remittance_lines} as lines using (remittance_line_id) "
    "join {remittance_claims} as claims "
    "on adjustments.remittance_claim_id = claims.remittance_claim_id "
    "join {remittances} as checks using (remittance_id)",
    "remittance_provider_adjustments": "{remittance_provider_adjustments} as pairs "
    "join {remittances} as checks using (remittance_id)",
}
ALIASES = {
    "remittances": "checks",
    "remittance_claims": "claims",
    "remittance_lines": "lines",
    "remittance_adjustments": "adjustments",
    "remittance_provider_adjustments": "pairs",
}


@pytest.mark.parametrize("table", JOINS)
def test_reading_the_files_gives_the_rows_of_the_set(
    folder: Path, ingested: Path, table: str
) -> None:
    contract = load_contract()[PREFIX + table]
    columns = [
        f"{ALIASES[table]}.{name}"
        for name in contract.column_names
        if not name.startswith("_")
        and not (name.startswith("remittance_") and name.endswith("_id"))
    ]
    contents = []
    for source in ("raw.clearinghouse_{}", f"'{folder}/clearinghouse_{{}}.parquet'"):
        names = {name: source.format(name) for name in JOINS}
        with duckdb.connect(str(ingested), read_only=True) as connection:
            contents.append(
                Counter(
                    connection.sql(
                        f"select {place_of(table)}, {', '.join(columns)} "
                        f"from {JOINS[table].format(**names)}"
                    ).fetchall()
                )
            )
    files, tables = contents
    assert tables == files


def test_envelopes_count_what_they_hold(folder: Path) -> None:
    """Counted on the bare text, since oxedi may not judge every trailer."""
    paths = sorted((folder / "x12").rglob("*.83*"))
    assert len(paths) > 500
    seen: set[tuple[str, str]] = set()
    for path in paths:
        lines = path.read_text(encoding="ascii").split("~\n")
        assert lines.pop() == ""
        isa, group, *inside, group_end, end = (line.split("*") for line in lines)
        assert len(lines[0]) == 105
        assert [isa[13], group[6]] == [end[2], group_end[2]]
        assert int(isa[13]) == int(group[6])
        assert (isa[6], isa[13]) not in seen, "a sender's control numbers must differ"
        seen.add((isa[6], isa[13]))
        starts = [place for place, line in enumerate(inside) if line[0] == "ST"]
        ends = [place for place, line in enumerate(inside) if line[0] == "SE"]
        assert [end[1], group_end[1]] == ["1", str(len(starts))]
        assert starts == [0, *(place + 1 for place in ends[:-1])]
        assert ends[-1] == len(inside) - 1
        for number, (first, last) in enumerate(zip(starts, ends, strict=True), 1):
            assert inside[first][2] == inside[last][2] == f"{number:04d}"
            assert inside[last][1] == str(last - first + 1)


def validate(path: Path) -> str:
    """What pyx12 finds wrong with a file by its guide's map; empty when nothing."""
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    findings = io.StringIO()
    is_valid = x12n_document(ParamsBase(), str(path), None, None, fd_json=findings)
    return "" if is_valid else findings.getvalue()


def files_with(folder: Path, pattern: str, count: int = 1) -> list[Path]:
    """The smallest files that hold a text, so that pyx12, which is slow, has little to read."""
    paths = [path for path in folder.iterdir() if pattern in path.read_text(encoding="ascii")]
    assert len(paths) >= count, f"no file in {folder} holds {pattern}"
    return sorted(paths, key=lambda path: (path.stat().st_size, path.name))[:count]


REMITTANCE_SAMPLES = {
    "a bank transfer": "*C*ACH*",
    "a payment of nothing": "*C*NON*",
    "a denial with a remark": "~\nLQ*HE*",
    "a reversal": "*22*-",
    "a forwarded claim": "~\nNM1*TT*",
    "a secondary payer": "~\nCAS*OA*23*",
    "a negative balance forwarded": "*FB:",
    "a takeback": "*WO:",
    "interest": "*L6:",
    "sequestration": "*253*",
    "a stay": "~\nSVC*NU:0",
}
CLAIM_SAMPLES = {
    "P": {
        "an office visit": ":B:1*",
        "a stay": "~\nDTP*435*",
        "a replacement": ":B:7*",
        "an authorization": "~\nREF*G1*",
        "a secondary payer": "~\nSBR*S*",
        "a void": ":B:8*",
    },
    "I": {
        "an outpatient visit": "13:A:1*",
        "a stay": "~\nDTP*435*",
        "a replacement": ":A:7*",
        "an emergency": "~\nHI*APR:",
        "a secondary payer": "~\nSBR*S*",
    },
}


@pytest.mark.parametrize("sample", REMITTANCE_SAMPLES)
def test_another_validator_accepts_remittances(folder: Path, sample: str) -> None:
    for path in files_with(folder / "x12" / "835", REMITTANCE_SAMPLES[sample], 2):
        assert validate(path) == ""


@pytest.mark.parametrize(
    ("claim_type", "sample"),
    [(claim_type, sample) for claim_type in CLAIM_SAMPLES for sample in CLAIM_SAMPLES[claim_type]],
)
def test_another_validator_accepts_claims(
    folder: Path, tmp_path: Path, claim_type: str, sample: str
) -> None:
    for path in (folder / "x12" / "837").glob(f"*_{claim_type}.837"):
        (tmp_path / path.name).symlink_to(path)
    for path in files_with(tmp_path, CLAIM_SAMPLES[claim_type][sample], 2):
        assert validate(path) == ""


def test_the_validator_would_object(folder: Path, tmp_path: Path) -> None:
    (path,) = files_with(folder / "x12" / "837", "*Y*A*Y*Y~")
    broken = tmp_path / path.name
    broken.write_bytes(path.read_bytes().replace(b"*Y*A*Y*Y~", b"*Y*A*Q*Y~", 1))
    assert "(Q) is not a valid code" in validate(broken)


SentClaim = dict[str, Any]


def sent_claims(folder: Path) -> dict[str, SentClaim]:
    """Every claim of the 837 files by its trace number (REF*D9)."""
    claims: dict[str, SentClaim] = {}
    for path in sorted((folder / "x12" / "837").glob("*.837")):
        for segments in transactions(path):
            billing = ""
            loop: Segments = []
            for item in [*segments, [["HL"], ["end"], [""], ["22"]]]:
                if text(item, 0) == "HL":
                    if loop:
                        claim = sent_claim(loop)
                        assert claim["claim_id"] not in claims
                        claims[claim["claim_id"]] = claim | {
                            "billing": billing,
                            "file": path.stem.split("_", 1),
                        }
                    loop = []
                if text(item, 0) == "NM1" and text(item, 1) == "85":
                    billing = text(item, 9)
                if text(item, 0) == "HL" and text(item, 3) == "22":
                    loop = [item]
                elif loop:
                    loop.append(item)
    return claims


def sent_claim(loop: Segments) -> SentClaim:
    """One subscriber's loop as values."""
    other = next((i for i, item in enumerate(loop) if text(item, 0) == "OI"), len(loop))
    first_line = next(i for i, item in enumerate(loop) if text(item, 0) == "LX")
    head = loop[:first_line]
    names = {text(item, 1): item for item in reversed(head) if text(item, 0) == "NM1"}
    references = {text(item, 1): text(item, 2) for item in loop[:other] if text(item, 0) == "REF"}
    (claim,) = (item for item in head if text(item, 0) == "CLM")
    services: list[tuple[Any, ...]] = []
    for item in loop[first_line:]:
        match text(item, 0):
            case "SV1":
                services.append((text(item, 1, 2), "", money(text(item, 2)), text(item, 4)))
            case "SV2":
                services.append(
                    (text(item, 2, 2), text(item, 1), money(text(item, 3)), text(item, 5))
                )
            case "DTP" if text(item, 1) == "472":
                services[-1] += (day(text(item, 3)),)
            case "REF" if text(item, 1) == "6R":
                services[-1] += (text(item, 2),)
    return {
        "claim_id": references["D9"],
        "control": text(claim, 1),
        "billed": money(text(claim, 2)),
        "place": text(claim, 5),
        "frequency": text(claim, 5, 3),
        "original": references.get("F8"),
        "authorization": references.get("G1"),
        "sequence": text(next(item for item in head if text(item, 0) == "SBR"), 1),
        "member": text(names["IL"], 9),
        "payer": text(names["PR"], 9),
        "rendering": text(names.get("82") or names["71"], 9),
        "diagnoses": [
            parts[1]
            for item in head
            if text(item, 0) == "HI"
            for parts in item[1:]
            if parts[0] in ("ABK", "ABF")
        ],
        "lines": services,
        "loop": loop,
    }


@pytest.fixture(scope="module")
def claims(folder: Path) -> dict[str, SentClaim]:
    """The claims of the 837 files as read by oxedi."""
    return sent_claims(folder)


def test_every_claim_that_was_sent_is_told(folder: Path, claims: dict[str, SentClaim]) -> None:
    expected = rows(
        folder,
        "clearinghouse_claims",
        "claim_id, patient_control_number, billed_amount, "
        "coalesce(place_of_service_code, facility_type_code), frequency_code, "
        "original_reference_number, prior_authorization_number, payer_sequence, member_id, "
        "payer_id, rendering_provider_npi, billing_provider_npi, "
        "[strftime(submitted_date, '%Y-%m-%d'), submitter_id || '_' || claim_type]",
    )
    names = (
        "claim_id", "control", "billed", "place", "frequency", "original", "authorization",
        "sequence", "member", "payer", "rendering", "billing", "file",
    )  # fmt: skip
    assert len(expected) > 2500
    assert sorted(expected) == sorted(
        tuple(claim[name] for name in names) for claim in claims.values()
    )


def test_every_service_line_that_was_sent_is_told(
    folder: Path, claims: dict[str, SentClaim]
) -> None:
    expected = rows(
        folder,
        "clearinghouse_claim_lines",
        "claim_id, coalesce(procedure_code, ''), coalesce(revenue_code, ''), billed_amount, "
        "cast(cast(units as integer) as text), service_date, line_control_number",
    )
    assert Counter(expected) == Counter(
        (claim_id, *line) for claim_id, claim in claims.items() for line in claim["lines"]
    )


def test_claims_name_the_encounters_diagnoses(folder: Path, claims: dict[str, SentClaim]) -> None:
    principal = dict(rows(folder, "clearinghouse_claims", "claim_id, principal_diagnosis_code"))
    counts = Counter(len(claim["diagnoses"]) for claim in claims.values())
    assert set(counts) == {1, 2, 3, 4}
    for claim_id, claim in claims.items():
        assert claim["diagnoses"][0] == principal[claim_id]
        assert len(set(claim["diagnoses"])) == len(claim["diagnoses"])


def amount_of(items: Segments, name: str, qualifier: str) -> Decimal:
    """The sum of AMT or other two-element segments with a qualifier."""
    return sum(
        (money(text(i, 2)) for i in items if (text(i, 0), text(i, 1)) == (name, qualifier)),
        Decimal(),
    )


def test_secondary_claims_tell_what_the_first_payer_decided(
    folder: Path, claims: dict[str, SentClaim]
) -> None:
    """Charge = paid + adjustments, by claim and line, and the adjustments are the remittance's."""
    path = f"{folder}/{PREFIX}"
    secondary = [claim for claim in claims.values() if claim["sequence"] == "S"]
    assert len(secondary) > 20
    for claim in secondary:
        loop: Segments = claim["loop"]
        decided = duckdb.sql(
            "select paid_amount, payer_id, payer_claim_control_number, remittance_claim_id, "
            "strftime(payment_date, '%Y%m%d') "
            f"from '{path}remittance_claims.parquet' join '{path}remittances.parquet' "
            "using (remittance_id) where claim_status_code = '1' "
            f"and patient_control_number = '{claim['control']}' "
            f"and payer_id <> '{claim['payer']}' order by payment_date desc limit 1"
        ).fetchall()[0]
        first_payer = next(i for i, item in enumerate(loop) if text(item, 0) == "OI")
        assert [text(item, 1) for item in loop if text(item, 0) == "SBR"] == ["S", "P"]
        assert amount_of(loop, "AMT", "D") == decided[0]
        names = [item for item in loop[first_payer:] if text(item, 0) == "NM1"]
        assert [(text(item, 1), text(item, 9)) for item in names[1:2]] == [("PR", decided[1])]
        references = [item for item in loop[first_payer:] if text(item, 0) == "REF"]
        assert (text(references[0], 1), text(references[0], 2)) == ("F8", decided[2])
        adjusted = [
            (text(item, 1), text(item, place), money(text(item, place + 1)))
            for item in loop
            if text(item, 0) == "CAS"
            for place in range(2, len(item), 3)
        ]
        assert Counter(adjusted) == Counter(
            duckdb.sql(
                f"select group_code, carc, amount from '{path}remittance_adjustments.parquet' "
                f"where remittance_claim_id = '{decided[3]}'"
            ).fetchall()
        )
        assert claim["billed"] - sum(amount for _, _, amount in adjusted) == decided[0]
        paid = [money(text(item, 2)) for item in loop if text(item, 0) == "SVD"]
        assert len(paid) == len(claim["lines"])
        assert sum(paid) == decided[0]
        owed = sum(amount for group, _, amount in adjusted if group == "PR")
        assert amount_of(loop, "AMT", "EAF") == owed
        dates = {text(i, 3) for i in loop if (text(i, 0), text(i, 1)) == ("DTP", "573")}
        assert dates == {decided[4]}


def change(folder: Path, table: str, make: Callable[[pa.Table], pa.Table]) -> None:
    """Replace a table of the set."""
    path = folder / f"{table}.parquet"
    before = pq.read_table(path)
    pq.write_table(make(before).cast(before.schema), path)


def contents(folder: Path) -> dict[str, bytes]:
    """The X12 files by their names."""
    files = (folder / "x12").rglob("*.83*")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small set with its X12 files."""
    out = tmp_path_factory.mktemp("x12") / "small"
    generate(SMALL, out, "parquet", load_contract())
    write(out)
    return out


@pytest.fixture
def copy(small: Path, tmp_path: Path) -> Path:
    """A copy of the small set that a test may damage."""
    return shutil.copytree(small, tmp_path / "set")


def test_the_same_set_gives_the_same_bytes(small: Path, copy: Path) -> None:
    months: list[str] = []
    shutil.rmtree(copy / "x12")
    counts = write(copy, months.append)
    assert contents(copy) == contents(small)
    assert len(months) == len(set(months)) >= SMALL.months
    assert months == sorted(months)
    assert counts["835_files"] + counts["837_files"] == len(contents(small))
    assert counts["payments"] == len(rows(small, "clearinghouse_remittances", "1"))
    assert counts["claims"] == len(rows(small, "clearinghouse_claims", "1"))
    assert counts["claims_left_out"] == 0
    assert not [path for path in copy.iterdir() if path.name.startswith(".")]


def later(column: pa.ChunkedArray, days: int) -> pa.ChunkedArray:
    """Times so many days later."""
    return pc.add(column, pa.scalar(dt.timedelta(days=days), pa.duration("us")))


def again(table: pa.Table, days: int, **values: str) -> pa.Table:
    """The table's rows once more, arrived later and with other values."""
    columns = dict(zip(table.column_names, table.columns, strict=True))
    columns["_loaded_at"] = later(columns["_loaded_at"], days)
    for name, value in values.items():
        kind = columns[name].type
        columns[name] = pa.repeat(pa.scalar(value).cast(kind), len(table))
    return pa.table(columns)


TOLD = [
    name for name in load_contract() if (name.startswith("clearinghouse") or "hospital" in name)
]


def test_rows_that_come_twice_are_told_once(small: Path, copy: Path) -> None:
    for name in TOLD:
        if not name.endswith("patients"):
            change(copy, name, lambda table: pa.concat_tables([again(table, 2), table]))
    write(copy)
    assert contents(copy) == contents(small)


def test_a_dirty_set_tells_the_same_as_the_clean_one(small: Path, tmp_path: Path) -> None:
    """But for postal codes, which a defect destroys, and rows still awaited on the last day."""
    dirty = tmp_path / "dirty"
    generate(replace(SMALL, defects=True), dirty, "parquet", load_contract())
    write(dirty)
    awaited = SMALL.end_date - dt.timedelta(days=LATEST_DAYS)

    def told(folder: Path) -> dict[str, str]:
        return {
            name: re.sub(r"(N4\*[^*]*\*..)\*[0-9]*~", r"\1~", content.decode())
            for name, content in contents(folder).items()
            if Path(name).name[:10] < awaited.isoformat()
        }

    found = {row[0] for row in rows(dirty, "truth_defects", "defect")}
    assert {"near_duplicate", "exact_duplicate", "orphan", "odd_name", "wrong_total"} <= found
    assert len(told(small)) > 100
    assert told(dirty) == told(small)


def test_the_last_arrival_of_a_row_counts_wherever_it_stands(small: Path, copy: Path) -> None:
    """The wrong version came first, though it stands last in the file."""
    wrong = {
        "clearinghouse_claims": {"billed_amount": "1.11", "member_id": "WRONG"},
        "clearinghouse_claim_lines": {"billed_amount": "1.11", "procedure_code": "ZZ999"},
        "clearinghouse_remittances": {"payment_amount": "1.11"},
        "clearinghouse_remittance_claims": {"paid_amount": "1.11"},
        "clearinghouse_remittance_lines": {"paid_amount": "1.11"},
        "clearinghouse_remittance_adjustments": {"amount": "1.11"},
    }
    for name, values in wrong.items():
        change(
            copy,
            name,
            lambda table, values=values: pa.concat_tables([table, again(table, -1, **values)]),
        )
    write(copy)
    assert contents(copy) == contents(small)


def test_rows_without_a_parent_are_left_out(small: Path, copy: Path) -> None:
    orphans = {
        "clearinghouse_claim_lines": {"claim_id": "X1"},
        "clearinghouse_remittance_claims": {
            "remittance_claim_id": "X2", "remittance_id": "X2",
        },
        "clearinghouse_remittance_lines": {
            "remittance_line_id": "X3", "remittance_claim_id": "X3",
        },
        "clearinghouse_remittance_adjustments": {
            "remittance_adjustment_id": "X4", "remittance_claim_id": "X4",
        },
        "clearinghouse_remittance_provider_adjustments": {
            "remittance_provider_adjustment_id": "X5", "remittance_id": "X5",
        },
        "hospital_a_charges": {"charge_id": "X6", "encounter_id": "X6"},
        "hospital_b_encounter_diagnoses": {"visit_no": "X7"},
    }  # fmt: skip
    for name, values in orphans.items():
        change(
            copy,
            name,
            lambda table, values=values: pa.concat_tables(
                [table, again(table.slice(0, 1), 3, **values)]
            ),
        )
    counts = write(copy)
    assert contents(copy) == contents(small)
    assert counts["claims_left_out"] == 0


def test_claims_that_an_837_cannot_tell_are_counted(small: Path, copy: Path) -> None:
    first, second, third = rows(small, "clearinghouse_claims", "claim_id, patient_control_number")[
        :3
    ]
    without(copy, "clearinghouse_claim_lines", "claim_id", first[0])
    for hospital, account in (("a", "account_number"), ("b", "acct_no")):
        without(copy, f"hospital_{hospital}_charges", account, second[1])
    counts = write(copy)
    told = sent_claims(copy)
    assert {first[0], second[0]}.isdisjoint(told)
    assert third[0] in told
    assert counts["claims_left_out"] == len(rows(small, "clearinghouse_claims", "1")) - len(told)
    assert counts["claims"] == len(told)


def without(folder: Path, table: str, column: str, value: str) -> None:
    """Take rows out of a table."""
    change(folder, table, lambda rows: rows.filter(pc.not_equal(rows[column], value)))


def test_a_claim_whose_lines_are_missing_is_told_at_claim_level(small: Path, copy: Path) -> None:
    """Its lines' adjustments move up, so it balances still and the file can be read."""
    remittance_claim, control = rows(
        small,
        "clearinghouse_remittance_claims",
        "remittance_claim_id, payer_claim_control_number",
    )[20]
    without(copy, "clearinghouse_remittance_lines", "remittance_claim_id", remittance_claim)
    write(copy)
    before, after = Reading(small / "x12" / "835"), Reading(copy / "x12" / "835")
    assert after.claims == before.claims
    gone = before.lines - after.lines
    assert gone
    assert {(line[2], after.lines - before.lines == Counter()) for line in gone} == {
        (control, True)
    }
    moved = before.adjustments - after.adjustments
    assert moved
    assert after.adjustments - before.adjustments == Counter(
        {(*item[:4], False, *item[5:]): count for item, count in moved.items()}
    )
    for path in files_with(copy / "x12" / "835", f"*{control}*"):
        parse(path.read_bytes())


def test_values_cannot_break_a_segment(copy: Path) -> None:
    """Separators, line breaks and accents in names and streets; postal codes that are none."""
    evil = {"last_name": "O'B*ri:e~n^\nLópez", "address_line": "1 Main* St #5~", "zip": "4510"}
    change(copy, "hospital_a_patients", lambda table: replaced(table, evil))
    write(copy)
    paths = files_with(copy / "x12" / "837", "*O'B RI E N LOPEZ*", 2)
    for path in paths:
        assert validate(path) == ""
        content = path.read_text(encoding="ascii")
        assert "~\nN3*1 MAIN ST 5~\n" in content
        assert "*4510~" not in content


def replaced(table: pa.Table, values: dict[str, str]) -> pa.Table:
    """The table with the same value in every row of some columns."""
    for name, value in values.items():
        place = table.column_names.index(name)
        table = table.set_column(place, name, pa.array([value] * len(table)))
    return table


def test_claims_carry_the_name_of_their_own_day(small: Path, copy: Path) -> None:
    """A person who marries in the middle of the period keeps the old name on earlier claims."""
    middle = dt.datetime(2025, 5, 20, 23, 30)

    def marry(table: pa.Table) -> pa.Table:
        married = replaced(table, {"last_name": "Newname"})
        place = table.column_names.index("_loaded_at")
        times = pa.array([middle] * len(table), pa.timestamp("us"))
        first = table.filter(pc.less(table["_loaded_at"], pa.scalar(middle)))
        return pa.concat_tables([first, married.set_column(place, "_loaded_at", times)])

    change(copy, "hospital_a_patients", marry)
    write(copy)
    for kind, tag in (("837", "NM1*IL*1*"), ("835", "NM1*QC*1*")):
        names = {
            (path.name[:10] >= "2025-05-20", line.split("*")[3] == "NEWNAME")
            for path in (copy / "x12" / kind).glob("*")
            for segments in transactions(path)
            for line in [segment_text(item) for item in segments]
            if line.startswith(tag) and "HOSPITAL_B" not in path.name
        }
        assert (True, True) in names
        assert (False, True) not in names
        assert kind == "835" or (True, False) not in names


def segment_text(segment: list[list[str]]) -> str:
    """A segment as it stands in the file, without its end."""
    return "*".join(":".join(element) for element in segment)


def test_a_set_without_parquet_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"has no hospital_a_patients\.parquet"):
        write(tmp_path)
    assert not (tmp_path / "x12").exists()
