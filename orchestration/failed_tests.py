"""Says what a failed data test found: the broken rules with their columns and rows. dbt says only that it failed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from orchestration.rule_book import build_rules

_FINITE = "_is_finite"
SHOWN_ROWS = 5


def tell(warehouse: Path, node: Any) -> str:
    """Ask the test's own query again. `node` is dbt's; the file must not be open in this process."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(node.compiled_code).fetchmany(SHOWN_ROWS)
    return in_words(node.name, rows)


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
