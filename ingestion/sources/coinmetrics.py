"""Coin Metrics' community API: daily network figures of bitcoin, with the moment each day was completed."""

from __future__ import annotations

import polars as pl

from ingestion.bodies import gate, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.questions import get_json
from ingestion.request import Request
from ingestion.row_times import day_columns, not_a_day, was_asked
from ingestion.sources import Feed
from ingestion.units import TERAHASHES_PER_EXAHASH, not_a_number, scaled
from ingestion.windows import Window

HOST = "https://community-api.coinmetrics.io/v4/timeseries/asset-metrics"
ASSET = "btc"
# A year is 366 rows at most, so a page holds any question whole.
PAGE_SIZE = 10_000
# One metric that is not free makes the host refuse the whole list.
METRICS = {
    "PriceUSD": "price_usd",
    "CapMrktCurUSD": "market_cap_usd",
    "CapMVRVCur": "mvrv_ratio",
    "HashRate": "hashrate_eh_s",
    "FeeTotNtv": "fees_coins",
    "IssTotNtv": "issuance_coins",
    "IssTotUSD": "issuance_usd",
    "SplyCur": "supply_coins",
    "FlowInExNtv": "exchange_inflow_coins",
    "FlowOutExNtv": "exchange_outflow_coins",
    "BlkCnt": "blocks_count",
    "AdrActCnt": "active_addresses_count",
}
COMPLETED = "AssetEODCompletionTime"

_has_data = gate(lambda body: isinstance(body["data"], list), lambda body: body["error"]["message"])


def requests(dataset: Dataset, window: Window) -> list[Request]:
    metrics = ",".join([*METRICS, COMPLETED])
    return [
        get_json(
            dataset,
            piece,
            f"{HOST}?assets={ASSET}&metrics={metrics}&frequency=1d&start_time={piece.first}&end_time={piece.last}"
            f"&page_size={PAGE_SIZE}&paging_from=start",
            gate=_has_data,
            series=ASSET,
        )
        for piece in window.pieces(dataset.partition)
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Days of one answer. Numbers are strings, a metric without a value is null, the hashrate is in TH/s."""
    fields = {"asset": "asset", "time": "time", COMPLETED: "completed"} | METRICS
    frame = records_frame(reach(read_json(capture), "data"), fields)
    # Nine digits of a second are printed and all of them are zeros.
    start = pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", strict=False, time_unit="us")
    published = to_timestamp("completed", ("s",))
    return frame.filter(was_asked(start, capture)).select(
        pl.col("asset").str.to_uppercase(),
        *day_columns(start),
        *[scaled(c, TERAHASHES_PER_EXAHASH) if c == "hashrate_eh_s" else pl.col(c) for c in METRICS.values()],
        published.alias("published_at"),
        pl.when(pl.col("completed").is_not_null() & published.is_null())
        .then(pl.lit("time of completion is unreadable or in another unit"))
        .otherwise(pl.coalesce(not_a_day(start), not_a_number(["hashrate_eh_s"])))
        .alias("_reject"),
    )


FEEDS = {"asset_metrics_1d": Feed(requests, parse)}
