"""The client against a server that misbehaves: what is asked again, what is given up, and what is never kept."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from ingestion.errors import SourceBlocked, SourceUnavailable
from ingestion.http import MAX_BODY_BYTES, LiveClient, _retry_after
from ingestion.request import Request, redact
from ingestion.sources import feed
from ingestion.windows import Window
from tests.ingestion.answers import FLOWS, RETARGETS, SPOT
from tests.ingestion.conftest import Desk

DAY = Window(date(2026, 3, 5), date(2026, 3, 5))
ZIP = feed(SPOT).requests(SPOT, DAY)[0]
FLOW = feed(FLOWS).requests(FLOWS, DAY)[0]
CHAIN = feed(RETARGETS).requests(RETARGETS, DAY)[0]


def test_an_answer_is_kept_as_it_came(desk: Desk) -> None:
    with desk.client() as client:
        (capture,) = client.fetch(FLOW)
    assert (capture.method, capture.url, capture.request_body) == ("POST", FLOW.url, FLOW.body)
    assert capture.status == 200
    assert capture.received_at == desk.exchange.now
    assert capture.provenance == "measured"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_host_that_is_busy_is_asked_again(desk: Desk, status: int) -> None:
    desk.exchange.fault("*spot*", "status", status=status, times=2)
    with desk.client() as client:
        assert client.fetch(ZIP)[0].status == 200
    assert [seen.status for seen in desk.exchange.log] == [status, status, 200]


def test_retry_after_is_waited_for(desk: Desk) -> None:
    desk.exchange.fault("*spot*", "status", status=429, Retry_After="1", times=1)
    started = time.monotonic()
    with desk.client() as client:
        client.fetch(ZIP)
    assert time.monotonic() - started >= 1.0


def test_retry_after_is_read_in_both_its_forms() -> None:
    in_ten = format_datetime(datetime.now(UTC) + timedelta(seconds=10), usegmt=True)
    assert _retry_after("18") == 18
    assert 8 <= (_retry_after(in_ten) or 0) <= 10
    assert _retry_after("soon") is None
    assert _retry_after("86400") == 60


def test_after_the_last_try_the_source_is_unavailable(desk: Desk) -> None:
    desk.exchange.fault("*spot*", "status", status=503)
    with desk.client() as client, pytest.raises(SourceUnavailable, match=r"status 503 \(5 tries\)"):
        client.fetch(ZIP)
    assert len(desk.exchange.log) == 5


@pytest.mark.parametrize("status", [401, 403, 418, 451])
def test_a_host_that_refuses_us_is_never_asked_twice(desk: Desk, status: int) -> None:
    desk.exchange.fault("*spot*", "status", status=status)
    with desk.client() as client:
        with pytest.raises(SourceBlocked, match=str(status)):
            client.fetch(ZIP)
        with pytest.raises(SourceUnavailable, match="not asked again in this run"):
            client.fetch(ZIP)
    assert len(desk.exchange.log) == 1


def test_a_host_that_fails_three_times_over_is_left_alone_and_others_are_not(desk: Desk) -> None:
    desk.exchange.fault("*spot*", "status", status=500)
    with desk.client() as client:
        for _ in range(4):
            with pytest.raises(SourceUnavailable):
                client.fetch(ZIP)
        assert client.fetch(CHAIN)[0].status == 200
    assert len(desk.exchange.asked("*spot*")) == 5 + 1 + 1, "once a budget is used up, one try a question"


@pytest.mark.parametrize("kind", ["truncated", "short_body"])
def test_a_cut_answer_is_asked_again(desk: Desk, kind: str) -> None:
    desk.exchange.fault("*mempool*", kind, times=2)
    with desk.client() as client:
        assert client.fetch(CHAIN)[0].body.endswith(b"]]")


def test_an_answer_that_never_ends_is_given_up_in_time(desk: Desk) -> None:
    desk.exchange.fault("*mempool*", "drip")
    settings = desk.settings().model_copy(update={"deadline_seconds": 0.3, "retry_attempts": 2})
    started = time.monotonic()
    with (
        LiveClient(settings) as client,
        pytest.raises(SourceUnavailable, match=r"no complete answer within 0\.3 s"),
    ):
        client.fetch(CHAIN)
    assert time.monotonic() - started < 2.0


def test_a_body_beyond_reason_is_refused_and_not_held_in_memory(desk: Desk) -> None:
    desk.exchange.fault("*mempool*", "gzip_bomb", size=4 * MAX_BODY_BYTES)
    with desk.client() as client, pytest.raises(SourceUnavailable, match="body larger than"):
        client.fetch(CHAIN)


@pytest.mark.parametrize(
    ("request_", "kind", "told"),
    [
        pytest.param(ZIP, "html200", "an HTML page in place of zip", id="html for a zip"),
        pytest.param(CHAIN, "html200", "an HTML page in place of json", id="html for json"),
        pytest.param(FLOW, "error_body", "error in a 200 answer", id="error with status 200"),
        pytest.param(CHAIN, "error_body", "expected rows, got dict", id="error in place of rows"),
        pytest.param(ZIP, "empty_body", "not a zip", id="nothing at all"),
    ],
)
def test_a_status_of_200_proves_nothing(desk: Desk, request_: Request, kind: str, told: str) -> None:
    desk.exchange.fault("*", kind)
    with desk.client() as client, pytest.raises(SourceUnavailable, match=told):
        client.fetch(request_)
    assert len(desk.exchange.log) == 2, "asked once more, then given up"
    kept = list(Path(desk.places.quarantine).rglob("*.body"))
    assert len(kept) == 1, "one sample is kept"


def test_a_redirect_is_not_followed(desk: Desk) -> None:
    desk.exchange.fault("*mempool*", "status", status=302, Location="http://127.0.0.1:1/elsewhere")
    with desk.client() as client, pytest.raises(SourceUnavailable, match="status 302"):
        client.fetch(CHAIN)


def test_a_missing_day_is_an_answer_and_a_missing_page_is_not(desk: Desk) -> None:
    future = feed(SPOT).requests(SPOT, Window(date(2026, 4, 1), date(2026, 4, 1)))[0]
    desk.exchange.fault("*mempool*", "status", status=404)
    with desk.client() as client:
        assert client.fetch(future)[0].status == 404
        with pytest.raises(SourceUnavailable, match="status 404"):
            client.fetch(CHAIN)


def test_a_closed_port_is_a_source_that_is_unavailable(desk: Desk) -> None:
    settings = desk.settings().model_copy(update={"mirror": "http://127.0.0.1:9", "retry_attempts": 2})
    with LiveClient(settings) as client, pytest.raises(SourceUnavailable):
        client.fetch(CHAIN)


def test_secrets_in_a_query_are_never_shown() -> None:
    assert redact("GET https://h/p?api_key=abc123&x=1 failed") == "GET https://h/p?api_key=***&x=1 failed"
