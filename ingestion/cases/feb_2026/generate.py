"""The case as captures: every answer that its questions got, in the sources' own wire formats.

Deterministic: the same facts give the same rows, on any machine. What the answers say comes from the modules below,
one for each matter; they share the path of the price (market.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from ingestion.capture import INDEX_COLUMNS, Capture, CaptureStore
from ingestion.cases.answers import Told, captures_of
from ingestion.cases.case import load_case
from ingestion.cases.feb_2026 import (
    chain,
    charts,
    cost_basis,
    flows,
    funding,
    funds,
    liquidations,
    network,
    options,
    perps,
    vendors,
    venues,
    yields,
)
from ingestion.cases.feb_2026.market import market

MATTERS = (
    venues, perps, funding, vendors, liquidations, options, charts, yields, flows, funds, chain, network, cost_basis,
)  # fmt: skip


def generate(target: Path) -> None:
    """Write the case as a capture directory into an empty folder."""
    for _, answers in groupby(captures(), key=lambda capture: (capture.source, capture.dataset)):
        CaptureStore(target).append(list(answers))


def captures() -> Iterator[Capture]:
    """Every capture of the case, dataset by dataset, each in order of receipt."""
    case = load_case("feb_2026")
    for key, told in sorted(_answers().items()):
        yield from captures_of(case, key, told)


def digest(rows: list[Capture]) -> str:
    """One hash over every column of every capture, whatever their order."""
    lines = sorted("|".join(str(getattr(row, name)) for name in INDEX_COLUMNS) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _answers() -> dict[str, Told]:
    world = market()
    return {key: told for matter in MATTERS for key, told in matter.answers(world).items()}
