"""Documented payloads without a dataset: the shape their twins keep for the day somebody reads them."""

from __future__ import annotations

import csv
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from ingestion.epoch import unit_of
from tests.ingestion.sources.twin import PAYLOADS


def lines(name: str) -> list[list[str]]:
    return list(csv.reader((PAYLOADS / name).read_text().splitlines()))


def test_aggregated_trades_by_rest_are_not_read_for_the_archive_has_them_all() -> None:
    trades: list[dict[str, Any]] = orjson.loads((PAYLOADS / "binance-spot_aggTrades.json").read_bytes())
    for trade in trades:
        assert set(trade) == set("apqflTmM")
        assert unit_of(str(trade["T"])) == "ms"
        assert trade["f"] <= trade["l"]
        assert isinstance(trade["m"], bool)
    # m: the buyer was the maker, so the taker sold. Reading it the other way round would turn every flow.
    assert {trade["m"] for trade in trades} == {True, False}


def test_the_summary_of_options_is_a_dead_product_that_ended_in_2023() -> None:
    header, *rows = lines("binance-vision_EOHSummary.csv")
    assert len(header) == 26
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        assert date(2023, 5, 18) <= date.fromisoformat(cells["date"]) <= date(2023, 10, 23)
        assert 0 <= int(cells["hour"]) < 24
        assert cells["symbol"].split("-")[2:] == [cells["strike"], cells["type"]]


def test_the_list_of_events_is_not_read_for_the_projects_own_seed_has_revisions() -> None:
    # tests/repo/test_macro_events_seed.py is about that seed; here is only the form of the documented one.
    header, *rows = lines("macro-events_seed.csv")
    for row in rows:
        event = dict(zip(header, row, strict=True))
        assert ZoneInfo(event["timezone"])
        assert event["event_id"].endswith(event["event_date"])
        if event["event_time_local"]:
            assert datetime.fromisoformat(f"{event['event_date']}T{event['event_time_local']}")
