"""One's own bitcoin node by JSON-RPC: the totals of its set of unspent outputs, and what a block spent, by birth.

Blocks are asked for by hash and no window of days names one, so `spent_by_birth` has no dataset; docs/bitcoind.md says
how to feed it.
"""

from __future__ import annotations

from typing import Any

import orjson
import polars as pl

from ingestion.bodies import as_text, gate, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.questions import post_json
from ingestion.request import Request
from ingestion.row_times import received
from ingestion.sources import Feed
from ingestion.units import SATS_PER_COIN
from ingestion.windows import Window

URL = "https://bitcoind/"
QUESTION = orjson.dumps({"jsonrpc": "1.0", "id": "unwind", "method": "gettxoutsetinfo", "params": ["muhash"]})
_FIELDS = {
    "height": "height",
    "bestblock": "block_hash",
    "txouts": "outputs_count",
    "total_amount": "supply_coins",
    "total_unspendable_amount": "unspendable_coins",
    "muhash": "muhash",
}

_has_result = gate(
    lambda body: body["error"] is None and isinstance(body["result"], dict), lambda body: body["error"]["message"]
)


def requests(dataset: Dataset, window: Window) -> list[Request]:
    return [
        post_json(
            dataset,
            None,
            URL,
            QUESTION,
            gate=_has_result,
        )
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """The state at the node's newest block; amounts are coins. Unspendable coins need the node's coinstatsindex."""
    frame = records_frame([reach(read_json(capture), "result")], _FIELDS, optional=["total_unspendable_amount"])
    return frame.select(received(capture).alias("observed_at"), *_FIELDS.values())


def spent_by_birth(body: Any) -> pl.DataFrame:
    """What the block of one `getblock <hash> 3` answer spent: height, birth_height, outputs_count, spent_coins.

    One row per height at which spent outputs were made. The coinbase spends nothing. Coins are summed in satoshi, as
    eight decimals of a coin have no exact binary form.
    """
    height = reach(body, "result", "height")
    spent: list[tuple[int, int]] = []
    for transaction in reach(body, "result", "tx"):
        for source in reach(transaction, "vin"):
            if "coinbase" not in source:
                birth, value = reach(source, "prevout", "height"), as_text(reach(source, "prevout", "value"))
                try:
                    spent.append((int(birth), round(float(value or "") * SATS_PER_COIN)))
                except (TypeError, ValueError) as error:
                    raise UnreadableBody(f"an input of block {height} spends {value!r} made at {birth!r}") from error
    frame = pl.DataFrame(spent, schema={"birth_height": pl.Int64, "sats": pl.Int64}, orient="row")
    return (
        frame.group_by("birth_height")
        .agg(
            pl.len().cast(pl.Int64).alias("outputs_count"), (pl.col("sats").sum() / SATS_PER_COIN).alias("spent_coins")
        )
        .sort("birth_height")
        .select(pl.lit(height, dtype=pl.Int64).alias("height"), "birth_height", "outputs_count", "spent_coins")
    )


FEEDS = {"utxo_set_info": Feed(requests, parse)}
