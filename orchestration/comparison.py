"""Rules about a release against the one before it. Pure: the counting is done in `changes.py`.

Great Expectations sees one candidate at a time, so these rules stand here; their results join the audit's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson

from orchestration.changes import TableChange
from orchestration.check_result import CheckResult, Severity, status_of
from orchestration.release_manifest import ReleaseManifest
from orchestration.run_facts import LIVE

# Sources lose a row now and then; a hundredth of a table is a partition that went missing.
SHRINK_RATIO = 0.01
# An honest pipeline gives the same answer to the same captures; a row or two may sit on a rounding edge.
REWRITTEN_RATIO = 0.001
GROWTH_FACTOR = 3

OWNER = "release"
WHY = {
    "release_has_rows": "A release without a single row answers nothing.",
    "release_rows_kept": "What was published stays: a table that shrinks has lost a partition.",
    "release_history_kept": "The same knowledge gives the same figures; others are a rewritten history.",
    "release_growth": "A table that tripled holds a long back-fill or every row several times.",
}
COMPARISON_RULES = tuple(WHY)


def is_comparable(candidate: ReleaseManifest, last: ReleaseManifest | None) -> bool:
    """Whether the last release is a yardstick: same scope, no later moment, and days that this one covers.

    A live warehouse is built from all that ever landed, whatever days a run asked for; a case's is not.
    """
    if last is None or last.scope != candidate.scope or last.as_of_at > candidate.as_of_at:
        return False
    covers = candidate.window_from <= last.window_from and candidate.window_to >= last.window_to
    return candidate.scope == LIVE or covers


def compare_releases(
    candidate: ReleaseManifest, last: ReleaseManifest | None, changes: Sequence[TableChange]
) -> list[CheckResult]:
    """Judge the four rules. `changes` is empty where the last release is no yardstick."""
    results = [
        _result(
            "release_has_rows",
            "critical",
            f"{candidate.rows_count} rows in the marts",
            candidate.rows_count == 0,
        )
    ]
    if last is None or not is_comparable(candidate, last):
        compared = "no earlier release to compare with"
        return results + [_result(rule, "critical", compared, False) for rule in COMPARISON_RULES[1:]]
    gone = list(_shrunk(candidate, last))
    results.append(_result("release_rows_kept", "critical", _told(gone, last), bool(gone), gone))
    rewritten = [_row(change) for change in changes if change.rows_rewritten > REWRITTEN_RATIO * change.rows_before]
    # New code may well compute other figures, and so may a new edition of a bundled case.
    is_same_maker = candidate.scope == LIVE and candidate.code_version == last.code_version
    severity: Severity = "critical" if is_same_maker else "warning"
    results.append(_result("release_history_kept", severity, _told(rewritten, last), bool(rewritten), rewritten))
    grown = [
        _row(change)
        for change in changes
        if change.rows_before and change.rows_now > GROWTH_FACTOR * change.rows_before
    ]
    results.append(_result("release_growth", "warning", _told(grown, last), bool(grown), grown))
    return results


def _shrunk(candidate: ReleaseManifest, last: ReleaseManifest) -> Iterator[dict[str, object]]:
    for name, before in last.tables.items():
        if name.startswith("marts_asof_"):
            continue
        now = candidate.tables[name].rows_count if name in candidate.tables else 0
        if before.rows_count - now >= max(1, SHRINK_RATIO * before.rows_count):
            yield {"table": name, "rows_before": before.rows_count, "rows_now": now}


def _row(change: TableChange) -> dict[str, object]:
    return {
        "table": change.table,
        "rows_before": change.rows_before,
        "rows_now": change.rows_now,
        "rows_changed": change.rows_changed,
    }


def _told(rows: Sequence[dict[str, object]], last: ReleaseManifest) -> str:
    if not rows:
        return f"against {last.release_id}"
    named = "; ".join(
        f"{row['table']} from {row['rows_before']} to {row['rows_now']} rows"
        + (f", {row['rows_changed']} with other figures" if row.get("rows_changed") else "")
        for row in rows
    )
    return f"against {last.release_id}: {named}"


def _result(
    rule_id: str,
    severity: Severity,
    observed: str,
    is_broken: bool,
    rows: Sequence[dict[str, object]] = (),
) -> CheckResult:
    return CheckResult(
        rule_id=rule_id,
        table=None,
        column=None,
        kind="change",
        severity="warning" if rule_id == "release_growth" else severity,
        status=status_of(severity, passed=not is_broken),
        observed=observed,
        why=WHY[rule_id],
        owner=OWNER,
        sample_rows=orjson.dumps(list(rows)).decode(),
    )
