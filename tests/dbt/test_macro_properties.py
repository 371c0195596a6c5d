"""Cross-asset returns and correlations: against scipy, brute force, and what must hold whatever the figures are."""

from __future__ import annotations

import csv
import math
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from dbt_project.estimators.correlation import rolling_influence, rolling_spearman
from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.dbt.raw_factory import DBT_PROJECT, Raw, stamp
from tests.dbt.raw_macro import bar, hour

RETURNS, CORRELATIONS = "fct_asset_session_return", "fct_cross_asset_correlation_daily"
LAST = date(2026, 3, 31)
SESSIONS = 400
GONE = 7  # days before the end without bitcoin's hour
HOUR = timedelta(hours=1)


def closes_of_the_calendar() -> dict[date, datetime]:
    with (DBT_PROJECT / "seeds" / "market_sessions.csv").open() as file:
        closes = {date.fromisoformat(row["session_date"]): row["close_at"] for row in csv.DictReader(file)}
    return {day: datetime.fromisoformat(at) for day, at in closes.items() if day <= LAST}


def sessions_with_an_event() -> set[date]:
    with (DBT_PROJECT / "seeds" / "macro_events.csv").open() as file:
        newest = {row["event_id"]: row for row in csv.DictReader(file)}
    held = [datetime.fromisoformat(row["occurs_at"]) for row in newest.values() if row["status"] != "cancelled"]
    return {next(day for day, close in CLOSES.items() if at <= close) for at in held if at <= CLOSES[DAYS[-1]]}


CLOSES = dict(list(closes_of_the_calendar().items())[-SESSIONS:])
DAYS = list(CLOSES)
EVENT_SESSIONS = sessions_with_an_event()


def world(label: dict[str, int] | None = None, scale: float = 1.0) -> Raw:
    """Bitcoin at every close, and four markets: two indices and a fund that go together, gold with ties.

    label: sessions by which an asset's prices are filed late.
    """
    rng = np.random.default_rng(8)
    market = rng.standard_t(4, SESSIONS) * 0.008
    moves = {
        "^GSPC": market,
        "^IXIC": 1.2 * market + rng.normal(0, 0.002, SESSIONS),
        "QQQ": 1.1 * market + rng.normal(0, 0.002, SESSIONS),
        "GLD": np.round(rng.normal(0, 2, SESSIONS)) / 256,
    }
    bitcoin = 60_000 * np.exp(np.cumsum(1.5 * market + rng.normal(0, 0.02, SESSIONS)))
    bars = []
    for symbol, steps in moves.items():
        prices = 400 * scale * np.exp(np.cumsum(np.roll(steps, (label or {}).get(symbol, 0))))
        bars += [
            stamp(bar(symbol, day, float(price)), CLOSES[day] + HOUR) for day, price in zip(DAYS, prices, strict=True)
        ]
    hours = [
        stamp(hour(CLOSES[day], float(price)), CLOSES[day] + timedelta(minutes=1))
        for day, price in zip(DAYS, bitcoin, strict=True)
        if day != DAYS[-GONE]
    ]
    return {"yahoo/chart_1d": bars, "coinbase_exchange/candles_1h": hours}


def answers(project: CompiledProject, raw: Raw, table: str, as_of: str | datetime = NEVER) -> list[dict[str, Any]]:
    with project.materialise(raw, as_of, only={table}) as connection:
        return connection.execute(f"from marts.{table} order by all").to_arrow_table().to_pylist()


@pytest.fixture(scope="module")
def returns(project: CompiledProject) -> list[dict[str, Any]]:
    return answers(project, world(), RETURNS)


@pytest.fixture(scope="module")
def correlations(project: CompiledProject) -> list[dict[str, Any]]:
    return answers(project, world(), CORRELATIONS)


