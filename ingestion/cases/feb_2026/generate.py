"""The case as captures: every answer a live system would have stored, in the sources' own wire formats.

Deterministic: the same facts give the same rows, on any machine. What the answers say comes from prices.py,
open_interest.py, flows.py and chain.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

from ingestion.capture import INDEX_COLUMNS, Capture, CaptureStore, capture_id
from ingestion.cases import wire
from ingestion.cases.feb_2026 import chain, flows
from ingestion.cases.feb_2026.facts import Fact, load
from ingestion.cases.feb_2026.open_interest import open_interest
from ingestion.cases.feb_2026.paths import DAYS, START, seeded
from ingestion.cases.feb_2026.prices import candles

SYMBOL = "BTCUSDT"
SPOT, METRICS = ("binance_vision", "spot_klines_1h"), ("binance_vision", "um_metrics_5m")
FLOWS, RETARGETS = ("sosovalue", "etf_flow_totals"), ("mempool_space", "difficulty_adjustments")
# When the questions were asked: files of a day on the next morning, pages once a day, the flows of the crash
# once more in the night, and everything that changes a last time just before the case is looked at.
FILES_AFTER = timedelta(days=1, hours=8, minutes=1)
FLOWS_POLLED, CHAIN_POLLED = timedelta(hours=12, minutes=5), timedelta(hours=15, minutes=5)
NIGHT_POLL, LAST_POLL = datetime(2026, 2, 6, 3), datetime(2026, 2, 13, 11, 59)


def generate(target: Path) -> None:
    """Write the case as a capture directory into an empty folder."""
    for _, answers in groupby(captures(), key=lambda capture: (capture.source, capture.dataset)):
        CaptureStore(target).append(list(answers))


def captures() -> list[Capture]:
    """Every capture of the case, dataset by dataset, each in order of receipt."""
    facts = load()
    prices = candles(facts)
    return [*_files(facts, prices), *_pages(facts, prices)]


def digest(rows: list[Capture]) -> str:
    """One hash over every column of every capture, whatever their order."""
    lines = sorted("|".join(str(getattr(row, name)) for name in INDEX_COLUMNS) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _files(facts: dict[str, Fact], prices: list[wire.Candle]) -> Iterator[Capture]:
    interest = open_interest(facts, prices)
    days = [(START + timedelta(days=n)).date() for n in range(DAYS)]
    for dataset, url_of in ((SPOT, wire.spot_url), (METRICS, wire.metrics_url)):
        for day in days:
            url = url_of(SYMBOL, day)
            if dataset == SPOT:
                text = wire.spot_csv(c for c in prices if c.start_at.date() == day)
            else:
                rows = (r for r in interest if r.period_start_at.date() == day)
                text = wire.metrics_csv(SYMBOL, rows, "period_end")
            body = wire.zip_bytes(wire.csv_name(url), text.encode(), is_deflated=False)
            asked_at = datetime.combine(day, datetime.min.time()) + FILES_AFTER
            checksum = wire.checksum_text(url, body)
            yield _capture(dataset, f"{url}.CHECKSUM", checksum, "binary/octet-stream", asked_at, day)
            asked_at += timedelta(seconds=2)
            yield _capture(dataset, url, body, "application/zip", asked_at, day)


def _pages(facts: dict[str, Fact], prices: list[wire.Candle]) -> Iterator[Capture]:
    for asked_at in sorted([*_daily(FLOWS_POLLED), NIGHT_POLL, LAST_POLL]):
        body = wire.inflow_json(flows.page_at(asked_at, facts, prices))
        yield _capture(FLOWS, wire.INFLOW_URL, body, "application/json", asked_at, request_body=wire.INFLOW_QUESTION)
    for asked_at in [*_daily(CHAIN_POLLED), LAST_POLL]:
        body = wire.retargets_json(chain.listed_at(asked_at, facts))
        yield _capture(RETARGETS, wire.RETARGETS_URL, body, "application/json", asked_at)


def _daily(at: timedelta) -> list[datetime]:
    return [START + timedelta(days=n) + at for n in range(DAYS)]


def _capture(
    dataset: tuple[str, str],
    url: str,
    body: bytes,
    content_type: str,
    asked_at: datetime,
    day: date | None = None,
    request_body: bytes | None = None,
) -> Capture:
    random = seeded(f"{url} {asked_at}")
    requested_at = asked_at + timedelta(milliseconds=random.randrange(400))
    received_at = requested_at + timedelta(milliseconds=120 + random.randrange(700))
    method = "GET" if request_body is None else "POST"
    body_sha256 = hashlib.sha256(body).hexdigest()
    return Capture(
        capture_id=capture_id(method, url, request_body, received_at, body_sha256),
        source=dataset[0],
        dataset=dataset[1],
        method=method,
        url=url,
        request_body=request_body,
        requested_at=requested_at,
        received_at=received_at,
        status=200,
        content_type=content_type,
        body=body,
        body_sha256=body_sha256,
        covers_from=day,
        covers_to=day,
        provenance="reconstructed",
    )
