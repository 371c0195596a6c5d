"""Good files of Binance's archive. The payload is the file inside the zip; the answer is the zip."""

from __future__ import annotations

from datetime import date
from functools import partial

from ingestion.cases.wire import csv_name, zip_bytes
from tests.ingestion.sources.twin import Twin

_HOST = "https://data.binance.vision/data"


def _zipped(dataset: str, payload: str, path: str, first: date, last: date) -> Twin:
    url = f"{_HOST}/{path}.zip"
    wrap = partial(zip_bytes, csv_name(url), is_deflated=False)
    return Twin(f"binance_vision/{dataset}", f"binance-vision_{payload}", url, first, last, wrap=wrap)


def daily(dataset: str, payload: str, path: str, day: date) -> Twin:
    """A file of one day; `path` is what its name has before the day."""
    return _zipped(dataset, payload, f"{path}-{day}", day, day)


TWINS = [
    daily("spot_klines_1m", "spot-klines-1m.csv", "spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m", date(2025, 11, 3)),
    daily(
        "um_klines_1h",
        "um-klines-1h.csv",
        "futures/um/daily/klines/XAUUSDT/1h/XAUUSDT-1h",
        date(2026, 3, 10),
    ),
    daily(
        "um_metrics_5m",
        "um-metrics.csv",
        "futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics",
        date(2025, 11, 3),
    ),
    daily(
        "um_metrics_5m",
        "um-metrics_after-2026-06-25.csv",
        "futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics",
        date(2026, 8, 20),
    ),
    _zipped(
        "um_funding",
        "um-fundingRate.csv",
        "futures/um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2026-08",
        date(2026, 8, 1),
        date(2026, 8, 31),
    ),
]
