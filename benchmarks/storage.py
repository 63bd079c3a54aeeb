"""How much of the disk each schema takes."""

from contextlib import closing
from pathlib import Path

import duckdb

from benchmarks.workplace import DATABASE
from scripts.paths import postgres_home
from scripts.postgres_server import Server

Sizes = dict[str, int]
"""Bytes by schema, and by "total" what the whole database takes."""


def postgres_storage() -> Sizes:
    """Tables with their indexes and out-of-line values; "indexes" says how much of it those are."""
    server = Server(postgres_home())
    with closing(server.connect(DATABASE)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select nspname, sum(pg_total_relation_size(pg_class.oid))::bigint, "
            "sum(pg_indexes_size(pg_class.oid))::bigint "
            "from pg_class join pg_namespace on pg_namespace.oid = relnamespace "
            "where relkind in ('r', 'm') and nspname not like 'pg\\_%' "
            "and nspname <> 'information_schema' group by nspname order by nspname"
        )
        rows = cursor.fetchall()
        cursor.execute("select pg_database_size(current_database())")
        ((total,),) = cursor.fetchall()
    sizes = {schema: size for schema, size, _ in rows}
    return sizes | {"indexes": sum(indexes for _, _, indexes in rows), "total": total}


def duckdb_storage(file: Path) -> Sizes:
    """Blocks by schema, and the file. Small tables share blocks, which then count for each."""
    with closing(duckdb.connect(str(file))) as connection:
        connection.execute("checkpoint")
        ((block_size,),) = connection.execute(
            "select block_size from pragma_database_size()"
        ).fetchall()
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where database_name = current_database() order by 1, 2"
        ).fetchall()
        blocks: dict[str, set[int]] = {}
        for schema, table in tables:
            rows = connection.execute(
                "select distinct unnest(list_append(additional_block_ids, block_id)) "
                "from pragma_storage_info(?) where persistent",
                [f'{schema}."{table}"'],
            ).fetchall()
            blocks.setdefault(schema, set()).update(block for (block,) in rows)
    sizes = {schema: len(held) * block_size for schema, held in blocks.items()}
    return sizes | {"total": file.stat().st_size}
