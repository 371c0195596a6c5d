"""What a moving correlation needs every row of its window for: ranks, and leaving one row out.

Sums over a window are SQL's; these look at windows row by row, so they are arrays here, one row per window.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

Floats = NDArray[np.float64]
WINDOWS = (20, 40, 60, 90)
MINIMUM_SHARE = 0.8
# Of the window's own variance: what is left below it is rounding.
NOTHING = 1e-12


class Influence(NamedTuple):
    """Per row (T), of the window that ends with it."""

    change: Floats  # largest change of r when one row is left out, zero or positive; NaN where there is no r
    position: NDArray[np.int64]  # index of that row in the series, the earliest of equals; -1 where there is none


def estimate_windows(moves: pa.Table) -> pa.Table:
    """Every window of every series: one row per asset, venue, session and window.

    moves: asset, venue, session_date, move and bitcoin_log_return_ratio, in order of the first three.
    Returns the keys, window_sessions_count, spearman_ratio, influence_ratio and influence_date; NULL as the functions
    below say.
    """
    import pyarrow as pa

    size = moves.num_rows
    names = [moves[name].to_numpy() for name in ("asset", "venue")]
    is_new = np.logical_or.reduce([name[1:] != name[:-1] for name in names])
    bounds = [0, *(np.flatnonzero(is_new) + 1), size] if size else []
    x, y = (moves[name].to_numpy().astype(float) for name in ("move", "bitcoin_log_return_ratio"))
    tables = []
    for window in WINDOWS:
        spearman, influence, day = np.full(size, np.nan), np.full(size, np.nan), np.full(size, -1)
        for first, last in pairwise(bounds):
            part = slice(first, last)
            spearman[part] = rolling_spearman(x[part], y[part], window)
            found = rolling_influence(x[part], y[part], window)
            influence[part] = found.change
            day[part] = np.where(found.position < 0, -1, found.position + first)
        on = pa.array(day, mask=day < 0)
        tables.append(
            moves.select(["asset", "venue", "session_date"])
            .append_column("window_sessions_count", pa.array(np.full(size, window, dtype=np.int64)))
            .append_column("spearman_ratio", pa.array(spearman, from_pandas=True))
            .append_column("influence_ratio", pa.array(influence, from_pandas=True))
            .append_column("influence_date", moves["session_date"].take(on))
        )
    return pa.concat_tables(tables)


def rolling_spearman(x: Floats, y: Floats, window: int) -> Floats:
    """Rank correlation over the last `window` rows, ranks taken within the window, equals sharing their mean rank.

    x, y: equally long series of any unit, NaN where missing; a row with either missing does not count.
    Returns one value per row in [-1, 1]; NaN where fewer than 80 % of the window count or a side never moves.
    Pearson's correlation of the ranks (method.md 8.2), as in scipy.stats.spearmanr.
    """
    left, right = _windows(x, y, window)
    is_given = ~np.isnan(left)
    ranks = _centred(_ranks(left), is_given), _centred(_ranks(right), is_given)
    return np.where(is_given.sum(axis=1) >= MINIMUM_SHARE * window, _correlate(*ranks), np.nan)


def rolling_influence(x: Floats, y: Floats, window: int) -> Influence:
    """How far Pearson's correlation over the last `window` rows moves when its most influential row is left out.

    Arguments as in rolling_spearman. Without a row the sum of products falls by n / (n - 1) times the row's own
    product of distances from the means, so no window is summed again. Where nothing varies without a row there is
    no correlation without it: it takes all of r.
    """
    left, right = _windows(x, y, window)
    is_given = ~np.isnan(left)
    left, right = _centred(left, is_given), _centred(right, is_given)
    count = is_given.sum(axis=1, keepdims=True)
    weight = count / np.maximum(count - 1, 1)
    whole = _correlate(left, right)
    variances = [_sum(side * side) for side in (left, right)]
    rest = [total - weight * side * side for total, side in zip(variances, (left, right), strict=True)]
    is_left = (rest[0] > NOTHING * variances[0]) & (rest[1] > NOTHING * variances[1])
    scale = np.sqrt(np.where(is_left, rest[0] * rest[1], 1.0))
    without = np.where(is_left, (_sum(left * right) - weight * left * right) / scale, 0.0)
    change = np.where(is_given, np.abs(without - whole[:, None]), -1.0)
    has_answer = (count[:, 0] >= MINIMUM_SHARE * window) & ~np.isnan(whole)
    largest = np.where(has_answer[:, None], change, -1.0).argmax(axis=1)
    rows = np.arange(len(x))
    return Influence(
        np.where(has_answer, change[rows, largest], np.nan),
        np.where(has_answer, rows - window + 1 + largest, -1),
    )


def _windows(x: Floats, y: Floats, window: int) -> tuple[Floats, Floats]:
    """Both series as (T, window), the row itself last; NaN before the first row and where either is missing."""
    both = np.stack([x, y])
    both[:, np.isnan(both).any(axis=0)] = np.nan
    padded = np.concatenate([np.full((2, window - 1), np.nan), both], axis=1)
    left, right = sliding_window_view(padded, window, axis=1)
    return left, right


def _ranks(values: Floats) -> Floats:
    """Ranks along a row from 0, equals at their mean; NaN rank last."""
    order = values.argsort(axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    places = np.tile(np.arange(values.shape[1], dtype=float), (len(values), 1))
    is_tied = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
    places[is_tied] = _shared(ordered[is_tied])
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, places, axis=1)
    return ranks


def _shared(ordered: Floats) -> Floats:
    """Places along a sorted row, each run of equals at the mean of its first and last."""
    place = np.arange(ordered.shape[1])
    is_first = np.ones(ordered.shape, dtype=bool)
    is_first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    is_last = np.ones(ordered.shape, dtype=bool)
    is_last[:, :-1] = is_first[:, 1:]
    first = np.maximum.accumulate(np.where(is_first, place, 0), axis=1)
    last = np.minimum.accumulate(np.where(is_last, place, len(place))[:, ::-1], axis=1)[:, ::-1]
    mean: Floats = (first + last) / 2
    return mean


def _centred(values: Floats, is_given: NDArray[np.bool_]) -> Floats:
    """Distances from the mean of what is given, zero where nothing is."""
    count = np.maximum(is_given.sum(axis=1, keepdims=True), 1)
    mean = _sum(np.where(is_given, values, 0.0)) / count
    return np.where(is_given, values - mean, 0.0)


def _correlate(left: Floats, right: Floats) -> Floats:
    """Per row of centred values; NaN where a side never moves."""
    product = np.sqrt(_sum(left * left) * _sum(right * right))
    return np.where(product > 0, _sum(left * right) / np.where(product > 0, product, 1.0), np.nan)[:, 0]


def _sum(values: Floats) -> Floats:
    total: Floats = values.sum(axis=1, keepdims=True)
    return total
