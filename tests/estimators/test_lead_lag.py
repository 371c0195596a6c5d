"""Asynchronous covariance by hand, against every pair of intervals, and on simulated prices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_project.estimators.bootstrap import resampling_weights
from dbt_project.estimators.lead_lag import best_lag, correlation, hayashi_yoshida, lagged_products


def every_pair(x_times: np.ndarray, x: np.ndarray, y_times: np.ndarray, y: np.ndarray) -> float:
    return sum(
        (x[i + 1] - x[i]) * (y[j + 1] - y[j])
        for i in range(len(x) - 1)
        for j in range(len(y) - 1)
        if max(x_times[i], y_times[j]) < min(x_times[i + 1], y_times[j + 1])
    )


def test_the_hand_vector_gives_five_ten_thousandths() -> None:
    x, y = np.array([0, 0.01, -0.01, 0.02]), np.array([0, 0.02, 0.01, 0.03])
    found = hayashi_yoshida(np.array([0, 2, 5, 6]), x, np.array([0, 1, 4, 6]), y)
    assert found == pytest.approx(0.0005, abs=1e-15)
    assert hayashi_yoshida(np.array([0, 1, 4, 6]), y, np.array([0, 2, 5, 6]), x) == pytest.approx(found, abs=1e-15)


times = st.lists(st.integers(0, 40), min_size=2, max_size=12, unique=True).map(sorted)


@settings(max_examples=60, deadline=None)
@given(times, times, st.integers(-15, 15), st.integers(0, 2**16))
def test_every_pair_of_overlapping_intervals_counts_once(
    x_times: list[int], y_times: list[int], lag: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal(len(x_times)), rng.standard_normal(len(y_times))
    found = lagged_products(np.array(x_times), x, np.array(y_times), y, np.array([lag])).sum()
    shifted = np.array(x_times) + lag
    assert found == pytest.approx(every_pair(shifted, x, np.array(y_times), y), abs=1e-10)


def test_on_a_common_grid_it_is_the_sum_of_products() -> None:
    rng = np.random.default_rng(3)
    grid, x, y = np.arange(50), rng.standard_normal(50).cumsum(), rng.standard_normal(50).cumsum()
    assert hayashi_yoshida(grid, x, grid, y) == pytest.approx((np.diff(x) * np.diff(y)).sum())
    assert correlation(grid, x, grid, x) == pytest.approx(1)
    assert np.isnan(correlation(grid, x, grid, np.ones(50)))


def simulated(rng: np.random.Generator, rho: float = 0.6, seconds: int = 23_400, delay: int = 0) -> tuple:
    """Two prices with correlated seconds, seen at random ones: every 30 and 60 on average. y comes `delay` later."""
    shocks = rng.standard_normal((2, seconds))
    x = shocks[0].cumsum()
    y = np.roll(rho * shocks[0] + (1 - rho**2) ** 0.5 * shocks[1], delay).cumsum()
    seen = [np.flatnonzero(rng.random(seconds) < 1 / mean) for mean in (30, 60)]
    return seen[0], x[seen[0]], seen[1], y[seen[1]]


def previous_tick(times: np.ndarray, values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    return np.diff(values[np.maximum(np.searchsorted(times, grid, side="right") - 1, 0)])


def test_poisson_sampling_keeps_the_correlation_where_a_grid_loses_half_of_it() -> None:
    """Method 8.5 measured .592 (standard error .013) and .245 over 40 runs."""
    rng = np.random.default_rng(5)
    runs = [simulated(rng) for _ in range(40)]
    grid = np.arange(0, 23_400, 60)
    ours = np.mean([correlation(*run) for run in runs])
    gridded = np.mean([np.corrcoef(previous_tick(*run[:2], grid), previous_tick(*run[2:], grid))[0, 1] for run in runs])
    assert ours == pytest.approx(0.6, abs=0.03)
    assert gridded < 0.35


def test_the_lag_is_found_where_it_was_put_and_its_interval_holds_it() -> None:
    rng = np.random.default_rng(6)
    lags = np.arange(-300, 301, 20)
    days = [lagged_products(*simulated(rng, delay=40), lags).sum(axis=1) for _ in range(20)]
    products = np.array(days)[None]
    best, low, high = best_lag(products, lags, resampling_weights(20))
    assert best[0] == 40
    assert low[0] <= 40 <= high[0]
    back = best_lag(products[..., ::-1], lags, resampling_weights(20))
    assert (back[0][0], back[1][0], back[2][0]) == (-40, -high[0], -low[0])


def test_unrelated_prices_have_a_wide_interval_and_ties_go_to_no_lag() -> None:
    rng = np.random.default_rng(7)
    lags = np.arange(-300, 301, 20)
    days = [lagged_products(*simulated(rng, rho=0), lags).sum(axis=1) for _ in range(20)]
    _, low, high = best_lag(np.array(days)[None], lags, resampling_weights(20))
    assert high[0] - low[0] > 200
    assert best_lag(np.zeros((1, 3, 5)), np.arange(-2, 3), resampling_weights(3))[0][0] == 0
