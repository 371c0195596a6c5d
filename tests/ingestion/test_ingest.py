"""Whole landings from a synthetic exchange: the second run, restatements, gaps, and every fault on the way."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Any

import polars as pl
import pytest

from ingestion import reparse
from ingestion.capture import CaptureStore
from ingestion.contract import Dataset
from ingestion.ingest import ingest
from ingestion.places import Places
from ingestion.replay import ReplayClient
from ingestion.windows import Window
from tests.ingestion.answers import FLOWS, METRICS, RETARGETS, SPOT
from tests.ingestion.conftest import Desk

ALL = [SPOT, METRICS, FLOWS, RETARGETS]
FIRST, LAST = "2026-02-27", "2026-03-03"


@pytest.mark.parametrize("dataset", ALL, ids=lambda dataset: dataset.key)
def test_a_second_run_with_nothing_new_lands_nothing(desk: Desk, dataset: Dataset) -> None:
    first = desk.land(dataset, FIRST, LAST)
    assert first.rows
    assert first.landed
    assert [first.failures, first.unreadable, first.missing_days, first.quarantined] == [[], [], [], {}]
    stored = desk.stored()
    second = desk.land(dataset, FIRST, LAST)
    assert second.landed == []
    assert desk.stored() == stored


def test_days_that_are_settled_are_not_asked_for_again(desk: Desk) -> None:
    desk.land(SPOT, FIRST, LAST)
    desk.exchange.now = "2026-05-01T12:00:00"
    asked = len(desk.exchange.log)
    report = desk.land(SPOT, FIRST, LAST)
    assert report.skipped == 5
    # The other coin has no such files, and a missing one is asked for however late.
    assert all("ETHUSDT" in seen.path for seen in desk.exchange.log[asked:])


def test_a_recent_day_costs_one_question_for_its_checksum(desk: Desk) -> None:
    desk.land(SPOT, LAST, LAST)
    desk.land(SPOT, LAST, LAST)
    paths = [seen.path.rsplit(".", 1)[1] for seen in desk.exchange.asked("*spot*BTCUSDT*")]
    assert paths == ["CHECKSUM", "zip", "CHECKSUM"]


def test_rows_of_both_label_conventions_land_on_a_gapless_series(desk: Desk) -> None:
    desk.exchange.hosts.label_switch = date(2026, 3, 2)
    report = desk.land(METRICS, FIRST, LAST)
    rows = desk.raw(METRICS)
    steps = rows["period_start_at"].diff().drop_nulls().unique().to_list()
    assert [step.total_seconds() for step in steps] == [300]
    assert rows.height == 5 * 288
    assert report.notices == [
        "the source's stamp 2026-03-02 00:00 stands on two periods, starting 2026-03-01 23:55 and 2026-03-02 00:00"
    ]


def test_a_restated_session_gives_two_vintages(desk: Desk) -> None:
    desk.land(FLOWS, FIRST, LAST)
    before = desk.raw(FLOWS).filter(pl.col("session_date") == date(2026, 3, 3))
    desk.exchange.now = "2026-03-11T12:00:00"
    desk.exchange.fault("*sosovalue*", "restated", session="2026-03-03", flow=-1.0)
    desk.land(FLOWS, FIRST, LAST)
    after = desk.raw(FLOWS).filter(pl.col("session_date") == date(2026, 3, 3))
    assert after["net_flow_usd"].to_list() == [before["net_flow_usd"][0], -1.0]
    assert after["known_at"][1] == datetime(2026, 3, 11, 12)
    assert after["known_at"][0] == before["known_at"][0]


def test_two_landings_at_once_lose_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slower one wrote last what it had read first: the answer that came in between was gone from raw."""
    write, was_first = reparse.write_partition, Event()

    def slow_at_first(*given: Any) -> Any:
        if not was_first.is_set():
            was_first.set()
            sleep(0.5)
        return write(*given)

    monkeypatch.setattr(reparse, "write_partition", slow_at_first)
    slow = Thread(target=desk.land, args=(FLOWS, LAST, LAST))
    slow.start()
    assert was_first.wait(5)
    desk.exchange.now = "2026-03-11T12:00:00"
    desk.exchange.fault("*sosovalue*", "restated", session="2026-03-03", flow=-1.0)
    desk.land(FLOWS, LAST, LAST)
    slow.join()
    monkeypatch.undo()
    assert desk.raw(FLOWS).filter(pl.col("session_date") == date(2026, 3, 3)).height == 2


