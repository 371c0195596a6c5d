"""Rows into the sources' own wire formats: zips, checksums and JSON as the hosts would send them.

Used by the cases' generators and by the tests' loopback exchange: what the values are is their affair. How
the formats are read is for ingestion/sources, which shares nothing with this module on purpose.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

VISION_HOST = "data.binance.vision"
INFLOW_URL = "https://api.sosovalue.xyz/openapi/v2/etf/historicalInflowChart"
INFLOW_QUESTION = b'{"type":"us-btc-spot"}'
RETARGETS_URL = "https://mempool.space/api/v1/mining/difficulty-adjustments/all"
MICROSECONDS_SINCE = date(2025, 1, 1)
METRICS_HEADER = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
    "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio"
)
HOUR, FIVE_MINUTES = timedelta(hours=1), timedelta(minutes=5)
LabelConvention = Literal["period_end", "period_start"]


class Candle(NamedTuple):
    """One spot candle; prices in quote currency, volumes in coins and in quote currency."""

    start_at: datetime
    open: float
    high: float
    low: float
    close: float
    volume_coins: float
    volume_quote: float
    trades: int
    taker_buy_coins: float
    taker_buy_quote: float


class OpenInterest(NamedTuple):
    """Open interest at the end of five minutes, with the venue's long/short ratios."""

    period_start_at: datetime
    coins: float
    value_quote: float
    top_accounts: float
    top_positions: float
    accounts: float
    taker_buy_sell: float
    late_seconds: int = 0


class FlowSession(NamedTuple):
    """Totals of all funds for one New York session, in USD."""

    session_date: date
    net_flow: float
    value_traded: float
    net_assets: float
    cumulative: float


class Retarget(NamedTuple):
    """One difficulty retarget; `adjustment` is new over old, a ratio."""

    at: datetime
    height: int
    difficulty: float
    adjustment: float


def epoch_microseconds(moment: datetime) -> int:
    """Naive UTC to microseconds since 1970."""
    return (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)


def spot_url(symbol: str, day: date) -> str:
    """The hourly spot candles of one UTC day."""
    return f"https://{VISION_HOST}/data/spot/daily/klines/{symbol}/1h/{symbol}-1h-{day}.zip"


def metrics_url(symbol: str, day: date) -> str:
    """The perpetual's open interest of one UTC day, every five minutes."""
    return f"https://{VISION_HOST}/data/futures/um/daily/metrics/{symbol}/{symbol}-metrics-{day}.zip"


def csv_name(url: str) -> str:
    """Name of the one file in a daily zip."""
    return url.rpartition("/")[2].removesuffix(".zip") + ".csv"


def spot_csv(candles: Iterable[Candle], length: timedelta = HOUR) -> str:
    """No header; microseconds since 2025, milliseconds before; the end stamp is the last unit of the candle."""
    lines = []
    for c in candles:
        unit = 1 if c.start_at.date() >= MICROSECONDS_SINCE else 1000
        start, end = (epoch_microseconds(moment) // unit for moment in (c.start_at, c.start_at + length))
        prices = ",".join(f"{value:.8f}" for value in (c.open, c.high, c.low, c.close, c.volume_coins))
        taker = f"{c.taker_buy_coins:.8f},{c.taker_buy_quote:.8f}"
        lines.append(f"{start},{prices},{end - 1},{c.volume_quote:.8f},{c.trades},{taker},0\n")
    return "".join(lines)


def metrics_csv(symbol: str, rows: Iterable[OpenInterest], convention: LabelConvention) -> str:
    """With a header. The label names the end or the start of the period, a second or two late at times."""
    shift = FIVE_MINUTES if convention == "period_end" else timedelta(0)
    lines = [METRICS_HEADER + "\n"]
    for r in rows:
        label = r.period_start_at + shift + timedelta(seconds=r.late_seconds)
        ratios = ",".join(f"{v:.8f}" for v in (r.top_accounts, r.top_positions, r.accounts, r.taker_buy_sell))
        # The venue pads to 16 decimals and knows only three of coins, eight of value.
        lines.append(f"{label},{symbol},{r.coins:.3f}{'0' * 13},{r.value_quote:.8f}{'0' * 8},{ratios}\n")
    return "".join(lines)


def zip_bytes(member: str, content: bytes, *, is_deflated: bool = True) -> bytes:
    """A zip of one file that is the same bytes whenever it is made.

    Stored rather than deflated, it is also the same on every machine: zlib's output differs between builds.
    """
    info = zipfile.ZipInfo(member, date_time=(1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr = 3, 0o644 << 16
    info.compress_type = zipfile.ZIP_DEFLATED if is_deflated else zipfile.ZIP_STORED
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, content)
    return buffer.getvalue()


def checksum_text(url: str, body: bytes) -> bytes:
    """The published checksum of a zip: digest, two spaces, file name."""
    return f"{hashlib.sha256(body).hexdigest()}  {url.rpartition('/')[2]}\n".encode()


def inflow_json(sessions: Iterable[FlowSession]) -> bytes:
    """Newest first, 300 sessions at most."""
    newest = sorted(sessions, key=lambda s: s.session_date, reverse=True)[:300]
    listed = [
        {
            "date": s.session_date.isoformat(),
            "totalNetInflow": s.net_flow,
            "totalValueTraded": s.value_traded,
            "totalNetAssets": s.net_assets,
            "cumNetInflow": s.cumulative,
        }
        for s in newest
    ]
    return json.dumps({"code": 0, "msg": None, "traceId": "", "tid": None, "data": {"list": listed}}).encode()


def retargets_json(retargets: Iterable[Retarget]) -> bytes:
    """Newest first, bare rows: time in seconds, height, difficulty, adjustment as a ratio."""
    newest = sorted(retargets, key=lambda r: r.height, reverse=True)
    rows = [[epoch_microseconds(r.at) // 1_000_000, r.height, r.difficulty, r.adjustment] for r in newest]
    return json.dumps(rows, separators=(",", ":")).encode()
