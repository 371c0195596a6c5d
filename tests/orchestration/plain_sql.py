"""The same rules judged by plain SQL: a twin of the audit that shares nothing with Great Expectations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.check_result import Status, status_of
from orchestration.quality import AuditScope
from orchestration.rules import Rule


def judge(database: Path, rules: Sequence[Rule], scope: AuditScope) -> dict[str, Status]:
    """Status by rule id."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return {rule.id: _judge(connection, rule, scope) for rule in rules}


def _judge(connection: duckdb.DuckDBPyConnection, rule: Rule, scope: AuditScope) -> Status:
    if rule.type == "ExpectTableRowCountToBeBetween":
        query = f"select 1 where (select count(*) from {rule.full_name}) < {rule.kwargs['min_value']}"
    elif rule.type == "UnexpectedRowsExpectation":
        query = scope.fill_in(rule.kwargs["unexpected_rows_query"]).replace("{batch}", rule.full_name)
    else:
        raise AssertionError(
            f"the twin does not know {rule.type}: teach it, so that the audit keeps its second opinion"
        )
    try:
        return status_of(rule.severity, passed=not connection.execute(query).fetchall())
    except duckdb.Error:
        return "error"
