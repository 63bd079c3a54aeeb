"""The alerts of a small set find the planted stories that are large enough, and little else."""

import json
from typing import Any

import duckdb
import pytest
from built_warehouse import BuiltWarehouse

from benchmarks.alerts import judge, page, read_alerts, read_seeds, stories_found
from benchmarks.results import Size

# What shows at 1,500 claims a month: two payers' eligibility denials are some 30 claims by then.
CERTAIN = {
    "payer_underpays", "careless_biller", "mass_takeback", "slow_department",
    "clearinghouse_outage", "slow_payer",
}  # fmt: skip
MOST_OTHERS = 2


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> BuiltWarehouse:
    """The alerts of two years of 1,500 claims a month, with defects."""
    built = BuiltWarehouse(
        tmp_path_factory.mktemp("found"),
        *("--months", "24", "--claims-per-month", "1500", "--seed", "42"),
        *("--end-date", "2025-12-31"),
    )
    built.build("kpi_alerts")
    return built


@pytest.fixture(scope="module")
def judged(warehouse: BuiltWarehouse) -> dict[str, Any]:
    """The alerts beside the answer key."""
    truth = json.loads((warehouse.raw / "truth.json").read_text(encoding="utf-8"))
    return judge(read_alerts(warehouse.path), truth)


def test_the_large_stories_are_found_and_little_else(judged: dict[str, Any]) -> None:
    days = stories_found(judged)
    assert {story for story, value in days.items() if value is not None} >= CERTAIN
    assert len(judged["others"]) <= MOST_OTHERS, judged["others"]


def test_an_alert_comes_within_weeks(judged: dict[str, Any]) -> None:
    """By service date a story shows when payers answer, some weeks later."""
    days = stories_found(judged)
    assert days["clearinghouse_outage"] in range(1, 14)
    assert days["mass_takeback"] in range(1, 8)
    assert all(days[story] in range(1, 120) for story in CERTAIN)


def test_the_query_of_an_alert_returns_its_claims(warehouse: BuiltWarehouse) -> None:
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        alerts = connection.sql(
            "select claims_query, affected_claim_count, affected_amount from mart.kpi_alerts"
        ).fetchall()
        assert alerts
        for query, count, amount in alerts:
            found = connection.sql(f"select count(*), sum(affected_amount) from ({query})")
            assert found.fetchone() == (count, amount)


def test_the_takebacks_are_those_of_the_answer_key(warehouse: BuiltWarehouse) -> None:
    """The dozen that the payer reversed on one day, and hardly more."""
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        count = connection.sql(
            "select affected_claim_count from mart.kpi_alerts where rule_id = 'payer_takebacks'"
        ).fetchall()
    assert [12 <= each[0] <= 16 for each in count] == [True]


def test_the_page_tells_what_was_missed_and_what_else_was_raised() -> None:
    target = {"story": "slow_payer", "payer": "P1", "days": 30}
    missed = {"story": "eligibility_wave", "payer": "P2", "days": None}
    half = {"story": "eligibility_wave", "payer": "P3", "days": 40}
    seeds = {
        1: {"targets": [target, missed, half], "alerts": 3, "others": ["a rule, a cell"]},
        2: {"targets": [target | {"days": None}], "alerts": 0, "others": []},
    }
    text = page(Size(24, 5000), seeds, "the command")
    assert "2 of 3 stories found (66.7%)" in text
    assert "2 of 3 alerts are of a story (66.7%)" in text
    assert "1 of 2 payers were found" in text
    assert "| slow_payer | 1 of 2 | 30 | 30 | 30 |" in text
    assert "| 2 | 0 of 1 | slow_payer | 0 | 0 | 0.00 |" in text
    assert "- seed 1: a rule, a cell" in text


def test_seeds_are_read_as_people_write_them() -> None:
    assert read_seeds("1-3,7") == [1, 2, 3, 7]


def test_every_rule_watches_something(warehouse: BuiltWarehouse) -> None:
    """A rule for a metric or dimension that nothing is observed of would be silent for ever."""
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        silent = connection.sql(
            "select rule_id from reference.alert_rules "
            "anti join intermediate.int_alerts__baselines using (rule_id)"
        ).fetchall()
    assert silent == []
