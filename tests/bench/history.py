"""`python -m tests.bench.history`: what `dbt build` costs on eight years of days and one year of hours.

Generated raw files in the shape landing writes, seeded; nothing in them is anybody's data. Built at half the length and
in full, so that the growth shows; then every published table is read, and the marts as of a moment.
"""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.bench.measure import Cost, run, seconds_of
from tests.bench.places import dbt
from tests.dbt.raw_factory import DBT_PROJECT, raw_schemas

END = datetime(2026, 2, 1)
DAYS, HOURS = 8 * 365, 365 * 24
LIMIT_SECONDS, LIMIT_MB = 30, 2048
Fill = dict[str, Any]


def main() -> int:
    home = Path(tempfile.mkdtemp(prefix="unwind-history-"))
    try:
        costs = {}
        for share in (0.5, 1.0):
            folder = home / f"{share}"
            rows = generate(folder / "raw", share)
            costs[share] = _build(folder)
            cost = costs[share]
            print(f"{rows:>9,} raw rows: {cost.cpu:5.1f} CPU s {cost.wall:5.1f} s {cost.peak_mb:5.0f} MB")
        growth = costs[1.0].wall / costs[0.5].wall
        warehouse = home / "1.0" / "warehouse.duckdb"
        (table, whole_ms), then_ms = _slowest_query(warehouse), _as_of_query(warehouse)
        print(f"twice the rows cost {growth:.2f} times the wall")
        print(f"slowest whole table {whole_ms:.0f} ms ({table}); all versions known at a moment {then_ms:.0f} ms")
        is_slow = costs[1.0].wall > LIMIT_SECONDS or growth > 2 or whole_ms > 100 or then_ms > 1000
        return int(is_slow or costs[1.0].peak_mb > LIMIT_MB)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _build(folder: Path) -> Cost:
    settings = {"UNWIND_WAREHOUSE": str(folder / "warehouse.duckdb"), "DO_NOT_TRACK": "1"}
    return run(dbt("build", "--exclude-resource-type", "unit_test", target=folder / "t"), settings, folder)


def _slowest_query(warehouse: Path) -> tuple[str, float]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('marts', 'vintages')"
        ).fetchall()
        took = {name: 1000 * seconds_of(_reader(connection, name)) for (name,) in tables}
    return max(took.items(), key=lambda item: item[1])


