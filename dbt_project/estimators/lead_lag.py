"""Covariance of two prices that are not seen at the same moments, and how it changes when one is moved in time.

Association in time is all it can show: neither price acts on the other because its moves come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dbt_project.estimators.arrays import PROVENANCES, Columns, read_columns, weakness, write_table
from dbt_project.estimators.bootstrap import resampling_weights

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyRelation

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Times = Integers | Array
WINDOWS = (5, 20)
MINIMUM_SHARE = 0.8
HOUR = 3_600_000_000
# Hours: charts of an hour show nothing finer, and beyond a quarter of a day it is another session.
LAGS = np.arange(-6.0, 7.0)
SCHEMA = {
    "session_date": "date",
    "asset": "varchar",
    "venue": "varchar",
    "window_sessions_count": "bigint",
    "reason": "varchar",
    "correlation_ratio": "double",
    "best_lag_correlation_ratio": "double",
    "best_lag_minutes": "double",
    "best_lag_low_minutes": "double",
    "best_lag_high_minutes": "double",
    "sessions_count": "bigint",
    "increments_count": "bigint",
    "known_at": "timestamp",
    "provenance": "varchar",
}


def hayashi_yoshida(x_times: Times, x: Array, y_times: Times, y: Array) -> float:
    """Covariance of the increments of x and y: the sum of dx dy over all pairs of overlapping intervals.

    Times ascend strictly, in one unit for both; x and y are log prices at them. Needs no common grid, and so none of
    the bias that one brings (Hayashi and Yoshida 2005; method.md 8.5). Not per unit of time.
    """
    return float(lagged_products(x_times, x, y_times, y, np.zeros(1))[0].sum())


def correlation(x_times: Times, x: Array, y_times: Times, y: Array) -> float:
    """The covariance over the root of both sums of squared increments. NaN where a price never moves.

    In a small sample it can lie beyond 1 in size: the three sums are not of the same pairs.
    """
    squares = float((np.diff(x) ** 2).sum() * (np.diff(y) ** 2).sum())
    return hayashi_yoshida(x_times, x, y_times, y) / squares**0.5 if squares > 0 else float("nan")


def lagged_products(x_times: Times, x: Array, y_times: Times, y: Array, lags: Times) -> Array:
    """What every increment of x adds to the covariance with y as y stands `lag` later.

    Shape (lags, increments of x); the sum over the second axis is the covariance at that lag. A positive lag sets an
    increment of x beside those of y that come later. O((n + m) log m) per lag: the intervals of y that overlap one of
    x are neighbours, so their increments sum to one difference.
    """
    shifted = np.asarray(x_times) + np.asarray(lags)[:, None]
    starts, ends = shifted[:, :-1], shifted[:, 1:]
    first = np.searchsorted(y_times, starts, side="right") - 1
    last = np.searchsorted(y_times, ends, side="left")
    inside = (ends > y_times[0]) & (starts < y_times[-1])
    moved = y[np.minimum(last, len(y) - 1)] - y[np.maximum(first, 0)]
    products: Array = np.diff(x) * np.where(inside, moved, 0.0)
    return products


def best_lag(products: Array, lags: Times, weights: Array) -> tuple[Array, Array, Array]:
    """The lag of the largest covariance in size, with the 90 % bootstrap interval of that lag.

    products: (windows, days, lags), what each day adds; weights: (replicates, days) of a resample of days. Returns
    lag, low and high, each (windows,), in the unit of `lags`; among equals the smallest lag in size, then the
    earlier one, so that an answer never depends on the order of lags.
    """
    order = np.lexsort((lags, np.abs(lags)))
    sorted_lags: Array = np.asarray(lags, dtype=float)[order]
    summed = np.abs(products.sum(axis=1))[:, order]
    resampled = np.abs(np.einsum("rd,wdl->wrl", weights, products))[:, :, order]
    drawn = sorted_lags[resampled.argmax(axis=2)]
    bounds: Array = np.quantile(drawn, [0.05, 0.95], axis=1, method="nearest")
    return sorted_lags[summed.argmax(axis=1)], bounds[0], bounds[1]


def estimate_lead_lags(bars: DuckDBPyRelation, hours: DuckDBPyRelation, calendar: DuckDBPyRelation) -> pa.Table:
    """A row per session, asset and window: bars of one hour of other markets beside bitcoin's composite hours.

    A session holds what ended after the close before it and by its own, New York's.
    """
    found: list[Columns] = []
    charts = read_columns(bars, "asset, symbol, period_start_at")
    bitcoin = read_columns(hours.filter("asset = 'BTC' and is_final"), "period_start_at")
    if len(charts["asset"]) and len(bitcoin["asset"]) > 1:
        sessions = read_columns(calendar.filter("exchange = 'XNYS'"), "session_date")
        for asset in np.unique(charts["asset"].astype(str)):
            mine = charts["asset"] == asset
            found.extend(_one_asset({name: column[mine] for name, column in charts.items()}, bitcoin, sessions))
    columns = {name: np.concatenate([part[name] for part in found]) for name in SCHEMA} if found else {}
    return write_table(columns, SCHEMA)


def _one_asset(bars: Columns, bitcoin: Columns, sessions: Columns) -> Iterator[Columns]:
    closes = sessions["close_at"]
    times, prices, bar = _ticks(bars)
    bitcoin_prices = np.log(bitcoin["close_price_usd"])
    session = np.searchsorted(closes, times[1:])
    bitcoin_session = np.searchsorted(closes, bitcoin["period_end_at"])
    ended = session < len(closes)
    if not ended.any():
        return
    # Sessions of the calendar from the first one with a bar to the last one that has ended.
    first, size = int(session[0]), int(session[ended][-1] - session[0]) + 1
    products = lagged_products(times, prices, bitcoin["period_end_at"], bitcoin_prices, LAGS * HOUR)

    def by_session(values: Array, at: Integers) -> Array:
        inside = (at >= first) & (at < first + size)
        return np.bincount(at[inside] - first, weights=values[inside], minlength=size).astype(float)

    def latest(values: Integers, at: Integers) -> Integers:
        held = np.zeros(size, dtype=np.int64)
        inside = (at >= first) & (at < first + size)
        np.maximum.at(held, at[inside] - first, values[inside])
        return held

    daily = np.stack([by_session(lag, session) for lag in products], axis=1)
    squares = by_session(np.diff(prices) ** 2, session)
    bitcoin_squares = by_session(np.diff(bitcoin_prices) ** 2, bitcoin_session[1:])
    increments = by_session(np.ones(len(session)), session)
    hours_between = np.diff(closes, prepend=closes[0] - 24 * HOUR)[first : first + size] / HOUR
    complete = (by_session(np.ones(len(bitcoin_session)), bitcoin_session) >= MINIMUM_SHARE * hours_between) & (
        increments > 0
    )
    known_at = np.maximum(latest(bars["known_at"][bar][1:], session), latest(bitcoin["known_at"], bitcoin_session))
    weak = np.maximum(
        latest(weakness(bars["provenance"])[bar][1:], session), latest(weakness(bitcoin["provenance"]), bitcoin_session)
    )
    there = np.flatnonzero(increments > 0)
    for window in WINDOWS:
        counts = _summed(complete.astype(float), window)[there]
        covariance = np.stack([_summed(lag, window) for lag in (daily * complete[:, None]).T], axis=1)[there]
        root = np.sqrt(_summed(squares * complete, window) * _summed(bitcoin_squares * complete, window))[there]
        enough = (counts >= MINIMUM_SHARE * window) & complete[there] & (root > 0)
        lags = np.full((3, len(there)), np.nan)
        best = np.full(len(there), np.nan)
        if enough.any():
            windows = _held(daily * complete[:, None], window)[there[enough]]
            # Days are drawn whole and one by one: within a day nothing is independent.
            lags[:, enough] = np.stack(best_lag(windows, LAGS, resampling_weights(window, mean_block=1)))
            at = np.searchsorted(LAGS, lags[0, enough])
            best[enough] = covariance[enough, at] / root[enough]
        at_once = np.full(len(there), np.nan)
        at_once[enough] = covariance[enough, len(LAGS) // 2] / root[enough]
        reason = np.where(complete[there], "too_few_sessions", "bitcoin_is_missing").astype(object)
        reason[enough] = None
        yield {
            "session_date": sessions["session_date"][first + there].astype("datetime64[D]"),
            "asset": np.full(len(there), bars["asset"][0], dtype=object),
            "venue": np.full(len(there), bars["venue"][0], dtype=object),
            "window_sessions_count": np.full(len(there), window),
            "reason": reason,
            "correlation_ratio": at_once,
            "best_lag_correlation_ratio": best,
            "best_lag_minutes": 60 * lags[0],
            "best_lag_low_minutes": 60 * lags[1],
            "best_lag_high_minutes": 60 * lags[2],
            "sessions_count": counts.astype(np.int64),
            "increments_count": _summed(increments * complete, window)[there].astype(np.int64),
            "known_at": _held(known_at, window).max(axis=1)[there],
            "provenance": PROVENANCES[_held(weak, window).max(axis=1)[there]],
        }


def _ticks(bars: Columns) -> tuple[Integers, Array, Integers]:
    """Times and log prices at which a market is seen, and the bar of each: every close, and an open after a pause."""
    starts, ends = bars["period_start_at"], bars["period_end_at"]
    paused = np.flatnonzero(starts > np.concatenate([[0], ends[:-1]]))
    opens = bars["open_price"][paused]
    paused, opens = paused[np.isfinite(opens)], opens[np.isfinite(opens)]
    times = np.concatenate([starts[paused], ends])
    prices = np.log(np.concatenate([opens, bars["close_price"]]))
    bar = np.concatenate([paused, np.arange(len(ends))])
    order = np.argsort(times, kind="stable")
    order = order[np.diff(times[order], prepend=-1) > 0]
    return times[order], prices[order], bar[order]


def _held(values: npt.NDArray[Any], window: int) -> npt.NDArray[Any]:
    """The rows of the window that ends with each row, on the second axis; zeros before the first row."""
    padded = np.concatenate([np.zeros((window - 1, *values.shape[1:]), dtype=values.dtype), values])
    return np.moveaxis(np.lib.stride_tricks.sliding_window_view(padded, window, axis=0), -1, 1)


def _summed(values: Array, window: int) -> Array:
    summed: Array = _held(values, window).sum(axis=1)
    return summed
