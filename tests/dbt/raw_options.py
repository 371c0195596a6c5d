"""Synthetic options around 5 February 2026: chains of three venues and an hour of trades."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from tests.dbt.raw_factory import Raw, Row, stamp

EXPIRIES = [datetime(2026, 2, 13, 8), datetime(2026, 2, 27, 8), datetime(2026, 3, 27, 8)]
STRIKES = [40_000.0, 55_000.0, 60_000.0, 65_000.0, 70_000.0, 75_000.0, 90_000.0]
YEAR = timedelta(days=365)


def rows() -> Raw:
    answers = [datetime(2026, 2, 4, 12, 0, 3), datetime(2026, 2, 5, 12, 0, 4), datetime(2026, 2, 6, 20, 0, 2)]
    recorded = [datetime(2026, 2, 1, 9, minute) for minute in (30, 58)]
    return {
        "deribit_options/book_summary": [
            stamp(_deribit(option, at, has_quotes=at.day != 4), at + timedelta(seconds=1))
            for at in answers
            for option in _chain(at, EXPIRIES, 68_000.0 - 1_000 * at.day)
        ],
        "tardis/options_chain_first_of_month": [
            stamp(_tardis(option, minute), datetime(2026, 2, 2, 8))
            for minute in recorded
            for option in _chain(minute, EXPIRIES[1:2], 78_000.0)
        ],
        "derive/tickers": [
            stamp(_derive(option, at), at + timedelta(seconds=1))
            for at, expiry in zip([datetime(2026, 2, 6, 20, 0, second) for second in (5, 6)], EXPIRIES[1:], strict=True)
            for option in _chain(at, [expiry], 67_000.0)
        ],
        "deribit_options/option_trades": [stamp(row, row["observed_at"] + timedelta(minutes=1)) for row in _trades()],
    }


def smile(strike: float, forward: float, years: float, atm: float = 0.7) -> float:
    """A skewed and curved volatility, by standard deviations from the forward."""
    deviations = math.log(strike / forward) / math.sqrt(years)
    return atm - 0.12 * deviations + 0.1 * deviations**2


def black_coins(sign: int, strike: float, forward: float, years: float, iv: float) -> float:
    """Price over forward."""
    deviation = iv * math.sqrt(years)
    d1 = math.log(forward / strike) / deviation + deviation / 2
    first, second = (math.erfc(-sign * d / math.sqrt(2)) / 2 for d in (d1, d1 - deviation))
    return sign * (first - strike / forward * second)


def _chain(at: datetime, expiries: list[datetime], spot: float) -> list[Row]:
    chain = []
    for expiry in expiries:
        years = (expiry - at) / YEAR
        forward = spot * (1 + 0.05 * years)
        for strike in STRIKES:
            iv = smile(strike, forward, years)
            for option_type, sign in (("call", 1), ("put", -1)):
                price = black_coins(sign, strike, forward, years, iv)
                chain.append(
                    _terms("BTC", expiry, strike, option_type)
                    | {
                        "mark_iv_ratio": iv,
                        "mark_price_coins": price,
                        "bid_price_coins": 0.97 * price,
                        "ask_price_coins": 1.03 * price,
                        "open_interest_coins": 100.0 + strike / 1000 + 10 * sign,
                        "underlying_price": forward,
                    }
                )
    return chain


def _terms(currency: str, expiry: datetime, strike: float, option_type: str) -> Row:
    return {
        "instrument_name": f"{currency}-{expiry:%d%b%y}-{strike:.0f}-{option_type[0].upper()}".upper(),
        "currency": currency,
        "expiry_at": expiry,
        "strike_price": strike,
        "option_type": option_type,
    }


def _deribit(option: Row, at: datetime, *, has_quotes: bool) -> Row:
    quotes = {} if has_quotes else {"bid_price_coins": None, "ask_price_coins": None, "mark_price_coins": None}
    moment = {"observed_at": at, "quoted_at": at - timedelta(seconds=2), "volume_24h_coins": 5.0}
    return option | quotes | moment


def _tardis(option: Row, minute: datetime) -> Row:
    return option | {
        "period_start_at": minute,
        "period_end_at": minute + timedelta(minutes=1),
        "quoted_at": minute + timedelta(seconds=50),
    }


def _derive(option: Row, at: datetime) -> Row:
    prices = {
        name.replace("_coins", "_usd"): value * option["underlying_price"]
        for name, value in option.items()
        if name.endswith("price_coins")
    }
    moment = {"observed_at": at, "quoted_at": at, "volume_24h_coins": 1.0, "delta": 0.0}
    return option | prices | moment | {"index_price": option["underlying_price"]}


def _trades() -> list[Row]:
    """Every strike twice on either side of the forward; one leg of a block far off the smile."""
    trades = []
    kinds = [(expiry, strike, turn) for expiry in EXPIRIES[:2] for strike in STRIKES[1:] for turn in range(2)]
    for number, (expiry, strike, turn) in enumerate([*kinds, kinds[-1]]):
        # The last one tells that the hour of the others is over.
        at = datetime(2026, 2, 5, 22, 10) + timedelta(minutes=number + 60 * (number == len(kinds)))
        years, index = (expiry - at) / YEAR, 62_000.0
        forward = index * (1 + 0.05 * years)
        option_type, sign = ("call", 1) if strike >= forward else ("put", -1)
        iv = smile(strike, forward, years, 0.95) + (0.01 if turn else -0.01)
        is_leg = number == 3
        trades.append(
            _terms("BTC", expiry, strike, option_type)
            | {
                "trade_id": f"{1000 + number}",
                "trade_sequence": number,
                "observed_at": at,
                "taker_side": "buy" if turn else "sell",
                "price_coins": black_coins(sign, strike, forward, years, iv),
                "iv_ratio": 3.0 if is_leg else iv,
                "index_price": index,
                "size_coins": 1.0,
                "size_contracts": 1.0,
                "block_trade_id": "block" if is_leg else None,
            }
        )
    return trades
