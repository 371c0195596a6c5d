"""SoSoValue: daily totals of the US spot funds, per coin. One question gives the newest 300 sessions."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import polars as pl

from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.request import Request
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://api.sosovalue.xyz/openapi/v2/etf/historicalInflowChart"
# The questions are part of what captures are known by, to the byte.
QUESTIONS = {"BTC": b'{"type":"us-btc-spot"}'}
NEW_YORK = ZoneInfo("America/New_York")
_FIELDS = {
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
        Request(
            source=dataset.source,
            dataset=dataset.name,
            url=URL,
            kind="json",
            method="POST",
            body=question,
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
    try:
        rows = orjson.loads(capture.body)["data"]["list"]
        dates = [_text(row["date"]) for row in rows]
        columns = {new: [row[old] for row in rows] for old, new in _FIELDS.items()}
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise UnreadableBody(f"{URL}: {type(error).__name__} {error} in the list of sessions") from error
    frame = pl.DataFrame(
        {"session_date": dates, **{name: [_text(v) for v in values] for name, values in columns.items()}},
        schema={"session_date": pl.String, **dict.fromkeys(columns, pl.String)},
    ).filter(pl.col("net_flow_usd").is_not_null())
    session = pl.col("session_date").str.to_date("%Y-%m-%d", strict=False)
    closes = [_session_close(day) for day in frame.select(session).to_series()]
    return frame.with_columns(
        pl.lit(assets[capture.request_body]).alias("asset"),
        session,
        pl.Series("observed_at", closes, dtype=pl.Datetime("us")),
        pl.when(session.is_null()).then(pl.lit("session date is unreadable")).alias("_reject"),
    )


def _session_close(day: Any) -> datetime | None:
    """16:00 in New York as naive UTC; early closes do not matter to a daily flow."""
    if day is None:
        return None
    local = datetime.combine(day, time(16), NEW_YORK)
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


FEEDS = {"etf_flow_totals": Feed(requests, parse)}
