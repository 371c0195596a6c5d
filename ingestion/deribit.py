"""What Deribit's sources share: hosts, questions about a currency, errors inside answers, units by product."""

from __future__ import annotations

from typing import Any

import polars as pl

from ingestion.bodies import gate, objects, reach, read_json, whole_numbers
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.questions import get_json, parameters, with_parameters
from ingestion.request import Request
from ingestion.windows import Window

LIVE = "https://www.deribit.com/api/v2/public"
# The live host gives trades of the last 24 hours only and answers older questions with an empty list.
HISTORY = "https://history.deribit.com/api/v2/public"
PAGE = 1000
_IS_LINEAR = pl.col("symbol").str.contains("_USD", literal=True)


def _told(body: Any) -> Any:
    return body["error"]["message"] if "error" in body else "an empty list, or the test exchange"


is_answer = gate(lambda body: "result" in body and "error" not in body, lambda body: body["error"])
# An answer of the test exchange has the same shape and is no market.
is_result = gate(lambda body: body["testnet"] is False and "result" in body, _told)
is_list = gate(lambda body: body["testnet"] is False and bool(body["result"]), _told)


def question(dataset: Dataset, url: str, currency: str, piece: Window | None = None, **params: Any) -> Request:
    """A question about one currency and, where it has an end, a piece of the window."""
    return get_json(
        dataset, piece, url, {"currency": currency, **params}, series=currency, gate=is_result if piece else is_list
    )


def instruments(capture: Capture, *path: str) -> list[dict[str, Any]]:
    """The rows at a path of an answer about one currency. Rows of another currency are the answer to another question.

    BTC_USDC-PERPETUAL is about BTC and hangs under USDC, so it is of either.
    """
    asked = parameters(capture.url)["currency"]
    rows = objects(read_json(capture), *path)
    for name in (row.get("instrument_name") for row in rows):
        if isinstance(name, str) and asked not in name.partition("-")[0].split("_"):
            raise UnreadableBody(f"{capture.url}: asked about {asked}, the answer is about {name}")
    return rows


def next_trades(_: Dataset, request: Request, capture: Capture) -> Request | None:
    """The page from the last millisecond on: trades may share it, and those told twice are one by their id.

    Trades of all instruments can be paged by time alone, so a moment that fills a page cannot be passed.
    """
    trades = instruments(capture, "result", "trades")
    if not reach(read_json(capture), "result", "has_more"):
        return None
    last = max(whole_numbers(trades, "timestamp"), default=0)
    if last <= int(parameters(request.url)["start_timestamp"]):
        raise UnreadableBody(f"{request.url}: there are more trades, and the page holds only those of one millisecond")
    return with_parameters(request, start_timestamp=last)


def by_product(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """The printed amount under the unit it has: dollars of an inverse contract, coins of a linear one."""
    return frame.with_columns(
        pl.when(_IS_LINEAR).then(pl.lit("linear")).otherwise(pl.lit("inverse")).alias("product"),
        pl.when(~_IS_LINEAR).then("printed").alias(f"{prefix}_usd"),
        pl.when(_IS_LINEAR).then("printed").alias(f"{prefix}_coins"),
    )
