"""SoSoValue: daily totals of the US spot funds, per coin. One question gives the newest 300 sessions."""

from __future__ import annotations

from datetime import time
from typing import Any

import polars as pl

from ingestion.bodies import reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.local_time import utc_at
from ingestion.questions import post_json
from ingestion.request import Request
from ingestion.row_times import reason_for_date
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://api.sosovalue.xyz/openapi/v2/etf/historicalInflowChart"
# The questions are part of what captures are known by, to the byte.
QUESTIONS = {"BTC": b'{"type":"us-btc-spot"}'}
CLOSES = time(16)
_FIELDS = {
    "date": "session_date",
    "totalNetInflow": "net_flow_usd",
    "totalValueTraded": "value_traded_usd",
    "totalNetAssets": "net_assets_usd",
    "cumNetInflow": "cumulative_net_flow_usd",
}


def _is_answer(body: Any) -> None:
    """The host reports its errors with status 200."""
    if not isinstance(body, dict) or body.get("code") not in (0, "0"):
        told = body.get("msg") if isinstance(body, dict) else type(body).__name__
        raise BodyRejected(f"{URL}: error in a 200 answer: {told!r}")
    listed = body.get("data")
    if isinstance(listed, dict) and listed.get("list") == []:
        raise BodyRejected(f"{URL}: not one session, where there have been some since 2024")


def requests(dataset: Dataset, window: Window) -> list[Request]:
    return [
        post_json(
            dataset,
            None,
            URL,
            question,
            gate=_is_answer,
            series=asset,
        )
        for asset, question in QUESTIONS.items()
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Sessions of one answer. A session that the source lists without a flow is not a row: absent is not zero."""
    assets = {question: asset for asset, question in QUESTIONS.items()}
    if capture.request_body not in assets:
        raise UnreadableBody(f"{URL}: an answer to {capture.request_body!r}, which is not asked")
    frame = records_frame(reach(read_json(capture), "data", "list"), _FIELDS).filter(
        pl.col("net_flow_usd").is_not_null()
    )
    session = pl.col("session_date").str.to_date("%Y-%m-%d", strict=False)
    return frame.with_columns(
        pl.lit(assets[capture.request_body]).alias("asset"),
        session,
        utc_at(session, CLOSES).alias("observed_at"),
        reason_for_date(session, what="session date").alias("_reject"),
    )


FEEDS = {"etf_flow_totals": Feed(requests, parse)}
