"""Which alerts were sent by which channel: table alerts.sent_alerts of the warehouse.

Sending is at most once. An alert is claimed, and the claim committed, before it goes out, and
settled afterwards. Who is killed in between leaves a claim: nobody knows whether the message
arrived, so no later run sends it again by itself; each says so instead, until somebody looks. The
other way round, at least once, would page people twice for one alert, and they would soon stop
reading. A claim whose message surely did not leave is given back, and the next run tries again.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.duckdb_engine import DuckDBWarehouse
from ingestion.warehouse import Warehouse

SENDING, SENT = "sending", "sent"
SAME_EPISODE_DAYS = 28
"""What arrives late may move an episode's first week, and with it the alert's id; the rule that
what comes back within four weeks goes on tells that it is the same."""

_COLUMNS = """
(
    alert_id uuid not null,
    channel text not null,
    rule_id text not null,
    cell_id text not null,
    first_week_start_date date not null,
    status text not null,
    claimed_at timestamp not null,
    settled_at timestamp,
    primary key (alert_id, channel)
)"""


@dataclass(frozen=True)
class Claim:
    """One row: an alert that goes, or went, out by a channel."""

    alert_id: str
    rule_id: str
    cell_id: str
    first_week: dt.date
    status: str
    claimed_at: dt.datetime


class SentAlerts:
    """The table, for one channel."""

    def __init__(self, warehouse: Warehouse, channel: str) -> None:
        """Create schema and table where they are missing."""
        self._warehouse, self._channel = warehouse, channel
        schema = "alerts"
        if isinstance(warehouse, DuckDBWarehouse):
            # a file called alerts.duckdb has a database of that name, too
            (database,) = warehouse.query("select current_database()")[0]
            schema = f'"{database}".alerts'
        self._table = f"{schema}.sent_alerts"
        with warehouse.transaction():
            warehouse.query(f"create schema if not exists {schema}")
            warehouse.query(f"create table if not exists {self._table} {_COLUMNS}")

    def claims(self) -> list[Claim]:
        """All of the channel, the oldest first."""
        rows = self._warehouse.query(
            "select alert_id, rule_id, cell_id, first_week_start_date, status, claimed_at "
            f"from {self._table} where channel = %s order by claimed_at, alert_id",
            [self._channel],
        )
        return [Claim(str(alert_id), *rest) for alert_id, *rest in rows]

    def claim(self, alert_id: str, rule_id: str, cell_id: str, first_week: dt.date) -> bool:
        """Claim an alert before it is sent; false when it, or its episode, was claimed before.

        It is on the disk when this returns. Of two that claim at once one gets it.
        """
        with self._warehouse.transaction():
            if known_as(self.claims(), alert_id, rule_id, cell_id, first_week):
                return False
            self._warehouse.query(
                f"insert into {self._table} "
                "values (cast(%s as uuid), %s, %s, %s, %s, %s, %s, null)",
                [alert_id, self._channel, rule_id, cell_id, first_week, SENDING, _now()],
            )
        return True

    def settle(self, alert_id: str) -> None:
        """Note that the message has left."""
        with self._warehouse.transaction():
            self._warehouse.query(
                f"update {self._table} set status = %s, settled_at = %s "
                "where alert_id = cast(%s as uuid) and channel = %s",
                [SENT, _now(), alert_id, self._channel],
            )

    def give_back(self, alert_id: str) -> bool:
        """Forget a claim whose message did not leave; false when there is none.

        What was sent stays sent.
        """
        with self._warehouse.transaction():
            values = [alert_id, self._channel, SENDING]
            where = "where alert_id = cast(%s as uuid) and channel = %s and status = %s"
            found = self._warehouse.query(f"select 1 from {self._table} {where}", values)
            self._warehouse.query(f"delete from {self._table} {where}", values)
        return bool(found)


def known_as(
    claims: Sequence[Claim], alert_id: str, rule_id: str, cell_id: str, first_week: dt.date
) -> Claim | None:
    """The claim of this alert or of the same episode under another first week."""
    for claim in claims:
        days = abs((claim.first_week - first_week).days)
        same_cell = (claim.rule_id, claim.cell_id) == (rule_id, cell_id)
        if claim.alert_id == alert_id or (same_cell and days <= SAME_EPISODE_DAYS):
            return claim
    return None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
