"""Live runs against the loopback exchange: what is published, restated, refused and healed.

What single faults do to a landing is told in tests/ingestion.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.end_to_end.questions import ask, ask_one
from tests.end_to_end.three_days import RESTATED, Days

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("case")]


def test_live_answers_are_published_as_measured(days: Days) -> None:
    assert days.quiet.outcome.success, days.quiet.outcome.errors
    file = days.quiet.database
    assert ask(file, "select scope, provenance, is_degraded, as_of_at from meta.releases") == [
        ("live", "measured", False, datetime(2026, 3, 9, 12))
    ]
    for table in ("marts.fct_price_hourly", "marts.fct_etf_flow_daily", "vintages.etf_flow"):
        assert ask(file, f"select distinct provenance from {table}") == [("measured",)]
    assert ask_one(file, "select count(*) from marts.fct_open_interest_hourly where venue = 'all'") == 4 * 24
    assert ask_one(file, "select min(received_at) from meta.captures") == datetime(2026, 3, 9, 12)


def test_a_restated_session_has_two_vintages_and_two_answers(days: Days) -> None:
    before, after = days.quiet.database, days.good.database
    flow = "select flow_usd from marts.fct_etf_flow_daily where session_date = ?"
    first = ask_one(before, flow, RESTATED)
    assert first != 7e6
    assert ask_one(after, flow, RESTATED) == 7e6
    versions = "select vintage_number, flow_usd, known_to_at from vintages.etf_flow where session_date = ? order by 1"
    assert ask(before, versions, RESTATED) == [(1, first, datetime(9999, 12, 31))]
    # Known since the day on which nothing was published: what was captured then is not lost.
    seen_at = datetime(2026, 3, 10, 12)
    assert ask(after, versions, RESTATED) == [(1, first, seen_at), (2, 7e6, datetime(9999, 12, 31))]
    then = "select flow_usd from as_of.etf_flow(cast(? as timestamp)) where session_date = ?"
    assert ask(after, then, seen_at - timedelta(seconds=1), RESTATED) == [(first,)]
    assert ask(after, then, seen_at, RESTATED) == [(7e6,)]
    assert ask_one(after, "select vintages_count from marts.fct_etf_flow_daily where session_date = ?", RESTATED) == 2


def test_when_a_column_is_gone_nothing_is_published_and_nothing_is_lost(days: Days) -> None:
    assert not days.bad.outcome.success
    assert any("columns ['sum_open_interest'] are gone" in text for text in days.bad.outcome.refused)
    assert days.bad.release_id == days.quiet.release_id
    assert days.bad.metrics_days == days.quiet.metrics_days == _whole_days(5, 8)


def test_what_was_unreadable_is_asked_again_and_heals(days: Days) -> None:
    assert days.good.outcome.success, days.good.outcome.errors
    assert days.good.release_id != days.quiet.release_id
    assert days.good.metrics_days == _whole_days(5, 10)
    query = "select count(*) from marts.fct_open_interest_daily where venue = 'binance' and observed_date = ?"
    assert ask_one(days.good.database, query, date(2026, 3, 9)) == 1


def test_with_a_day_missing_the_release_is_published_and_says_so(days: Days) -> None:
    file = days.good.database
    ((is_degraded, reasons),) = ask(file, "select is_degraded, degraded_reasons from meta.releases")
    assert is_degraded
    fed = (
        "select count(distinct table_name) from meta.lineage where dataset = 'spot_klines_1h' and source like '%vision'"
    )
    said = (
        "binance_vision/spot_klines_1h: no data for 2026-03-10; "
        f"feeds {ask_one(file, fed)} published tables, which meta.lineage names"
    )
    assert reasons == f'["{said}; binance_spot/klines_1h says about the same"]'
    degraded = ask(file, "select source, dataset from meta.freshness where is_degraded")
    assert degraded == [("binance_vision", "spot_klines_1h")]
    # Reported, never filled.
    assert ask_one(file, "select count(*) from marts.fct_price_hourly where period_start_at >= '2026-03-10'") == 0


def _whole_days(first: int, last: int) -> dict[date, int]:
    return dict.fromkeys((date(2026, 3, day) for day in range(first, last + 1)), 288)
