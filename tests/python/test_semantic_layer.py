"""Metrics of the semantic layer are the marts' figures for the same slices, on both engines.

MetricFlow writes the SQL; here it is asked of built marts, and beside it stand the KPI tables as
anybody would roll them up: a ratio of sums.
"""

import csv
import datetime as dt
import os
import socket
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml
from built_warehouse import BIN, ROOT, DbtWarehouse
from dbt.contracts.graph.semantic_manifest import SemanticManifest

from scripts.erd import parse_manifest
from scripts.metrics import MetricError, SemanticLayer, main, plain

SEMANTIC = ROOT / "models" / "semantic"
CURRENT_PAYER = "payer__current_payer"

# What is asked: metrics, what they are sliced by, and the SQL that says the same of the marts. A
# fact holds a version of its payer; dim_payer brings it to the current one.
CURRENT = "inner join mart.dim_payer as payers on {table}.payer_key = payers.payer_key"
SAME_FIGURES: dict[str, tuple[list[str], list[str], str]] = {
    "AR-5 by month and payer": (
        ["remitted_claims_denied", "claims_remitted", "remittance_denial_rate"],
        ["metric_time__month", CURRENT_PAYER],
        f"""
        select
            month_start_date, payers.current_payer_key, sum(numerator), sum(denominator),
            sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_denial_rate as cells {CURRENT.format(table="cells")}
        where definition_id = 'AR-5' and measure = 'claims' group by 1, 2
        """,
    ),
    "AR-5 by procedure family and facility": (
        ["remittance_denial_rate"],
        ["procedure__procedure_family", "facility"],
        """
        select procedure_family, facility_key, sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_denial_rate
        where definition_id = 'AR-5' and measure = 'claims' group by 1, 2
        """,
    ),
    "initial denial rate by month": (
        ["submitted_claims_denied", "claims_submitted", "initial_denial_rate"],
        ["metric_time__month"],
        """
        select
            month_start_date, sum(numerator), sum(denominator),
            sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_denial_rate
        where definition_id = 'RCM-IDR' and measure = 'claims' group by 1
        """,
    ),
    "initial denial rate by provider": (
        ["initial_denial_rate"],
        ["provider__current_provider"],
        """
        select
            providers.current_provider_key, sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_denial_rate_by_provider as cells
        inner join mart.dim_provider as providers on cells.provider_key = providers.provider_key
        where definition_id = 'RCM-IDR' and measure = 'claims' group by 1
        """,
    ),
    "zero-pay rate by month and facility": (
        ["zero_paid_remittances", "primary_remittances", "zero_pay_rate"],
        ["metric_time__month", "facility"],
        """
        select
            month_start_date, facility_key, sum(numerator), sum(denominator),
            sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_denial_rate
        where definition_id = 'CITF-2' and measure = 'claims' group by 1, 2
        """,
    ),
    "days to payment by month and payer": (
        ["days_to_payment", "claims_paid", "mean_days_to_payment"],
        ["metric_time__month", CURRENT_PAYER],
        f"""
        select
            month_start_date, payers.current_payer_key, sum(numerator), sum(denominator),
            sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_days_to_pay as cells {CURRENT.format(table="cells")} group by 1, 2
        """,
    ),
    "A/R at the ends of months by payer": (
        ["ar_gross_balance", "ar_net_balance", "ar_credit_balance"],
        ["metric_time__month", CURRENT_PAYER],
        f"""
        select
            cast(date_trunc('month', snapshot_date) as date), payers.current_payer_key,
            sum(gross_balance_amount), sum(net_balance_amount), sum(credit_balance_amount)
        from mart.fct_ar_month_end as cells {CURRENT.format(table="cells")} group by 1, 2
        """,
    ),
    "A/R of the last day by bucket": (
        ["ar_gross_balance"],
        ["ar_day__aging_bucket"],
        """
        select aging_bucket, sum(gross_balance_amount) from mart.fct_ar_month_end
        where snapshot_date = (select max(snapshot_date) from mart.fct_ar_month_end) group by 1
        """,
    ),
    "days in A/R by month and facility": (
        ["net_ar_days", "gross_ar_days"],
        ["metric_time__month", "facility"],
        """
        select
            month_start_date, facility_key,
            sum(case when definition_id = 'FM-1' then numerator end)
            / nullif(sum(case when definition_id = 'FM-1' then denominator end), 0),
            sum(case when definition_id = 'RCM-GROSS-AR-DAYS' then numerator end)
            / nullif(sum(case when definition_id = 'RCM-GROSS-AR-DAYS' then denominator end), 0)
        from mart.kpi_ar_days group by 1, 2
        """,
    ),
    "days in A/R of the last snapshot by payer": (
        ["net_ar_days"],
        [CURRENT_PAYER],
        f"""
        select payers.current_payer_key, sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_ar_days as cells {CURRENT.format(table="cells")}
        where
            definition_id = 'FM-1'
            and as_of_date = (select max(as_of_date) from mart.kpi_ar_days)
        group by 1
        """,
    ),
    "A/R older than 90 days by payer group": (
        ["ar_over_90_rate"],
        ["metric_time__month", "payer__current_payer__payer_group"],
        """
        select
            month_start_date, current_payers.payer_group,
            sum(case when is_over_90 then numerator else 0 end) / nullif(sum(numerator), 0)
        from mart.kpi_ar_aging as cells
        inner join mart.dim_payer as payers on cells.payer_key = payers.payer_key
        inner join mart.dim_payer as current_payers
            on payers.current_payer_key = current_payers.payer_key
        group by 1, 2
        """,
    ),
    "billed, paid and open by facility": (
        ["billed_amount", "payer_paid_amount", "patient_paid_amount", "balance_amount"],
        ["facility__facility_name"],
        """
        select
            facility_name, sum(billed_amount), sum(payer_paid_amount), sum(patient_paid_amount),
            sum(balance_amount)
        from mart.fct_claims as claims
        inner join mart.dim_facility as facilities
            on claims.facility_key = facilities.facility_key
        group by 1
        """,
    ),
    "clean claims by month and payer": (
        ["clean_claims", "claims_scrubbed", "clean_claim_rate"],
        ["metric_time__month", CURRENT_PAYER],
        f"""
        select
            month_start_date, payers.current_payer_key, sum(numerator), sum(denominator),
            sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_clean_claim_rate as cells {CURRENT.format(table="cells")}
        group by 1, 2
        """,
    ),
    "claims accepted the first time by month and payer": (
        ["first_versions_accepted", "first_versions_answered", "acceptance_rate"],
        ["metric_time__month", CURRENT_PAYER],
        f"""
        select
            month_start_date, payers.current_payer_key, sum(numerator), sum(denominator),
            sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_acceptance_rate as cells {CURRENT.format(table="cells")}
        where definition_id = 'RCM-ACCEPTANCE' group by 1, 2
        """,
    ),
    "first-pass resolution by month and payer": (
        ["claims_resolved_first_pass", "claims_adjudicated", "first_pass_resolution_rate"],
        ["metric_time__month", CURRENT_PAYER],
        f"""
        select
            month_start_date, payers.current_payer_key, sum(numerator), sum(denominator),
            sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_first_pass_resolution as cells {CURRENT.format(table="cells")}
        where definition_id = 'RCM-FPRR' group by 1, 2
        """,
    ),
    "cash and write-offs by fiscal year": (
        ["cash_collected", "posted_writeoffs"],
        ["metric_time__fiscal_year"],
        """
        select
            fiscal_year_number,
            -sum(case when transaction_type in ('payer_payment', 'patient_payment', 'refund')
                then amount else 0 end),
            -sum(case when transaction_type in
                ('denial_writeoff', 'bad_debt', 'charity', 'small_balance')
                then amount else 0 end)
        from mart.fct_ar_transactions as entries
        inner join mart.dim_date as dates on entries.post_date = dates.date_key
        group by 1
        """,
    ),
    "denied dollars and what became of them by category": (
        ["denied_dollars", "recovered_dollars", "written_off_denied_dollars",
         "open_denied_dollars", "denied_dollar_recovery_rate"],
        ["denial_reason__denial_category"],
        """
        select
            denial_category, sum(case when is_repeat then 0 else denied_amount end),
            sum(recovered_amount), sum(written_off_amount), sum(open_amount),
            sum(recovered_amount)
            / nullif(sum(case when is_repeat then 0 else denied_amount end), 0)
        from mart.fct_denials as denials
        inner join mart.dim_denial_reason as reasons
            on denials.denial_reason_key = reasons.denial_reason_key
        group by 1
        """,
    ),
    "overturned appeals by month and reason": (
        ["appeals_overturned", "appeals_decided", "overturn_rate"],
        ["metric_time__month", "denial_reason"],
        """
        select
            month_start_date, denial_reason_key, sum(numerator), sum(denominator),
            sum(numerator) / nullif(sum(denominator), 0)
        from mart.kpi_appeals group by 1, 2
        """,
    ),
    "cash by month and facility": (
        ["cash_collected"],
        ["metric_time__month", "facility"],
        """
        select month_start_date, facility_key, sum(numerator)
        from mart.kpi_cash_collections group by 1, 2
        """,
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def built(request: pytest.FixtureRequest) -> Any:
    """The marts of one engine."""
    return request.getfixturevalue(f"{request.param}_marts")


@pytest.fixture(scope="module")
def layer(built: DbtWarehouse) -> SemanticLayer:
    """The metrics, read once for each engine."""
    with built.settings_in_place():
        return SemanticLayer(built.target)


@pytest.fixture
def marts(built: DbtWarehouse) -> Iterator[DbtWarehouse]:
    """The marts, with their target in the environment."""
    with built.settings_in_place():
        yield built


@pytest.fixture
def without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a connection from Python fails; the databases' own sockets are not Python's."""

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def comparable(rows: list[tuple[Any, ...]], keys: int) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Figures by slice, without the slices where nothing has happened."""
    found = {}
    for row in rows:
        slices = tuple(
            value if isinstance(value, dt.date | str | int) else str(value)
            for value in map(plain, row[:keys])
        )
        figures = tuple(None if value is None else float(value) for value in row[keys:])
        if any(figures):
            assert slices not in found
            found[slices] = figures
    return found


@pytest.mark.usefixtures("without_network")
@pytest.mark.parametrize("name", SAME_FIGURES)
def test_a_metric_is_what_the_marts_say(
    layer: SemanticLayer, marts: DbtWarehouse, name: str
) -> None:
    metrics, by, statement = SAME_FIGURES[name]
    found = comparable(list(layer.ask(metrics, by).rows), len(by))
    with marts.opened() as warehouse:
        expected = comparable(warehouse.query(statement), len(by))
    assert expected
    assert set(found) == set(expected)
    for slices, figures in expected.items():
        # rates come to six places
        wanted = [None if figure is None else pytest.approx(figure, abs=6e-7) for figure in figures]
        assert list(found[slices]) == wanted, slices


@pytest.mark.usefixtures("marts")
def test_every_metric_can_be_asked_for(layer: SemanticLayer) -> None:
    """By month and class of payer; none is empty."""
    for name in layer.metrics():
        by_month = layer.ask([name], ["metric_time__month", "payer__payer_class_label"]).rows
        assert any(figure is not None for *_, figure in by_month), name


def test_conditions_and_order_hold(layer: SemanticLayer, marts: DbtWarehouse) -> None:
    where = ["{{ Dimension('payer__payer_class') }} = 'medicare'"]
    found = layer.ask(["billed_amount"], ["facility"], where, ["-billed_amount"]).rows
    with marts.opened() as warehouse:
        expected = warehouse.query(
            "select claims.facility_key, sum(billed_amount) from mart.fct_claims as claims "
            "inner join mart.dim_payer as payers on claims.payer_key = payers.payer_key "
            "where payer_class = 'medicare' group by 1 order by 2 desc"
        )
    assert expected
    assert [(str(key), amount) for key, amount in found] == [
        (str(key), amount) for key, amount in expected
    ]


@pytest.mark.usefixtures("marts")
def test_an_unknown_metric_or_slice_is_named(layer: SemanticLayer) -> None:
    with pytest.raises(MetricError, match="no metric is called no_such_metric"):
        layer.ask(["no_such_metric"])
    with pytest.raises(MetricError, match="no_such_slice"):
        layer.ask(["billed_amount"], ["no_such_slice"])


def test_the_command_prints_figures(
    duckdb_marts: DbtWarehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb_marts.settings_in_place():
        command = ["zero_pay_rate", "--by", "metric_time__year", "--target", "duckdb"]
        assert main(command) == 0
        assert " %" in capsys.readouterr().out
        assert main(["no_such_metric", "--target", "duckdb"]) == 1
        assert "no_such_metric" in capsys.readouterr().err


def test_mf_query_gives_the_same_figures(duckdb_marts: DbtWarehouse, tmp_path: Path) -> None:
    """MetricFlow's own command, of the profile's first target, kept from the internet."""
    profile = yaml.safe_load((ROOT / "profiles.example.yml").read_text())
    profile["rcm_warehouse"]["target"] = "duckdb"
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump(profile))
    # mf reads the manifest in target/ below the project's folder, where `dbt parse` leaves it
    (tmp_path / "target").mkdir()
    for name in ("dbt_project.yml", "dbt_packages", "docs", "macros", "models", "seeds"):
        (tmp_path / name).symlink_to(ROOT / name)
    with duckdb_marts.settings_in_place():
        manifest = SemanticManifest(parse_manifest(ROOT, "duckdb"))
        manifest.write_json_to_file(str(tmp_path / "target" / "semantic_manifest.json"))
        asked = SemanticLayer("duckdb").ask(
            ["remittance_denial_rate", "claims_remitted"], ["metric_time__month"]
        )
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("DBT_")},
        "DBT_PROFILES_DIR": str(tmp_path), "RCM_DUCKDB_PATH": str(duckdb_marts.path),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "HTTPS_PROXY": "http://127.0.0.1:9",
    }  # fmt: skip
    done = subprocess.run(
        [str(BIN / "mf"), "query", "--metrics", "remittance_denial_rate,claims_remitted",
         "--group-by", "metric_time__month", "--csv", "found.csv", "--quiet"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    with (tmp_path / "found.csv").open() as lines:
        _, *printed = csv.reader(lines)
    figures = {str(month): (rate, count) for month, rate, count in asked.rows if rate is not None}
    assert figures
    assert {
        month[:10]: (Decimal(rate).quantize(Decimal("0.000001")), Decimal(count))
        for month, rate, count in printed
        if rate
    } == figures


def test_what_metrics_say_of_their_definition_is_true() -> None:
    """Each rate names a definition and a row of kpi_targets, which has that definition."""
    metrics = [
        metric
        for path in SEMANTIC.glob("*.yml")
        for metric in yaml.safe_load(path.read_text()).get("metrics", [])
    ]
    with (ROOT / "seeds/reference/kpi_targets.csv").open() as lines:
        targets = {row["kpi_id"]: row["definition_id"] for row in csv.DictReader(lines)}
    # one figure, two names: the target stands for HFMA's form, the metric is the cohort's
    other_form = {"RCM-IDR": "CITF-1"}
    named = {metric["name"]: metric["config"]["meta"] for metric in metrics if "config" in metric}
    assert len(named) >= 10
    for name, meta in named.items():
        expected = other_form.get(meta["definition_id"], meta["definition_id"])
        assert targets[meta["kpi_id"]] == expected, name
    ratios = {metric["name"] for metric in metrics if metric["type"] == "ratio"}
    assert ratios - set(named) == {"denied_dollar_recovery_rate"}
    assert all(metric["description"] and metric["label"] for metric in metrics)
