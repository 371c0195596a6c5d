"""Says what failed in a build: of a test the broken rules with their columns and rows, and as of which moment.

dbt says only that it failed, and has one result for the newest answers and for those of earlier moments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.rule_book import build_rules

_FINITE = "_is_finite"
SHOWN_ROWS = 5


def tell(result: Any, databases: Mapping[datetime | None, Path]) -> str:
    """What one of dbt's results means, for a person; nothing where it never ran.

    databases: the newest answers under None, then those of earlier moments, in the order in which they are made. No
    file of them may be open in this process.
    """
    node = result.node
    if node.resource_type == "test" and result.status == "fail":
        found = {moment: _broken_rows(path, node.compiled_code) for moment, path in databases.items()}
        return "; ".join(_when(moment) + in_words(node.name, rows) for moment, rows in found.items() if rows)
    missing = [moment for moment, path in databases.items() if not _has(path, node)]
    return (_when(missing[0]) if missing else "") + (result.message or "")


def _when(moment: datetime | None) -> str:
    return f"as of {moment}: " if moment else ""


def _broken_rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """The test's own query, asked again. dbt named the database it built, and each of these is one of its own."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query.replace('"warehouse".', "")).fetchmany(SHOWN_ROWS)


def _has(database: Path, node: Any) -> bool:
    with duckdb.connect(str(database), read_only=True) as connection:
        made = "select 1 from duckdb_tables() where schema_name = $1 and table_name = $2 union all "
        made += "select 1 from duckdb_views() where schema_name = $1 and view_name = $2"
        return bool(connection.execute(made, [node.schema, node.name]).fetchall())


def in_words(test: str, rows: Sequence[tuple[Any, ...]]) -> str:
    """What a test returned, for a person: a `sound` test names rules, any other the rows themselves."""
    table, _, name = test.rpartition("__")
    columns = {rule.id: ", ".join(rule.columns) for rule in build_rules()}
    if name != "is_sound":
        return (
            f"{name} ({columns.get(f'{table}.{name}', table)}): {'; '.join(', '.join(map(str, row)) for row in rows)}"
        )
    found = []
    for rule, count in rows:
        column = rule.removesuffix(_FINITE) if rule.endswith(_FINITE) else columns.get(f"{table}.{rule}", "")
        found.append(f"{rule} ({column}): {count} row{'s' if count != 1 else ''}")
    return "; ".join(found)
