"""What the hosts have published at a moment, as bytes by `/host/path`: the honest part of the exchange."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from ingestion.cases import wire
from tests.loopback import klines, market

FLOWS_PATH, RETARGETS_PATH = (url.removeprefix("https:/") for url in (wire.INFLOW_URL, wire.RETARGETS_URL))
_SPOT = r"spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h"
_METRICS = r"futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics"
_FILE = re.compile(rf"/{re.escape(wire.VISION_HOST)}/data/(?:{_SPOT}|{_METRICS})-(\d{{4}}-\d\d-\d\d)\.zip$")


class Hosts:
    """The four datasets for any date.

    now: the clock, naive UTC or ISO text; may be moved between requests.
    label_switch: first day whose metrics file is labelled by the start of the period, None for never.
    """

    def __init__(self, now: datetime | str, label_switch: date | None = None) -> None:
        self.now = now
        self.label_switch = label_switch

    @property
    def now(self) -> datetime:
        return self._now

    @now.setter
    def now(self, value: datetime | str) -> None:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        self._now = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment

    def published(self, path: str) -> bytes | None:
        """The answer for a path, None where there is none (yet)."""
        day = day_of(path)
        if day is not None:
            is_out = datetime.combine(day, time()) + market.FILES_AFTER <= self.now
            return self.file(path, day) if is_out else None
        if (more := klines.published(path, self.now)) is not None:
            return more
        if path == FLOWS_PATH:
            return wire.inflow_json(market.flow_sessions(self.now))
        return wire.retargets_json(market.retargets(self.now)) if path == RETARGETS_PATH else None

    def day_before(self, path: str) -> bytes:
        """The rows of the day before under the name of this day's zip."""
        day = day_of(path)
        assert day is not None, f"{path} is no daily file"
        return self.file(path, day - timedelta(days=1))

    def file(self, path: str, day: date) -> bytes:
        """The zip called as the path says, with the rows of a day."""
        is_start = self.label_switch is not None and day >= self.label_switch
        return _file(path, day, "period_start" if is_start else "period_end")


@cache  # a file is asked for by its checksum and by its name, by many tests
def _file(path: str, day: date, label: wire.LabelConvention) -> bytes:
    is_spot = "/spot/" in path
    text = (
        wire.spot_csv(market.candles(day)) if is_spot else wire.metrics_csv("BTCUSDT", market.open_interest(day), label)
    )
    return wire.zip_bytes(wire.csv_name(path), text.encode())


def day_of(path: str) -> date | None:
    """The UTC day of a daily file, None for any other path."""
    match = _FILE.match(path)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