@pytest.fixture(scope="module")
def pairs(returns: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Sessions after the first, by asset and in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in returns:
        if row["previous_close_at"]:
            found.setdefault(row["asset"], []).append(row)
    return found


def test_every_return_is_of_the_two_true_closes_on_both_sides(returns: list[dict[str, Any]]) -> None:
    raw = world()
    price = {(row["symbol"], row["session_date"]): row["close_price"] for row in raw["yahoo/chart_1d"]}
    bitcoin = {row["period_end_at"]: row["close_price"] for row in raw["coinbase_exchange/candles_1h"]}
    assert len(returns) == 4 * SESSIONS
    for row in returns:
        assert row["close_at"] == CLOSES[row["session_date"]]
        if row["asset"] != "QQQ" or not row["previous_session_date"]:
            continue
        before, now = row["previous_session_date"], row["session_date"]
        assert row["return_ratio"] == price["QQQ", now] / price["QQQ", before] - 1
        end, start = bitcoin.get(CLOSES[now]), bitcoin.get(CLOSES[before])
        assert row["bitcoin_return_ratio"] == (end / start - 1 if end and start else None)


def test_mondays_span_the_weekend_and_holidays_the_holiday(pairs: dict[str, list[dict[str, Any]]]) -> None:
    spans = {row["session_date"]: row["spanned_days"] for row in pairs["SPX"]}
    assert {days for day, days in spans.items() if day.weekday() == 0} == {3, 4}
    assert spans[date(2026, 2, 9)] == 3
    assert spans[date(2026, 2, 17)] == 4, "after Presidents' Day"
    assert spans[date(2025, 11, 28)] == 2, "after Thanksgiving"
    assert all(row["is_multi_day"] == (row["spanned_days"] > 1) for row in pairs["SPX"])
    assert all(row["return_ratio"] != 0 and row["bitcoin_return_ratio"] != 0 for row in pairs["SPX"])


def test_pearson_spearman_and_intervals_are_scipys(
    correlations: list[dict[str, Any]], pairs: dict[str, list[dict[str, Any]]]
) -> None:
    checked = 0
    for row, x, y, _ in windows(correlations, pairs):
        if row["session_date"].day % 5 or row["reason"]:
            continue
        known = stats.pearsonr(x, y)
        interval = known.confidence_interval(0.95)
        wanted = known.statistic, interval.low, interval.high, stats.spearmanr(x, y).statistic
        ours = row["pearson_ratio"], row["pearson_low_ratio"], row["pearson_high_ratio"], row["spearman_ratio"]
        assert ours == pytest.approx(wanted, rel=1e-12, abs=1e-12)
        checked += 1
    assert checked > 500


def test_influence_events_and_the_baseline_are_those_of_brute_force(
    correlations: list[dict[str, Any]], pairs: dict[str, list[dict[str, Any]]]
) -> None:
    checked = 0
    for row, x, y, days in windows(correlations, pairs):
        if row["session_date"].day != 17 or row["reason"]:
            continue
        r = np.corrcoef(x, y)[0, 1]
        without = [abs(np.corrcoef(np.delete(x, i), np.delete(y, i))[0, 1] - r) for i in range(len(x))]
        assert row["influence_ratio"] == pytest.approx(max(without), abs=1e-12)
        assert row["influence_date"] == days[int(np.argmax(without))]
        is_quiet = np.array([day not in EVENT_SESSIONS for day in days])
        assert row["event_sessions_count"] == (~is_quiet).sum()
        quiet = None if is_quiet.all() else np.corrcoef(x[is_quiet], y[is_quiet])[0, 1]
        assert row["without_events_ratio"] == pytest.approx(quiet, abs=1e-12)
        series = pairs[row["asset"]]
        end = [one["session_date"] for one in series].index(row["session_date"]) + 1 - row["window_sessions_count"]
        x, y, _ = observed(series[max(end - 250, 0) : max(end, 0)])
        assert row["baseline_observations_count"] == len(x)
        if len(x) >= 200:
            assert row["baseline_ratio"] == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-12)
        checked += 1
    assert checked > 50


def test_ewma_is_the_recursion(correlations: list[dict[str, Any]], pairs: dict[str, list[dict[str, Any]]]) -> None:
    ours = {
        row["session_date"]: row["ewma_ratio"]
        for row in correlations
        if row["asset"] == "QQQ" and row["window_sessions_count"] == 20
    }
    x, y, days = observed(pairs["QQQ"])
    moments = np.stack([x * x, y * y, x * y])
    state = moments[:, :20].mean(axis=1)
    assert ours[days[18]] is None
    for number in range(19, len(x)):
        state = state if number == 19 else 0.94 * state + 0.06 * moments[:, number]
        assert ours[days[number]] == pytest.approx(state[2] / math.sqrt(state[0] * state[1]), rel=1e-12, abs=1e-12)


def test_a_scale_changes_nothing(project: CompiledProject, returns: list[dict[str, Any]]) -> None:
    other = answers(project, world(scale=7.3), RETURNS)
    for one, two in zip(returns, other, strict=True):
        assert two["return_ratio"] == pytest.approx(one["return_ratio"], abs=1e-12)
        assert two["bitcoin_return_ratio"] == one["bitcoin_return_ratio"]


@pytest.mark.parametrize("shift", [1, -1])
def test_a_market_filed_a_session_off_is_flagged_and_no_other(
    project: CompiledProject, correlations: list[dict[str, Any]], shift: int
) -> None:
    assert not any(row["is_misdated"] for row in correlations)
    shifted = answers(project, world({"QQQ": shift}), CORRELATIONS)
    flagged = {row["asset"] for row in shifted if row["is_misdated"]}
    assert flagged == {"QQQ"}
    late = {row["best_lag_sessions_count"] for row in shifted if row["asset"] == "QQQ" and row["reference_asset"]}
    assert late == {shift}
    assert all(row["is_misdated"] for row in shifted if row["asset"] == "QQQ" and row["reference_asset"])


def test_later_rows_never_move_an_earlier_answer(project: CompiledProject, correlations: list[dict[str, Any]]) -> None:
    last = DAYS[-60]
    moment = CLOSES[last] + HOUR
    earlier = [row for row in correlations if row["session_date"] <= last]
    assert answers(project, world(), CORRELATIONS, moment) == [approximately(row) for row in earlier]


