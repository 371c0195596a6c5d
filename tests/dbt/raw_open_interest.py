"""Five days of open interest on other venues than Binance: an hourly one in contracts of ETH that loses a tenth of
them on 5 February, an inverse one that is asked every hour and rolls its contracts, and one weekly report."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.dbt.raw_factory import Raw, stamp

FIRST_HOUR = datetime(2026, 2, 3, 1)
ROLL = datetime(2026, 2, 6, 8)
DAYS = [datetime(2026, 2, day) for day in range(4, 7)]


def rows() -> Raw:
    hours = [FIRST_HOUR + timedelta(hours=hour) for hour in range(5 * 24)]
    return {
        "okx/open_interest_1h": [stamp(_hourly(hour), hour + timedelta(minutes=1)) for hour in hours],
        "deribit/futures_summary": [
            stamp(_asked(symbol, hour - timedelta(minutes=5), coins), hour)
            for hour in hours
            for symbol, coins in (
                ("ETH-PERPETUAL", 90_000.0),
                ("ETH-6FEB26" if hour <= ROLL else "ETH-13FEB26", 5_000.0),
            )
        ],
        # A vendor agrees with one venue and counts the other twice; another one sums venues of its own.
        "coinalyze/open_interest_1d": [
            stamp(_daily(symbol, day, usd), day + timedelta(days=1, hours=1))
            for day in DAYS
            for symbol, usd in (("ETHUSDT_PERP.3", 350_000.0 * 2_100.0), ("ETH-PERPETUAL.2", 360e6))
        ],
        "coinglass/open_interest_1d": [
            stamp(_daily("ETH", day, 2e10), day + timedelta(days=1, hours=1)) for day in DAYS
        ],
        "cftc/tff_weekly": [stamp(_weekly(date(2026, 2, 3), 21_000.0), datetime(2026, 2, 6, 20, 30))],
    }


def _price(hour: datetime) -> float:
    return 2_300.0 - 3.0 * ((hour - FIRST_HOUR) / timedelta(hours=1))


def _hourly(hour: datetime) -> dict[str, object]:
    coins = 400_000.0 if hour < datetime(2026, 2, 5, 12) else 350_000.0
    return {
        "symbol": "ETH-USDT-SWAP",
        "product": "linear",
        "observed_at": hour,
        "open_interest_contracts": coins * 10,
        "open_interest_coins": coins,
        "open_interest_usd": coins * _price(hour),
    }


def _asked(symbol: str, moment: datetime, coins: float) -> dict[str, object]:
    return {
        "symbol": symbol,
        "product": "inverse",
        "observed_at": moment,
        "open_interest_usd": coins * 2_000.0,
        "mark_price": _price(moment),
    }


def _daily(symbol: str, day: datetime, usd: float) -> dict[str, object]:
    return {
        "symbol": symbol,
        "period_start_at": day,
        "period_end_at": day + timedelta(days=1),
        **{f"{name}_open_interest_usd": usd for name in ("open", "high", "low", "close")},
    }


def _weekly(report: date, contracts: float) -> dict[str, object]:
    return {
        "contract_code": "133741",
        "report_date": report,
        "observed_at": datetime(report.year, report.month, report.day, 21),
        "open_interest_contracts": contracts,
    }
