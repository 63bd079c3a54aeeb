"""Print the open alerts of a target, and send those that are new: `python -m scripts.alerts`.

Each alert goes out once by each channel, whoever runs this how often: table alerts.sent_alerts
keeps count. A message that may or may not have left is not repeated; every later run names it
until somebody settles it with --settle (it arrived) or --resend (it did not).
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ingestion.dbt_profile import ProfileError, read_target
from ingestion.warehouse import Warehouse, WarehouseError, open_warehouse
from scripts import alerts_channels
from scripts.alerts_channels import (
    Channel,
    ChannelError,
    MailChannel,
    MaybeSentError,
    Message,
    NotSentError,
    WebhookChannel,
)
from scripts.alerts_sent import SENDING, SentAlerts, known_as
from scripts.run_analyses import money, one_decimal, percent

SEVERITIES = ("high", "medium")
STYLES = {"high": "bold red", "medium": "bold yellow"}
COLUMNS = (
    "alert_id", "rule_id", "rule_label", "metric", "unit", "kind", "severity", "owner", "cell_id",
    "cell_label", "driver_1_dimension", "driver_1_label", "driver_1_share", "driver_2_dimension",
    "driver_2_label", "driver_2_share", "claims_query", "numerator", "denominator",
    "observed_value", "baseline_value", "value_change", "z_score", "affected_claim_count",
    "affected_amount", "is_open", "first_week_start_date", "peak_week_start_date",
    "last_week_start_date", "raised_date", "as_of_date",
)  # fmt: skip

Alert = dict[str, Any]


class NoAlertsTableError(Exception):
    """The target has no kpi_alerts."""


@dataclass
class Outcome:
    """What became of the alerts of one channel."""

    sent: int = 0
    known: int = 0
    failed: int = 0
    doubtful: int = 0


def read_alerts(warehouse: Warehouse, severities: Sequence[str], also_closed: bool) -> list[Alert]:
    """Alerts, open ones unless all are wanted, the worst and newest first."""
    found = warehouse.query(
        "select 1 from information_schema.tables "
        "where table_schema = 'mart' and table_name = 'kpi_alerts'"
    )
    if not found:
        raise NoAlertsTableError("there is no mart.kpi_alerts yet: run dbt build")
    rows = warehouse.query(f"select {', '.join(COLUMNS)} from mart.kpi_alerts")
    alerts = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    for alert in alerts:
        alert["alert_id"] = str(alert["alert_id"])
    chosen = [
        alert
        for alert in alerts
        if alert["severity"] in severities and (alert["is_open"] or also_closed)
    ]
    newest = sorted(chosen, key=lambda alert: alert["alert_id"])
    newest.sort(key=lambda alert: alert["first_week_start_date"], reverse=True)
    return sorted(newest, key=lambda alert: SEVERITIES.index(alert["severity"]))


def figure(value: Decimal, unit: str) -> str:
    """A value of an alert as people say it."""
    return percent(value) if unit == "rate" else f"{one_decimal(value)} days"


def headline(alert: Alert) -> str:
    """What it is about, in a line."""
    now, before = (
        None if alert[name] is None else figure(alert[name], alert["unit"])
        for name in ("observed_value", "baseline_value")
    )
    usual = f"usually {before}" if before else "nothing to compare with yet"
    return f"{alert['rule_label']}: {alert['cell_label']}, {now} ({usual})"


def details(alert: Alert) -> list[tuple[str, str]]:
    """What changed by how much, since when, for whom, and what explains it."""
    change = figure(abs(alert["value_change"]), alert["unit"])
    sign = "up" if alert["value_change"] > 0 else "down"
    sure = f", {one_decimal(alert['z_score'])} deviations of chance" if alert["z_score"] else ""
    state = (
        "open" if alert["is_open"] else f"over since the week of {alert['last_week_start_date']}"
    )
    lines = [
        ("change", f"{sign} {change}{sure}"),
        ("sample", f"{number(alert['numerator'])} of {number(alert['denominator'])} "
                   f"in the worst window, to the week of {alert['peak_week_start_date']}"),
        ("since", f"the week of {alert['first_week_start_date']}; {state}"),
        ("claims", f"{alert['affected_claim_count']:,}, {money(alert['affected_amount'])}"),
        ("for", alert["owner"]),
    ]  # fmt: skip
    for place in (1, 2):
        label, share = alert[f"driver_{place}_label"], alert[f"driver_{place}_share"]
        if label is not None and share is not None:
            dimension = str(alert[f"driver_{place}_dimension"]).replace("_", " ")
            lines.append((dimension, f"{label} explains {percent(share)} of the change"))
    return lines


def number(value: Decimal) -> str:
    """A count, or dollars that are not whole."""
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def message_of(alert: Alert) -> Message:
    """The alert as it is sent."""
    facts = "\n".join(f"{name:18}{words}" for name, words in details(alert))
    body = (
        f"{headline(alert)}\n\n{facts}\n\nIts claims:\n{alert['claims_query']}\n\n"
        f"alert {alert['alert_id']}, rule {alert['rule_id']}, as of {alert['as_of_date']}\n"
    )
    return Message(alert["alert_id"], f"[{alert['severity']}] {headline(alert)}", body, dict(alert))


def print_alerts(console: Console, alerts: Sequence[Alert]) -> None:
    """Print each alert with what explains it; nothing is cut."""
    if not alerts:
        console.print("No open alerts.")
    for alert in alerts:
        line = Text().append(f"{alert['severity']:8}", STYLES[alert["severity"]])
        console.print(line.append(headline(alert), "bold"), soft_wrap=True)
        for name, words in [*details(alert), ("alert", alert["alert_id"])]:
            text = Text("        ").append(f"{name:18}", "dim").append(words)
            console.print(text, soft_wrap=True)
        console.print()


def send_new(
    console: Console, sent: SentAlerts, channel: Channel, alerts: Sequence[Alert]
) -> Outcome:
    """Send the alerts that the channel has not had, each claimed before it leaves."""
    outcome = Outcome()
    for claim in sent.claims():
        if claim.status == SENDING:
            outcome.doubtful += 1
            console.print(
                f"{channel.name}: alert {claim.alert_id} ({claim.rule_id}, {claim.cell_id}) was "
                f"being sent at {claim.claimed_at:%Y-%m-%d %H:%M} UTC and may or may not have "
                "arrived; it is not sent again. --settle or --resend with its id ends the doubt.",
                style="yellow",
                soft_wrap=True,
            )
    for alert in alerts:
        known = (
            alert["alert_id"], alert["rule_id"], alert["cell_id"], alert["first_week_start_date"],
        )  # fmt: skip
        if known_as(sent.claims(), *known) or not sent.claim(*known):
            outcome.known += 1
            continue
        try:
            channel.send(message_of(alert))
        except NotSentError as error:
            sent.give_back(alert["alert_id"])
            outcome.failed += 1
            console.print(f"not sent: {alert['alert_id']}: {error}", style="red", soft_wrap=True)
        except MaybeSentError as error:
            outcome.doubtful += 1
            console.print(
                f"sent or not: {alert['alert_id']}: {error}", style="yellow", soft_wrap=True
            )
        else:
            sent.settle(alert["alert_id"])
            outcome.sent += 1
    console.print(
        f"{channel.name}: {outcome.sent} sent, {outcome.known} were known, "
        f"{outcome.failed} failed, {outcome.doubtful} in doubt",
        soft_wrap=True,
    )
    return outcome


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m scripts.alerts",
        description=__doc__,
        epilog=alerts_channels.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--target", default="dev", help="target of the dbt profile (default: dev)")
    made.add_argument("--all", action="store_true", help="print alerts that are over, too")
    made.add_argument(
        "--severity", choices=SEVERITIES, action="append", help="only these (repeatable)"
    )
    made.add_argument("--smtp", action="store_true", help="send new ones by mail")
    made.add_argument(
        "--webhook", nargs="?", const="", metavar="URL",
        help="send new ones to a webhook; better RCM_ALERTS_WEBHOOK_URL, which no list of "
        "processes shows",
    )  # fmt: skip
    made.add_argument(
        "--settle", action="append", default=[], metavar="ID",
        help="an alert in doubt arrived: count it as sent",
    )  # fmt: skip
    made.add_argument(
        "--resend", action="append", default=[], metavar="ID",
        help="an alert in doubt did not arrive: send it again",
    )  # fmt: skip
    return made


def channels(given: argparse.Namespace) -> list[Channel]:
    """The channels that are wanted; raises ChannelError before anything is sent."""
    wanted: list[Channel] = []
    if given.smtp:
        wanted.append(MailChannel(os.environ))
    if given.webhook is not None:
        wanted.append(WebhookChannel(os.environ, given.webhook))
    if (given.settle or given.resend) and not wanted:
        raise ChannelError("--settle and --resend need the channel: --smtp or --webhook")
    return wanted


def check_target(target: str) -> None:
    """Raise WarehouseError for a DuckDB file that is not there: opening would make it."""
    settings = read_target(target)
    path = settings.get("path")
    if settings.get("type") == "duckdb" and path and not Path(str(path)).exists():
        raise WarehouseError(f"there is no DuckDB file {path}: load data, then run dbt build")


def run(given: argparse.Namespace, console: Console) -> int:
    """Print and send; 1 when a message did not leave or is in doubt."""
    wanted = channels(given)
    check_target(given.target)
    code = 0
    with open_warehouse(given.target) as warehouse:
        alerts = read_alerts(warehouse, given.severity or SEVERITIES, given.all)
        print_alerts(console, alerts)
        for channel in wanted:
            sent = SentAlerts(warehouse, channel.name)
            for alert_id in given.settle:
                sent.settle(alert_id)
            for alert_id in given.resend:
                if not sent.give_back(alert_id):
                    console.print(f"{channel.name}: {alert_id} is not in doubt", style="yellow")
            outcome = send_new(
                console, sent, channel, [alert for alert in alerts if alert["is_open"]]
            )
            code |= bool(outcome.failed or outcome.doubtful)
    return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    given = parser().parse_args(arguments)
    try:
        return run(given, Console(highlight=False))
    except (ChannelError, NoAlertsTableError, ProfileError, WarehouseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
