"""Seeded trades in the files that landing writes, longer histories made of links to them, and the rollups' queries."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from ingestion.contract import find
from ingestion.events import DayFile
from tests.bench.measure import run
from tests.bench.places import dbt
from tests.dbt.raw_factory import write_raw

SPOT = find("binance_vision_trades/spot_agg_trades")
MODEL = "stg_binance_vision_trades__minutes"
DATASETS = [f"raw/binance_vision_trades/{name}" for name in ("spot_agg_trades", "um_agg_trades")]
RAW, ROLLUP = Path(DATASETS[0]), Path("rollup")
FIRST = date(2021, 1, 1)
KEYS = "symbol, is_known_at_estimated, is_possibly_restated, known_at, provenance, _capture_id, _fetched_at"


def compiled(home: Path, model: str, datasets: list[str]) -> str:
    """A rollup's own query, as dbt has it, and nothing landed in what it reads."""
    write_raw(home / "raw", {})
    for dataset in datasets:
        for path in (home / dataset).glob("2*.parquet"):
            path.unlink()
    settings = {"UNWIND_WAREHOUSE": str(home / "w.duckdb"), "DO_NOT_TRACK": "1"}
    run(dbt("compile", "--select", model, target=home / "t"), settings, home)
    return next((home / "t" / "compiled").rglob(f"{model}.sql")).read_text()


def generate(path: Path, count: int, number: int) -> None:
    """A day of trades: a walk in cents, quantities over four magnitudes, some moments shared, sides at random."""
    rng = np.random.default_rng(20260205 + number)
    start = int((_midnight(number) - datetime(1970, 1, 1)) / timedelta(microseconds=1))
    first = 10**9 * number + np.cumsum(rng.geometric(0.6, count))
    known_at = _midnight(number + 1) + timedelta(hours=8)
    rows = pl.DataFrame(
        {
            "trade_id": np.arange(count) + count * number,
            # In milliseconds, as the perpetual's: several trades share one, and the number decides.
            "traded_at": pl.Series(start + np.sort(rng.integers(0, 86_400_000, count)) * 1000).cast(pl.Datetime("us")),
            "price": np.round(70_000 + np.cumsum(rng.normal(0, 0.3, count)), 2),
            "quantity_coins": np.round(rng.lognormal(-5, 2, count), 5),
            "first_trade_id": first,
            "last_trade_id": first + rng.geometric(0.6, count) - 1,
            "is_buyer_maker": rng.random(count) < 0.5,
        }
    )
    envelope = {
        "symbol": pl.lit("BTCUSDT"),
        "published_at": pl.lit(None, pl.Datetime("us")),
        "known_at": pl.lit(known_at, pl.Datetime("us")),
        "is_known_at_estimated": pl.lit(False),
        "is_possibly_restated": pl.lit(False),
        "provenance": pl.lit("measured"),
        "_capture_id": pl.lit(f"{number:016x}"),
        "_fetched_at": pl.lit(known_at, pl.Datetime("us")),
        "_parser_version": pl.lit(1, pl.Int32),
    }
    with DayFile(path, SPOT, f"{number}") as file:
        for part in rows.iter_slices(500_000):
            file.add(part.with_columns(**envelope))


def link_days(days: int, files: list[Path], raw: Path = RAW) -> None:
    """A raw folder of so many days, each a link to one of the files, which stand elsewhere."""
    kept = {day_of(number): files[number % len(files)] for number in range(days)}
    for path in raw.glob("2*.parquet"):
        if path.stem not in kept:
            path.unlink()
    for day, file in kept.items():
        link(file, raw / f"{day}.parquet")


def link(file: Path, name: Path) -> None:
    if not name.exists():
        name.hardlink_to(file)


def day_of(number: int) -> str:
    return f"{FIRST + timedelta(days=number)}"


def scan_of(trades: str) -> str:
    """The columns that the bars are made of once over, by the same keys."""
    columns = ["trade_id", "price", "quantity_coins", "first_trade_id", "last_trade_id"]
    greatest = ", ".join(f"max({column})" for column in columns)
    return (
        f"create or replace temp table scanned as select date_trunc('minute', traded_at), {KEYS}, {greatest},"
        f" count_if(is_buyer_maker) from {trades} group by all"
    )


def _midnight(number: int) -> datetime:
    return datetime.combine(FIRST + timedelta(days=number), datetime.min.time())
