"""Episodes in daily closes and what followed: dates, horizons, the event itself, and intervals beside an oracle."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from dbt_project.estimators.base_rates import (
    SCHEMA,
    estimate_base_rates,
    find_episodes,
    follow,
    jeffreys_interval,
    round_level,
)

DAY = timedelta(days=1)
ANCHOR = datetime(2026, 2, 6, 21)
# Falls of 10 % and more with a rebound of 8 % and more the day after, of another vendor's closes (method.md 10).
FALLS = ("2015-01-14", "2017-09-14", "2017-12-30", "2018-02-05", "2019-06-27", "2020-03-12", "2021-05-19", "2022-11-09")
# Which of them closed at or below the fall's close again, after so many days from the rebound. Made up but for the
# count: three within 30 days, a fourth within 90.
RETESTS = {"2015-01-14": 3, "2017-12-30": 20, "2018-02-05": 30, "2022-11-09": 31}


def history(first: str = "2014-09-17", last: str = "2026-03-10", falls: tuple[str, ...] = FALLS) -> dict[date, float]:
    """Flat at 100 but for episodes: 89, then 97 until some days after the retest, which is at 89 again."""
    closes = {}
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        closes[day] = 100.0
        day += DAY
    for fall in (*falls, "2026-02-05"):
        start = date.fromisoformat(fall)
        if start not in closes:
            continue
        for after in range(RETESTS.get(fall, 0) + 6):
            if start + after * DAY in closes:
                closes[start + after * DAY] = 97.0
        closes[start] = 89.0
        if fall in RETESTS:
            closes[start + (1 + RETESTS[fall]) * DAY] = 89.0
    return closes


def rates(closes: dict[date, float], vendors: dict[date, float] | None = None) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:

        def relation(prices: dict[date, float], price: str) -> duckdb.DuckDBPyRelation:
            rows = pa.table(
                {
                    "observed_date": pa.array(list(prices), pa.date32()),
                    "asset": ["BTC"] * len(prices),
                    price: pa.array(list(prices.values()), pa.float64()),
                    "is_final": [True] * len(prices),
                    "known_at": pa.array([datetime.combine(day, datetime.min.time()) + DAY for day in prices]).cast(
                        pa.timestamp("us")
                    ),
                    "provenance": ["measured"] * len(prices),
                }
            )
            return connection.from_arrow(rows)

        rules = connection.query(f"select timestamp '{ANCHOR}' as anchor_at from range(6)")
        found = estimate_base_rates(relation(closes, "close_price_usd"), relation(vendors or {}, "price_usd"), rules)
    return list(found.to_pylist())


def one(found: list[dict[str, Any]], **asked: Any) -> dict[str, Any]:
    (row,) = [row for row in found if all(row[name] == value for name, value in asked.items())]
    return row


def test_eight_episodes_before_the_event_retest_as_counted() -> None:
    """Of method.md 10: 3 of 8 within 30 days and 4 of 8 within 90; the event of 5 February 2026 is not one of them."""
    found = rates(history())
    asked = {"question_kind": "retest", "fall_pct": 10, "rebound_pct": 8}
    month = one(found, **asked, horizon_days=30, stated_at=None)
    assert month["episode_dates"] == ", ".join(FALLS)
    assert (month["hits_count"], month["episodes_count"]) == (3, 8)
    assert one(found, **asked, horizon_days=90, stated_at=None)["hits_count"] == 4
    assert one(found, **asked, horizon_days=7, stated_at=None)["hits_count"] == 1
    stated = one(found, **asked, horizon_days=30, stated_at=ANCHOR)
    assert (stated["hits_count"], stated["episodes_count"]) == (3, 8)
    assert (stated["resolves_date"], stated["threshold_price"], stated["lowest_close_price"]) == (
        date(2026, 3, 8),
        89.0,
        97.0,
    )
    assert one(found, **asked, horizon_days=90, stated_at=ANCHOR)["lowest_close_price"] is None


def test_what_was_stated_at_the_anchor_does_not_change_with_what_came_later() -> None:
    told = (
        "question_kind",
        "fall_pct",
        "rebound_pct",
        "horizon_days",
        "episode_dates",
        "hits_count",
        "history_to_date",
    )
    before, after = (
        [{name: row[name] for name in told} for row in rates(history(last=last)) if row["stated_at"]]
        for last in ("2026-02-05", "2026-03-10")
    )
    assert before == after
    assert len(before) == 36


def test_a_horizon_that_has_not_elapsed_is_left_out_and_counted() -> None:
    found = rates(history(last="2022-11-30"))
    week, month = (
        one(found, question_kind="retest", fall_pct=10, rebound_pct=8, horizon_days=days, stated_at=None)
        for days in (7, 30)
    )
    assert (week["episodes_count"], week["open_count"]) == (8, 0)
    assert (month["episodes_count"], month["open_count"]) == (7, 1)


def test_the_longer_history_is_asked() -> None:
    short = history(first="2024-01-01")
    assert {row["price_series"] for row in rates(short, history())} == {"vendors"}
    assert {row["price_series"] for row in rates(short, short)} == {"composite"}


def test_no_closes_no_rows() -> None:
    assert rates({}) == []


def test_episodes_are_thirty_days_apart_and_never_beside_a_gap() -> None:
    closes = np.full(100, 100.0)
    closes[[10, 39, 40, 70]] = 90.0  # the 39th is 29 days on; the 40th does not fall from the day before
    assert find_episodes(closes, 10, 8).tolist() == [10, 70]
    closes[71] = np.nan
    assert find_episodes(closes, 10, 8).tolist() == [10]
    assert find_episodes(closes, 10.1, 8).tolist() == []


def test_a_round_level_is_held_until_a_close_below_it() -> None:
    """From 6 February 2026 at 70,531 the level is 70,000, and the close of the 7th is below it (method.md 2.6)."""
    closes = np.array([73_067.0, 62_824.0, 70_531.0, 69_245.0, 70_309.0])
    sequel = follow(closes, np.array([1]), 2)
    assert sequel.level.tolist() == [70_000.0]
    assert sequel.came_true("hold").tolist() == sequel.came_true("retest").tolist() == [False]
    assert round_level(np.array([31_000.0, 1_810.0, 70_000.0])).tolist() == [31_000.0, 1_800.0, 70_000.0]


@pytest.mark.parametrize(("hits", "episodes"), [(0, 1), (3, 8), (4, 8), (8, 8), (30, 200)])
def test_jeffreys_interval_is_that_of_statsmodels(hits: int, episodes: int) -> None:
    from statsmodels.stats.proportion import proportion_confint

    oracle = proportion_confint(hits, episodes, method="jeffreys")
    assert jeffreys_interval(hits, episodes) == pytest.approx(oracle, rel=1e-12)


def test_the_columns_are_those_of_the_schema() -> None:
    assert list(
        one(rates(history()), question_kind="hold", fall_pct=8, rebound_pct=8, horizon_days=7, stated_at=None)
    ) == (list(SCHEMA))
