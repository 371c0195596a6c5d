"""Betas and lags from rows as dbt hands them over: which rows a window gets, and what is said where it has too few."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from dbt_project.estimators.beta import SCHEMA, estimate_betas
from dbt_project.estimators.lead_lag import estimate_lead_lags
from dbt_project.estimators.rebounds import attribute_windows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = date(2025, 11, 3)
KNOWN = {"known_at": datetime(2026, 2, 1), "provenance": "measured"}
Rows = list[dict[str, Any]]


def factor_rows(sessions: int) -> Rows:
    rng = np.random.default_rng(1)
    found = []
    for number in range(sessions):
        equity, gold = 0.01 * rng.standard_normal(2)
        shared = KNOWN | {
            "session_date": FIRST + number * DAY,
            "session_number": 100 + number,
            "bitcoin_log_return_ratio": 2 * equity - gold + 0.001 * rng.standard_normal(),
        }
        found.append(shared | {"factor_set": "single", "factor": "SPX", "venue": "fred", "factor_change_ratio": equity})
        for factor, change in (("equity", equity), ("gold", gold)):
            found.append(
                shared | {"factor_set": "multi", "factor": factor, "venue": "all", "factor_change_ratio": change}
            )
    return found


def betas(rows: Rows) -> Rows:
    with duckdb.connect() as connection:
        return estimate_betas(connection.from_arrow(pa.Table.from_pylist(rows))).to_pylist()


def test_factors_beside_each_other_are_told_apart() -> None:
    last = FIRST + 59 * DAY
    found = {row["factor"]: row for row in betas(factor_rows(60)) if row["session_date"] == last}
    assert found["equity"]["beta_ratio"] == pytest.approx(2, abs=0.1)
    assert found["gold"]["beta_ratio"] == pytest.approx(-1, abs=0.1)
    assert found["gold"]["factors_count"] == 2
    assert found["gold"]["vif_ratio"] >= 1
    assert found["SPX"]["vif_ratio"] is None


def test_a_factor_that_lacks_the_session_leaves_and_a_lone_one_has_no_row() -> None:
    rows = [row for row in factor_rows(60) if row["factor"] != "gold" or row["session_number"] < 159]
    found = [row for row in betas(rows) if row["factor_set"] == "multi"]
    assert max(row["session_date"] for row in found) == FIRST + 58 * DAY


def test_the_weakest_and_latest_row_of_the_window_marks_it() -> None:
    rows = [row for row in factor_rows(80) if row["factor_set"] == "single"]
    rows[15] |= {"provenance": "reconstructed", "known_at": datetime(2026, 3, 1)}
    marks = {row["session_date"]: row for row in betas(rows) if row["window_sessions_count"] == 60}
    held, out = marks[FIRST + 74 * DAY], marks[FIRST + 75 * DAY]
    assert (held["provenance"], held["known_at"]) == ("reconstructed", datetime(2026, 3, 1))
    assert (out["provenance"], out["known_at"]) == ("measured", KNOWN["known_at"])


def test_a_gap_in_the_calendar_counts_against_the_window() -> None:
    rows = [row for row in factor_rows(60) if row["factor_set"] == "single"]
    whole, gapped = (
        next(row for row in betas(kept)[::-1] if row["window_sessions_count"] == 60)
        for kept in (rows, rows[:20] + rows[33:])
    )
    assert (whole["observations_count"], whole["reason"]) == (60, None)
    assert (gapped["observations_count"], gapped["reason"]) == (47, "too_few_sessions")


def lags(sessions: int, delay: int, *, without: int = -1) -> Rows:
    """A market whose hours are bitcoin's `delay` hours later, around the clock; one session may lack bitcoin."""
    rng = np.random.default_rng(2)
    size = 24 * sessions
    prices = 7e4 * np.exp(0.005 * rng.standard_normal(size).cumsum())
    start = datetime.combine(FIRST, time(21))
    ends = [start + (number + 1) * HOUR for number in range(size)]
    hours = [
        KNOWN
        | {
            "asset": "BTC",
            "is_final": True,
            "period_start_at": end - HOUR,
            "period_end_at": end,
            "close_price_usd": price,
        }
        for number, (end, price) in enumerate(zip(ends, prices, strict=True))
        if number // 24 != without
    ]
    bars = [
        KNOWN
        | {"asset": "XAU", "symbol": "GC=F", "venue": "yahoo", "period_start_at": end - HOUR, "period_end_at": end}
        | {
            "open_price": float(prices[max(number - 1 - delay, 0)]),
            "close_price": float(prices[max(number - delay, 0)]),
        }
        for number, end in enumerate(ends)
    ]
    calendar = [
        {"exchange": "XNYS", "session_date": FIRST + number * DAY, "close_at": start + number * DAY}
        for number in range(sessions + 1)
    ]
    with duckdb.connect() as connection:
        tables = [connection.from_arrow(pa.Table.from_pylist(rows)) for rows in (bars, hours, calendar)]
        return estimate_lead_lags(*tables).to_pylist()


@pytest.mark.parametrize("delay", [0, 2])
def test_a_market_that_repeats_bitcoin_later_has_a_negative_lag(delay: int) -> None:
    last = [row for row in lags(22, delay) if row["session_date"] == FIRST + 22 * DAY]
    assert [row["window_sessions_count"] for row in last] == [5, 20]
    for row in last:
        assert (row["best_lag_minutes"], row["best_lag_low_minutes"], row["best_lag_high_minutes"]) == (
            -60 * delay,
        ) * 3
        assert row["best_lag_correlation_ratio"] == pytest.approx(1, abs=0.05)
        assert row["increments_count"] in range(
            24 * row["window_sessions_count"] - 1, 24 * row["window_sessions_count"] + 1
        )


def test_a_session_without_bitcoin_says_so_and_leaves_four_of_five() -> None:
    told = {row["session_date"]: row for row in lags(8, 0, without=5) if row["window_sessions_count"] == 5}
    assert told[FIRST + 6 * DAY]["reason"] == "bitcoin_is_missing"
    assert (told[FIRST + 7 * DAY]["reason"], told[FIRST + 7 * DAY]["sessions_count"]) == (None, 4)
    assert told[FIRST + 3 * DAY]["reason"] == "too_few_sessions"


def test_no_rows_are_a_table_with_types() -> None:
    with duckdb.connect() as connection:
        factors = connection.from_arrow(pa.Table.from_pylist(factor_rows(1))).filter("false")
        moves = connection.sql(
            "select 'BTC' as asset, 'low_to_last' as window_kind, now()::timestamp as window_started_at,"
            " 0.1 as window_return_ratio, null::double as deviation_ratio"
        )
        empty = estimate_betas(factors)
        assert attribute_windows(moves, moves).num_rows == 0
    assert (empty.num_rows, empty.column_names) == (0, list(SCHEMA))
    assert str(empty.schema.field("session_date").type) == "date32[day]"
