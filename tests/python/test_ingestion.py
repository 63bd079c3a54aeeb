"""Real 835 files: their money arrives to the cent, whole or not at all, and once."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.cli import main
from ingestion.warehouse import LOADED, REFUSED, Warehouse, open_warehouse
from ingestion.x12.load import ALREADY_LOADED, FileReport, load_files
from ingestion.x12.rows import TABLES
from scripts.postgres_server import Server

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "x12"
ARRIVAL = dt.datetime(2025, 12, 31, 23, 30)
ENGINES = ("dev", "duckdb")

# claims, billed (CLP03), paid (CLP04), payments (BPR02), counted by hand
LOADABLE = {
    "emedny_sample.835": (3, "102.50", "45.75", "45.75"),
    "managed-care.835": (2, "2000.00", "945.00", "945.00"),
    "medicare-part-a.835": (2, "226366.97", "149998.73", "150000.00"),
    "several-adjustments.835": (5, "1575.50", "330.00", "325.00"),
}
REFUSALS = {
    "tertiary-payment.835": "segment 20 (SVC*HC*24599.00*1766.50*187.50**1): the line does not",
    "blue_cross_nc_sample.835": 'segment 32 (SE*33*1234): SE01 declares "33" but the count is 32',
    "demo.example1.837": "segment 3 (ST*837*0021*005010X222A2): not an 835: ST01 is 837",
    "claim-level-status.277": "segment 3 (ST*277*0001*005010X212): not an 835: ST01 is 277",
}
ROW_COUNTS = {  # remittances, claims, lines, adjustments, provider adjustments
    "emedny_sample.835": (1, 3, 10, 4, 0),
    "managed-care.835": (1, 2, 2, 5, 0),
    "medicare-part-a.835": (1, 2, 0, 2, 1),
    "several-adjustments.835": (2, 5, 5, 13, 2),
}


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One PostgreSQL for the module; every test finds it empty."""
    server = Server(tmp_path_factory.mktemp("pg"))
    server.start("rcm")
    yield server
    server.stop()


