"""Which fault strikes which dataset in which run, so that few runs prove every kind on every format.

A run strikes every place at once, each with another kind. Which of its questions it strikes, at one in five, is told
by the mirror's own rule: the seed is the first with which the kind strikes at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from urllib.parse import unquote, urlsplit

from ingestion.capture import CaptureStore
from ingestion.contract import Dataset, find
from ingestion.places import Places
from tests.conftest import MIRROR

RATE = 0.2
# Answers that do not come, or not whole: within the retry budget they come after all.
STUMBLES = ("429", "500", "502", "503", "504", "timeout", "slow", "truncate")
# Answers that say the same in another way.
SAME = ("reorder", "dup_rows")
# Answers that are refused, wholly or in part: whatever is not there then is named.
REFUSED = (
    "404",
    "html200",
    "badchecksum",
    "dup_page",
    "drift_rename",
    "drift_drop",
    "drift_add",
    "drift_type",
    "nan",
    "unit_us",
    "empty",
)
# Answers that could be true: rows that are not there, an older state, a value ten times as large.
PLAUSIBLE = ("gap", "stale", "spike")
KINDS = (*STUMBLES, *SAME, *REFUSED, *PLAUSIBLE)
RUNS = 5


@dataclass(frozen=True)
class Place:
    """Questions that a fault strikes together, and a column of theirs as the source calls it."""

    format: str
    path: str
    column: str
    names: tuple[str, ...]

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        return tuple(map(find, self.names))

    @property
    def host(self) -> str:
        return self.datasets[0].host


ZIP, ROWS, OBJECTS, TEXT = "zipped CSV", "JSON rows", "JSON objects", "text"
PLACES = (
    Place(ZIP, "*/spot/daily/klines/BTCUSDT/1h/*", "volume", ("binance_vision/spot_klines_1h",)),
    Place(ZIP, "*/um/daily/metrics/*", "sum_open_interest", ("binance_vision/um_metrics_5m",)),
    Place(ZIP, "*/um/daily/klines/BTCUSDT/1h/*", "volume", ("binance_vision/um_klines_1h",)),
    Place(ZIP, "*/spot/daily/klines/BTCUSDT/1d/*", "volume", ("binance_vision/spot_klines_1d",)),
    Place(ZIP, "*/um/monthly/fundingRate/*", "last_funding_rate", ("binance_vision/um_funding",)),
    Place(ROWS, "/api/v3/klines", "volume", ("binance_spot/klines_1h",)),
    Place(ROWS, "/fapi/v1/klines", "volume", ("binance_futures/klines_1h",)),
    Place(ROWS, "/api/v1/mining/difficulty-adjustments/*", "difficulty", ("mempool_space/difficulty_adjustments",)),
    Place(ROWS, "/products/*/candles", "4", ("coinbase_exchange/candles_1d",)),
    Place(ROWS, "*/get_volatility_index_data", "4", ("deribit_options/volatility_index_1d",)),
    Place(OBJECTS, "/futures/data/openInterestHist", "sumOpenInterest", ("binance_futures/open_interest_history_5m",)),
    Place(OBJECTS, "/fapi/v1/fundingRate", "fundingRate", ("binance_futures/funding_rate",)),
    Place(OBJECTS, "*", "totalNetInflow", ("sosovalue/etf_flow_totals",)),
    Place(OBJECTS, "*", "total_net_inflow", ("sosovalue_api/etf_flow_totals",)),
    Place(OBJECTS, "/api/v1/mining/hashrate/*", "avgHashrate", ("mempool_space/hashrates",)),
    Place(OBJECTS, "/charts/hash-rate", "y", ("blockchain_info/hash_rate",)),
    Place(OBJECTS, "/charts/difficulty", "y", ("blockchain_info/difficulty",)),
    Place(OBJECTS, "/resource/*", "lev_money_positions_long", ("cftc/tff_weekly",)),
    Place(OBJECTS, "/v8/finance/chart/*", "close", ("yahoo/chart_1d",)),
    Place(OBJECTS, "/v1/liquidation-history", "l", ("coinalyze/liquidations_1d",)),
    Place(OBJECTS, "*/get_book_summary_by_currency", "open_interest", ("deribit_options/book_summary",)),
    Place(OBJECTS, "*/get_instruments", "strike", ("deribit_options/instruments",)),
    Place(TEXT, "*", "DGS10", ("fred/series_daily", "fred/series_weekly", "fred_third_party/series_daily")),
    Place(TEXT, "*/xml*", "BC_10YEAR", ("treasury/par_yields",)),
    Place(TEXT, "*/daily-treasury-rates.csv/*", "10 Yr", ("treasury/par_yields_csv",)),
    Place(TEXT, "*", "CLOSE", ("cboe/vix_daily",)),
    Place(TEXT, "*", "USD", ("ecb/reference_rates",)),
)  # fmt: skip


@dataclass(frozen=True)
class Strike:
    """One kind of fault at one place."""

    place: Place
    kind: str
    spec: str


def strikes(run: int, clean: Places) -> list[Strike]:
    """What strikes in a run. `clean`: a data folder with every question and its untouched answer."""
    found, number_in = [], dict.fromkeys((ZIP, ROWS, OBJECTS, TEXT), 0)
    for place in PLACES:
        kind = KINDS[(run + RUNS * number_in[place.format]) % len(KINDS)]
        number_in[place.format] += 1
        found.append(Strike(place, kind, _spec(place, kind, clean)))
    return found


def _spec(place: Place, kind: str, clean: Places) -> str:
    argument = {
        "drift_rename": f":{place.column}>renamed",
        "drift_drop": f":{place.column}",
        "drift_add": ":added",
        "drift_type": f":{place.column}",
        "nan": f":{place.column}",
        "spike": f":{place.column}",
    }.get(kind, "")
    # A late answer comes within the deadline, and one that does not come at all is cut off early, to save time.
    spec = f"host={place.host},path={place.path},kind={kind}{argument},rate={RATE},retry_after=0,seconds=0.1"
    return first_striking(spec, place.datasets, clean, ".CHECKSUM" if kind == "badchecksum" else "")


def first_striking(spec: str, datasets: Sequence[Dataset], clean: Places, ending: str = "") -> str:
    """The fault with the first seed by which it strikes a question of these datasets at all."""
    asked = [_asked(url) for url in _questions(datasets, clean) if url.endswith(ending)]
    for seed in range(1, 1000):
        fault = _server().Fault(f"{spec},seed={seed}", 0)
        if any(fault.fires(*question) for question in asked):
            return f"{spec},seed={seed}"
    return spec


def _questions(datasets: Sequence[Dataset], clean: Places) -> list[str]:
    store = CaptureStore(clean.capture)
    urls = (
        url
        for dataset in datasets
        for url, status in store.index(dataset.source, dataset.name).select("url", "status").iter_rows()
        if status == 200
    )
    return list(dict.fromkeys(urls))


def _asked(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return parts.netloc, unquote(parts.path), parts.query


@cache
def _server() -> ModuleType:
    """The mirror's own program, for its rule about who is struck."""
    spec = spec_from_file_location("unwind_mirror_serve", MIRROR / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
