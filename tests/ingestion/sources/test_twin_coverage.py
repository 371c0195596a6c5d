"""Every payload a source is documented by has its twin, and every dataset reads one."""

from __future__ import annotations

import pytest

from ingestion.contract import load_contracts
from ingestion.sources import feed
from tests.conftest import MIRROR
from tests.ingestion.sources.twin import PAYLOADS, registered

# Datasets read by the parser of another one.
LIKE = {
    "binance_spot/klines_1h": "binance_spot/klines_1m",
    "binance_vision/spot_klines_1d": "binance_vision/spot_klines_1m",
    "binance_vision/spot_klines_1h": "binance_vision/spot_klines_1m",
    "binance_vision/um_klines_1m": "binance_vision/um_klines_1h",
    "coinbase_exchange/candles_1d": "coinbase_exchange/candles_1h",
    "deribit_options/volatility_index_1d": "deribit_options/volatility_index_1h",
    "fred/series_weekly": "fred/series_daily",
    "kraken/ohlc_1d": "kraken/ohlc_1h",
}
ELSEWHERE = {
    "binance_vision/um_premium_klines_1h": "the file of um_klines_1h with ratios in it: test_binance_vision",
    "binance_vision_trades/um_agg_trades": "the file of spot_agg_trades with a header, in milliseconds: test_events",
    "blockchain_info/difficulty": "the chart of hash_rate in another unit: test_chain",
    "blockchain_info/miners_revenue": "the chart of hash_rate in another unit: test_chain",
    "utxo/unspent_outputs": "Parquet that ingestion.unspent_outputs writes: test_unspent_outputs",
}


@pytest.mark.mirror
def test_every_documented_payload_has_a_twin() -> None:
    documented = {path.name for path in (MIRROR.parent / "contracts").iterdir()}
    assert documented
    assert documented - {path.name for path in PAYLOADS.iterdir()} == set()


def test_every_twin_is_a_payload_and_every_dataset_has_one() -> None:
    have = {twin.dataset for twin in registered()}
    assert {dataset.key for dataset in load_contracts()} == have | set(LIKE) | set(ELSEWHERE)
    assert not have & {*LIKE, *ELSEWHERE}


@pytest.mark.parametrize(("key", "other"), LIKE.items())
def test_datasets_that_are_alike_have_one_parser(key: str, other: str) -> None:
    feeds = {dataset.key: feed(dataset) for dataset in load_contracts()}
    assert feeds[key].parse is feeds[other].parse
