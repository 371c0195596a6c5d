"""Small synthetic raw Parquet in the shape landing writes, for tests of the dbt project alone.

Columns and types come from the contracts, so a changed contract changes these files too. Values are
made up except where a test says which published figure it pins. Landing itself is tested elsewhere.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"
Row = dict[str, Any]
Raw = dict[str, list[Row]]

_ARROW: dict[str, pa.DataType] = {
    "varchar": pa.string(),
    "double": pa.float64(),
    "bigint": pa.int64(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}
_ENVELOPE: list[tuple[str, pa.DataType]] = [
    ("published_at", pa.timestamp("us")),
    ("known_at", pa.timestamp("us")),
    ("is_known_at_estimated", pa.bool_()),
    ("is_possibly_restated", pa.bool_()),
    ("provenance", pa.string()),
    ("_capture_id", pa.string()),
    ("_fetched_at", pa.timestamp("us")),
    ("_parser_version", pa.int32()),
]
FIRST_DAY = datetime(2026, 1, 30)
DAYS = 9
DIFFICULTIES = {
    931_392: 146_472_570_619_930.0,
    933_408: 141_668_107_417_558.0,
    935_424: 125_864_590_119_494.0,
}
FLOWS_USD_M = {
    date(2026, 1, 30): -509.7,
    date(2026, 2, 2): 561.8,
    date(2026, 2, 3): -272.0,
    date(2026, 2, 4): -544.9,
    date(2026, 2, 5): -434.9,
    date(2026, 2, 6): 371.1,
}


@cache
def raw_schemas() -> dict[str, pa.Schema]:
    """The columns of every raw dataset, keyed `<source>/<dataset>`."""
    schemas = {}
    for path in sorted((DBT_PROJECT / "models" / "staging").glob("*/_*.yml")):
        for source in yaml.safe_load(path.read_text()).get("sources", []):
            for table in source["tables"]:
                business = [(column["name"], _ARROW[column["data_type"]]) for column in table["columns"]]
                schemas[f"{source['name']}/{table['name']}"] = pa.schema(business + _ENVELOPE)
    return schemas


def write_raw(root: Path, raw: Raw) -> None:
    """One partition per dataset beside the zero-row schema file, as landing leaves them."""
    for key, schema in raw_schemas().items():
        folder = root / key
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(schema.empty_table(), folder / "schema.parquet")
        pq.write_table(pa.Table.from_pylist(raw.get(key, []), schema=schema), folder / "2026.parquet")


def stamp(row: Row, known_at: datetime, *, provenance: str = "measured") -> Row:
    """The row with its envelope, fetched the moment it became known."""
    envelope: Row = {
        "published_at": None,
        "known_at": known_at,
        "is_known_at_estimated": False,
        "is_possibly_restated": False,
        "provenance": provenance,
        "_capture_id": f"{known_at:%Y%m%d%H%M%S}0000",
        "_fetched_at": known_at,
        "_parser_version": 1,
    }
    return row | envelope


def file_known_at(moment: datetime) -> datetime:
    """When the daily file that holds this moment came out."""
    return datetime.combine(moment.date(), time()) + timedelta(days=1, hours=8)


def candle(start: datetime, prices: tuple[float, float, float, float], volume: float = 100.0) -> Row:
    """One hour of BTCUSDT; prices are open, high, low, close."""
    opened, high, low, close = prices
    return {
        "symbol": "BTCUSDT",
        "period_start_at": start,
        "period_end_at": start + timedelta(hours=1),
        "open_price": opened,
        "high_price": high,
        "low_price": low,
        "close_price": close,
        "volume_coins": volume,
        "volume_quote": volume * close,
        "trades_count": 1000,
        "taker_buy_coins": volume * 0.4,
        "taker_buy_quote": volume * 0.4 * close,
    }


def snapshot(start: datetime, coins: float, price: float, symbol: str = "BTCUSDT") -> Row:
    """Five minutes of open interest."""
    end = start + timedelta(minutes=5)
    return {
        "symbol": symbol,
        "period_start_at": start,
        "period_end_at": end,
        "source_label_at": end,
        "label_convention": "period_end",
        "open_interest_coins": coins,
        "open_interest_quote": coins * price,
        "top_trader_accounts_long_short_ratio": 1.1,
        "top_trader_positions_long_short_ratio": None,
        "accounts_long_short_ratio": 1.3,
        "taker_buy_sell_ratio": 0.9,
    }


def etf_total(session: date, flow_usd: float) -> Row:
    return {
        "asset": "BTC",
        "session_date": session,
        "observed_at": datetime.combine(session, time(21)),
        "net_flow_usd": flow_usd,
        "value_traded_usd": 7e9,
        "net_assets_usd": 90e9,
        "cumulative_net_flow_usd": None,
    }


def retarget(height: int, observed_at: datetime, difficulty: float, ratio: float = 1.0) -> Row:
    return {"height": height, "observed_at": observed_at, "difficulty": difficulty, "adjustment_ratio": ratio}


def build_raw() -> Raw:
    """Nine days around 5 February 2026: one hour and six snapshots are missing, one flow is restated."""
    # They make their rows with what stands here.
    from tests.dbt import (
        raw_attribution,
        raw_flow,
        raw_macro,
        raw_onchain,
        raw_open_interest,
        raw_options,
        raw_options_index,
        raw_prices,
        raw_utxo,
    )

    walk = list(_walk_prices())
    gap = FIRST_DAY + timedelta(days=3, hours=5)
    candles = [stamp(candle(start, prices), file_known_at(start)) for start, prices in walk if start != gap]
    snapshots = [
        stamp(snapshot(start, coins, price), file_known_at(start))
        for start, coins, price in _walk_open_interest(walk)
        if not gap <= start < gap + timedelta(minutes=30)
    ]
    flows = [
        stamp(etf_total(session, flow * 1e6), datetime.combine(session, time(12)) + timedelta(days=1))
        for session, flow in FLOWS_USD_M.items()
    ]
    first_print = stamp(etf_total(date(2026, 2, 4), -500e6), datetime(2026, 2, 5, 3))
    retargets = [
        stamp(
            retarget(height, FIRST_DAY + timedelta(days=14 * index - 20), difficulty),
            FIRST_DAY + timedelta(days=14 * index - 20),
        )
        for index, (height, difficulty) in enumerate(DIFFICULTIES.items())
    ]
    rows = {
        "binance_vision/spot_klines_1h": candles,
        "binance_vision/um_metrics_5m": snapshots,
        "sosovalue/etf_flow_totals": [*flows, first_print],
        "mempool_space/difficulty_adjustments": retargets,
    }
    for topic in (
        raw_attribution,
        raw_flow,
        raw_macro,
        raw_onchain,
        raw_open_interest,
        raw_options,
        raw_options_index,
        raw_prices,
        raw_utxo,
    ):
        for key, more in topic.rows().items():
            rows.setdefault(key, more)
    return rows


def _walk_prices() -> Iterator[tuple[datetime, tuple[float, float, float, float]]]:
    rng = random.Random(20260205)
    price = 84_000.0
    for hour in range(24 * DAYS):
        opened, price = price, price * math.exp(rng.gauss(-0.0005, 0.008))
        high, low = max(opened, price) * 1.002, min(opened, price) * 0.998
        yield FIRST_DAY + timedelta(hours=hour), (opened, high, low, price)


def _walk_open_interest(walk: Iterable[tuple[datetime, Any]]) -> Iterator[tuple[datetime, float, float]]:
    rng = random.Random(42)
    coins = 90_000.0
    for start, (opened, _, _, close) in walk:
        for step in range(12):
            coins *= math.exp(rng.gauss(0, 0.001))
            yield start + timedelta(minutes=5 * step), coins, opened + (close - opened) * (step + 1) / 12
