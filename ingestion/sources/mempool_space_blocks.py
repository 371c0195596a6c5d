"""Blocks of one UTC day from mempool.space: the day's last height first, then pages of 15 downwards.

Not a source of its own; mempool_space.py lists it. The host pages by height and knows no days, so the height is asked
for, and rows of neighbouring days on the first and last page are left to the question about their own day.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from ingestion.bodies import gate, listed, read_json, records_frame, whole_numbers
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.questions import epoch_s, get_json, last_s
from ingestion.request import Request
from ingestion.row_times import reason_for_time, was_asked
from ingestion.units import SATS_PER_COIN, scaled
from ingestion.windows import Window

API = "https://mempool.space/api/v1"
# The block with the day's latest stamp need not be its highest: a miner's clock may be off by two hours.
BLOCKS_ABOVE = 12
_FIELDS = {
    "id": "block_hash",
    "height": "height",
    "timestamp": "time",
    "difficulty": "difficulty",
    "tx_count": "transactions_count",
    "totalFees": "fees_coins",
    "reward": "reward_coins",
}

_has_height = gate(lambda body: isinstance(body["height"], int), lambda body: body)
_has_blocks = gate(lambda body: isinstance(body, list) and all("height" in row for row in body), lambda body: body)


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """The height of the last block at the end of each day. `next_page` goes on from there."""
    return [
        # What follows # is never sent. Two days may meet on one page; it keeps their questions apart.
        get_json(
            dataset,
            day,
            f"{API}/mining/blocks/timestamp/{last_s(day.last)}#{day.first}",
            gate=_has_height,
            series="blocks",
        )
        for day in window.pieces(dataset.partition, 1)
    ]


def next_page(dataset: Dataset, request: Request, capture: Capture) -> Request | None:
    """The page below, until one lies before the day as a whole."""
    body = read_json(capture)
    if not holds_blocks(capture):
        (height,) = whole_numbers([body], "height")
        return _page(request, height + BLOCKS_ABOVE)
    blocks = listed(body)
    if not blocks or capture.covers_from is None:
        return None
    midnight = epoch_s(capture.covers_from)
    below = min(whole_numbers(blocks, "height")) - 1
    asked = int(request.url.partition("#")[0].rsplit("/", 1)[1])
    if below < 0 or below >= asked or max(whole_numbers(blocks, "timestamp")) < midnight:
        return None
    return _page(request, below)


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Blocks of the day on one page; stamps in seconds, amounts in satoshi."""
    frame = records_frame([_flat(block) for block in listed(read_json(capture))], _FIELDS)
    stamp = to_timestamp("time", ("s",))
    return frame.filter(was_asked(stamp, capture)).select(
        "height",
        "block_hash",
        stamp.alias("observed_at"),
        "difficulty",
        "transactions_count",
        scaled("fees_coins", SATS_PER_COIN),
        scaled("reward_coins", SATS_PER_COIN),
        reason_for_time(stamp).alias("_reject"),
    )


def holds_blocks(capture: Capture) -> bool:
    return capture.status == 200 and "/mining/" not in capture.url


def _page(request: Request, height: int) -> Request:
    day = request.url.partition("#")[2]
    return replace(request, url=f"{API}/blocks/{height}#{day}", gate=_has_blocks)


def _flat(block: Any) -> Any:
    """A block with its totals, which stand one level down, beside its header."""
    extras = block.get("extras") if isinstance(block, dict) else None
    return {**block, **extras} if isinstance(extras, dict) else block
