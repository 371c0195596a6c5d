"""Perpetuals beside Binance's open interest: its hourly candles, and open interest of other venues.

All venues open and close positions together, each around a level of its own that is invented; only CME's weekly
positions are published. Candles stand at spot and premium, and their takers lean as the venue's own ratio says.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import NamedTuple

from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.funding import daily_means, premium
from ingestion.cases.feb_2026.market import Market
from ingestion.cases.feb_2026.open_interest import LEVEL_COINS, open_interest
from ingestion.cases.feb_2026.paths import START, bridge, seeded
from ingestion.cases.feb_2026.times import BACKFILL, DAY, daily, days_of, epoch_ms, file_out, midnights, new_york
from ingestion.cases.wire import HOUR, OpenInterest, metrics_csv
from ingestion.request import Request

PER_HOUR = 12
# Perpetuals traded some seven times what spot did on 6 February, over all exchanges.
VOLUME_OF_SPOT = 6.5


class Venue(NamedTuple):
    """Open interest as a contract prints it: its level at the end of 5 February, and whether that is in dollars."""

    level: float
    is_usd: bool


VENUES = {
    "linear BTCUSDT": Venue(52_000.0, is_usd=False),
    "inverse BTCUSD": Venue(1.05e9, is_usd=True),
    "BTC-USDT-SWAP": Venue(29_500.0, is_usd=False),
    "BTC-USD-SWAP": Venue(0.62e9, is_usd=True),
    "BTC-PERPETUAL": Venue(0.95e9, is_usd=True),
    "BTC-27FEB26": Venue(0.21e9, is_usd=True),
    "BTC-27MAR26": Venue(0.34e9, is_usd=True),
    "BTC-26JUN26": Venue(0.18e9, is_usd=True),
}
END_OF_5TH = datetime(2026, 2, 6)
OKX_LINEAR_CONTRACT, OKX_INVERSE_CONTRACT = 0.01, 100.0
SUMMARISED = tuple(daily("2026-01-28", "2026-02-12", 23.97))
# CME's open interest in coins between the published Tuesdays, simulated.
CME_SHAPE = {"2023-12-26": 100_000.0, "2024-11-12": 180_000.0, "2025-10-07": 150_000.0, "2026-03-03": 117_000.0}
GROUPS = (
    "dealer_positions", "asset_mgr_positions", "lev_money_positions", "other_rept_positions", "nonrept_positions",
)  # fmt: skip
CME_CONTRACTS = (("133741", "BITCOIN", 5.0), ("133742", "MICRO BITCOIN", 0.1))


def answers(market: Market) -> dict[str, Told]:
    interest = open_interest(market.facts, market.candles)
    hourly = {START + n * HOUR: share for n, share in enumerate(_index(interest))}
    weekly = _cme(market)

    def metrics_file(request: Request, _: datetime) -> bytes:
        rows = (row for row in interest if row.period_start_at.date() == request.covers_from)
        return metrics_csv("BTCUSDT", rows, "period_end").encode()

    def candle_file(request: Request, _: datetime) -> bytes:
        return _candles(market, interest, days_of(request)[0])

    def bybit_page(request: Request, _: datetime) -> bytes:
        category, symbol = (request.series or "").split()
        listed = [
            {"openInterest": f"{amount:.8f}", "timestamp": str(epoch_ms(at))}
            for at, amount, _price in _points(market, hourly, request, f"{category} {symbol}")
        ]
        result = {"symbol": symbol, "category": category, "list": listed[::-1], "nextPageCursor": ""}
        return json.dumps({"retCode": 0, "retMsg": "OK", "result": result}).encode()

    def okx_page(request: Request, _: datetime) -> bytes:
        swap, rows = request.series or "", []
        for at, amount, price in _points(market, hourly, request, swap):
            usd = amount if VENUES[swap].is_usd else amount * price
            contracts = amount / (OKX_INVERSE_CONTRACT if VENUES[swap].is_usd else OKX_LINEAR_CONTRACT)
            rows.append([str(epoch_ms(at)), f"{contracts:.2f}", f"{usd / price:.4f}", f"{usd:.4f}"])
        return json.dumps({"code": "0", "msg": "", "data": rows[::-1]}).encode()

    def deribit_page(_: Request, asked_at: datetime) -> bytes:
        hour = START + ((asked_at + HOUR / 2 - START) // HOUR) * HOUR
        rows = [
            {
                "instrument_name": name, "base_currency": "BTC", "quote_currency": "USD",
                "open_interest": float(round(_amount(market, name, hourly[hour], asked_at), -1)),
                "mark_price": round(market.price(asked_at) * (1 + 0.0004 * number), 2),
                "mid_price": round(market.price(asked_at) * (1 + 0.0004 * number), 2),
                "volume_usd": 8e8 / (1 + 4 * number), "creation_timestamp": epoch_ms(asked_at),
            }
            for number, name in enumerate(name for name in VENUES if name.startswith("BTC-") and "SWAP" not in name)
        ]  # fmt: skip
        return json.dumps({"jsonrpc": "2.0", "result": rows, "testnet": False}).encode()

    def cftc_page(request: Request, asked_at: datetime) -> bytes:
        reports = [day for day in days_of(request) if day in weekly and new_york(day + 3 * DAY, 15, 30) <= asked_at]
        rows = [_report(day, weekly[day], *contract) for day in reports for contract in CME_CONTRACTS]
        return json.dumps(rows).encode()

    return {
        "binance_vision/um_metrics_5m": Told(file_out, metrics_file),
        "binance_vision/um_klines_1h": Told(file_out, candle_file),
        "bybit/open_interest_1h": Told(BACKFILL, bybit_page),
        "okx/open_interest_1h": Told(BACKFILL, okx_page),
        "deribit/futures_summary": Told(SUMMARISED, deribit_page),
        "cftc/tff_weekly": Told(BACKFILL, cftc_page),
    }


def _index(interest: list[OpenInterest]) -> list[float]:
    """Coins at full hours over those at the end of 5 February, from the first hour of the case on."""
    ends = interest[PER_HOUR - 1 :: PER_HOUR]
    return [interest[0].coins / LEVEL_COINS, *(row.coins / LEVEL_COINS for row in ends)]


def _amount(market: Market, name: str, index: float, at: datetime) -> float:
    """What a contract prints: level, times what all venues did, give or take a thousandth; dollars with the price."""
    random = seeded(f"open interest {name} {at}")
    amount = VENUES[name].level * index * (1 + 0.001 * (2 * random.random() - 1))
    return amount * market.price(at) / market.price(END_OF_5TH) if VENUES[name].is_usd else amount


def _points(
    market: Market, hourly: dict[datetime, float], request: Request, name: str
) -> list[tuple[datetime, float, float]]:
    """Full hours of a question: what is printed, and the price."""
    hours = (start + n * HOUR for start in midnights(request) for n in range(24))
    return [(at, round(_amount(market, name, hourly[at], at), 3), market.price(at)) for at in hours]


def _candles(market: Market, interest: list[OpenInterest], day: date) -> bytes:
    means = daily_means(market)
    header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume"
    lines = [f"{header},taker_buy_quote_volume,ignore"]
    for number, c in enumerate(market.candles):
        if c.start_at.date() != day:
            continue
        over = [1 + premium(means, at) for at in (c.start_at, c.start_at + HOUR)]
        start, end = c.open * over[0], c.close * over[1]
        high, low = max(c.high * max(over), start, end), min(c.low * min(over), start, end)
        random = seeded(f"perpetual {c.start_at}")
        volume = c.volume_coins * VOLUME_OF_SPOT * (0.9 + 0.2 * random.random())
        ratios = [row.taker_buy_sell for row in interest[number * PER_HOUR : (number + 1) * PER_HOUR]]
        ratio = sum(ratios) / len(ratios)
        bought, mean = volume * ratio / (1 + ratio), (start + high + low + end) / 4
        prices = ",".join(f"{price:.2f}" for price in (start, high, low, end))
        lines.append(
            f"{epoch_ms(c.start_at)},{prices},{volume:.3f},{epoch_ms(c.start_at + HOUR) - 1},{volume * mean:.5f},"
            f"{int(volume * 22)},{bought:.3f},{bought * mean:.5f},0"
        )
    return "\n".join([*lines, ""]).encode()


def _cme(market: Market) -> dict[date, float]:
    """Coins by Tuesday: published, or walked between."""
    published = {
        fact.observed_from_at.date(): fact.value for fact in market.facts.values() if fact.fact_id.startswith("oi_cot_")
    }
    pins = {date.fromisoformat(day): coins for day, coins in CME_SHAPE.items()} | published
    first = min(pins)
    path = bridge(seeded("cme"), {(day - first).days // 7: coins for day, coins in pins.items()}, 0.03)
    return {first + 7 * n * DAY: coins for n, coins in enumerate(path)}


def _report(day: date, coins: float, code: str, name: str, size: float) -> dict[str, str]:
    """One contract's report: the large one holds all but some two per cent, the micro one the rest exactly."""
    large = int(0.985 * coins / 5)
    contracts = large if size == 5 else round(10 * (coins - 5 * large))
    random = seeded(f"positions {code} {day}")
    longs = _split(contracts, (0.04, 0.34, 0.36, 0.16), random.random())
    shorts = _split(contracts, (0.16, 0.05, 0.66, 0.06), random.random())
    counts: dict[str, str] = {}
    for group, long, short in zip(GROUPS, longs, shorts, strict=True):
        tail = "_all" if group in ("dealer_positions", "nonrept_positions") else ""
        counts |= {f"{group}_long{tail}": str(long), f"{group}_short{tail}": str(short)}
    return {
        "cftc_contract_market_code": code,
        "market_and_exchange_names": f"{name} - CHICAGO MERCANTILE EXCHANGE",
        "report_date_as_yyyy_mm_dd": f"{day}T00:00:00.000",
        "contract_units": f"({size:g} Bitcoins)",
        "open_interest_all": str(contracts),
        **counts,
    }


def _split(total: int, shares: tuple[float, ...], lean: float) -> list[int]:
    """Whole contracts by group; the last group takes what is left."""
    parts = [int(total * share * (0.95 + 0.1 * lean)) for share in shares]
    return [*parts, total - sum(parts)]
