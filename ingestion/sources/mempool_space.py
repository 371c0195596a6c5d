"""mempool.space: facts of the chain, and its running estimate of the next retarget.

Retargets and daily hashrates come whole; fees and rewards come for the last three days; two questions are about now.
An estimate is a forecast and never stands in a table with outcomes. Blocks by day are in mempool_space_blocks.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from ingestion.bodies import gate, reach, read_json, records_frame, rows_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import BodyRejected
from ingestion.questions import get_json
from ingestion.request import Request
from ingestion.row_times import DAY, day_columns, not_a_day, reason_for_time, received
from ingestion.sources import Feed, mempool_space_blocks
from ingestion.units import HASHES_PER_EXAHASH, SATS_PER_COIN, not_a_number, scaled
from ingestion.windows import Window

API = "https://mempool.space/api/v1"
_RETARGET = ["time", "height", "difficulty", "adjustment_ratio"]
_ESTIMATE = {
    "difficultyChange": "estimated_change_pct",
    "progressPercent": "progress_pct",
    "remainingBlocks": "remaining_blocks_count",
    "estimatedRetargetDate": "estimated_retarget_at",
    "remainingTime": "remaining_milliseconds",
    "timeAvg": "mean_block_interval_seconds",
}
_REWARDS = {
    "startBlock": "start_height",
    "endBlock": "end_height",
    "totalReward": "reward_coins",
    "totalFee": "fees_coins",
    "totalTx": "transactions_count",
}


def _is_rows(body: Any) -> None:
    if not isinstance(body, list) or not body:
        raise BodyRejected(f"{API}: expected rows, got {type(body).__name__}")


_has_hashrates = gate(lambda body: bool(body["hashrates"]), lambda body: body)
_has_estimate = gate(lambda body: "difficultyChange" in body, lambda body: body)
_has_rewards = gate(lambda body: "totalReward" in body, lambda body: body)


def _one_question(url: str, check: Callable[[Any], None]) -> Callable[[Dataset, Window], list[Request]]:
    """A question without days: the host gives everything, its newest days, or its present state."""

    def requests(dataset: Dataset, window: Window) -> list[Request]:
        return [get_json(dataset, None, url, gate=check)]

    return requests


def parse_adjustments(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Retargets of one answer: [time s, height, difficulty, adjustment as a ratio]."""
    frame = rows_frame(read_json(capture), _RETARGET)
    stamp = to_timestamp("time", ("s",))
    return frame.select(
        "height",
        stamp.alias("observed_at"),
        "difficulty",
        "adjustment_ratio",
        reason_for_time(stamp).alias("_reject"),
    )


def parse_hashrates(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Mean hashrate by UTC day, from hashes per second. The host stamps a day with the midnight that ends it."""
    records = reach(read_json(capture), "hashrates")
    frame = records_frame(records, {"timestamp": "time", "avgHashrate": "hashrate_eh_s"})
    start = to_timestamp("time", ("s",)) - DAY
    return frame.select(
        *day_columns(start),
        scaled("hashrate_eh_s", HASHES_PER_EXAHASH),
        pl.coalesce(not_a_day(start), not_a_number(["hashrate_eh_s"])).alias("_reject"),
    )


def parse_estimate(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """What the host expects of the next retarget now, in per cent; no row where it has no estimate at all."""
    record = read_json(capture)
    fields = _ESTIMATE | {"nextRetargetHeight": "next_retarget_height"}
    frame = records_frame([record], fields)
    if all(record[field] is None for field in _ESTIMATE):
        frame = frame.clear()
    retarget_at = to_timestamp("estimated_retarget_at", ("ms",))
    remaining = pl.duration(milliseconds=pl.col("remaining_milliseconds").cast(pl.Int64, strict=False))
    return frame.select(
        received(capture).alias("observed_at"),
        # The host adds the time that remains to its own clock, so the difference is that clock.
        (retarget_at - remaining).cast(pl.Datetime("us")).alias("estimated_at"),
        "next_retarget_height",
        "estimated_change_pct",
        retarget_at.alias("estimated_retarget_at"),
        "progress_pct",
        "remaining_blocks_count",
        scaled("mean_block_interval_seconds", 1000),
        reason_for_time(retarget_at).alias("_reject"),
    )


def parse_reward_stats(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Totals of the newest 144 blocks; strings of satoshi."""
    frame = records_frame([read_json(capture)], _REWARDS)
    return frame.select(
        received(capture).alias("observed_at"),
        "start_height",
        "end_height",
        scaled("reward_coins", SATS_PER_COIN),
        scaled("fees_coins", SATS_PER_COIN),
        "transactions_count",
        not_a_number(["reward_coins", "fees_coins"]).alias("_reject"),
    )


def _parse_buckets(field: str, column: str) -> Callable[[Dataset, Capture], pl.DataFrame]:
    def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
        """Means by bucket in satoshi. For three days a bucket is one second, so a row is one block."""
        fields = {"avgHeight": "height", "timestamp": "time", field: column, "USD": "price_usd"}
        frame = records_frame(read_json(capture), fields)
        stamp = to_timestamp("time", ("s",))
        price = pl.col("price_usd").cast(pl.Float64, strict=False)
        return frame.select(
            "height",
            stamp.alias("observed_at"),
            scaled(column, SATS_PER_COIN),
            # 0 and -1 are the host's ways to say that it had no price.
            pl.when(price > 0).then(price).alias("price_usd"),
            pl.coalesce(reason_for_time(stamp), not_a_number([column, "price_usd"])).alias("_reject"),
        )

    return parse


FEEDS = {
    "difficulty_adjustments": Feed(
        _one_question(f"{API}/mining/difficulty-adjustments/all", _is_rows), parse_adjustments
    ),
    "hashrates": Feed(_one_question(f"{API}/mining/hashrate/3y", _has_hashrates), parse_hashrates),
    "difficulty_estimate": Feed(_one_question(f"{API}/difficulty-adjustment", _has_estimate), parse_estimate),
    "reward_stats_144": Feed(_one_question(f"{API}/mining/reward-stats/144", _has_rewards), parse_reward_stats),
    "block_fees": Feed(
        _one_question(f"{API}/mining/blocks/fees/3d", _is_rows), _parse_buckets("avgFees", "fees_coins")
    ),
    "block_rewards": Feed(
        _one_question(f"{API}/mining/blocks/rewards/3d", _is_rows), _parse_buckets("avgRewards", "reward_coins")
    ),
    "blocks": Feed(
        mempool_space_blocks.requests,
        mempool_space_blocks.parse,
        holds_rows=mempool_space_blocks.holds_blocks,
        next_page=mempool_space_blocks.next_page,
    ),
}
