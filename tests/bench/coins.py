"""Unspent outputs to what coins cost (G10): our rollup by the day coins were made, beside a scan, and beside Polars.

The rollup is what touches the outputs; the distribution by 500 USD is made of its few thousand days and not measured
here. A time counts only after Polars was found to have the same sums.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from dbt_project.rollups import roll_up
from ingestion.contract import find
from ingestion.events import DayFile
from tests.bench.found import Found, Size
from tests.bench.jobs import in_rounds
from tests.bench.made_trades import ROLLUP, compiled
from tests.bench.trades import absolute, bars_of

OUTPUTS = "utxo/unspent_outputs"
DATASET = f"raw/{OUTPUTS}"
MODEL = "stg_utxo__births"
DAY = "2026-02-01"
TIP, SEEN = datetime(2026, 2, 1, 23, 50), datetime(2026, 2, 2)
HEIGHTS = 934_000
# Outputs, rounds.
SIZES: dict[Size, tuple[int, int]] = {"full": (20_000_000, 5), "quick": (5_000_000, 3), "tiny": (20_000, 1)}
KEYS = "observed_at, is_known_at_estimated, is_possibly_restated, known_at, provenance, _capture_id, _fetched_at"


def measure(size: Size, home: Path) -> Found:
    outputs, rounds = SIZES[size]
    query = compiled(home, MODEL, [DATASET])
    generate(home / DATASET / f"{DAY}.parquet", outputs)
    compare(home, query)
    spent = in_rounds(pieces(query), rounds, home, lambda: shutil.rmtree(home / ROLLUP, ignore_errors=True))
    ours = spent["coins"]
    return Found(
        {"G10 scan": ours.cpu / spent["scan"].cpu, "G10 polars": spent["polars"].cpu / ours.cpu},
        told=[f"{outputs:,} outputs, {rounds} rounds", *(f"{name} {one}" for name, one in spent.items())],
    )


def generate(path: Path, count: int) -> None:
    """A set of unspent outputs in the order of the heights that made them, more of them young than old."""
    rng = np.random.default_rng(20260205)
    whole = 2_000_000
    with DayFile(path, find(OUTPUTS), "made") as file:
        for first in range(0, count, whole):
            number = np.arange(first, min(first + whole, count))
            height = (HEIGHTS * np.sqrt(number / count)).astype(np.int64)
            rows = pl.DataFrame(
                {
                    "output_number": number,
                    "height": height,
                    "created_at": pl.Series(1_231_006_505_000_000 + height * 575_000_000).cast(pl.Datetime("us")),
                    "value_sats": np.minimum(rng.lognormal(12, 4, len(number)), 1e12).astype(np.int64),
                }
            )
            file.add(
                rows.with_columns(
                    pl.lit(TIP, pl.Datetime("us")).alias("observed_at"),
                    pl.lit(None, pl.Datetime("us")).alias("published_at"),
                    pl.lit(SEEN, pl.Datetime("us")).alias("known_at"),
                    pl.lit(False).alias("is_known_at_estimated"),
                    pl.lit(False).alias("is_possibly_restated"),
                    pl.lit("measured").alias("provenance"),
                    pl.lit("0" * 16).alias("_capture_id"),
                    pl.lit(SEEN, pl.Datetime("us")).alias("_fetched_at"),
                    pl.lit(1, pl.Int32).alias("_parser_version"),
                )
            )


def pieces(query: str) -> dict[str, str]:
    file = f"{DATASET}/{DAY}.parquet"
    scan = (
        f"create temp table scanned as select cast(created_at as date), {KEYS}, max(height), max(value_sats)"
        f" from read_parquet('{file}') group by all"
    )
    return {
        "coins": bars_of(query, [DATASET]),
        "scan": (
            "import duckdb\nfrom dbt_project.rollups import SETTINGS\n"
            f"def job(): duckdb.connect(config=SETTINGS).execute({scan!r}).fetchall()\n"
        ),
        "polars": f"from tests.bench.coins import by_day\ndef job(): by_day({file!r})\n",
    }


def by_day(file: str) -> pl.DataFrame:
    """The peer: the same sums by Polars."""
    height, value = pl.col("height"), pl.col("value_sats")
    days = pl.scan_parquet(file).group_by(pl.col("created_at").dt.date().alias("created_date"), "_capture_id")
    return days.agg(
        height.min().alias("first_height"),
        height.max().alias("last_height"),
        pl.len().alias("outputs_count"),
        value.sum(),
    ).collect()


def compare(home: Path, query: str) -> None:
    """Raise AssertionError unless Polars has the same days, to the satoshi."""
    roll_up(absolute(query, home), [str(home / DATASET)], home / ROLLUP)
    columns = ["created_date", "first_height", "last_height", "outputs_count", "value_sats"]
    ours = pl.read_parquet(home / ROLLUP / f"{DAY}.parquet").select(columns).sort("created_date")
    theirs = by_day(str(home / DATASET / f"{DAY}.parquet")).select(columns).sort("created_date")
    theirs = theirs.cast(dict(ours.schema))
    assert ours.height > 0
    assert ours.equals(theirs)
