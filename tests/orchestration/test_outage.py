"""A daemon that was down: what its next tick and the repair sensor ask for, once landed, leaves no hour missing.

Dagster itself makes up at most a few missed ticks; the worst case is taken here: only the newest one comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import orjson
import polars as pl
import pytest

from ingestion.contract import find
from ingestion.http import LiveClient
from ingestion.ingest import ingest
from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.definitions import defs
from orchestration.run_scope import window_of
from tests.loopback.scripted import Answer, Question, Scripted

HOURS = find("binance_spot/klines_1h")
HOUR = timedelta(hours=1)
BEFORE = datetime(2026, 3, 9, 20, 5)


class Venue:
    """A venue whose candles of an hour are all there, as often as it is asked."""

    def __init__(self) -> None:
        self.now = BEFORE

    def answer(self, question: Question) -> Answer:
        first, last = (int(question.value(name)) // 1000 for name in ("startTime", "endTime"))
        until = min(last, int(self.now.replace(tzinfo=UTC).timestamp()))
        return Answer(orjson.dumps([_candle(second * 1000) for second in range(first, until + 1, 3600)]))


def _candle(opens: int) -> list[object]:
    return [opens, "100", "101", "99", "100", "5", opens + 3_599_999, "500", 7, "2", "200", "0"]


class Machine:
    """A server's data folder and clock: lands what a tick asks for."""

    def __init__(self, places: Places, venue: Venue, url: str, patch: pytest.MonkeyPatch) -> None:
        self.places, self.venue, self.patch = places, venue, patch
        for name, value in {"DATA_DIR": str(places.data_dir), "SOURCES": HOURS.key, "MIRROR": url}.items():
            patch.setenv(f"UNWIND_{name}", value)

    def wakes_at(self, moment: datetime) -> None:
        self.venue.now = moment
        self.patch.setenv("UNWIND_NOW", moment.isoformat())

    def hourly_tick(self) -> None:
        due = self.venue.now.replace(minute=5, tzinfo=UTC)
        request = defs.resolve_schedule_def("hourly")(dg.build_schedule_context(scheduled_execution_time=due))
        assert isinstance(request, dg.RunRequest)
        self._land(request)

    def repairs(self) -> bool:
        """Whether the sensor had something to ask for."""
        request = defs.resolve_sensor_def("repair")()
        if isinstance(request, dg.RunRequest):
            self._land(request)
        return isinstance(request, dg.RunRequest)

    def missing(self, since: datetime) -> list[datetime]:
        """Hours that were over and are not landed."""
        rows = pl.read_parquet(self.places.raw / HOURS.source / HOURS.name / "2026-*.parquet")
        landed = set(rows.filter(symbol="BTCUSDT")["period_start_at"])
        count = (self.venue.now - since) // HOUR
        return [since + number * HOUR for number in range(count) if since + number * HOUR not in landed]

    def _land(self, request: dg.RunRequest) -> None:
        asked = ["/".join(key.path[1:]) for key in request.asset_selection or [] if key.path[0] == "raw"]
        with LiveClient(Settings()) as client:
            for name in asked:
                ingest(find(name), window_of(request.tags, self.venue.now.date()), client, self.places)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    venue = Venue()
    with Scripted(venue.answer) as server:
        machine = Machine(Places(tmp_path), venue, server.url, monkeypatch)
        machine.wakes_at(BEFORE)
        machine.hourly_tick()
        yield machine


def test_after_ten_hours_the_next_tick_alone_fills_every_hour(machine: Machine) -> None:
    midnight = BEFORE.replace(hour=0, minute=0)
    assert machine.missing(midnight) == []
    machine.wakes_at(BEFORE + timedelta(hours=10))
    assert len(machine.missing(midnight)) == 10
    machine.hourly_tick()
    assert machine.missing(midnight) == []
    assert not machine.repairs()


def test_after_nine_days_the_repair_sensor_finds_what_no_tick_reaches(machine: Machine) -> None:
    midnight = BEFORE.replace(hour=0, minute=0)
    machine.wakes_at(BEFORE + timedelta(days=9))
    machine.hourly_tick()
    assert len(machine.missing(midnight)) > 5 * 24
    assert machine.repairs()
    assert machine.missing(midnight) == []
    assert not machine.repairs()
