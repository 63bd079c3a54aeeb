"""Alerts go out once by each channel, say what changed and why, and a doubt is never silent."""

import datetime as dt
import json
import shutil
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from rich.console import Console

from ingestion.warehouse import open_warehouse
from scripts import alerts
from scripts.alerts import main
from scripts.alerts_channels import ChannelError, MailChannel, WebhookChannel
from scripts.alerts_sent import SentAlerts

ROOT = Path(__file__).resolve().parents[2]
FIRST = "00000000-0000-0000-0000-0000000000e1"
SECOND = "00000000-0000-0000-0000-0000000000e2"
CLOSED = "00000000-0000-0000-0000-0000000000e3"
MARTS = f"""
create schema mart;
create table mart.kpi_alerts as
select
    cast(alert_id as uuid) as alert_id, rule_id, rule_label, 'denial_category_rate' as metric,
    unit, 'statistical' as kind, severity, 'Denials lead' as owner, cell_id, cell_label,
    'reason' as driver_1_dimension, 'CO-27 After coverage ended' as driver_1_label,
    0.731::numeric(18, 6) as driver_1_share, null::text as driver_2_dimension,
    null::text as driver_2_label, null::numeric(18, 6) as driver_2_share,
    'select 1 from "mart"."fct_claims"' as claims_query, 38::numeric(14, 2) as numerator,
    267::numeric(14, 2) as denominator, observed_value::numeric(18, 6) as observed_value,
    baseline_value::numeric(18, 6) as baseline_value,
    (observed_value - baseline_value)::numeric(18, 6) as value_change,
    5.1::numeric(18, 6) as z_score, 52 as affected_claim_count,
    63276.5::numeric(14, 2) as affected_amount, is_open,
    first_week::date as first_week_start_date, first_week::date as peak_week_start_date,
    first_week::date as last_week_start_date, first_week::date + 7 as raised_date,
    date '2025-03-31' as as_of_date
from (values
    ('{FIRST}', 'payer_answer_days', 'Days until a payer answers', 'days', 'medium', 'payer P1',
     'First Payer', 33.04, 27.8, true, '2025-03-03'),
    ('{SECOND}', 'payer_category_denials', 'Denials of one kind by a payer', 'rate', 'high',
     'payer_category P2 eligibility', 'Second Payer, eligibility', 0.1423, 0.022, true,
     '2025-02-17'),
    ('{CLOSED}', 'staff_errors', 'Work found wrong by person', 'rate', 'medium', 'staff S1',
     'Somebody, S1', 0.4, 0.05, false, '2024-09-02')
) as rows_told (
    alert_id, rule_id, rule_label, unit, severity, cell_id, cell_label, observed_value,
    baseline_value, is_open, first_week
);
"""
TARGET = ("--target", "duckdb")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the profile."""
    path = tmp_path_factory.mktemp("alerts")
    shutil.copy(ROOT / "profiles.example.yml", path / "profiles.yml")
    return path


@pytest.fixture
def marts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A DuckDB file with three alerts, of which one is over, and no settings of channels."""
    monkeypatch.setenv("DBT_PROFILES_DIR", str(folder))
    path = folder / "alerts.duckdb"
    path.unlink(missing_ok=True)
    monkeypatch.setenv("RCM_DUCKDB_PATH", str(path))
    with duckdb.connect(str(path)) as connection:
        connection.execute(MARTS)
    return path


class Mailbox:
    """What a mail server got; it refuses all while `refuses`, and hangs up while `hangs_up`."""

    def __init__(self) -> None:
        """An empty one."""
        self.mails: list[EmailMessage] = []
        self.refuses = False
        self.hangs_up = False

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.refuses:
            return "554 not today"
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.hangs_up:
            # it has the message and never says so
            assert server.transport is not None
            server.transport.abort()
        return "250 OK"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server on this machine, and the settings that lead to it."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    for name, value in {
        "HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none",
        "FROM": "Warehouse <warehouse@example.org>", "TO": "one@example.org, two@example.org",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"RCM_ALERTS_SMTP_{name}", value)
    yield box
    controller.stop()


class Hook:
    """What a webhook got, and what it answers."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.documents: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answer = 200


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    """An HTTP server on this machine, and the setting that leads to it."""
    got = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            got.documents.append(json.loads(self.rfile.read(length)))
            got.headers.append(dict(self.headers))
            if got.answer:
                self.send_response(got.answer)
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/secret-path"
    monkeypatch.setenv("RCM_ALERTS_WEBHOOK_URL", url)
    yield got
    server.shutdown()
    thread.join()
    server.server_close()


def told(path: Path) -> list[tuple[Any, ...]]:
    """Rows of the table of sent alerts."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.sql(
            "select cast(alert_id as text), channel, status "
            "from alerts.alerts.sent_alerts order by all"
        ).fetchall()