def test_a_replaced_file_is_a_new_vintage_and_the_old_one_stays(desk: Desk) -> None:
    desk.land(SPOT, LAST, LAST)
    desk.exchange.now = "2026-03-11T12:00:00"
    desk.exchange.fault("*spot*.zip", "cell", column="count", value="7")
    report = desk.land(SPOT, LAST, LAST)
    hour = desk.raw(SPOT).filter(pl.col("period_start_at") == datetime(2026, 3, 3, 3))
    assert (report.landed[0].vintages, hour.height, hour["trades_count"][1]) == (1, 2, 7)


def test_a_day_that_is_not_there_is_reported_and_not_invented(desk: Desk) -> None:
    desk.exchange.fault("*metrics*2026-03-01.zip*", "status", status=404)
    report = desk.land(METRICS, FIRST, LAST)
    assert report.missing_days == [date(2026, 3, 1)]
    assert desk.raw(METRICS).height == 4 * 288


def test_a_day_with_holes_is_partial(desk: Desk) -> None:
    desk.exchange.fault("*spot*2026-03-01.zip", "drop_rows", rows=3)
    assert desk.land(SPOT, FIRST, LAST).partial_days == {date(2026, 3, 1): 21}


def test_a_file_that_was_missing_beside_its_checksum_is_asked_for_however_late(desk: Desk) -> None:
    desk.exchange.fault("*spot*2026-03-01.zip", "status", status=404)
    assert desk.land(SPOT, FIRST, LAST).missing_days == [date(2026, 3, 1)]
    desk.exchange.clear()
    desk.exchange.now = "2026-06-01T12:00:00"
    assert desk.land(SPOT, FIRST, LAST).missing_days == []


def test_a_day_in_the_future_is_not_missing(desk: Desk) -> None:
    report = desk.land(SPOT, "2026-03-09", "2026-03-12")
    assert report.missing_days == []
    assert report.last_day == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("pattern", "kind", "options"),
    [
        pytest.param("*2026-03-01.zip", "status", {"status": 429}, id="429"),
        pytest.param("*2026-03-01.zip", "status", {"status": 503}, id="503"),
        pytest.param("*2026-03-01.zip", "truncated", {}, id="truncated"),
        pytest.param("*2026-03-01.zip", "html200", {}, id="html200"),
        pytest.param("*2026-03-01.zip", "bad_checksum", {}, id="bad checksum"),
        pytest.param("*2026-03-01.zip", "malformed_zip", {}, id="malformed zip"),
        pytest.param("*2026-03-01.zip", "foreign_member", {}, id="foreign member"),
        pytest.param("*2026-03-01.zip", "empty_member", {}, id="empty file"),
        pytest.param("*spot*2026-03-01.zip", "drop_column", {"column": "volume"}, id="column dropped"),
        pytest.param("*spot*2026-03-01.zip", "negative_volume", {"rows": 12}, id="half a day negative"),
        pytest.param("*2026-03-01.zip", "dup_page", {}, id="another day's page"),
    ],
)
def test_a_faulty_day_is_told_harms_nothing_and_heals(
    desk: Desk, pattern: str, kind: str, options: dict[str, object]
) -> None:
    desk.land(SPOT, "2026-02-27", "2026-02-28")
    stored = desk.stored()
    desk.exchange.fault(pattern, kind, **options)
    report = desk.land(SPOT, FIRST, LAST)
    assert report.failures or report.unreadable, "somebody must be told"
    assert report.missing_days == [date(2026, 3, 1)]
    kept = desk.stored()
    assert all(kept[path] == content for path, content in stored.items()), "what was landed stays as it was"
    desk.exchange.clear()
    healed = desk.land(SPOT, FIRST, LAST)
    assert [healed.failures, healed.unreadable, healed.missing_days] == [[], [], []]
    assert desk.raw(SPOT).height == 5 * 24


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("nan", "close_price is not finite"),
        ("infinity", "close_price is not finite"),
        ("negative_volume", "negative volume or count"),
        ("high_below_low", "high below open, close or low"),
        ("outside_day", "outside the day of its file"),
    ],
)
def test_one_bad_row_goes_to_quarantine_and_the_rest_lands(desk: Desk, kind: str, reason: str) -> None:
    desk.exchange.fault("*spot*2026-03-01.zip", kind)
    report = desk.land(SPOT, FIRST, LAST)
    assert report.quarantined == {reason: 1}
    assert report.partial_days == {date(2026, 3, 1): 23}
    kept = pl.read_parquet(Path(desk.places.quarantine) / SPOT.source / SPOT.name / "2026-03.parquet")
    assert kept["reason"].to_list() == [reason]


