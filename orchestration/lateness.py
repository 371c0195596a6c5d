"""How late a landing of each cadence may be before somebody should look, and before something is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from ingestion.contract import Cadence


class Late(NamedTuple):
    """Ages of a dataset's last landing."""

    warn: timedelta
    fail: timedelta


LATE: dict[Cadence, Late] = {
    "ten_minutes": Late(timedelta(minutes=45), timedelta(hours=2)),
    "quarter_hourly": Late(timedelta(hours=1), timedelta(hours=3)),
    "hourly": Late(timedelta(hours=2), timedelta(hours=6)),
    "daily": Late(timedelta(hours=36), timedelta(hours=60)),
    "weekly": Late(timedelta(days=9), timedelta(days=16)),
}