def _as_of_query(warehouse: Path) -> float:
    query = (
        "from vintages.etf_flow where known_from_at <= timestamp '2025-06-01' and timestamp '2025-06-01' < known_to_at"
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return 1000 * seconds_of(lambda: connection.execute(query).to_arrow_table())


def _reader(connection: duckdb.DuckDBPyConnection, table: str) -> Callable[[], Any]:
    return lambda: connection.execute(f"from {table}").to_arrow_table()


def generate(root: Path, share: float) -> int:
    """Write every dataset, with the last `share` of its history. Returns the rows written."""
    rng = np.random.default_rng(20260205)
    schemas, total = raw_schemas(), 0
    for key, schema in schemas.items():
        folder = root / key
        folder.mkdir(parents=True)
        pq.write_table(schema.empty_table(), folder / "schema.parquet")
        parts = [_table(schema, rng, share, **given) for given in HISTORY.get(key, [])]
        if parts:
            table = pa.concat_tables(parts)
            pq.write_table(table, folder / "all.parquet", compression="zstd")
            total += table.num_rows
    return total


def _table(schema: pa.Schema, rng: np.random.Generator, share: float, step: timedelta, count: int, **fixed: Any) -> Any:
    count = int(count * share)
    starts = np.datetime64(END, "us") - np.timedelta64(step) * np.arange(count, 0, -1)
    ends = starts + np.timedelta64(step)
    walk = 50_000 * np.exp(np.cumsum(rng.normal(0, 0.004, count)))
    columns = []
    for field in schema:
        given = fixed.get(field.name)
        if callable(given):
            given = given(count, walk, starts)
        columns.append(_column(field, given, starts, ends, walk, rng))
    return pa.table(columns, schema=schema)


def _column(field: pa.Field, given: Any, starts: Any, ends: Any, walk: Any, rng: np.random.Generator) -> pa.Array:
    count = len(starts)
    if given is not None:
        values = given if isinstance(given, np.ndarray) else np.full(count, given)
    elif field.name in ("known_at", "_fetched_at", "period_end_at"):
        values = ends
    elif pa.types.is_timestamp(field.type):
        values = starts
    elif pa.types.is_date(field.type):
        values = starts.astype("datetime64[D]")
    elif field.name.endswith("price"):
        spread = {"high_price": 1.004, "low_price": 0.996}.get(field.name, 1.0)
        values = walk * spread
    elif pa.types.is_floating(field.type):
        values = rng.uniform(0.2, 0.9, count) if "ratio" in field.name else 90_000 * np.exp(rng.normal(0, 0.02, count))
    elif pa.types.is_integer(field.type):
        values = np.arange(count)
    elif pa.types.is_boolean(field.type):
        values = np.zeros(count, dtype=bool)
    else:
        values = np.full(count, {"provenance": "measured", "_capture_id": "0" * 16}.get(field.name, field.name))
    return pa.array(values).cast(field.type)


def _every(step: timedelta, count: int, symbols: tuple[str, ...] = (), **fixed: Any) -> list[Fill]:
    named = [{"symbol": symbol} for symbol in symbols] or [{}]
    return [{"step": step, "count": count, **fixed, **name} for name in named]


@cache
def _sessions() -> np.ndarray:
    with (DBT_PROJECT / "seeds" / "market_sessions.csv").open() as file:
        days = np.array([row["session_date"] for row in csv.DictReader(file)], dtype="datetime64[D]")
    return days[days < np.datetime64(END, "D")]


def _at_nine(count: int, walk: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """When New York closes, in winter."""
    return np.asarray(starts + np.timedelta64(21, "h"))


MARKETS = ("^GSPC", "^IXIC", "^DJI", "^VIX", "SPY", "QQQ", "GC=F", "SI=F")
DAY, HOUR, FIVE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=5)
_SPREAD = {"funding_rate_ratio": 0.0001, "interval_hours": 8}
HISTORY: dict[str, list[Fill]] = {
    "binance_vision/spot_klines_1h": _every(HOUR, HOURS, ("BTCUSDT", "ETHUSDT"), taker_buy_coins=40_000.0),
    "binance_vision/um_klines_1h": _every(HOUR, HOURS, ("BTCUSDT", "ETHUSDT"), taker_buy_coins=40_000.0),
    "binance_vision/spot_klines_1d": _every(DAY, DAYS, ("BTCUSDT", "ETHUSDT")),
    "coinbase_exchange/candles_1h": _every(HOUR, HOURS, ("BTC-USD", "ETH-USD")),
    "coinbase_exchange/candles_1d": _every(DAY, DAYS, ("BTC-USD", "ETH-USD")),
    "bitstamp/ohlc_1h": _every(HOUR, HOURS, ("BTCUSD",)),
    "binance_vision/um_metrics_5m": _every(FIVE, 12 * HOURS, ("BTCUSDT",), open_interest_quote=6e9),
    "bybit/open_interest_1h": _every(HOUR, HOURS, ("BTCUSDT",)),
    "okx/open_interest_1h": _every(HOUR, HOURS, ("BTC-USDT-SWAP",)),
    "gate/contract_stats_1h": _every(HOUR, HOURS, ("BTC_USDT",)),
    "binance_vision/um_funding": _every(timedelta(hours=8), HOURS // 8, ("BTCUSDT",), **_SPREAD),
    "bybit/funding": _every(timedelta(hours=8), HOURS // 8, ("BTCUSDT",), **_SPREAD),
    "mempool_space/hashrates": _every(DAY, DAYS),
    "mempool_space/difficulty_adjustments": _every(
        timedelta(days=14), DAYS // 14, height=lambda count, *_: 935_424 - 2016 * np.arange(count - 1, -1, -1)
    ),
    "blockchain_info/hash_rate": _every(DAY, DAYS),
    "blockchain_info/miners_revenue": _every(DAY, DAYS),
    "coinmetrics/asset_metrics_1d": _every(DAY, DAYS, asset="BTC"),
    "bitview/series_1d": [
        fill
        for name, figure in (("realized_price", 40_000.0), ("sth_realized_price", 60_000.0))
        for fill in _every(DAY, DAYS, series=name, value=figure)
    ],
    "bitview/urpd": [
        fill
        for floor in range(0, 100_000, 1_000)
        for fill in _every(DAY, 365, cohort="all", price_floor_usd=float(floor), total_supply_coins=9e6)
    ],
    "coinglass/liquidations_1d": _every(DAY, DAYS, ("BTC", "ETH")),
    "cboe/vix_daily": _every(DAY, DAYS),
    "treasury/par_yields": _every(DAY, DAYS, tenor="10Y", par_yield_pct=4.2, observed_at=_at_nine),
    "fred/series_daily": _every(DAY, DAYS, series="DGS10", value=4.2, observed_at=_at_nine),
    "yahoo/chart_1d": _every(DAY, DAYS, MARKETS, period_end_at=_at_nine, exchange_timezone="America/New_York"),
    "sosovalue/etf_flow_totals": _every(DAY, 500, asset="BTC", session_date=lambda count, *_: _sessions()[-count:]),
}


if __name__ == "__main__":
    sys.exit(main())
