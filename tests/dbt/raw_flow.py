"""Synthetic funding, liquidations and flow: a fall over the midnight of 5 February, small enough to build often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.dbt.raw_factory import DAYS, FIRST_DAY, Raw, Row, candle, file_known_at, stamp

FALL = datetime(2026, 2, 5, 23, 30)
HOUR, QUARTER, MINUTE = timedelta(hours=1), timedelta(minutes=15), timedelta(minutes=1)


def rows() -> Raw:
    days = [FIRST_DAY + timedelta(days=day) for day in range(DAYS)]
    hours = [datetime(2026, 2, 5) + hour * HOUR for hour in range(48)]
    return {
        "binance_futures/funding_rate": [
            soon({"symbol": "BTCUSDT", "funding_at": at, "funding_rate_ratio": rate(at), "mark_price": None})
            for at in payments(8)
        ],
        "binance_vision/um_funding": [
            stamp(payment("BTCUSDT", at, 8), datetime(2026, 2, 2, 8)) for at in payments(8) if at.month == 1
        ],
        "bybit/funding": [soon(payment("BTCUSDT", at, 4)) for at in payments(4)],
        "okx/funding": [
            soon(payment("BTC-USDT-SWAP", at, 8) | {"announced_rate_ratio": 2 * rate(at)}) for at in payments(8)
        ],
        "deribit/funding_1h": [soon(payment("BTC-PERPETUAL", at, 1)) for at in payments(1) if at.day == 5],
        "hyperliquid/funding_1h": [soon(payment("BTC", at, 1)) for at in payments(1) if at.day == 6],
        "gate/contract_stats_1h": [soon(gate_hour(start)) for start in hours],
        "bitfinex/liquidations": [soon(row) for row in positions()],
        "deribit_history/liquidation_trades": [soon(row) for row in trades()],
        "coinalyze/liquidations_1d": [
            stamp(day_row(symbol, day, 4e8, 1e8), day + timedelta(days=1, hours=1))
            for day in days[5:]
            for symbol in ("BTCUSDT_PERP.A", "BTC_USDT.Y")
        ],
        "coinglass/liquidations_1d": [
            stamp(day_row("BTC", day, 9e8, 3e8), day + timedelta(days=1, hours=1)) for day in days[5:]
        ],
        "binance_spot/klines_1m": [soon(row) for row in quarter_minutes()],
        "binance_vision/um_klines_1h": [
            stamp(candle(start, (7e4, 7.1e4, 6.9e4, 7e4), volume=500.0 + start.hour), file_known_at(start))
            for start in hours
        ],
        "binance_futures/premium_klines_1h": [soon(premium_hour(start)) for start in hours],
    }


def soon(row: Row) -> Row:
    """Known a minute after what it tells."""
    told = row.get("period_end_at") or row.get("funding_at") or row["observed_at"]
    return stamp(row, told + MINUTE)


def payments(interval_hours: int) -> Iterator[datetime]:
    for number in range(24 * DAYS // interval_hours):
        yield FIRST_DAY + (number + 1) * interval_hours * HOUR


def rate(at: datetime) -> float:
    """Per interval; negative from the fall on."""
    return (0.0001 if at < FALL else -0.0002) * (1 + at.hour / 100)


def payment(symbol: str, at: datetime, interval_hours: float) -> Row:
    paid = rate(at) * interval_hours / 8
    return {"symbol": symbol, "funding_at": at, "interval_hours": float(interval_hours), "funding_rate_ratio": paid}


def gate_hour(start: datetime) -> Row:
    return {
        "symbol": "BTC_USDT",
        "period_start_at": start,
        "period_end_at": start + HOUR,
        "open_interest_contracts": 5e8,
        "open_interest_usd": 3.5e9,
        "mark_price": 7e4,
        "long_liquidation_usd": 0.0 if start.hour == 3 else 1e5 * (start.hour + 1),
        "short_liquidation_usd": 0.0 if start.hour == 3 else 2e4,
    }


def day_row(symbol: str, day: datetime, long_usd: float, short_usd: float) -> Row:
    return {
        "symbol": symbol,
        "period_start_at": day,
        "period_end_at": day + timedelta(days=1),
        "long_liquidation_usd": long_usd,
        "short_liquidation_usd": short_usd,
    }


def positions() -> Iterator[Row]:
    """A hundred small ones from 31 January on, three large ones in the fall, one in peace."""
    small = [(datetime(2026, 1, 31) + number * HOUR, 0.01 * (1 + number % 10)) for number in range(100)]
    large = [(FALL + 5 * MINUTE, 20.0), (FALL + 2 * QUARTER, 40.0), (FALL + 5 * QUARTER, 15.0)]
    for number, (at, size) in enumerate([*small, *large, (FALL + 6 * HOUR, 0.005)]):
        told = {
            "position_id": f"{number}",
            "symbol": "tBTCF0:USTF0",
            "observed_at": at,
            "liquidated_side": "short" if number % 4 == 3 else "long",
            "size_coins": size,
            "entry_price": 8e4,
        }
        yield told | {"event_id": f"{number} triggered", "stage": "triggered", "price": None}
        yield told | {"event_id": f"{number} executed", "stage": "executed", "price": 7e4}


def trades() -> Iterator[Row]:
    for number, product in enumerate(("inverse", "linear")):
        yield {
            "event_id": f"{number} T",
            "trade_id": f"{number}",
            "symbol": "BTC-PERPETUAL" if product == "inverse" else "BTC_USDC-PERPETUAL",
            "product": product,
            "observed_at": FALL + (3 + number) * MINUTE,
            "liquidated_side": "long",
            "liquidation_code": "T",
            "size_usd": 3e5 if product == "inverse" else None,
            "size_coins": 2.0 if product == "linear" else None,
            "price": 6.9e4,
        }


def quarter_minutes() -> Iterator[Row]:
    """The last minute of every quarter of an hour; the others are never read."""
    for number in range(96 * 6):
        end = datetime(2026, 1, 31, 6) + (number + 1) * QUARTER
        fallen = min(max((end - FALL) / QUARTER, 0.0), 5.0)
        price = 7e4 * (1 + 0.0005 * (number * 7 % 13 - 6)) * (1 - 0.03 * fallen)
        yield candle(end - MINUTE, (price, price, price, price)) | {"period_end_at": end}


def premium_hour(start: datetime) -> Row:
    return {
        "symbol": "BTCUSDT",
        "period_start_at": start,
        "period_end_at": start + HOUR,
        "open_premium_ratio": 0.0,
        "high_premium_ratio": 0.0002,
        "low_premium_ratio": -0.0008,
        "close_premium_ratio": -0.00003 * start.hour,
    }
