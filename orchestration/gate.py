"""May this release replace the last one? A pure decision over what the rules said; it touches no file.

Plausibility is judged in `quality.py`, the audit's receipt in `receipt.py`; the swap is in `release.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from orchestration.catalog import Catalog
from orchestration.check_result import CheckResult
from orchestration.comparison import COMPARISON_RULES
from orchestration.release_manifest import ReleaseManifest
from orchestration.rules import Rule
from orchestration.run_facts import LIVE, DatasetFact

# What a source that could not be had explains: a table without rows. Never a wrong value, and no series
# that is there by less than half: that one would mislead, an empty table cannot.
_EXCUSABLE = "completeness"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a release is refused. Unless it `blames_candidate`, another call may publish it."""

    code: str
    text: str
    blames_candidate: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's decision, with what a reader should know either way."""

    decision: Literal["publish", "refuse"]
    reasons: tuple[Reason, ...]
    warnings: tuple[str, ...]

    @property
    def blames_candidate(self) -> bool:
        return any(reason.blames_candidate for reason in self.reasons)


def required_rule_ids(rules: Iterable[Rule]) -> frozenset[str]:
    """Every rule that must have spoken: those of the audit and those against the last release."""
    return frozenset(rule.id for rule in rules) | frozenset(COMPARISON_RULES)


def excuse_degraded(
    results: Sequence[CheckResult], catalog: Catalog, datasets: Iterable[DatasetFact]
) -> list[CheckResult]:
    """Turn a table left empty by a source that could not be had into a warning; the release says so."""
    degraded = {(dataset.source, dataset.dataset) for dataset in datasets if dataset.is_degraded}
    affected = {table.full_name: sorted(degraded & set(table.upstream)) for table in catalog.tables}
    excused = []
    for result in results:
        sources = affected.get(result.table or "", [])
        if result.status == "fail" and result.kind == _EXCUSABLE and sources:
            named = ", ".join("/".join(source) for source in sources)
            excused.append(replace(result, status="warn", observed=f"{result.observed}; {named} could not be had"))
        else:
            excused.append(result)
    return excused


def decide(
    results: Sequence[CheckResult],
    required: frozenset[str],
    candidate: ReleaseManifest,
    current: ReleaseManifest | None,
    replace_live: bool = False,
) -> Verdict:
    """Publish, or refuse with every reason there is."""
    reasons = [
        Reason("missing_rule", f"rule {rule_id} was not judged")
        for rule_id in sorted(required - {result.rule_id for result in results})
    ]
    for result in results:
        if result.is_blocking:
            what = "could not be judged" if result.status == "error" else "failed"
            reasons.append(
                Reason(result.rule_id, f"{result.rule_id}{result.about} {what}: {result.observed}. {result.why}")
            )
    if scope_reason := _scope(candidate, current, replace_live):
        reasons.append(scope_reason)
    warnings = tuple(
        f"{result.rule_id}{result.about}: {result.observed}" for result in results if result.status == "warn"
    )
    return Verdict("refuse" if reasons else "publish", tuple(reasons), warnings)


def _scope(candidate: ReleaseManifest, current: ReleaseManifest | None, replace_live: bool) -> Reason | None:
    if current is None or replace_live or current.scope != LIVE or candidate.scope == LIVE:
        return None
    return Reason(
        "scope",
        f"the current release {current.release_id} is live data and this one is {candidate.scope}, which is "
        "not. To put it in its place all the same, say that it replaces live data; to keep both, publish it "
        "under another data folder",
        blames_candidate=False,
    )