def test_open_alerts_are_printed_the_worst_first(
    marts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*TARGET]) == 0
    text = capsys.readouterr().out
    worst = "Denials of one kind by a payer: Second Payer, eligibility, 14.2 % (usually 2.2 %)"
    other = "Days until a payer answers: First Payer, 33.0 days (usually 27.8 days)"
    assert 0 <= text.index(worst) < text.index(other)
    assert "up 12.0 %, 5.1 deviations of chance" in text
    assert "38 of 267" in text
    assert "52, $63,276.50" in text
    assert "CO-27 After coverage ended explains 73.1 % of the change" in text
    assert "Somebody" not in text
    assert main([*TARGET, "--all", "--severity", "medium"]) == 0
    text = capsys.readouterr().out
    assert "Somebody, S1" in text
    assert "over since the week of 2024-09-02" in text
    assert "Second Payer" not in text
    # looking writes nothing
    with duckdb.connect(str(marts), read_only=True) as connection:
        assert (
            connection.sql("select 1 from duckdb_tables where schema_name = 'alerts'") is not None
        )
        assert not connection.sql(
            "select 1 from duckdb_tables() where schema_name = 'alerts'"
        ).fetchall()


def test_each_alert_is_mailed_once(marts: Path, mailbox: Mailbox) -> None:
    assert main([*TARGET, "--smtp"]) == 0
    assert main([*TARGET, "--smtp"]) == 0
    assert len(mailbox.mails) == 2
    mail = mailbox.mails[0]
    assert mail["Subject"] == (
        "[high] Denials of one kind by a payer: Second Payer, eligibility, 14.2 % (usually 2.2 %)"
    )
    assert mail["From"] == "Warehouse <warehouse@example.org>"
    assert mail["To"] == "one@example.org, two@example.org"
    assert mail["Message-ID"] == f"<{SECOND}@example.org>"
    body = mail.get_content()
    for words in (
        "up 12.0 %", "Denials lead", "CO-27 After coverage ended explains 73.1 %",
        'select 1 from "mart"."fct_claims"', "$63,276.50", "the week of 2025-02-17",
    ):  # fmt: skip
        assert words in body
    assert told(marts) == [(FIRST, "smtp", "sent"), (SECOND, "smtp", "sent")]


def test_each_channel_has_its_own_count(marts: Path, mailbox: Mailbox, hook: Hook) -> None:
    assert main([*TARGET, "--smtp", "--severity", "high"]) == 0
    assert main([*TARGET, "--smtp", "--webhook"]) == 0
    assert len(mailbox.mails) == 2
    assert len(hook.documents) == 2
    document = hook.documents[0]
    assert document["text"].startswith("[high] Denials of one kind by a payer: Second Payer")
    assert document["alert"]["alert_id"] == SECOND
    assert document["alert"]["affected_amount"] == "63276.50"
    assert hook.headers[0]["Idempotency-Key"] == SECOND


def test_what_a_server_refuses_is_sent_by_the_next_run(
    marts: Path, mailbox: Mailbox, hook: Hook, capsys: pytest.CaptureFixture[str]
) -> None:
    mailbox.refuses, hook.answer = True, 400
    assert main([*TARGET, "--smtp", "--webhook"]) == 1
    text = capsys.readouterr().out
    assert "not today" in text
    assert "webhook 127.0.0.1 answered 400" in text
    assert "secret-path" not in text
    assert told(marts) == []
    mailbox.refuses, hook.answer = False, 204
    assert main([*TARGET, "--smtp", "--webhook"]) == 0
    assert len(mailbox.mails) == 2
    assert len(hook.documents) == 4


