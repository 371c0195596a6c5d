"""The quality report of a release: one HTML file that needs nothing from outside, readable on a phone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from orchestration.catalog import Catalog
from orchestration.check_result import CheckResult
from orchestration.empty_tables import why_empty
from orchestration.gate import Verdict
from orchestration.meta_tables import age_hours
from orchestration.release_manifest import ReleaseManifest
from orchestration.run_facts import RunFacts

_URGENCY = {"error": 0, "fail": 1, "warn": 2, "pass": 3}
# A moment as JSON has it; its seconds are shown where there are any.
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::00|(:\d\d(?:\.\d+)?))")
_WORDS = {"pass": "passed", "warn": "warning", "fail": "failed", "error": "not judged"}


def render(
    manifest: ReleaseManifest, results: Sequence[CheckResult], verdict: Verdict, facts: RunFacts, catalog: Catalog
) -> str:
    """The page as text."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": _moment, "age": _age, "count": _count, "cell": _cell}
    checks = sorted((_check(result) for result in results), key=lambda check: check["urgency"])
    return environment.get_template("quality_page.html.j2").render(
        manifest=manifest,
        facts=facts,
        verdict=verdict,
        headline=_headline(verdict, checks),
        unjudged=[reason.text for reason in verdict.reasons if reason.code == "missing_rule"],
        notable=[check for check in checks if check["status"] != "pass"],
        passed=[check for check in checks if check["status"] == "pass"],
        empty={
            table.full_name: why_empty(table, facts.datasets)
            for table in catalog.tables
            if (found := manifest.tables.get(table.full_name)) and not found.rows_count
        },
        freshness=[
            (dataset, age_hours(dataset.newest_event_at, manifest.as_of_at))
            for dataset in facts.datasets
            if dataset.rows_count or not dataset.not_asked
        ],
        unasked=_by_reason(facts),
    )


def _headline(verdict: Verdict, checks: Sequence[dict[str, Any]]) -> str:
    if verdict.decision == "refuse":
        count = len(verdict.reasons)
        return f"Refused for {count} reason{'s' * (count != 1)}"
    count = sum(check["status"] == "warn" for check in checks)
    return f"Passed with {count} warning{'s' * (count != 1)}" if count else "Passed without warnings"


def _by_reason(facts: RunFacts) -> dict[str, list[str]]:
    """What was not asked and has no rows, by the reason."""
    found: dict[str, list[str]] = {}
    for dataset in facts.datasets:
        if dataset.not_asked and not dataset.rows_count:
            found.setdefault(dataset.not_asked, []).append(f"{dataset.source}/{dataset.dataset}")
    return found


def _check(result: CheckResult) -> dict[str, Any]:
    rows = orjson.loads(result.sample_rows)
    if rows and not isinstance(rows[0], dict):
        rows = [{result.column or "value": value} for value in rows]
    return {
        **result.to_dict(),
        "rows": rows,
        "word": _WORDS[result.status],
        "urgency": _URGENCY[result.status],
    }


def _moment(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC" if value else "never"


def _age(hours: float | None) -> str:
    if hours is None:
        return "no rows"
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"


def _count(value: int) -> str:
    return f"{value:,}"


def _cell(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1 else f"{value:,.2f}"
    moment = _MOMENT.fullmatch(str(value))
    return f"{moment[1]} {moment[2]}{moment[3] or ''}" if moment else str(value)
