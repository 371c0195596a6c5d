"""Synthetic rows of the chain around 5 February 2026: blocks, hashrates, forecasts, what coins cost."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.dbt.raw_factory import Raw, Row, stamp

FIRST_DAY = datetime(2026, 1, 30)
DAYS = [FIRST_DAY + timedelta(days=day) for day in range(9)]
EPOCHS = {933_408: 141_668_107_417_558.0, 935_424: 125_864_590_119_494.0}
EPOCH_START = datetime(2026, 1, 24)
STEP_USD = 500.0


def rows() -> Raw:
    return {
        "mempool_space/blocks": [stamp(row, row["observed_at"] + timedelta(minutes=5)) for row in _blocks()],
        "mempool_space/hashrates": [
            stamp(_day(day) | {"hashrate_eh_s": 900.0 + 2.0 * index}, day + timedelta(days=1, hours=1))
            for index, day in enumerate(FIRST_DAY + timedelta(days=shift) for shift in range(-61, 9))
        ],
        "mempool_space/difficulty_estimate": [
            stamp(_estimate(day + timedelta(hours=hour)), day + timedelta(hours=hour))
            for day in DAYS
            for hour in (3, 15)
        ],
        "coinmetrics/asset_metrics_1d": [
            stamp(row, row["period_start_at"] + timedelta(days=1, hours=6))
            for row in (*_prices(), *map(_metrics, DAYS))
        ],
        "bitview/series_1d": [
            stamp(_day(day) | {"series": series, "value": value}, day + timedelta(days=1, hours=1))
            for day in DAYS
            for series, value in (("realized_price", 55_300.0), ("sth_realized_price", 92_000.0))
        ],
        "bitview/urpd": [
            stamp(row, day + timedelta(days=1, hours=1), provenance="published")
            for day in (DAYS[0], DAYS[7])
            for cohort, steps in (("all", 40), ("sth", 12))
            for row in _steps(day, cohort, steps)
        ],
    }


def fund_flows() -> Raw:
    """Single funds, for tests of their own: every fund on 3 and 4 February, one of them only on the 5th."""
    prints = {3: (60.0, -332.0), 4: (-373.4, -171.5), 5: (-175.3, None)}
    return {
        "farside/btc_flows": [
            stamp(
                {
                    "asset": "BTC",
                    "fund": fund,
                    "session_date": datetime(2026, 2, day).date(),
                    "observed_at": datetime(2026, 2, day, 21),
                    "net_flow_usd": flow * 1e6,
                },
                datetime(2026, 2, day + 1, 12),
            )
            for day, (ibit, rest) in prints.items()
            for fund, flow in (("IBIT", ibit), ("FBTC", rest), ("total", None if rest is None else ibit + rest))
            if flow is not None
        ]
    }


def _day(day: datetime) -> Row:
    return {"observed_date": day.date(), "period_start_at": day, "period_end_at": day + timedelta(days=1)}


def _blocks() -> list[Row]:
    """Every 24th block, ten minutes each and some scatter."""
    return [
        {
            "height": height,
            "block_hash": f"{height:064x}",
            "observed_at": EPOCH_START + timedelta(minutes=10 * (height - 933_408), seconds=height % 37),
            "difficulty": EPOCHS[height // 2016 * 2016],
            "transactions_count": 3000,
            "fees_coins": 0.02 + 0.001 * (height % 7),
            "reward_coins": 3.145 + 0.001 * (height % 7),
        }
        for height in range(933_408 + 144 * 5, 933_408 + 144 * 15, 24)
    ]


def _estimate(at: datetime) -> Row:
    mined = (at - EPOCH_START) // timedelta(minutes=10) % 2016
    remaining = 2016 - mined
    return {
        "observed_at": at,
        "estimated_at": at,
        "next_retarget_height": 935_424 if at < datetime(2026, 2, 7) else 937_440,
        "estimated_change_pct": -13.0 + at.day / 10,
        "estimated_retarget_at": at + timedelta(minutes=10 * remaining),
        "progress_pct": mined / 20.16,
        "remaining_blocks_count": remaining,
        "mean_block_interval_seconds": 690.0,
    }


def _prices() -> Iterator[Row]:
    """A hundred days before, of prices alone: flat, but for a fall of 12 % that is made good the day after."""
    for number in range(100, 0, -1):
        row = _metrics(FIRST_DAY - timedelta(days=number))
        price = 84_000.0 * (0.88 if number == 60 else 1)
        unsaid = {name: None for name in row if name.startswith(("issuance", "hashrate", "fees", "blocks"))}
        yield row | unsaid | {"price_usd": price, "market_cap_usd": price * row["supply_coins"]}


def _metrics(day: datetime) -> Row:
    price = 70_000.0 + 100.0 * day.day
    return _day(day) | {
        "asset": "BTC",
        "price_usd": price,
        "market_cap_usd": price * 19_984_908.54,
        "mvrv_ratio": price / 55_321.0,
        "supply_coins": 19_984_908.54,
        "issuance_coins": 450.0,
        "issuance_usd": 450.0 * price,
        "hashrate_eh_s": 1000.0,
        "fees_coins": 3.0,
        "blocks_count": 144,
    }


def _steps(day: datetime, cohort: str, steps: int) -> list[Row]:
    """A hill of coins on a slope, which grew in the week; one step holds nothing and is left out."""
    supplies = {
        step: 1000.0 + step + 4000.0 * math.exp(-((step - 8) ** 2) / 4) * (1 if day == DAYS[0] else 1.2)
        for step in range(steps)
        if step != 3
    }
    return [
        _day(day)
        | {
            "cohort": cohort,
            "price_floor_usd": 62_000.0 + STEP_USD * step,
            "supply_coins": supply,
            "realized_cap_usd": supply * (62_250.0 + STEP_USD * step),
            "unrealized_pnl_usd": 0.0,
            "close_usd": 70_000.0,
            "total_supply_coins": sum(supplies.values()),
        }
        for step, supply in supplies.items()
    ]
