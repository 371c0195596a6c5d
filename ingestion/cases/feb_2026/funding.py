"""Funding of the case's perpetuals, and the premium it follows from.

Published are means over all exchanges of four days; they are taken as if each venue's payments had had them. Binance
pays the premium where it is far from the usual hundredth of a per cent, so the premium is made from the payments.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.market import Market
from ingestion.cases.feb_2026.paths import bridge, seeded
from ingestion.cases.feb_2026.times import BACKFILL, DAY, days_of, epoch_ms, file_out, midnight, midnights
from ingestion.cases.wire import HOUR
from ingestion.request import Request

# Means of a day in percent per eight hours, simulated: high when everybody was long, under the usual 0.01 in falls.
SHAPE = {
    "2023-11-29": 0.012, "2024-01-01": 0.025, "2024-01-23": 0.008, "2024-03-05": 0.055, "2024-05-01": 0.005,
    "2024-11-12": 0.035, "2025-01-20": 0.011, "2025-04-08": 0.001, "2025-07-14": 0.013, "2025-10-06": 0.009,
    "2025-10-12": 0.002, "2026-01-14": 0.008, "2026-01-28": 0.004, "2026-01-30": 0.001, "2026-02-02": -0.004,
    "2026-02-07": -0.009, "2026-02-12": -0.001, "2026-03-11": 0.004,
}  # fmt: skip
FACTS = ("0201", "0204", "0205", "0206")
INTERVAL = timedelta(hours=8)
# The band around the usual rate inside which Binance pays no premium, in percent.
BAND = 0.05


def answers(market: Market) -> dict[str, Told]:
    means = daily_means(market)

    def binance_file(request: Request, _: datetime) -> bytes:
        lines = ["calc_time,funding_interval_hours,last_funding_rate"]
        for at, rate in _payments(means, request, 0.0, "binance"):
            lines.append(f"{epoch_ms(at) + 3},8,{rate:.8f}")
        return "\n".join([*lines, ""]).encode()

    def bybit_page(request: Request, _: datetime) -> bytes:
        listed = [
            {"symbol": "BTCUSDT", "fundingRate": f"{rate:.8f}", "fundingRateTimestamp": str(epoch_ms(at))}
            for at, rate in _payments(means, request, 0.0008, "bybit", back=DAY)
        ]
        result = {"category": "linear", "list": listed[::-1]}
        return json.dumps({"retCode": 0, "retMsg": "OK", "result": result}).encode()

    def okx_page(request: Request, _: datetime) -> bytes:
        listed = [
            {
                "instType": "SWAP", "instId": "BTC-USDT-SWAP", "fundingRate": f"{rate:.10f}",
                "realizedRate": f"{rate:.10f}", "fundingTime": str(epoch_ms(at)), "method": "current_period",
            }
            for at, rate in _payments(means, request, 0.0012, "okx", back=DAY)
        ]  # fmt: skip
        return json.dumps({"code": "0", "msg": "", "data": listed[::-1]}).encode()

    def deribit_page(request: Request, _: datetime) -> bytes:
        random = seeded("deribit funding")
        rows = []
        for at in (start + n * HOUR for start in midnights(request) for n in range(24)):
            rate = rate_at(means, at) / 100
            hourly = rate / 8 + 0.000004 * (2 * random.random() - 1)
            now, before = market.price(at), market.price(at - HOUR)
            rows.append(
                {
                    "timestamp": epoch_ms(at), "index_price": round(now, 2), "prev_index_price": round(before, 2),
                    "interest_8h": round(rate, 12), "interest_1h": round(hourly, 12),
                }
            )  # fmt: skip
        return json.dumps({"jsonrpc": "2.0", "result": rows, "testnet": False}).encode()

    def premium_file(request: Request, _: datetime) -> bytes:
        (day,) = days_of(request)
        lines = []
        for n in range(24):
            at = midnight(day) + n * HOUR
            first, last = premium(means, at), premium(means, at + HOUR)
            high, low = max(first, last) + 0.00006, min(first, last) - 0.00006
            cells = ",".join(f"{ratio:.8f}" for ratio in (first, high, low, last))
            lines.append(f"{epoch_ms(at)},{cells},0,{epoch_ms(at + HOUR) - 1},0,720,0,0,0")
        header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume"
        return "\n".join([f"{header},taker_buy_quote_volume,ignore", *lines, ""]).encode()

    return {
        "binance_vision/um_funding": Told(file_out, binance_file),
        "binance_vision/um_premium_klines_1h": Told(file_out, premium_file),
        "bybit/funding": Told(BACKFILL, bybit_page),
        "okx/funding": Told(BACKFILL, okx_page),
        "deribit/funding_1h": Told(BACKFILL, deribit_page),
    }


def daily_means(market: Market) -> dict[date, float]:
    """Percent per eight hours by UTC day, published or walked between."""
    pins = {date.fromisoformat(day): mean for day, mean in SHAPE.items()}
    for day in FACTS:
        fact = market.facts[f"funding_{day}_cryptoquant"]
        pins[fact.observed_from_at.date()] = fact.value
    first = min(pins)
    path = bridge(seeded("funding"), {(day - first).days: 1 + mean for day, mean in pins.items()}, 0.0012)
    return {first + n * DAY: mean - 1 for n, mean in enumerate(path)}


def rate_at(means: dict[date, float], moment: datetime) -> float:
    """Percent per eight hours at a moment: the day's mean at its noon, straight lines between."""
    noon = midnight(moment.date()) + timedelta(hours=12)
    first = noon if moment >= noon else noon - DAY
    share = (moment - first) / DAY
    return means[first.date()] + (means[first.date() + DAY] - means[first.date()]) * share


def premium(means: dict[date, float], moment: datetime) -> float:
    """How far the perpetual stands over its index, a ratio: what makes the rate that is paid."""
    rate = rate_at(means, moment)
    random = seeded(f"premium {moment}")
    if 0.009 < rate < 0.011:
        return round((0.02 * random.random() - 0.01) / 100, 8)
    edge = -BAND if rate < 0.01 else BAND
    return round((rate + edge + 0.006 * (random.random() - 0.5)) / 100, 8)


def _payments(
    means: dict[date, float], request: Request, apart: float, venue: str, back: timedelta = timedelta(0)
) -> list[tuple[datetime, float]]:
    """Every eight hours, so that the three payments for the hours of a day have its mean.

    apart: how far a venue's own mean may lie from it, percent. back: how far the answer reaches before its days.
    """
    paid = []
    days = days_of(request)
    at, end = midnight(days[0]) - back, midnight(days[-1]) + DAY
    while at < end:
        # What is paid at midnight is for the day that ends.
        day = (at - HOUR).date()
        random = seeded(f"payments {venue} {day}")
        mean = means[day] + apart * (2 * random.random() - 1)
        lean = 0.0015 * (2 * random.random() - 1)
        extra = {8: lean, 16: 0.0, 0: -lean}[at.hour]
        paid.append((at, round((mean + extra) / 100, 8)))
        at += INTERVAL
    return paid
