"""Raw of the rollups by day, and trades and quotes that are hard to put in order."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contract import find
from tests.dbt.raw_factory import Raw, Row, raw_schemas, stamp

SPOT, LINEAR = "binance_vision_trades/spot_agg_trades", "binance_vision_trades/um_agg_trades"
DAY = datetime(2026, 2, 5)
# Forward over strike, and volatility. The factors are exact, so that both of a pair have the same quotient.
TIED = {
    55_000.0: (1.125, 0.6),
    60_000.0: (1.125, 0.6),
    65_000.0: (1.0, 0.7),
    70_000.0: (1.0, 0.75),
    75_000.0: (0.875, 0.6),
    90_000.0: (0.875, 0.6),
}


class Rollup(NamedTuple):
    name: str
    query: str
    datasets: list[str]


def crowded(seed: int) -> list[Row]:
    """Two files about one day, a corrected one and the one before: few moments, many trades in each, in no order."""
    rng = random.Random(seed)
    rows = []
    for known_at in (DAY + timedelta(days=1, hours=8), DAY + timedelta(days=3)):
        moments = [rng.randrange(86_400_000_000) for _ in range(400)]
        for number in rng.sample(range(137_438_950_000, 137_438_953_472), 3000):
            row = {
                "symbol": "BTCUSDT",
                "trade_id": number,
                "traded_at": DAY + timedelta(microseconds=rng.choice(moments)),
                "price": round(rng.uniform(60_000, 70_000), 2),
                "quantity_coins": round(rng.lognormvariate(-5, 2), 5),
                "first_trade_id": 2 * number,
                "last_trade_id": 2 * number + rng.randrange(3),
                "is_buyer_maker": rng.random() < 0.5,
            }
            rows.append(stamp(row, known_at))
    return rows


def tied(quotes: list[Row]) -> list[Row]:
    """The newest chain once more a day later, its strikes in pairs equally far from forwards of their own.

    The pair at the forward differs in volatility, which then decides; the other pairs are alike in everything read.
    """
    newest = max(row["observed_at"] for row in quotes)
    at = newest + timedelta(days=1)
    rows = []
    for row in quotes:
        if row["observed_at"] == newest and row["strike_price"] in TIED:
            factor, volatility = TIED[row["strike_price"]]
            priced = {"underlying_price": factor * row["strike_price"], "mark_iv_ratio": volatility}
            rows.append(stamp(row | priced | {"observed_at": at, "quoted_at": at}, at))
    return rows


def write_days(home: Path, raw: Raw, rollups: list[Rollup]) -> None:
    """One file a day as landing leaves them, beside the one without rows."""
    for dataset in {dataset for rollup in rollups for dataset in rollup.datasets}:
        key = dataset.removeprefix("raw/")
        time, schema = find(key).event_time, raw_schemas()[key]
        days = defaultdict(list)
        for row in raw.get(key, []):
            days[f"{row[time]:%Y-%m-%d}"].append(row)
        (home / dataset).mkdir(parents=True)
        for day, rows in {"schema": [], **days}.items():
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), home / dataset / f"{day}.parquet")
