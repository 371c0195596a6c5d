"""More daily files of the synthetic market: candles of other lengths, of the perpetual and its premium, and funding.

Only for runs that need more than the four datasets: the bench.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random

from ingestion.cases.wire import VISION_HOST, csv_name, zip_bytes
from tests.loopback.market import FILES_AFTER, price

_HEADER = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
    "taker_buy_quote_volume,ignore\n"
)
_CANDLES = re.compile(
    rf"/{re.escape(VISION_HOST)}/data/(spot|futures/um)/daily/(klines|premiumIndexKlines)/BTCUSDT/(1m|1h|1d)/"
    r"BTCUSDT-\3-(\d{4}-\d\d-\d\d)\.zip$"
)
_FUNDING = re.compile(
    rf"/{re.escape(VISION_HOST)}/data/futures/um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-(\d{{4}}-\d\d)\.zip$"
)
_MINUTES = {"1m": 1, "1h": 60, "1d": 1440}


def published(path: str, now: datetime) -> bytes | None:
    """The zip of a path, None where there is none or not yet."""
    if match := _CANDLES.match(path):
        market, kind, interval, day = match.groups()
        if datetime.combine(date.fromisoformat(day), time()) + FILES_AFTER > now:
            return None
        return _file(path, date.fromisoformat(day), _MINUTES[interval], market == "spot", kind != "klines")
    if match := _FUNDING.match(path):
        first = date.fromisoformat(f"{match[1]}-01")
        after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        return zip_bytes(csv_name(path), _funding(first, after).encode()) if after < now.date() else None
    return None


@cache  # a file is asked for by its checksum and by its name, in every round of a comparison
def _file(path: str, day: date, minutes: int, is_spot: bool, is_premium: bool) -> bytes:
    text = ("" if is_spot else _HEADER) + _candles(day, minutes, is_spot, is_premium)
    return zip_bytes(csv_name(path), text.encode())


def _candles(day: date, minutes: int, is_spot: bool, is_premium: bool) -> str:
    step, lines = timedelta(minutes=minutes), []
    for number in range(1440 // minutes):
        start = datetime.combine(day, time()) + number * step
        noise = Random(f"{start} {minutes}").random()
        first, last = (
            (price(start) / 1e8, price(start + step) / 1e8) if is_premium else (price(start), price(start + step))
        )
        high, low = max(first, last) * 1.001, min(first, last) * 0.999
        volume = 0.0 if is_premium else minutes * (10 + noise)
        scale = 1_000_000 if is_spot else 1_000
        opens = int(start.replace(tzinfo=UTC).timestamp()) * scale
        closes = opens + int(step.total_seconds()) * scale - 1
        prices = f"{first:.8f},{high:.8f},{low:.8f},{last:.8f}"
        lines.append(
            f"{opens},{prices},{volume:.5f},{closes},{volume * last:.5f},{int(volume)},{volume / 2:.5f},"
            f"{volume / 2 * last:.5f},0\n"
        )
    return "".join(lines)


def _funding(first: date, after: date) -> str:
    moments = ((after - first).days * 3 * timedelta(hours=8)) // timedelta(hours=8)
    start = datetime.combine(first, time(), UTC)
    rows = (f"{int((start + n * timedelta(hours=8)).timestamp() * 1000)},8,0.0001\n" for n in range(moments))
    return "calc_time,funding_interval_hours,last_funding_rate\n" + "".join(rows)
