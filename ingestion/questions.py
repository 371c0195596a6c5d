"""Questions about days: how a host wants them written, questions for JSON, and what a question said.

URLs are what captures are known by: a change of one byte is another question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ingestion.contract import Dataset
from ingestion.request import Request
from ingestion.windows import Window


def epoch_s(day: date) -> int:
    """Midnight UTC in seconds.

    >>> epoch_s(date(2026, 2, 5))
    1770249600
    """
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def last_s(day: date) -> int:
    """The last second of a UTC day, for hosts whose ends are inclusive."""
    return epoch_s(day + timedelta(days=1)) - 1


def epoch_ms(day: date) -> int:
    """Midnight UTC in milliseconds.

    >>> epoch_ms(date(2026, 2, 5))
    1770249600000
    """
    return epoch_s(day) * 1000


def last_ms(day: date) -> int:
    """The last millisecond of a UTC day, for hosts whose ends are inclusive."""
    return epoch_ms(day + timedelta(days=1)) - 1


def get_json(
    dataset: Dataset,
    piece: Window | None,
    url: str,
    params: Mapping[str, str | int] | None = None,
    *,
    series: str | None = None,
    gate: Callable[[Any], None] | None = None,
    weight: int = 1,
    missing_ok: bool = False,
) -> Request:
    """One GET for JSON about the days of `piece`; None where the answer has no range of days."""
    return Request(
        source=dataset.source,
        dataset=dataset.name,
        url=f"{url}?{urlencode(params)}" if params else url,
        kind="json",
        covers_from=piece.first if piece else None,
        covers_to=piece.last if piece else None,
        missing_ok=missing_ok,
        gate=gate,
        series=series,
        weight=weight,
    )


def post_json(
    dataset: Dataset,
    piece: Window | None,
    url: str,
    body: bytes,
    *,
    series: str | None = None,
    gate: Callable[[Any], None] | None = None,
    weight: int = 1,
) -> Request:
    """The same for hosts that are asked by a body, which is part of what its captures are known by."""
    asked = get_json(dataset, piece, url, series=series, gate=gate, weight=weight)
    return replace(asked, method="POST", body=body)


def parameters(url: str) -> dict[str, str]:
    """The query of a question, for answers that do not repeat what they are about.

    >>> parameters("https://x/y?currency=BTC&count=5")
    {'currency': 'BTC', 'count': '5'}
    """
    return dict(parse_qsl(urlsplit(url).query))


def with_parameters(request: Request, **params: Any) -> Request:
    """The same question with other parameters."""
    parts = urlsplit(request.url)
    query = urlencode(parameters(request.url) | {name: str(value) for name, value in params.items()})
    return replace(request, url=urlunsplit(parts._replace(query=query)))
