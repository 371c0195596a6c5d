"""Two hundred million trades and a hundred million unspent outputs: does the peak stay where it is (G8)?

Only when asked for (`make bench-scale`). The trades are ten days of two million, ten times linked: every day is read
and added up by itself.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bench import coins, trades
from tests.bench.found import Found, Size
from tests.bench.jobs import Spent, in_rounds
from tests.bench.made_trades import DATASETS, MODEL, RAW, ROLLUP, compiled, generate, link_days

# Trades a day, different days, days of the longer history; outputs.
SIZES: dict[Size, tuple[int, int, int, int]] = {
    "full": (2_000_000, 10, 100, 100_000_000),
    "quick": (2_000_000, 1, 10, 10_000_000),
    "tiny": (2_000, 2, 4, 20_000),
}


def measure(size: Size, home: Path) -> Found:
    trades_a_day, days, longer, outputs = SIZES[size]
    raw, other = home / "trades", home / "coins"
    for folder in (raw, other):
        folder.mkdir()
    query = compiled(raw, MODEL, DATASETS)
    files = [raw / f"made-{number}.parquet" for number in range(days)]
    for number, file in enumerate(files):
        generate(file, trades_a_day, number)
    peaks = []
    for length in (days, longer):
        link_days(length, files, raw / RAW)
        peaks.append(_once(trades.bars_of(query), raw))
    query = compiled(other, coins.MODEL, [coins.DATASET])
    coins.generate(other / coins.DATASET / f"{coins.DAY}.parquet", outputs)
    births = _once(trades.bars_of(query, [coins.DATASET]), other)
    few, many = peaks
    return Found(
        {"G8 growth": many.peak_mb / few.peak_mb} | ({"own coins": births.peak_mb} if size == "full" else {}),
        absent={} if size == "full" else {"own coins": "only of a hundred million outputs"},
        told=[
            f"{trades_a_day * days:,} trades: {few}, {few.wall:.1f} s",
            f"{trades_a_day * longer:,} trades: {many}, {many.wall:.1f} s",
            f"{outputs:,} unspent outputs: {births}, {births.wall:.1f} s",
        ],
    )


def _once(piece: str, home: Path) -> Spent:
    shutil.rmtree(home / ROLLUP, ignore_errors=True)
    return in_rounds({"job": piece}, 1, home)["job"]
