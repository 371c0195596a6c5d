"""Captures as a source would have answered, for tests of parsing and landing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from ingestion.capture import Capture, capture_id
from ingestion.cases.wire import (
    INFLOW_QUESTION,
    INFLOW_URL,
    RETARGETS_URL,
    Candle,
    FlowSession,
    LabelConvention,
    OpenInterest,
    Retarget,
    csv_name,
    inflow_json,
    metrics_csv,
    metrics_url,
    retargets_json,
    spot_csv,
    spot_url,
    zip_bytes,
)
from ingestion.contract import find

DAY = date(2026, 2, 5)
SPOT = find("binance_vision/spot_klines_1h")
METRICS = find("binance_vision/um_metrics_5m")
FLOWS = find("sosovalue/etf_flow_totals")
RETARGETS = find("mempool_space/difficulty_adjustments")


def capture(
    dataset: str,
    url: str,
    body: bytes,
    received_at: datetime,
    *,
    day: date | None = None,
    request_body: bytes | None = None,
    status: int = 200,
) -> Capture:
    """One captured answer."""
    source, name = dataset.split("/")
    digest = hashlib.sha256(body).hexdigest()
    method = "POST" if request_body else "GET"
    return Capture(
        capture_id(method, url, request_body, received_at, digest), source, name, method, url, request_body,
        received_at, received_at, status, None, body, digest, day, day, "measured",
    )  # fmt: skip


def morning_after(day: date) -> datetime:
    return datetime(day.year, day.month, day.day) + timedelta(days=1, hours=8, minutes=5)


def candles(day: date = DAY, hours: int = 24, close: float = 100.0) -> list[Candle]:
    start = datetime(day.year, day.month, day.day)
    return [
        Candle(start + timedelta(hours=h), 100.0, max(101.0, close), 99.0, close, 10.0, 1000.0, 5, 6.0, 600.0)
        for h in range(hours)
    ]


def spot(rows: list[Candle] | str, day: date = DAY, received_at: datetime | None = None) -> Capture:
    """A day of candles, or the given text as the file's content."""
    url = spot_url("BTCUSDT", day)
    text = rows if isinstance(rows, str) else spot_csv(rows)
    return capture(SPOT.key, url, zip_bytes(csv_name(url), text.encode()), received_at or morning_after(day), day=day)


def open_interest(day: date = DAY, rows: int = 288, late_seconds: int = 0) -> list[OpenInterest]:
    start = datetime(day.year, day.month, day.day)
    return [
        OpenInterest(start + i * timedelta(minutes=5), 1000.0 + i, (1000.0 + i) * 70_000, 1, 1, 1, 1, late_seconds)
        for i in range(rows)
    ]


def metrics(
    rows: Sequence[OpenInterest] | str,
    day: date = DAY,
    convention: LabelConvention = "period_end",
    received_at: datetime | None = None,
) -> Capture:
    """A day of open interest, or the given text as the file's content."""
    url = metrics_url("BTCUSDT", day)
    text = rows if isinstance(rows, str) else metrics_csv("BTCUSDT", rows, convention)
    return capture(
        METRICS.key, url, zip_bytes(csv_name(url), text.encode()), received_at or morning_after(day), day=day
    )


def flows(sessions: dict[date, float], received_at: datetime) -> Capture:
    """A poll of the funds' totals: net flow by session."""
    rows, total = [], 0.0
    for day, flow in sorted(sessions.items()):
        total += flow
        rows.append(FlowSession(day, flow, 1e9, 9e10, total))
    return capture(FLOWS.key, INFLOW_URL, inflow_json(rows), received_at, request_body=INFLOW_QUESTION)


def retargets(rows: list[Retarget], received_at: datetime) -> Capture:
    return capture(RETARGETS.key, RETARGETS_URL, retargets_json(rows), received_at)
