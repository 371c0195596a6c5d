"""Betas of bitcoin on other markets over a moving window, with standard errors that allow for autocorrelation.

Every date is estimated at once: a window is an axis of an array, so ten years of sessions are a few matrix products.
Which rows make a window is decided here too; where they come from and what becomes of them is the models' business.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dbt_project.estimators.arrays import PROVENANCES, Columns, read_columns, weakness, write_table

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyRelation

Array = npt.NDArray[np.float64]
WINDOWS = (60, 250)
MINIMUM_SHARE = 0.8
HAC_LAGS = 3
CONFIDENCE = 0.95
FACTORS = ("equity", "gold", "dollar", "rate_2y")
SCHEMA = {
    "session_date": "date",
    "factor_set": "varchar",
    "factor": "varchar",
    "venue": "varchar",
    "window_sessions_count": "bigint",
    "reason": "varchar",
    "beta_ratio": "double",
    "standard_error_ratio": "double",
    "beta_low_ratio": "double",
    "beta_high_ratio": "double",
    "r2_ratio": "double",
    "vif_ratio": "double",
    "observations_count": "bigint",
    "factors_count": "bigint",
    "known_at": "timestamp",
    "provenance": "varchar",
}
# Of standardised factors: below it rounding decides what the coefficients are.
SMALLEST_EIGENVALUE = 1e-9


class Betas(NamedTuple):
    """One entry per date (T), and per factor (k) where there are several. NaN where nothing can be estimated."""

    beta: Array  # (T, k), change of y per change of x
    standard_error: Array  # (T, k), Newey-West
    half_width: Array  # (T, k), of the 95 % interval, Student's t
    vif: Array  # (T, k), 1 with a single factor
    r2: Array  # (T,)
    observations: npt.NDArray[np.int64]  # (T,)
    is_collinear: npt.NDArray[np.bool_]  # (T,)


def rolling_betas(y: Array, x: Array, window: int, lags: int = HAC_LAGS) -> Betas:
    """Least squares of y (T,) on an intercept and x (T, k) over the window of rows that ends with each row.

    A row with a NaN is left out of its windows. A window with fewer than 80 % of its rows, and the first ones, give
    NaN, as do factors that are multiples of each other (is_collinear). Errors are Newey-West's with Bartlett weights
    up to `lags` rows and the factor n/(n-k-1) for small samples (method.md 8.3); across a missing row nothing is
    taken for a neighbour. VIF is the diagonal of the inverse correlation matrix.
    Raises ValueError where y and x differ in length.
    """
    if len(y) != len(x):
        raise ValueError(f"y has {len(y)} rows and x {len(x)}")
    rows, factors = x.shape
    complete = np.isfinite(y) & np.isfinite(x).all(axis=1)
    count = _windows(complete.astype(float), window).sum(axis=1)
    found = Betas(
        beta=np.full((rows, factors), np.nan),
        standard_error=np.full((rows, factors), np.nan),
        half_width=np.full((rows, factors), np.nan),
        vif=np.full((rows, factors), np.nan),
        r2=np.full(rows, np.nan),
        observations=count.astype(np.int64),
        is_collinear=np.zeros(rows, dtype=bool),
    )
    enough = np.flatnonzero(complete & (count >= max(MINIMUM_SHARE * window, factors + 2)))
    if len(enough) == 0:
        return found
    n = count[enough]
    present = _windows(complete.astype(float), window)[enough]
    ys = _centred(_windows(np.where(complete, y, 0.0), window)[enough], present, n)
    # Columns of x one by one, so that a window is the second axis everywhere.
    columns = [_windows(np.where(complete, x[:, factor], 0.0), window)[enough] for factor in range(factors)]
    xs = np.stack([_centred(column, present, n) for column in columns], axis=2)
    spread = np.sqrt((xs**2).sum(axis=1))
    moves = (spread > 1e-14).all(axis=1)
    xs /= np.where(spread > 1e-14, spread, 1.0)[:, None, :]
    correlation = xs.transpose(0, 2, 1) @ xs
    moves &= np.linalg.eigvalsh(correlation)[:, 0] > SMALLEST_EIGENVALUE
    found.is_collinear[enough[~moves]] = True
    enough, n, ys, xs, spread = enough[moves], n[moves], ys[moves], xs[moves], spread[moves]
    if len(enough) == 0:
        return found

    inverse = np.linalg.inv(correlation[moves])
    scaled = (inverse @ (xs.transpose(0, 2, 1) @ ys[:, :, None]))[:, :, 0]
    residuals = ys - (xs @ scaled[:, :, None])[:, :, 0]
    scores = xs * residuals[:, :, None]
    meat = scores.transpose(0, 2, 1) @ scores
    for lag in range(1, lags + 1):
        neighbours = scores[:, lag:].transpose(0, 2, 1) @ scores[:, :-lag]
        meat += (1 - lag / (lags + 1)) * (neighbours + neighbours.transpose(0, 2, 1))
    degrees = n - factors - 1
    variance = np.einsum("tij,tjk,tki->ti", inverse, meat, inverse) * (n / degrees)[:, None]

    from scipy.special import stdtrit

    error = np.sqrt(variance) / spread
    found.beta[enough] = scaled / spread
    found.standard_error[enough] = error
    found.half_width[enough] = error * stdtrit(degrees, (1 + CONFIDENCE) / 2)[:, None]
    found.vif[enough] = np.diagonal(inverse, axis1=1, axis2=2)
    total = (ys**2).sum(axis=1)
    found.r2[enough] = 1 - (residuals**2).sum(axis=1) / np.where(total > 0, total, np.nan)
    return found


def _windows(values: npt.NDArray[Any], window: int) -> npt.NDArray[Any]:
    """(T, window): the rows up to each row, oldest first; before the first row stand zeros."""
    padded = np.concatenate([np.zeros(window - 1, dtype=values.dtype), values])
    return np.lib.stride_tricks.sliding_window_view(padded, window)


def _centred(values: Array, present: Array, count: Array) -> Array:
    """Less the mean of those present. Partials out the intercept, and an absent row stays zero."""
    centred: Array = (values - (values.sum(axis=1) / count)[:, None]) * present
    return centred


def estimate_betas(factors: DuckDBPyRelation) -> pa.Table:
    """A row per session, factor set, factor, venue and window, from rows of int_macro__line_up_factors."""
    rows = read_columns(factors, "factor_set, factor, venue, session_number")
    found = list(_every_row(rows)) if len(rows["factor_set"]) else []
    columns = {name: np.concatenate([part[name] for part in found]) for name in SCHEMA} if found else {}
    return write_table(columns, SCHEMA)


def _every_row(rows: Columns) -> Iterator[Columns]:
    singles = rows["factor_set"] == "single"
    keys = np.char.add(np.char.add(rows["factor"].astype(str), " "), rows["venue"].astype(str))
    for key in np.unique(keys[singles]):
        series = _Sessions(rows, [singles & (keys == key)])
        for window in WINDOWS:
            yield from series.estimated("single", window, [0], series.x[:, 0])
    several = [~singles & (rows["factor"] == factor) for factor in FACTORS]
    several = [rows_of_one for rows_of_one in several if rows_of_one.any()]
    if len(several) < 2:
        return
    series = _Sessions(rows, several)
    for window in WINDOWS:
        # A factor that lacks this session, or too many of the window's, is left out, not the date.
        there = np.isfinite(series.x)
        counts = np.stack([_windows(column, window).sum(axis=1) for column in there.T.astype(float)], axis=1)
        usable = there & (counts >= MINIMUM_SHARE * window)
        masks = usable @ (1 << np.arange(len(several)))
        for mask in np.unique(masks):
            chosen = [index for index in range(len(several)) if mask >> index & 1]
            if len(chosen) >= 2:
                yield from series.estimated("multi", window, chosen, np.where(masks == mask, 0.0, np.nan))


class _Sessions:
    """Rows of one or several factors on the sessions of the exchange, absent ones included."""

    def __init__(self, rows: Columns, members: list[npt.NDArray[np.bool_]]) -> None:
        together = np.any(members, axis=0)
        first = rows["session_number"][together].min()
        size = int(rows["session_number"][together].max() - first) + 1
        self.y = np.full(size, np.nan)
        self.x = np.full((size, len(members)), np.nan)
        self.dates = np.full(size, np.datetime64("NaT"), dtype="datetime64[D]")
        self.known_at, self.weakness = np.zeros((2, size), dtype=np.int64)
        self.names = [(rows["factor"][member][0], rows["venue"][member][0]) for member in members]
        for index, member in enumerate(members):
            at = rows["session_number"][member] - first
            self.y[at] = rows["bitcoin_log_return_ratio"][member]
            self.x[at, index] = rows["factor_change_ratio"][member]
            self.dates[at] = rows["session_date"][member].astype("datetime64[D]")
            self.known_at[at] = np.maximum(self.known_at[at], rows["known_at"][member])
            self.weakness[at] = np.maximum(self.weakness[at], weakness(rows["provenance"][member]))

    def estimated(self, factor_set: str, window: int, factors: list[int], wanted: Array) -> Iterator[Columns]:
        """One block of rows per factor, of the sessions on which `wanted` is a number."""
        at = np.flatnonzero(np.isfinite(wanted))
        betas = rolling_betas(self.y, self.x[:, factors], window)
        known_at, weakest = (_windows(values, window).max(axis=1)[at] for values in (self.known_at, self.weakness))
        reason = np.full(len(at), None, dtype=object)
        reason[betas.is_collinear[at]] = "factors_are_collinear"
        reason[betas.observations[at] < MINIMUM_SHARE * window] = "too_few_sessions"
        reason[~np.isfinite(self.y[at])] = "no_bitcoin_return"
        for column, factor in enumerate(factors):
            beta, half = betas.beta[at, column], betas.half_width[at, column]
            yield {
                "session_date": self.dates[at],
                "factor_set": _repeated(factor_set, at),
                "factor": _repeated(self.names[factor][0], at),
                "venue": _repeated(self.names[factor][1], at),
                "window_sessions_count": np.full(len(at), window),
                "reason": reason,
                "beta_ratio": beta,
                "standard_error_ratio": betas.standard_error[at, column],
                "beta_low_ratio": beta - half,
                "beta_high_ratio": beta + half,
                "r2_ratio": betas.r2[at],
                "vif_ratio": betas.vif[at, column] if factor_set == "multi" else np.full(len(at), np.nan),
                "observations_count": betas.observations[at],
                "factors_count": np.full(len(at), len(factors)),
                "known_at": known_at,
                "provenance": PROVENANCES[weakest],
            }


def _repeated(text: Any, rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.full(len(rows), text, dtype=object)