@pytest.mark.parametrize("dataset", [FLOWS, RETARGETS], ids=lambda dataset: dataset.key)
def test_a_source_that_is_down_leaves_what_was_landed(desk: Desk, dataset: Dataset) -> None:
    desk.land(dataset, FIRST, LAST)
    stored = desk.stored()
    desk.exchange.fault("*", "html200")
    report = desk.land(dataset, FIRST, LAST)
    assert len(report.failures) == 1
    assert desk.stored() == stored


def test_a_renamed_field_in_an_answer_is_refused_and_healed_by_the_next(desk: Desk) -> None:
    desk.land(FLOWS, FIRST, LAST)
    stored = desk.raw(FLOWS)
    desk.exchange.fault("*sosovalue*", "rename_column", old="totalNetInflow", new="netInflow", times=1)
    desk.exchange.now = "2026-03-10T13:00:00"
    broken = desk.land(FLOWS, FIRST, LAST)
    assert "totalNetInflow" in broken.unreadable[0]
    assert desk.raw(FLOWS).equals(stored)
    desk.exchange.now = "2026-03-10T14:00:00"
    assert desk.land(FLOWS, FIRST, LAST).unreadable == []


def test_a_file_that_was_broken_and_put_back_heals_and_stays_quiet(desk: Desk) -> None:
    desk.land(SPOT, FIRST, LAST)
    stored = desk.raw(SPOT)
    desk.exchange.now = "2026-03-10T13:00:00"
    desk.exchange.fault("*spot*2026-03-01.zip", "empty_member")
    assert len(desk.land(SPOT, FIRST, LAST).unreadable) == 1
    desk.exchange.clear()
    desk.exchange.now = "2026-03-10T14:00:00"
    assert desk.land(SPOT, FIRST, LAST).unreadable == []
    assert desk.raw(SPOT).equals(stored)
    desk.exchange.now = "2026-03-10T15:00:00"
    assert desk.land(SPOT, FIRST, LAST).landed == []


def test_raw_made_again_from_the_captures_alone_is_the_same_bytes(desk: Desk, tmp_path: Path) -> None:
    desk.exchange.hosts.label_switch = date(2026, 3, 1)
    for dataset in ALL:
        desk.land(dataset, FIRST, LAST)
    replayed = Places(tmp_path / "replayed")
    client = ReplayClient(CaptureStore(desk.places.capture), desk.exchange.now)
    for dataset in ALL:
        ingest(dataset, Window(date.fromisoformat(FIRST), date.fromisoformat(LAST)), client, replayed)
    first, second = desk.stored(), {p: p.read_bytes() for p in sorted(replayed.raw.rglob("*.parquet"))}
    assert list(first.values()) == list(second.values())
    assert len(first) > len(ALL)


def test_nothing_is_asked_of_the_days_to_come(desk: Desk) -> None:
    report = desk.land(FLOWS, "2027-01-01", "2027-01-02")
    assert report.asked == 0