@pytest.mark.parametrize("channel", ["--smtp", "--webhook"])
def test_what_may_have_left_is_never_sent_again_by_itself(
    marts: Path,
    mailbox: Mailbox,
    hook: Hook,
    channel: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The server takes the message and hangs up before it says so."""
    mailbox.hangs_up, hook.answer = True, 0
    assert main([*TARGET, channel, "--severity", "high"]) == 1
    mailbox.hangs_up, hook.answer = False, 200
    name = channel.removeprefix("--")
    assert told(marts) == [(SECOND, name, "sending")]
    capsys.readouterr()
    assert main([*TARGET, channel, "--severity", "high"]) == 1
    assert f"alert {SECOND}" in capsys.readouterr().out
    assert len(mailbox.mails) + len(hook.documents) == 1
    assert main([*TARGET, channel, "--severity", "high", "--resend", SECOND]) == 0
    assert len(mailbox.mails) + len(hook.documents) == 2
    assert told(marts) == [(SECOND, name, "sent")]


def test_a_run_that_is_killed_while_it_sends_leaves_a_doubt(
    marts: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim is on the disk before the message leaves: a crash can't send twice."""
    monkeypatch.setattr(MailChannel, "send", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        main([*TARGET, "--smtp", "--severity", "high"])
    monkeypatch.undo()
    assert told(marts) == [(SECOND, "smtp", "sending")]


def test_a_doubt_is_settled_by_hand(marts: Path, hook: Hook) -> None:
    hook.answer = 504
    assert main([*TARGET, "--webhook", "--severity", "high"]) == 1
    assert main([*TARGET, "--webhook", "--severity", "high", "--settle", SECOND]) == 0
    assert told(marts) == [(SECOND, "webhook", "sent")]
    assert len(hook.documents) == 1


def test_an_episode_whose_first_week_moved_is_the_same_alert(marts: Path, hook: Hook) -> None:
    """Late rows may make the week before meet the rule, and the id another."""
    assert main([*TARGET, "--webhook"]) == 0
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "update mart.kpi_alerts set alert_id = gen_random_uuid(), "
            "first_week_start_date = first_week_start_date - 7 where is_open"
        )
    assert main([*TARGET, "--webhook"]) == 0
    assert len(hook.documents) == 2
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "update mart.kpi_alerts set alert_id = gen_random_uuid(), "
            "first_week_start_date = first_week_start_date + 42 where is_open"
        )
    assert main([*TARGET, "--webhook"]) == 0
    assert len(hook.documents) == 4


def test_of_two_who_claim_one_gets_it(marts: Path) -> None:
    with open_warehouse("duckdb") as warehouse:
        sent = SentAlerts(warehouse, "smtp")
        alert = (FIRST, "rule", "cell", dt.date(2025, 3, 3))
        assert sent.claim(*alert)
        assert not sent.claim(*alert)
        assert SentAlerts(warehouse, "webhook").claim(*alert)
        sent.settle(FIRST)
        assert not sent.give_back(FIRST)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "RCM_ALERTS_SMTP_HOST is not set"),
        ({"PORT": "mail"}, "RCM_ALERTS_SMTP_PORT is 'mail'"),
        ({"SECURITY": "ssl"}, "not starttls, tls or none"),
        ({"TO": "nobody"}, "RCM_ALERTS_SMTP_TO has 'nobody'"),
        ({"SECURITY": "none", "USER": "me"}, "would send the password in clear"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, str], words: str) -> None:
    whole = {"HOST": "mail.example.org", "FROM": "a@example.org", "TO": "b@example.org"}
    given = whole | settings if settings else {}
    with pytest.raises(ChannelError, match=words):
        MailChannel({f"RCM_ALERTS_SMTP_{name}": value for name, value in given.items()})


@pytest.mark.parametrize("url", ["ftp://example.org", "http://example.org/hook", "example"])
def test_a_webhook_beyond_this_machine_is_https(url: str) -> None:
    with pytest.raises(ChannelError, match="https"):
        WebhookChannel({}, url)


def test_nobody_at_the_other_end_is_no_doubt(
    marts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing can have left, so the next run tries again."""
    for name, value in {
        "HOST": "127.0.0.1",
        "PORT": "1",
        "FROM": "a@b.org",
        "TO": "a@b.org",
    }.items():
        monkeypatch.setenv(f"RCM_ALERTS_SMTP_{name}", value)
    monkeypatch.setenv("RCM_ALERTS_WEBHOOK_URL", "http://127.0.0.1:1/secret-path")
    assert main([*TARGET, "--smtp", "--webhook"]) == 1
    text = capsys.readouterr().out
    assert "webhook 127.0.0.1 can't be reached" in text
    assert "secret-path" not in text
    assert told(marts) == []


def test_without_a_warehouse_it_says_what_to_do(
    marts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = marts.with_name("missing.duckdb")
    monkeypatch.setenv("RCM_DUCKDB_PATH", str(missing))
    assert main([*TARGET]) == 1
    assert "run dbt build" in capsys.readouterr().err
    assert not missing.exists()
    with duckdb.connect(str(missing)):
        pass
    assert main([*TARGET]) == 1
    assert "no mart.kpi_alerts" in capsys.readouterr().err
    missing.unlink()
    assert main([*TARGET, "--settle", FIRST]) == 1


def test_no_open_alert_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    alerts.print_alerts(Console(highlight=False), [])
    assert capsys.readouterr().out == "No open alerts.\n"
