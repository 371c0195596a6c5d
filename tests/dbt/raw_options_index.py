"""The volatility index around 5 February 2026 at figures of the press, and one expiry by strike on a third venue."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.dbt.raw_factory import FIRST_DAY, Raw, stamp

DAY = timedelta(days=1)
CLOSES = [0.40, 0.41, 0.43, 0.46, 0.47, 0.49, 0.5347, 0.8262, 0.5885, 0.57, 0.55]
EXPIRY = datetime(2026, 2, 27, 8)
SNAPSHOTS = [datetime(2026, 2, 5, 12), datetime(2026, 2, 6, 11, 45)]
# Calls and puts by strike.
OPEN = {50_000.0: (10.0, 300.0), 60_000.0: (80.0, 250.0), 70_000.0: (200.0, 90.0), 80_000.0: (350.0, 20.0)}


def rows() -> Raw:
    days = [FIRST_DAY + number * DAY for number in range(len(CLOSES) - 1)]
    return {
        "deribit_options/volatility_index_1d": [
            stamp(_day(start, opened, close), start + DAY + timedelta(minutes=1))
            for start, opened, close in zip(days, CLOSES, CLOSES[1:], strict=False)
        ],
        "okx_options/open_interest_by_strike": [
            stamp(_strike(moment, strike, calls + 10 * number, puts + 5 * number), moment + timedelta(seconds=1))
            for number, moment in enumerate(SNAPSHOTS)
            for strike, (calls, puts) in OPEN.items()
        ],
    }


def _day(start: datetime, opened: float, close: float) -> dict[str, object]:
    return {
        "currency": "BTC",
        "period_start_at": start,
        "period_end_at": start + DAY,
        "open_iv_ratio": opened,
        "high_iv_ratio": max(opened, close) + 0.02,
        "low_iv_ratio": min(opened, close) - 0.01,
        "close_iv_ratio": close,
    }


def _strike(moment: datetime, strike: float, calls: float, puts: float) -> dict[str, object]:
    return {
        "currency": "BTC",
        "expiry_at": EXPIRY,
        "strike_price": strike,
        "observed_at": moment,
        "call_open_interest_coins": calls,
        "put_open_interest_coins": puts,
        "call_volume_coins": 5.0,
        "put_volume_coins": 5.0,
    }
