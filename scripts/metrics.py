"""Ask the semantic layer for metrics: `python -m scripts.metrics METRIC ... --by DIMENSION ...`.

The metrics of models/semantic/ are made into SQL by MetricFlow and asked of a target's marts. It is
what `mf query` does, with a target to choose, a parse of its own, and without mf's look-up of newer
versions on the internet.
"""

import argparse
import datetime as dt
import logging
import sys
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingestion.dbt_profile import ProfileError, read_target
from ingestion.warehouse import WarehouseError, open_warehouse
from scripts.erd import ErdError, parse_manifest
from scripts.paths import ROOT
from scripts.run_analyses import DEFAULT_ROWS, Answer, as_table

EPILOG = """\
examples:
  python -m scripts.metrics remittance_denial_rate --by metric_time__month
  python -m scripts.metrics net_ar_days --by payer__current_payer__payer_name --target duckdb
  python -m scripts.metrics cash_collected posted_writeoffs --by metric_time__fiscal_year
  python -m scripts.metrics billed_amount --by facility__facility_name \\
      --where "{{ Dimension('payer__payer_group') }} = 'Medicare'"
  python -m scripts.metrics --list                        the metrics
  python -m scripts.metrics overturn_rate --list          what one can be sliced by
  python -m scripts.metrics overturn_rate --sql           its SQL, to paste elsewhere"""


class MetricError(Exception):
    """A metric can't be asked; the message says why."""


class SqlDialect:
    """What MetricFlow must know of an engine to write SQL for it; it never runs any itself."""

    def __init__(self, kind: str) -> None:
        """`kind` is the type of a dbt target: postgres or duckdb."""
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
        from metricflow.sql.render.postgres import PostgresSQLSqlPlanRenderer

        engines = {
            "duckdb": (SqlEngine.DUCKDB, DuckDbSqlPlanRenderer),
            "postgres": (SqlEngine.POSTGRES, PostgresSQLSqlPlanRenderer),
        }
        if kind not in engines:
            raise MetricError(f"metrics can be asked of postgres and duckdb, not of {kind}")
        self.sql_engine_type, renderer = engines[kind]
        self.sql_plan_renderer = renderer()


class SemanticLayer:
    """The project's metrics, for one target of the dbt profile."""

    def __init__(self, target: str, project: Path = ROOT) -> None:
        """Parse the project. Raises ErdError, ProfileError or MetricError when that can't be."""
        from dbt.contracts.graph.semantic_manifest import SemanticManifest
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantics.model.dbt_manifest_parser import (
            parse_manifest_from_dbt_generated_manifest,
        )
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        self.target = target
        dialect: Any = SqlDialect(str(read_target(target).get("type")))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "semantic_manifest.json"
            SemanticManifest(parse_manifest(project, target)).write_json_to_file(str(path))
            manifest = parse_manifest_from_dbt_generated_manifest(path.read_text(encoding="utf-8"))
        self._metrics = {metric.name: metric for metric in manifest.metrics}
        self._engine = MetricFlowEngine(SemanticManifestLookup(manifest), dialect)

    def metrics(self) -> dict[str, str]:
        """Names of the metrics with what they are."""
        return {name: metric.description or "" for name, metric in sorted(self._metrics.items())}

    def dimensions(self, names: Sequence[str]) -> list[str]:
        """What all of the metrics can be sliced by; raises MetricError for an unknown one."""
        self._check(names)
        found = self._engine.simple_dimensions_for_metrics(list(names))
        return sorted({dimension.dunder_name for dimension in found})

    def sql(
        self,
        names: Sequence[str],
        by: Sequence[str] = (),
        where: Sequence[str] = (),
        order: Sequence[str] | None = None,
    ) -> str:
        """The SQL that answers; its columns are `by`, then `names`. Raises MetricError.

        `where` are conditions in MetricFlow's own form; without `order`, `by` orders the rows.
        """
        from metricflow.engine.metricflow_engine import (
            MetricFlowQueryRequest,
            OutputColumnOrderMode,
        )
        from metricflow_semantics.errors.error_classes import MetricFlowException

        self._check(names)
        request = MetricFlowQueryRequest.create(
            metric_names=list(names),
            group_by_names=list(by),
            where_constraints=list(where) or None,
            order_by_names=list(by if order is None else order),
            output_column_order_mode=OutputColumnOrderMode.INPUT_ORDER,
        )
        try:
            return str(self._engine.explain(request).sql_statement.without_descriptions.sql)
        except MetricFlowException as error:
            raise MetricError(str(error).strip()) from error

    def ask(
        self,
        names: Sequence[str],
        by: Sequence[str] = (),
        where: Sequence[str] = (),
        order: Sequence[str] | None = None,
    ) -> Answer:
        """The rows: values of `by`, then figures of `names`. Raises MetricError, WarehouseError."""
        statement = self.sql(names, by, where, order)
        with open_warehouse(self.target) as warehouse:
            try:
                rows = warehouse.query(statement)
            except Exception as error:  # each engine has errors of its own
                raise MetricError(f"target {self.target}: {error}") from error
        return Answer(" ".join(names), (*by, *names), tuple(tuple(map(plain, row)) for row in rows))

    def _check(self, names: Sequence[str]) -> None:
        if unknown := sorted(set(names) - set(self._metrics)):
            raise MetricError(f"no metric is called {', '.join(unknown)}; see --list")


def plain(value: Any) -> Any:
    """A day as a date, a number as Decimal: engines differ in what they return."""
    match value:
        case dt.datetime() if value.time() == dt.time():
            return value.date()
        case float():
            return Decimal(str(value)).quantize(Decimal("0.000001"))
    return value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.metrics",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="METRIC", help="metrics to ask for")
    parser.add_argument(
        "--by", nargs="+", default=[], metavar="DIMENSION", help="what to slice them by"
    )
    parser.add_argument(
        "--where", nargs="+", default=[], metavar="CONDITION", help="conditions, as in mf query"
    )
    parser.add_argument(
        "--order",
        nargs="+",
        metavar="NAME",
        help="what to order by, -NAME downwards (default: --by)",
    )
    parser.add_argument(
        "--target", default="dev", help="target of the dbt profile to ask (default: dev)"
    )
    parser.add_argument(
        "--rows",
        type=int,
        default=DEFAULT_ROWS,
        metavar="N",
        help=f"most rows to print, 0 for all (default: {DEFAULT_ROWS})",
    )
    parser.add_argument("--sql", action="store_true", help="print the SQL instead of its rows")
    parser.add_argument(
        "--list", action="store_true", help="list the metrics, or what METRIC can be sliced by"
    )
    options = parser.parse_args(arguments)
    if not options.names and not options.list:
        parser.error("name a metric; --list shows them")
    if options.rows < 0:
        parser.error(f"--rows takes 0 or more, not {options.rows}")
    # MetricFlow warns of its own inner doings
    logging.getLogger("metricflow_semantics").setLevel(logging.ERROR)
    try:
        layer = SemanticLayer(options.target)
        if options.list and options.names:
            print("\n".join(layer.dimensions(options.names)))
        elif options.list:
            found = layer.metrics()
            width = max(map(len, found))
            print("\n".join(f"{name:{width}}  {what}" for name, what in found.items()))
        elif options.sql:
            print(layer.sql(options.names, options.by, options.where, options.order))
        else:
            answer = layer.ask(options.names, options.by, options.where, options.order)
            print(as_table(answer, options.rows))
    except (ErdError, MetricError, ProfileError, WarehouseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
