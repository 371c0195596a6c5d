"""One more day (G12): what it costs after a year and after five, and a whole year from nothing."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from statistics import median

from dbt_project.rollups import roll_up
from tests.bench.found import Found, Size
from tests.bench.made_trades import DATASETS, MODEL, RAW, ROLLUP, compiled, day_of, generate, link, link_days
from tests.bench.trades import absolute

# Trades a day, days of a year, rounds. Quiet days: the larger one is, the less do those beside it matter.
SIZES: dict[Size, tuple[int, int, int]] = {"full": (300_000, 365, 5), "quick": (50_000, 100, 3), "tiny": (2_000, 3, 1)}


def measure(size: Size, home: Path) -> Found:
    trades, year, rounds = SIZES[size]
    query = absolute(compiled(home, MODEL, DATASETS), home)
    datasets, raw, folder = [str(home / dataset) for dataset in DATASETS], home / RAW, home / ROLLUP
    quiet = home / "quiet.parquet"
    generate(quiet, trades, 0)

    def made() -> tuple[list[str], float]:
        started = time.process_time()
        days = roll_up(query, datasets, folder)
        return days, time.process_time() - started

    link_days(year, [quiet], raw)
    days, full = made()
    assert len(days) == year + 1  # and the empty one
    took: dict[int, list[float]] = {year: [], 5 * year: []}
    for length, ones in took.items():
        link_days(length, [quiet], raw)
        # Links to one file have one content, and so have the days that are made of them.
        for number in range(length):
            link(folder / f"{day_of(0)}.parquet", folder / f"{day_of(number)}.parquet")
        made()
        for _ in range(rounds):
            link_days(length + 1, [quiet], raw)
            days, seconds = made()
            ones.append(seconds)
            assert days == [day_of(length)]
            newest = (folder / f"{day_of(length)}.parquet").read_bytes()
            assert newest == (folder / f"{day_of(1)}.parquet").read_bytes(), "not what a rebuild gives"
            link_days(length, [quiet], raw)
            assert made()[0] == []
    shutil.rmtree(folder)
    one, five = (median(ones) for ones in took.values())
    return Found(
        {"G12 years": five / one, "G12 full": full / one},
        told=[
            f"days of {trades:,} trades, {rounds} rounds",
            f"a day added to {year} {one:.3f} CPU s, to {5 * year} {five:.3f}; {year} from nothing {full:.1f}",
        ],
    )