@pytest.fixture(params=ENGINES)
def target(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A target of the dbt profile whose warehouse is empty."""
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    shutil.copy(ROOT / "profiles.example.yml", profiles / "profiles.yml")
    monkeypatch.setenv("DBT_PROFILES_DIR", str(profiles))
    if request.param == "dev":
        server: Server = request.getfixturevalue("postgres")
        with closing(server.connect("rcm")) as connection, connection.cursor() as cursor:
            cursor.execute("drop schema if exists raw cascade")
        monkeypatch.setenv("RCM_PG_SOCKET", str(server.socket))
    monkeypatch.setenv("RCM_DUCKDB_PATH", str(tmp_path / "rcm.duckdb"))
    return str(request.param)


@pytest.fixture
def warehouse(target: str) -> Iterator[Warehouse]:
    """An open, empty warehouse."""
    with open_warehouse(target) as opened:
        yield opened


Loader = Callable[..., FileReport]


@pytest.fixture
def load(warehouse: Warehouse, tmp_path: Path) -> Loader:
    """Load one file: a fixture by its name, or bytes under a name."""

    def load_one(
        name: str, content: bytes | None = None, accept_wrong_counts: bool = False
    ) -> FileReport:
        path = FIXTURES / name
        if content is not None:
            path = tmp_path / "inbox" / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        (report,) = load_files(warehouse, [path], ARRIVAL, accept_wrong_counts)
        return report

    return load_one


def rows(
    warehouse: Warehouse, table: str, columns: str, order: str = "_source_position"
) -> list[tuple[Any, ...]]:
    """Columns of one of the five tables, in the order of the file."""
    return warehouse.query(f"select {columns} from raw.clearinghouse_{table} order by {order}")


def counts(warehouse: Warehouse) -> tuple[int, ...]:
    """Rows in each of the five tables."""
    return tuple(warehouse.query(f"select count(*) from raw.{table}")[0][0] for table in TABLES)


def contents(warehouse: Warehouse) -> list[list[tuple[Any, ...]]]:
    """All that a load may change."""
    names = [*TABLES, "load_batches"]
    return [warehouse.query(f"select * from raw.{name} order by 1, 2") for name in names]


def amounts(*texts: str | None) -> tuple[Decimal | None, ...]:
    """Exact decimals."""
    return tuple(None if text is None else Decimal(text) for text in texts)


def october(day: int) -> dt.date:
    """A day of October 2025."""
    return dt.date(2025, 10, day)


def november(day: int) -> dt.date:
    """A day of November 2025."""
    return dt.date(2025, 11, day)


def content_of(name: str) -> bytes:
    """A fixture's bytes."""
    return (FIXTURES / name).read_bytes()


@pytest.mark.parametrize("name", LOADABLE)
def test_the_money_of_each_file_arrives_to_the_cent(
    warehouse: Warehouse, load: Loader, name: str
) -> None:
    report = load(name)
    claims, billed, paid, payments = LOADABLE[name]
    assert report.status == LOADED
    assert (report.claims, report.billed, report.paid, report.payments) == (
        claims,
        *amounts(billed, paid, payments),
    )
    assert warehouse.query(
        "select count(*), sum(billed_amount), sum(paid_amount) "
        "from raw.clearinghouse_remittance_claims"
    ) == [(claims, *amounts(billed, paid))]
    assert warehouse.query("select sum(payment_amount) from raw.clearinghouse_remittances") == [
        amounts(payments)
    ]
    assert counts(warehouse) == ROW_COUNTS[name]
    batch = warehouse.query("select kind, file_name, status, row_count from raw.load_batches")
    assert batch == [("x12_835", name, LOADED, sum(ROW_COUNTS[name]))]


def test_emedny_claims_and_lines(warehouse: Warehouse, load: Loader) -> None:
    load("emedny_sample.835")
    assert rows(
        warehouse,
        "remittances",
        "_source_position, payer_id, payer_name, payee_npi, trace_number, payment_method_code, "
        "payment_date, payment_date_text, production_date, _source_file, _loaded_at",
    ) == [
        (
            4, None, "NYSDOH", "9999999995", "10100000000", "ACH",
            dt.date(2010, 1, 1), None, dt.date(2010, 1, 1), "emedny_sample.835", ARRIVAL,
        )
    ]  # fmt: skip
    # the second claim is denied in full, the third in part, and both have CLP02 2
    assert rows(
        warehouse,
        "remittance_claims",
        "_source_position, claim_sequence, claim_status_code, payer_claim_control_number, "
        "member_id, billed_amount, paid_amount, patient_responsibility_amount, coverage_amount",
    ) == [
        (15, 1, "1", "1000210000000030", "LL99999L", *amounts("34.25", "34.25", None, "34.25")),
        (34, 2, "2", "1000220000000020", "LL88888L", *amounts("34.00", "0.00", None, None)),
        (46, 3, "2", "1000230000000020", "LL77777L", *amounts("34.25", "11.50", None, "11.50")),
    ]
    assert rows(
        warehouse,
        "remittance_adjustments",
        "_source_position, group_code, carc, amount, adjustment_sequence",
    ) == [
        (42, "CO", "29", Decimal("12.00"), 1),
        (45, "CO", "29", Decimal("22.00"), 1),
        (61, "CO", "251", Decimal("2.75"), 1),
        (65, "CO", "251", Decimal("20.00"), 1),
    ]
    lines = rows(
        warehouse,
        "remittance_lines",
        "_source_position, procedure_code, modifier_1, units, billed_amount, paid_amount, "
        "allowed_amount, service_date, remark_code_1, remark_code_2",
    )
    new_year = dt.date(2010, 1, 1)
    assert lines[0] == (
        22, "V2020", "RB", *amounts("1", "6", "6", "6"), new_year, None, None,
    )  # fmt: skip
    assert lines[7][7] == dt.date(2013, 9, 17)
    assert lines[8] == (
        59, "V2700", "RB", *amounts("0", "2.75", "0", None), new_year, "N206", None,
    )  # fmt: skip


def test_ids_join_and_hold_the_batch_and_the_position(warehouse: Warehouse, load: Loader) -> None:
    load("several-adjustments.835")
    batch_id = warehouse.query("select batch_id from raw.load_batches")[0][0]
    assert len(batch_id) == len("x12-") + 16
    for table in TABLES:
        assert warehouse.query(f"select distinct _batch_id from raw.{table}") == [(batch_id,)]
    assert rows(warehouse, "remittance_provider_adjustments", "*")[0][0] == f"{batch_id}-50-1"
    joined = warehouse.query(
        "select remittances._source_position, claims._source_position, lines._source_position, "
        "adjustments._source_position "
        "from raw.clearinghouse_remittance_adjustments as adjustments "
        "join raw.clearinghouse_remittance_claims as claims using (remittance_claim_id) "
        "join raw.clearinghouse_remittances as remittances using (remittance_id) "
        "left join raw.clearinghouse_remittance_lines as lines using (remittance_line_id) "
        "order by 4, remittance_adjustment_id"
    )
    assert joined == [
        *[(4, 13, 19, 21)] * 6,
        *[(4, 13, 19, 22)] * 2,
        (4, 13, 25, 27),
        (4, 32, 34, 36),
        (4, 37, 39, 41),
        (4, 43, None, 44),
        (53, 62, 65, 68),
    ]


def test_six_triplets_of_one_segment_become_six_rows(warehouse: Warehouse, load: Loader) -> None:
    load("several-adjustments.835")
    found = rows(
        warehouse,
        "remittance_adjustments",
        "adjustment_sequence, group_code, carc, amount, quantity",
        "_source_position, adjustment_sequence",
    )
    assert found[:8] == [
        (1, "CO", "45", *amounts("40.00", None)),
        (2, "CO", "253", *amounts("2.00", None)),
        (3, "CO", "97", *amounts("8.00", "1.00")),
        (4, "CO", "59", *amounts("5.00", None)),
        (5, "CO", "131", *amounts("3.00", None)),
        (6, "CO", "144", *amounts("-8.00", None)),
        (7, "PR", "1", *amounts("30.00", None)),
        (8, "PR", "2", *amounts("20.00", None)),
    ]


def test_remarks_modifiers_and_codes_are_captured(warehouse: Warehouse, load: Loader) -> None:
    report = load("several-adjustments.835")
    assert rows(
        warehouse,
        "remittance_lines",
        "line_control_number, procedure_code, modifier_1, modifier_2, original_procedure_code, "
        "revenue_code, allowed_amount, remark_code_1, remark_code_2, service_date",
    ) == [
        ("CHG-1", "99214", "25", "57", None, None, *amounts("250"), None, None, november(1)),
        ("CHG-2", None, None, None, None, "0450", None, "N211", "MA01", november(2)),
        (None, "99213", None, None, None, None, None, None, None, october(3)),
        (None, "99214", None, None, "99213", None, None, None, None, october(3)),
        (None, "99212", None, None, None, None, None, None, None, november(4)),
    ]
    assert report.reason is not None
    assert "more than two modifiers" in report.reason
    assert rows(
        warehouse,
        "remittance_claims",
        "member_id, remark_code_1, remark_code_2, drg_code, facility_type_code, frequency_code, "
        "statement_from_date, statement_to_date, received_date",
    ) == [
        # the patient's number is a social security number (NM108 34): the subscriber's is kept
        ("EHP55501", None, None, None, "22", "1", november(1), november(2), november(10)),
        ("EHP55502", None, None, None, "11", "1", None, None, None),
        ("EHP55502", None, None, None, "11", "7", None, None, None),
        ("EHP55503", "N657", "MA15", "470", "11", "1", october(10), october(14), None),
        ("EHP55504", "MA18", "N782", None, "11", "1", None, None, None),
    ]


def test_a_reversal_keeps_its_sign(warehouse: Warehouse, load: Loader) -> None:
    load("several-adjustments.835")
    assert rows(warehouse, "remittance_claims", "claim_status_code, billed_amount, paid_amount")[
        1:3
    ] == [("22", *amounts("-100.00", "-80.00")), ("1", *amounts("100.00", "85.00"))]


def test_provider_adjustments_are_one_row_per_pair(warehouse: Warehouse, load: Loader) -> None:
    load("several-adjustments.835")
    load("medicare-part-a.835")
    assert rows(
        warehouse,
        "remittance_provider_adjustments",
        "provider_identifier, fiscal_period_date, reason_code, reference_id, amount, "
        "adjustment_sequence",
        "_source_file, _source_position, adjustment_sequence",
    ) == [
        ("6543210903", dt.date(2002, 12, 31), "CV", "CP", Decimal("-1.27"), 1),
        ("1234567893", dt.date(2025, 12, 31), "WO", "EHP2024777", Decimal("10.00"), 1),
        ("1234567893", dt.date(2025, 12, 31), "L6", None, Decimal("-5.00"), 2),
    ]


def test_claim_and_line_adjustments_are_told_apart(warehouse: Warehouse, load: Loader) -> None:
    load("managed-care.835")
    assert rows(
        warehouse,
        "remittance_adjustments",
        "_source_position, remittance_line_id is null, group_code, carc, amount",
    ) == [
        (14, True, "CO", "A2", Decimal("50.00")),
        (19, False, "PR", "1", Decimal("300.00")),
        (21, True, "CO", "A2", Decimal("55.00")),
        (26, False, "PR", "1", Decimal("600.00")),
        (27, False, "CO", "45", Decimal("50.00")),
    ]


def test_an_impossible_payment_date_keeps_the_money_and_its_text(
    warehouse: Warehouse, load: Loader
) -> None:
    report = load("managed-care.835")
    assert report.reason is not None
    assert "BPR16 is no date and left empty: '20002316' at segment 4" in report.reason
    assert rows(warehouse, "remittances", "payment_amount, payment_date, payment_date_text") == [
        (Decimal("945.00"), None, "20002316")
    ]


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_file_leaves_its_reason_and_nothing_else(
    warehouse: Warehouse, load: Loader, name: str
) -> None:
    report = load(name)
    assert report.status == REFUSED
    assert report.reason is not None
    assert report.reason.startswith(REFUSALS[name])
    assert counts(warehouse) == (0, 0, 0, 0, 0)
    assert warehouse.query(
        "select kind, file_name, status, reason, row_count, loaded_at from raw.load_batches"
    ) == [("x12_835", name, REFUSED, report.reason, 0, ARRIVAL)]
    before = contents(warehouse)
    assert load(name) == report
    assert contents(warehouse) == before


def test_the_same_file_again_changes_nothing(warehouse: Warehouse, load: Loader) -> None:
    content = content_of("several-adjustments.835")
    load("monday.835", content)
    before = contents(warehouse)
    again = load("monday.835", content)
    assert (again.status, again.reason) == (ALREADY_LOADED, None)
    renamed = load("tuesday.835", content)
    assert (renamed.status, renamed.reason) == (ALREADY_LOADED, "as monday.835")
    assert contents(warehouse) == before


def test_the_same_payment_in_another_envelope_is_refused(
    warehouse: Warehouse, load: Loader
) -> None:
    content = content_of("emedny_sample.835")
    load("first.835", content)
    resent = load("resent.835", content.replace(b"*100101*1000*", b"*100102*0900*"))
    assert resent.status == REFUSED
    assert resent.reason == (
        "segment 4 (BPR*I*45.75*C*ACH…): payment 10100000000 of NYSDOH over 45.75 is there "
        "already, loaded from first.835"
    )
    twice = load("twice.835", (content + content).replace(b"TRN*1*10100000000", b"TRN*1*555"))
    assert twice.status == REFUSED
    assert twice.reason is not None
    assert "is there already, at segment 4" in twice.reason
    assert counts(warehouse) == ROW_COUNTS["emedny_sample.835"]


def test_payments_of_nothing_may_share_a_number(warehouse: Warehouse, load: Loader) -> None:
    content = content_of("several-adjustments.835")
    load("first.835", content)
    other_checks = content.replace(b"EFT-77001", b"EFT-77002")
    assert load("same.835", other_checks).status == REFUSED
    assert load("other.835", other_checks.replace(b"A-1003", b"A-1004")).status == LOADED
    assert counts(warehouse)[0] == 4


def test_a_bare_transaction_is_loaded_when_it_is_whole(warehouse: Warehouse, load: Loader) -> None:
    content = content_of("blue_cross_nc_sample.835")
    report = load("counted.835", content.replace(b"SE*33*", b"SE*32*"))
    assert report.status == LOADED
    assert (report.billed, report.paid, report.payments) == amounts("2100", "1922.86", "1922.86")
    assert rows(warehouse, "remittances", "_source_position, payment_date, trace_number") == [
        (2, dt.date(2011, 1, 8), "02790758")
    ]
    lines = "_source_position, procedure_code, billed_amount, paid_amount, line_control_number"
    assert rows(warehouse, "remittance_lines", lines) == [
        (18, "59430", *amounts("1210", "1057.86"), "0001"),
        (24, "59440", *amounts("890", "865"), "0002"),
        # its charge and payment are empty: the claim balances with nothing else than zero
        (28, "59426", *amounts("0", "0"), "0003"),
    ]
    assert report.reason is not None
    assert "SVC02 is empty, read as 0.00" in report.reason


def test_a_wrong_count_is_accepted_on_demand_and_remembered(
    warehouse: Warehouse, load: Loader
) -> None:
    name = "blue_cross_nc_sample.835"
    assert load(name).status == REFUSED
    report = load(name, accept_wrong_counts=True)
    assert report.status == LOADED
    assert report.paid == Decimal("1922.86")
    assert warehouse.query("select status, row_count from raw.load_batches") == [(LOADED, 8)]
    reason = warehouse.query("select reason from raw.load_batches")[0][0]
    assert 'accepted as asked: segment 32: SE01 declares "33" but the count is 32' in reason
    assert load(name).status == ALREADY_LOADED
    broken = content_of("tertiary-payment.835")
    assert load("tertiary-payment.835", broken, accept_wrong_counts=True).status == REFUSED


@pytest.mark.parametrize("target", ["duckdb"], indirect=True)
def test_a_file_cut_off_anywhere_is_refused(warehouse: Warehouse, load: Loader) -> None:
    for name in ("emedny_sample.835", "several-adjustments.835"):
        content = content_of(name).rstrip()
        for length in [0, 1, 50, 105, 106, 500, len(content) - 40, len(content) - 2]:
            assert load("cut.835", content[:length]).status == REFUSED, length
    assert counts(warehouse) == (0, 0, 0, 0, 0)


Damage = tuple[bytes, bytes, str]
DAMAGES: Sequence[Damage] = [
    (b"SVC*HC:V2103*22*0", b"SVC*HC:V2103*23*0", "segment 43 (SVC*HC:V2103*23*0**0): the line"),
    (b"CAS*CO*29*12~", b"CAS*CO*29*72~", "the line does not balance"),
    (b"CLP*PATIENT ACCOUNT NUMBER*2*34*0", b"CLP*PATIENT ACCOUNT NUMBER*2*94*0",
     "the lines' charges are 34.00, but the claim's charge is 94.00"),
    (b"*2*34.25*11.5*", b"*2*34.25*11.6*", "the claim does not balance"),
    (b"BPR*I*45.75", b"BPR*I*45.85", "segment 4 (BPR*I*45.85*C*ACH…): the transaction does not"),
    (b"BPR*I*45.75", b"BPR*I*", "BPR02 '' is empty where an amount must be"),
    (b"CLP*PATIENT ACCOUNT NUMBER*2*34*0", b"CLP*PATIENT ACCOUNT NUMBER*2*3A*0",
     "CLP03 '3A' is not a number"),
    (b"CAS*CO*29*12~", b"CAS*CO*29*12.005~", "CAS03 '12.005' has a fraction of a cent"),
    (b"CAS*CO*29*12~", b"CAS*CO**12~", "triplet 1 lacks its group, reason or amount"),
    (b"SE*65*1740", b"SE*65*1741", "segment 67 (SE*65*1741)"),
    (b"SE*65*1740~", b"", "the file is cut off"),
    (b"GE*1*6000600~", b"GE*2*6000600~", 'GE01 declares "2" but the count is 1'),
    (b"IEA*1*006000600~", b"", "the file is cut off"),
    (b"LQ*HE*N206~", b"", 'SE01 declares "65" but the count is 63'),
    (b"BPR*", b"BPX*", "outside of a payment"),
    (b"REF*EV*ETIN", b"CUR*PR*CAD", "the amounts are not in US dollars"),
    (b"NYSDOH", b"NYS\x00OH", "NUL byte"),
    (b"ISA*00", b"IBA*00", "it is not X12"),
]  # fmt: skip


@pytest.mark.parametrize("target", ["duckdb"], indirect=True)
@pytest.mark.parametrize(("old", "new", "reason"), DAMAGES)
def test_damage_is_refused_with_its_place(
    warehouse: Warehouse, load: Loader, old: bytes, new: bytes, reason: str
) -> None:
    content = content_of("emedny_sample.835")
    assert old in content
    report = load("damaged.835", content.replace(old, new))
    assert report.status == REFUSED
    assert report.reason is not None
    assert reason in report.reason
    assert counts(warehouse) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("target", ["duckdb"], indirect=True)
def test_layout_and_odd_characters_do_not_matter(warehouse: Warehouse, load: Loader) -> None:
    content = content_of("emedny_sample.835")
    variants = [
        content.replace(b"~", b"~\r\n"),
        b"\xef\xbb\xbf" + content,
        content.replace(b"~", b"\n"),
        content.replace(b"*", b"|").replace(b":", b">"),
        content.replace(b"NYSDOH", b"NYSD\xd6H"),
        content.replace(b"NYSDOH", "NYSDÖH".encode()),
    ]
    for number, variant in enumerate(variants):
        own_trace = variant.replace(b"10100000000", str(number).encode())
        assert load(f"{number}.835", own_trace).status == LOADED
    assert rows(warehouse, "remittances", "_source_position, payer_name", "trace_number") == [
        *[(4, "NYSDOH")] * 4,
        *[(4, "NYSDÖH")] * 2,
    ]


@pytest.mark.parametrize("target", ["duckdb"], indirect=True)
def test_oddities_that_leave_the_money_certain_are_said(load: Loader) -> None:
    content = content_of("several-adjustments.835")
    odd = (
        content.replace(b"*200.00*50.00*12*", b"*200.00*51.00*12*")
        .replace(b"AMT*B6*250.00", b"ZZZ*B6*250.00")
        .replace(b"DTM*472*20251003", b"DTM*472*20251303")
    )
    reason = load("odd.835", odd).reason
    assert reason is not None
    for part in (
        "CLP05 differs from the PR adjustments on 1 claim(s), first at segment 13: 51.00 against",
        "1 segment(s) that no 835 has were ignored, the first at 24 (ZZZ)",
        "DTM02 is no date and left empty: '20251303' at segment 35 and 1 more",
    ):
        assert part in reason


def test_a_failed_load_leaves_earlier_files_and_can_be_repeated(
    warehouse: Warehouse, load: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    load("emedny_sample.835")
    before = contents(warehouse)
    with monkeypatch.context() as broken:
        broken.setattr(warehouse, "register_batch", _fail)
        with pytest.raises(RuntimeError, match="power cut"):
            load("medicare-part-a.835")
    assert contents(warehouse) == before
    assert load("medicare-part-a.835").status == LOADED


def _fail(**_: object) -> None:
    raise RuntimeError("power cut")


def test_the_command_loads_the_good_files_and_says_what_it_refused(
    target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["x12", str(FIXTURES), "--target", target, "--loaded-at", "2025-12-31T23:30:00"]
    assert main(command) == 1
    lines = {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines() if line}
    assert lines["medicare-part-a.835"][1:6] == [
        "loaded", "2", "226,366.97", "149,998.73", "150,000.00",
    ]  # fmt: skip
    assert lines["total"] == ["total", "12", "230,044.97", "151,319.48", "151,315.75"]
    assert lines["tertiary-payment.835"][1] == REFUSED
    assert lines["5"][1:4] == ["of", "9", "files"]  # this folder's README is no 835 either
    with open_warehouse(target) as warehouse:
        assert counts(warehouse) == tuple(map(sum, zip(*ROW_COUNTS.values(), strict=True)))
        arrivals = warehouse.query("select distinct _loaded_at from raw.clearinghouse_remittances")
        assert arrivals == [(ARRIVAL,)]
        before = contents(warehouse)
    assert main(command) == 1
    assert "already loaded" in capsys.readouterr().out
    with open_warehouse(target) as warehouse:
        assert contents(warehouse) == before


@pytest.mark.parametrize("target", ["duckdb"], indirect=True)
def test_exit_codes(target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = str(FIXTURES / "emedny_sample.835")
    assert main(["x12", good, "--target", target]) == 0
    assert main(["x12", good, "--target", target]) == 0
    assert main(["x12", good, "--target", "nowhere"]) == 2
    assert "has no target 'nowhere'" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["x12", str(tmp_path / "empty"), "--target", target]) == 2
    for wrong in (
        ["x12", str(tmp_path / "missing")],
        ["x12", good, "--loaded-at", "yesterday"],
        ["x12"],
        [],
    ):
        with pytest.raises(SystemExit) as stopped:
            main(wrong)
        assert stopped.value.code == 2


@pytest.mark.parametrize("target", ["duckdb"], indirect=True)
def test_a_time_with_an_offset_is_turned_into_utc(target: str) -> None:
    main(["x12", str(FIXTURES / "emedny_sample.835"), "--target", target,
          "--loaded-at", "2025-12-31T18:30:00-05:00"])  # fmt: skip
    with open_warehouse(target) as warehouse:
        assert warehouse.query("select loaded_at from raw.load_batches") == [(ARRIVAL,)]


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["x12", "--help"])
    text = capsys.readouterr().out
    for part in ("examples:", "exit codes:", "as_of_date", "refused", "--accept-wrong-counts"):
        assert part in text


def test_the_raw_tables_can_be_made_without_a_load(
    target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert main(["tables", "--target", target]) == 0
        assert "raw.load_batches" in capsys.readouterr().out
    with open_warehouse(target) as warehouse:
        assert warehouse.query("select count(*) from raw.load_batches") == [(0,)]
        assert all(warehouse.is_empty(table) for table in warehouse.contract)
