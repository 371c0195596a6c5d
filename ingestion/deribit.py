"""How Deribit is asked: hosts, questions about a currency, paging by parameters, and errors inside answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import polars as pl

from ingestion.bodies import gate
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.request import Request
from ingestion.windows import Window

LIVE = "https://www.deribit.com/api/v2/public"
# The live host gives trades of the last 24 hours only and answers older questions with an empty list.
HISTORY = "https://history.deribit.com/api/v2/public"
PAGE = 1000


def _told(body: Any) -> Any:
    return body["error"]["message"] if "error" in body else "an empty list, or the test exchange"


# An answer of the test exchange has the same shape and is no market.
is_result = gate(lambda body: body["testnet"] is False and "result" in body, _told)
is_list = gate(lambda body: body["testnet"] is False and bool(body["result"]), _told)


def question(dataset: Dataset, url: str, currency: str, piece: Window | None = None, **params: Any) -> Request:
    """A question about one currency and, where it has an end, a piece of the window."""
    return Request(
        source=dataset.source,
        dataset=dataset.name,
        url=f"{url}?{urlencode({'currency': currency, **params})}",
        kind="json",
        gate=is_result if piece else is_list,
        series=currency,
        covers_from=piece.first if piece else None,
        covers_to=piece.last if piece else None,
    )


def with_parameters(request: Request, **params: Any) -> Request:
    """The same question with other parameters."""
    parts = urlsplit(request.url)
    query = urlencode(parameters(request.url) | {name: str(value) for name, value in params.items()})
    return replace(request, url=urlunsplit(parts._replace(query=query)))


def parameters(url: str) -> dict[str, str]:
    """The query of a question.

    >>> parameters("https://x/y?currency=BTC&count=5")
    {'currency': 'BTC', 'count': '5'}
    """
    return dict(parse_qsl(urlsplit(url).query))


def first_millisecond(day: date) -> int:
    """Start of a UTC day in milliseconds.

    >>> first_millisecond(date(2026, 2, 5))
    1770249600000
    """
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def last_millisecond(day: date) -> int:
    """End of a UTC day; ends are inclusive at this host."""
    return first_millisecond(day + timedelta(days=1)) - 1


def from_percent(column: str) -> pl.Expr:
    """Percent as printed -> fraction."""
    return pl.col(column).cast(pl.Float64, strict=False) / 100


def outside(column: str, capture: Capture) -> pl.Expr:
    """A reason for rows without a readable time, or of other days than were asked for."""
    day = pl.col(column).dt.date()
    reason = pl.when(day.is_null()).then(pl.lit("time is unreadable or in another unit"))
    if capture.covers_from is None or capture.covers_to is None:
        return reason
    asked = day.is_between(capture.covers_from, capture.covers_to)
    return reason.when(~asked).then(pl.lit("outside the days asked for"))
