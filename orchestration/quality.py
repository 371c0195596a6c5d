"""Runs the plausibility rules over a candidate with Great Expectations. `gate.py` weighs what they say.

The engine settings bear load: with the library's defaults DuckDB's results come back empty in silence and
almost every rule passes. So a canary query goes the same way first, and nothing is believed without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from orchestration.check_result import CheckResult, status_of
from orchestration.identifiers import ident, literal, statement
from orchestration.refusals import NoSuchRelease
from orchestration.rules import Rule

ENGINE_ARGUMENTS: Mapping[str, Any] = {
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
    "pool_reset_on_return": None,
    "connect_args": {"read_only": True},
}
SAMPLE_ROWS = 5


@dataclass(frozen=True, slots=True)
class AuditScope:
    """What a candidate is to cover: rules may name {as_of}, {window_from} and {window_to} in their SQL."""

    as_of: datetime
    window_from: date
    window_to: date

    def fill_in(self, text: str) -> str:
        """Put the moments into a rule's SQL; they are typed values, so they cannot carry any."""
        for name in ("as_of", "window_from", "window_to"):
            text = text.replace("{" + name + "}", literal(getattr(self, name)))
        return text


def audit(
    database: Path,
    rules: Sequence[Rule],
    scope: AuditScope,
    engine_arguments: Mapping[str, Any] = ENGINE_ARGUMENTS,
) -> list[CheckResult]:
    """Judge every rule, in the order given. Trouble of the library's own becomes an `error`, never silence.

    The file must not be open in this process with another configuration, and is closed when this returns.
    """
    from orchestration.expectations_library import great_expectations

    if not database.exists():
        raise NoSuchRelease(f"there is no candidate to audit at {database}")
    gx = great_expectations()
    context = gx.get_context(mode="ephemeral", project_config=_in_memory(gx))
    source = context.data_sources.add_sql(
        "candidate", connection_string=f"duckdb:///{database}", kwargs=dict(engine_arguments)
    )
    engine = source.get_execution_engine()
    try:
        if complaint := _canary(engine.engine):
            return [_error(rule, complaint) for rule in rules]
        judged = {
            result.rule_id: result
            for table in dict.fromkeys(rule.full_name for rule in rules)
            for result in _audit_table(gx, source, [rule for rule in rules if rule.full_name == table], scope)
        }
    finally:
        engine.close()
        source.get_engine().dispose()
    return [judged.get(rule.id) or _error(rule, "the rule was not judged") for rule in rules]


def build_expectation(gx: Any, rule: Rule, scope: AuditScope) -> Any:
    """The library's object for a rule."""
    kwargs = {name: scope.fill_in(value) if isinstance(value, str) else value for name, value in rule.kwargs.items()}
    return getattr(gx.expectations, rule.type)(**kwargs, meta={"rule_id": rule.id})


def _in_memory(gx: Any) -> Any:
    """A configuration that keeps everything in memory, draws nothing and calls nobody."""
    types = gx.data_context.types.base
    return types.DataContextConfig(
        store_backend_defaults=types.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=types.ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )


def _canary(engine: Any) -> str | None:
    """Ask for 42 as the library does: run, hand the connection back, then read. Says what went wrong."""
    import sqlalchemy

    try:
        with engine.connect() as connection:
            answer = connection.execute(sqlalchemy.text("select 42"))
        rows = [tuple(row) for row in answer.fetchall()]
    except Exception as error:
        return f"the audit's own connection does not work: {error}"
    return None if rows == [(42,)] else f"the audit's own connection loses answers: select 42 gave {rows}"


def _audit_table(gx: Any, source: Any, rules: Sequence[Rule], scope: AuditScope) -> Iterator[CheckResult]:
    try:
        query = statement("select * from {table}", table=ident(rules[0].schema, rules[0].table))
        asset = source.add_query_asset(rules[0].full_name, query=query)
        # Not by a named definition, for which the library writes its whole configuration down as YAML once more.
        batch = asset.get_batch(asset.build_batch_request())
        suite = gx.ExpectationSuite(
            name=rules[0].full_name, expectations=[build_expectation(gx, rule, scope) for rule in rules]
        )
        outcome = batch.validate(suite, result_format={"result_format": "COMPLETE"})
    except Exception as error:
        yield from (_error(rule, f"{type(error).__name__}: {error}") for rule in rules)
        return
    by_id = {rule.id: rule for rule in rules}
    for result in outcome.results:
        yield _read(by_id[result.expectation_config.meta["rule_id"]], result)


def _read(rule: Rule, result: Any) -> CheckResult:
    if message := _exception(result.exception_info):
        return _error(rule, message)
    details = result.result
    if not details or result.success is None:
        return _error(rule, "the rule gave no answer")
    return CheckResult(
        rule_id=rule.id,
        table=rule.full_name,
        column=rule.kwargs.get("column"),
        kind=rule.kind,
        severity=rule.severity,
        status=status_of(rule.severity, bool(result.success)),
        observed=_observed(details),
        why=rule.why,
        owner=rule.owner,
        sample_rows=_samples(details),
    )


def _exception(info: Mapping[str, Any] | None) -> str | None:
    """The message of a raised exception. The library nests one mapping per metric when several raised."""
    if not info:
        return None
    for part in (info, *(value for value in info.values() if isinstance(value, Mapping))):
        if part.get("raised_exception"):
            return str(part.get("exception_message") or "the expectation raised")
    return None


def _observed(details: Mapping[str, Any]) -> str:
    if "unexpected_rows" in details.get("details", {}):
        count = details["observed_value"]
        return f"{count} row" if count == 1 else f"{count} rows"
    if "unexpected_count" in details:
        return f"{details['unexpected_count']} of {details['element_count']} rows"
    return str(details.get("observed_value"))


def _samples(details: Mapping[str, Any]) -> str:
    found = details.get("details", {}).get("unexpected_rows") or details.get("partial_unexpected_list") or []
    return orjson.dumps(list(found)[:SAMPLE_ROWS], default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _error(rule: Rule, message: str) -> CheckResult:
    return CheckResult(
        rule_id=rule.id,
        table=rule.full_name,
        column=rule.kwargs.get("column"),
        kind=rule.kind,
        severity=rule.severity,
        status="error",
        observed=" ".join(message.split())[:500],
        why=rule.why,
        owner=rule.owner,
    )
