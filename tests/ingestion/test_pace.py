"""A host is never asked faster than its pace, and not at all while its own headers say that we have had enough."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.contract import Pace
from ingestion.pace import HostPace, quota_pause


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def _host(clock: Clock, **pace: float) -> HostPace:
    return HostPace(Pace(**pace), clock=lambda: clock.now, sleep=clock.sleep)  # type: ignore[arg-type]


@given(
    requests=st.integers(5, 40),
    seconds=st.floats(0.5, 60),
    weights=st.lists(st.integers(1, 5), min_size=1, max_size=120),
    work=st.floats(0, 2),
)
def test_no_stretch_of_time_holds_more_than_the_pace_allows(
    requests: int, seconds: float, weights: list[int], work: float
) -> None:
    clock = Clock()
    host = _host(clock, requests=requests, seconds=seconds)
    asked = []
    for weight in weights:
        host.wait(weight)
        asked.append((clock.now, weight))
        clock.now += work
    for start, _ in asked:
        within = sum(weight for at, weight in asked if start <= at < start + seconds - 1e-6)
        assert within <= requests


def test_below_the_pace_nobody_waits() -> None:
    clock = Clock()
    host = _host(clock, requests=10, seconds=60)
    assert [host.wait() for _ in range(10)] == [0.0] * 10
    assert host.wait() == pytest.approx(60)


def test_a_quota_that_is_nearly_used_up_silences_us_until_it_is_renewed() -> None:
    clock = Clock()
    host = _host(clock, requests=1000, seconds=1, weight_per_minute=2400)
    host.observe({"x-mbx-used-weight-1m": "1900"}, epoch_seconds=90.0)
    assert host.wait() == 0.0
    host.observe({"x-mbx-used-weight-1m": "1930"}, epoch_seconds=90.0)
    assert host.wait() == pytest.approx(30.0)


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "6"}, 6.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1770000005"}, 5.0),
        ({"x-ratelimit-remaining": "0"}, 1.0),
        ({"x-bapi-limit-status": "0", "x-bapi-limit-reset-timestamp": "1770000002000"}, 2.0),
        ({"x-mbx-used-weight-1m": "many"}, 0.0),
        ({}, 0.0),
    ],
)
def test_what_the_headers_of_each_kind_of_host_ask_for(headers: dict[str, str], pause: float) -> None:
    assert quota_pause(headers, 6000, 1_770_000_000.0) == pytest.approx(pause)
