"""Good files of Binance's archive. The payload is the file inside the zip; the answer is the zip."""

from __future__ import annotations

from datetime import date

from ingestion.cases.wire import csv_name, zip_bytes
from tests.ingestion.sources.twin import Twin

_HOST = "https://data.binance.vision/data"


class ZippedTwin(Twin):
    """A payload that the host sends in a zip of one file."""

    __slots__ = ()

    @property
    def text(self) -> str:
        return super().body.decode()

    @property
    def body(self) -> bytes:
        return self.zipped(self.text)

    def zipped(self, text: str) -> bytes:
        """Other content under the same name."""
        return zip_bytes(csv_name(self.url), text.encode(), is_deflated=False)


def _daily(dataset: str, payload: str, path: str, day: date) -> ZippedTwin:
    return ZippedTwin(f"binance_vision/{dataset}", f"binance-vision_{payload}", f"{_HOST}/{path}-{day}.zip", day, day)


TWINS = [
    _daily("spot_klines_1m", "spot-klines-1m.csv", "spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m", date(2025, 11, 3)),
    _daily(
        "um_klines_1h",
        "um-klines-1h.csv",
        "futures/um/daily/klines/XAUUSDT/1h/XAUUSDT-1h",
        date(2026, 3, 10),
    ),
    _daily(
        "um_metrics_5m",
        "um-metrics.csv",
        "futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics",
        date(2025, 11, 3),
    ),
    _daily(
        "um_metrics_5m",
        "um-metrics_after-2026-06-25.csv",
        "futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics",
        date(2026, 8, 20),
    ),
    ZippedTwin(
        "binance_vision/um_funding",
        "binance-vision_um-fundingRate.csv",
        f"{_HOST}/futures/um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2026-08.zip",
        date(2026, 8, 1),
        date(2026, 8, 31),
    ),
]
