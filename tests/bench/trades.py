"""Trades to minute bars (G8): our rollup beside a scan by the same keys, and beside Polars.

Every job runs in a process of its own. A time counts only after Polars was found to have the same bars.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl

from dbt_project.rollups import roll_up
from tests.bench import trades_polars
from tests.bench.found import Found, Size
from tests.bench.jobs import in_rounds
from tests.bench.made_trades import DATASETS, MODEL, RAW, ROLLUP, compiled, day_of, generate, scan_of

# Trades a day, days, rounds.
SIZES: dict[Size, tuple[int, int, int]] = {
    "full": (2_000_000, 10, 3),
    "quick": (2_000_000, 2, 3),
    "tiny": (2_000, 2, 1),
}
BARS = ["open_price", "high_price", "low_price", "close_price", "volume_coins", "volume_quote", "trades_count"]
TAKEN = ["taker_buy_coins", "taker_buy_quote"]


def measure(size: Size, home: Path) -> Found:
    trades_a_day, days, rounds = SIZES[size]
    query = compiled(home, MODEL, DATASETS)
    for number in range(days):
        generate(home / RAW / f"{day_of(number)}.parquet", trades_a_day, number)
    compare(home, query, days)
    spent = in_rounds(pieces(query), rounds, home, lambda: shutil.rmtree(home / ROLLUP, ignore_errors=True))
    ours = spent["bars"]
    return Found(
        {
            "G8 scan": ours.cpu / spent["scan"].cpu,
            "G8 polars": spent["polars"].cpu / ours.cpu,
            "G8 peak": ours.peak_mb,
        },
        told=[f"{trades_a_day * days:,} trades, {rounds} rounds", *(f"{name} {one}" for name, one in spent.items())],
    )


def pieces(query: str) -> dict[str, str]:
    scan = scan_of(f"read_parquet('{RAW}/2*.parquet')")
    return {
        "bars": bars_of(query),
        "scan": (
            "import duckdb\nfrom dbt_project.rollups import SETTINGS\n"
            f"def job(): duckdb.connect(config=SETTINGS).execute({scan!r}).fetchall()\n"
        ),
        "polars": (
            "from pathlib import Path\nfrom tests.bench.trades_polars import bars\n"
            f"def job():\n    for path in sorted(Path({str(RAW)!r}).glob('2*.parquet')): bars(path)\n"
        ),
    }


def bars_of(query: str, datasets: list[str] = DATASETS) -> str:
    """The rollup of all days, as a job."""
    return (
        "from pathlib import Path\nfrom dbt_project.rollups import roll_up\n"
        f"def job(): roll_up({query!r}, {datasets!r}, Path({str(ROLLUP)!r}))\n"
    )


def compare(home: Path, query: str, days: int) -> None:
    """Raise AssertionError unless Polars has the same bars; sums to 1e-9, everything else to the bit."""
    roll_up(absolute(query, home), [str(home / dataset) for dataset in DATASETS], home / ROLLUP)
    for number in range(days):
        ours = pl.read_parquet(home / ROLLUP / f"{day_of(number)}.parquet").sort("period_start_at")
        theirs = trades_polars.bars(home / RAW / f"{day_of(number)}.parquet").sort("period_start_at")
        assert 0 < ours.height == theirs.height
        for column in (*BARS, *TAKEN):
            rtol = 0 if column in BARS[:4] else 1e-9
            np.testing.assert_allclose(ours[column].to_numpy(), theirs[column].to_numpy(), rtol=rtol, err_msg=column)


def absolute(query: str, home: Path) -> str:
    """The same query, of files below a folder that nobody stands in."""
    return query.replace("'raw/", f"'{home}/raw/")
