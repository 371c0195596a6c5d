"""Which rebounds are attributed, on which history, to which components, and why one cannot be had.

The estimator itself is attribution.py; here rows become its arrays, and its answer becomes rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dbt_project.estimators.arrays import PROVENANCES, Columns, read_columns, weakness, write_table
from dbt_project.estimators.attribution import Attribution, attribute, is_identified

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyRelation

Array = npt.NDArray[np.float64]
# Intervals a history is made of, the most first; four fifths of them must be complete.
LOOKBACKS = {"session": (250, 60), "hour": (720, 168)}
SAMPLING = {"close_to_close": "session", "low_to_last": "hour"}
MINIMUM_SHARE = 0.8
EVENT_DEVIATIONS = 3
# A flow that is the same in every hour differs by rounding alone.
SMALLEST_RANGE = 1e-12
HOUR = 3_600_000_000
REGRESSORS = {
    "equity": "cross_asset",
    "gold": "cross_asset",
    "dollar": "cross_asset",
    "rate_2y": "cross_asset",
    "short_covering": "short_covering",
    "spot_flow": "spot",
    "perp_flow": "perp",
}
COMPONENTS = ("cross_asset", "short_covering", "spot")
SCHEMA = {
    "window_started_at": "timestamp",
    "asset": "varchar",
    "window_kind": "varchar",
    "variant": "varchar",
    "component": "varchar",
    "window_ended_at": "timestamp",
    "venue": "varchar",
    "regressors": "varchar",
    "reason": "varchar",
    "window_return_ratio": "double",
    "window_deviation_ratio": "double",
    "return_ratio": "double",
    "share_ratio": "double",
    "share_low_ratio": "double",
    "share_high_ratio": "double",
    "r2_part_ratio": "double",
    "r2_ratio": "double",
    "observations_count": "bigint",
    "lookback_count": "bigint",
    "known_at": "timestamp",
    "provenance": "varchar",
}
UNKNOWN = dict.fromkeys(
    ("return_ratio", "share_ratio", "share_low_ratio", "share_high_ratio", "r2_part_ratio", "r2_ratio"), float("nan")
)


def attribute_windows(moves: DuckDBPyRelation, intervals: DuckDBPyRelation) -> pa.Table:
    """Four rows per rebound and variant, from rows of int_stress__scale_moves and int_stress__measure_intervals.

    A rebound is a window whose log return is three deviations of the returns before it, or more.
    """
    chosen = moves.filter(f"window_return_ratio >= {EVENT_DEVIATIONS} * deviation_ratio")
    windows = read_columns(chosen, "asset, window_kind, window_started_at")
    found: list[dict[str, Any]] = []
    if len(windows["asset"]):
        rows = read_columns(intervals, "asset, sampling, started_at")
        for number in range(len(windows["asset"])):
            found.extend(_one_window({name: column[number] for name, column in windows.items()}, rows))
    return write_table({name: [row[name] for row in found] for name in SCHEMA}, SCHEMA)


class _Model(NamedTuple):
    """Which history and regressors a window gets."""

    y: Array
    x: Array
    columns: list[str]
    lookback: int


def _one_window(window: dict[str, Any], rows: Columns) -> Iterator[dict[str, Any]]:
    sampling = SAMPLING[window["window_kind"]]
    mine = np.flatnonzero((rows["asset"] == window["asset"]) & (rows["sampling"] == sampling))
    started, ended = rows["started_at"][mine], rows["ended_at"][mine]
    before = mine[ended <= window["history_ended_at"]][-max(LOOKBACKS[sampling]) :]
    inside = mine[(started >= window["hours_from_at"]) & (ended <= window["window_ended_at"])]
    hours = max((window["window_ended_at"] - window["hours_from_at"]) // HOUR, 1)
    moved = {name: _sum(rows[f"{name}_ratio"][inside], 1 if sampling == "session" else hours) for name in REGRESSORS}
    reasons = _reasons(rows, before, moved, sampling)
    if np.isfinite(moved["short_covering"]) and not rows["is_below_neutral"][inside].any():
        # Shorts were not the crowded side: what was closed is not counted as theirs.
        moved["short_covering"], reasons["short_covering"] = np.nan, "funding_not_below_neutral"
    read = np.concatenate([before, inside])
    for variant in ("all", "without_events"):
        history = before if variant == "all" else before[~rows["is_event"][before]]
        model = _choose_model(rows, before, history, moved, LOOKBACKS[sampling])
        shared = {
            name: window[name]
            for name in ("window_started_at", "asset", "window_kind", "window_ended_at", "venue", "window_return_ratio")
        } | {
            "variant": variant,
            "window_deviation_ratio": window["deviation_ratio"],
            "regressors": ", ".join(model.columns) if model else None,
            "observations_count": len(model.y) if model else 0,
            "lookback_count": model.lookback if model else None,
            "known_at": max([window["known_at"], *rows["known_at"][read]]),
            "provenance": PROVENANCES[weakness(np.array([window["provenance"], *rows["provenance"][read]])).max()],
        }
        for component, told in _components(model, moved, window["window_return_ratio"], reasons).items():
            yield shared | {"component": component} | told


def _reasons(rows: Columns, before: npt.NDArray[np.int64], moved: dict[str, float], sampling: str) -> dict[str, str]:
    """Why a component would have no coefficient, should the model turn out to be without it."""
    reasons = {}
    for component in COMPONENTS:
        names = [name for name, group in REGRESSORS.items() if group == component]
        if component == "cross_asset" and sampling == "hour":
            reasons[component] = "factors_rest_in_window"
        elif not any(np.isfinite(moved[name]) for name in names):
            reasons[component] = "missing_in_window"
        elif len(before) and all(np.ptp(rows[f"{name}_ratio"][before]) < SMALLEST_RANGE for name in names):
            reasons[component] = "no_variation_before_window"
        else:
            reasons[component] = "too_few_observations"
    return reasons


def _sum(values: Array, expected: int) -> float:
    """NaN where fewer than four fifths of the intervals have a value."""
    there = np.isfinite(values)
    return float(values[there].sum()) if there.sum() >= max(MINIMUM_SHARE * expected, 1) else float("nan")


def _choose_model(
    rows: Columns,
    before: npt.NDArray[np.int64],
    history: npt.NDArray[np.int64],
    moved: dict[str, float],
    lookbacks: Sequence[int],
) -> _Model | None:
    """Flow beside the factors on the longest history that has both, else the factors alone."""
    for flow in (True, False):
        for lookback in lookbacks:
            if len(before) < MINIMUM_SHARE * lookback:
                continue
            part = history[history >= before[-lookback:][0]]
            values = {name: rows[f"{name}_ratio"][part] for name in REGRESSORS if np.isfinite(moved[name])}
            columns = [
                name
                for name, column in values.items()
                if (flow or REGRESSORS[name] == "cross_asset")
                and np.isfinite(column).sum() >= MINIMUM_SHARE * lookback
                and np.nanmax(column) - np.nanmin(column) > SMALLEST_RANGE
            ]
            if not {REGRESSORS[name] for name in columns} & set(COMPONENTS[1:] if flow else COMPONENTS):
                continue
            x = np.column_stack([values[name] for name in columns])
            y = rows["log_return_ratio"][part]
            complete = np.isfinite(y) & np.isfinite(x).all(axis=1)
            if complete.sum() >= MINIMUM_SHARE * lookback:
                return _Model(y[complete], x[complete], columns, lookback)
    return None


def _components(
    model: _Model | None, moved: dict[str, float], total: float, reasons: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """What the mart says of each component and of the rest."""
    names = list(dict.fromkeys(REGRESSORS[name] for name in model.columns)) if model else []
    told = {name: UNKNOWN | {"reason": reasons[name]} for name in COMPONENTS}
    if model is None:
        return told | {
            "residual": UNKNOWN | {"return_ratio": total, "share_ratio": 1.0, "reason": "nothing_is_attributed"}
        }
    groups = [names.index(REGRESSORS[name]) for name in model.columns]
    controls = [at for at, name in enumerate(names) if name not in COMPONENTS]
    found = attribute(model.y, model.x, groups, np.array([moved[name] for name in model.columns]), total, controls)
    rest = total
    for at, name in enumerate(names):
        if name in COMPONENTS:
            told[name] = _measured(found, at, found.contribution[at], total) | {"r2_part_ratio": found.r2_parts[at]}
            rest -= found.contribution[at]
    return told | {"residual": _measured(found, -1, rest, total)}


def _measured(found: Attribution, at: int, contribution: float, total: float) -> dict[str, Any]:
    low, high = found.share_low[at], found.share_high[at]
    return UNKNOWN | {
        "return_ratio": contribution,
        "share_ratio": contribution / total,
        "share_low_ratio": low,
        "share_high_ratio": high,
        "r2_ratio": found.r2,
        "reason": None if is_identified(low, high) else "interval_holds_nothing_and_a_half",
    }
