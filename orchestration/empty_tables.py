"""Why a published table has no rows: what is absent is visibly absent, with its reason."""

from __future__ import annotations

from collections.abc import Iterable

from orchestration.catalog import Table
from orchestration.run_facts import DatasetFact

ALL_LANDED = "all it is made from has rows, but none that its rule could use; its description says what it needs"


def why_empty(table: Table, datasets: Iterable[DatasetFact]) -> str:
    """The raw datasets behind a table that are empty, by the reason for it, in words for a reader."""
    absent: dict[str, list[str]] = {}
    for dataset in datasets:
        if (dataset.source, dataset.dataset) in table.upstream and not dataset.rows_count:
            reason = dataset.not_asked or ("asked, but not had" if dataset.is_degraded else "asked, and nothing came")
            absent.setdefault(reason, []).append(f"{dataset.source}/{dataset.dataset}")
    return "; ".join(f"{', '.join(sorted(names))}: {reason}" for reason, names in sorted(absent.items())) or ALL_LANDED