def test_an_interval_holds_the_true_correlation_as_often_as_it_says(project: CompiledProject) -> None:
    """Four thousand samples of 40 with rho 0.6, through the mart's own interval."""
    rng, rho, size, samples = np.random.default_rng(60), 0.6, 40, 4000
    x, noise = rng.standard_normal((2, samples, size))
    y = rho * x + math.sqrt(1 - rho * rho) * noise
    left, right = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    r = (left * right).sum(axis=1) / np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
    with duckdb.connect() as connection:
        connection.execute("create schema intermediate")
        day = "date '2026-02-06'"
        keys = f"{day} as session_date, i::varchar as asset, 'v' as venue, 40 as window_sessions_count"
        lineage = "timestamp '2026-02-07' as known_at, 'measured' as provenance"
        connection.register("samples", {"i": np.arange(samples), "r": r})
        connection.execute(
            f"""create table intermediate.int_macro__correlate_windows as
            select {keys}, timestamp '2026-02-06 21:00' as close_at, 40 as observations_count, 40 as expected_count,
                r as pearson_ratio, 0 as event_sessions_count, r as without_events_ratio, r as ewma_ratio,
                1.0 as variance, 250 as baseline_observations_count, {rho}::double as baseline_ratio,
                1.0 as baseline_variance, {lineage} from samples"""
        )
        connection.execute(
            f"""create table intermediate.int_macro__estimate_correlations as
            select {keys}, r as spearman_ratio, 0.0 as influence_ratio, {day} as influence_date from samples"""
        )
        connection.execute(
            f"""create table intermediate.int_macro__find_label_lags as
            select {keys}, 'R' as reference_asset, 0 as best_lag_sessions_count, r as best_lag_ratio,
                r as same_session_ratio, {lineage} from samples limit 0"""
        )
        [(inside, flagged)] = connection.execute(
            f"""select avg((pearson_low_ratio < {rho} and {rho} < pearson_high_ratio)::integer),
                avg(is_regime_change::integer) from ({project.sql(CORRELATIONS)})"""
        ).fetchall()
    assert abs(inside - 0.95) < 3 * math.sqrt(0.95 * 0.05 / samples)
    assert flagged == pytest.approx(1 - inside)


def test_ranks_with_equals_and_gaps_are_scipys() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.integers(0, 6, (2, 300)).astype(float)
    x[rng.random(300) < 0.1], y[:5] = np.nan, np.nan
    ours = rolling_spearman(x, y, 20)
    for end in range(20, 301):
        part = slice(end - 20, end)
        is_given = ~np.isnan(x[part] + y[part])
        if is_given.sum() < 16:
            assert np.isnan(ours[end - 1])
        else:
            wanted = stats.spearmanr(x[part][is_given], y[part][is_given]).statistic
            assert ours[end - 1] == pytest.approx(wanted, abs=1e-12)


def test_anscombes_first_set_has_its_known_rank_correlation() -> None:
    x = np.array([10.0, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5])
    y = np.array([8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68])
    assert rolling_spearman(x, y, 11)[-1] == pytest.approx(0.8181818181818182, abs=1e-12)
    # The day left out moves r from Anscombe's 0.8164205163 to what is left: brute force again.
    whole = np.corrcoef(x, y)[0, 1]
    assert whole == pytest.approx(0.8164205163, abs=1e-10)
    without = [abs(np.corrcoef(np.delete(x, i), np.delete(y, i))[0, 1] - whole) for i in range(11)]
    assert rolling_influence(x, y, 11).change[-1] == pytest.approx(max(without), abs=1e-12)


def test_a_day_that_is_all_the_movement_takes_all_of_the_correlation() -> None:
    x, y = np.zeros(20), np.linspace(0, 1, 20)
    x[12] = 5.0
    found = rolling_influence(x, y, 20)
    assert found.position[-1] == 12
    assert found.change[-1] == pytest.approx(abs(np.corrcoef(x, y)[0, 1]))
    still = rolling_influence(np.zeros(20), y, 20)
    assert np.isnan(still.change).all()
    assert (still.position == -1).all()


def observed(rows: list[dict[str, Any]]) -> tuple[Any, Any, list[date]]:
    kept = [row for row in rows if row["bitcoin_log_return_ratio"] is not None]
    x, y = (np.array([row[name] for row in kept]) for name in ("log_return_ratio", "bitcoin_log_return_ratio"))
    return x, y, [row["session_date"] for row in kept]


def windows(rows: list[dict[str, Any]], pairs: dict[str, list[dict[str, Any]]]) -> Any:
    """Each row of correlations beside the observations it is of."""
    places = {asset: {row["session_date"]: place for place, row in enumerate(own)} for asset, own in pairs.items()}
    for row in rows:
        end = places[row["asset"]][row["session_date"]] + 1
        yield row, *observed(pairs[row["asset"]][max(end - row["window_sessions_count"], 0) : end])


def approximately(row: dict[str, Any]) -> dict[str, Any]:
    """DuckDB adds up windows in another order when there are more of them."""
    return {name: pytest.approx(value, abs=1e-12) if isinstance(value, float) else value for name, value in row.items()}
