"""Sets of unspent outputs from one's own folder: a Parquet file by UTC day, with the sha256 of it beside.

`ingestion.unspent_outputs` writes such files from what a node gives (docs/bitcoind.md). A set is believed as a whole or
not at all: coins that are missing or there twice cannot be seen in any row.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.request import Request
from ingestion.sources import Feed
from ingestion.units import SATS_PER_COIN
from ingestion.windows import Window

HOST = "https://utxo"
COLUMNS = {"height": pa.int64(), "created_at": pa.timestamp("us"), "value_sats": pa.int64()}
ROWS_AT_ONCE = 1_000_000
FIRST_BLOCK_AT = datetime(2009, 1, 3, 18, 15, 5)
# A block may be stamped so far ahead of the clocks around it, and so after the one that follows it.
STAMPS_DIFFER_BY = timedelta(hours=2)
# Some 230 coins were never claimed or can be shown to be lost. More than this is a set that is not whole.
MISSING_RATIO = 0.005
_FIRST_SUBSIDY, _HALVES_EVERY = 50 * SATS_PER_COIN, 210_000


def requests(dataset: Dataset, window: Window) -> list[Request]:
    return [_file(dataset, day) for day in window.days()]


def _file(dataset: Dataset, day: date) -> Request:
    """A set and the checksum beside it; most days have neither."""
    url = f"{HOST}/{day}.parquet"
    checksum = Request(
        source=dataset.source,
        dataset=dataset.name,
        url=f"{url}.CHECKSUM",
        kind="text",
        covers_from=day,
        covers_to=day,
        missing_ok=True,
    )
    return replace(checksum, url=url, kind="parquet", checksum=checksum)


def issued_sats(height: int) -> int:
    """Satoshi that the blocks after the first one, whose coins cannot be spent, have brought up to this height.

    >>> issued_sats(1), issued_sats(210_000) / 1e8, issued_sats(935_000) / 1e8
    (5000000000, 10499975.0, 19984328.125)
    """
    total, first, subsidy = 0, 1, _FIRST_SUBSIDY
    while first <= height and subsidy:
        after = min(height + 1, (first // _HALVES_EVERY + 1) * _HALVES_EVERY)
        total += (after - first) * subsidy
        first, subsidy = after, subsidy // 2
    return total


def pieces(dataset: Dataset, capture: Capture) -> Iterator[pl.DataFrame]:
    """The rows of a set in the order of the file, which numbers them. Raises UnreadableBody where it is not a set."""
    what = capture.url.rpartition("/")[2]
    with capture.open() as stream:
        try:
            file = pq.ParquetFile(stream)
            if gone := [name for name in COLUMNS if name not in file.schema_arrow.names]:
                raise UnreadableBody(f"{what}: columns {gone} are gone")
            tip, tip_at = _tip(file, what)
            number, total, before = 0, 0, -math.inf
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=list(COLUMNS)):
                rows = _typed(pa.Table.from_batches([batch]))
                heights = rows["height"].drop_nulls()
                if heights.len() and not (heights.is_sorted() and before <= heights[0]):
                    raise UnreadableBody(f"{what}: heights fall; sort the set by height")
                before = heights[-1] if heights.len() else before
                total += int(rows["value_sats"].sum())
                yield rows.select(
                    pl.lit(tip_at, dtype=pl.Datetime("us")).alias("observed_at"),
                    pl.int_range(number, number + pl.len(), dtype=pl.Int64).alias("output_number"),
                    *COLUMNS,
                    _reason_for_stamp(tip_at).alias("_reject"),
                )
                number += rows.height
        except (pa.ArrowException, OSError) as error:
            raise UnreadableBody(f"{what}: not a readable Parquet file: {str(error).splitlines()[0]}") from error
    if not (1 - MISSING_RATIO) * issued_sats(tip) <= total <= issued_sats(tip):
        raise UnreadableBody(
            f"{what}: {total / SATS_PER_COIN:,.0f} coins up to block {tip}, where "
            f"{issued_sats(tip) / SATS_PER_COIN:,.0f} were issued: not a whole set"
        )


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """A whole set at once, for files that can be held."""
    return pl.concat(pieces(dataset, capture))


def _tip(file: pq.ParquetFile, what: str) -> tuple[int, datetime]:
    """Height and stamp of the newest block, whose own new coins are always unspent: of the last row."""
    if not file.metadata.num_rows:
        raise UnreadableBody(f"{what}: no outputs")
    last = next(n for n in reversed(range(file.num_row_groups)) if file.metadata.row_group(n).num_rows)
    row = _typed(file.read_row_group(last, columns=list(COLUMNS))).row(-1, named=True)
    if row["height"] is None or row["created_at"] is None:
        raise UnreadableBody(f"{what}: the last row has no height or no time")
    return row["height"], row["created_at"]


def _typed(table: pa.Table) -> pl.DataFrame:
    return pl.DataFrame(table.select(list(COLUMNS)).cast(pa.schema(COLUMNS)))


def _reason_for_stamp(tip_at: datetime) -> pl.Expr:
    made = pl.col("created_at")
    return (
        pl.when(made > tip_at + STAMPS_DIFFER_BY)
        .then(pl.lit("made after the newest block of the set"))
        .when(made < FIRST_BLOCK_AT)
        .then(pl.lit("made before the first block"))
    )


def _is_set(capture: Capture) -> bool:
    return capture.status == 200 and capture.url.endswith(".parquet")


FEEDS = {"unspent_outputs": Feed(requests, parse, holds_rows=_is_set, pieces=pieces)}
