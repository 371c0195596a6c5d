"""Good answers of Binance's perpetuals by REST."""

from datetime import date

from tests.ingestion.sources.twin import Twin

_HOST = "https://fapi.binance.com"
_DAY = date(2026, 9, 14)

TWINS = [
    Twin(
        "binance_futures/klines_1h",
        "binance-usdm_klines.json",
        f"{_HOST}/fapi/v1/klines?symbol=BTCUSDT&interval=1h",
        _DAY,
        _DAY,
    ),
    Twin(
        "binance_futures/premium_klines_1h",
        "binance-usdm_premiumIndexKlines.json",
        f"{_HOST}/fapi/v1/premiumIndexKlines?symbol=BTCUSDT&interval=1h",
        _DAY,
        _DAY,
    ),
    Twin(
        "binance_futures/funding_rate",
        "binance-usdm_fundingRate.json",
        f"{_HOST}/fapi/v1/fundingRate?symbol=ETHUSDT",
        _DAY,
        date(2026, 9, 15),
    ),
    Twin(
        "binance_futures/open_interest_history_5m",
        "binance-usdm_openInterestHist.json",
        f"{_HOST}/futures/data/openInterestHist?symbol=BTCUSDT&period=5m",
        _DAY,
        _DAY,
    ),
    Twin(
        "binance_futures/open_interest",
        "binance-usdm_openInterest.json",
        f"{_HOST}/fapi/v1/openInterest?symbol=BTCUSDT",
    ),
]
