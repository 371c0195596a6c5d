"""How much of a move goes with what moved beside it, by coefficients from before the move.

Regressors overlap, so what a component explains depends on which others were asked first; Shapley's value takes the
mean over all orders. A share is what a component is associated with: flow and open interest are made by the same
trades as the price, and no coefficient here says which way they act.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dbt_project.estimators.bootstrap import resampling_weights

Array = npt.NDArray[np.float64]
MAX_PLAYERS = 6
CONFIDENCE = 0.9
# Against the singular: of standardised regressors, far below anything a share is printed with.
RIDGE = 1e-12


class Attribution(NamedTuple):
    """Per group (g): what it adds to the return, and its part of R2. Shares are of the window's return."""

    contribution: Array  # (g,), log return
    share: Array  # (g,)
    share_low: Array  # (g + 1,), the last one is of the rest
    share_high: Array  # (g + 1,)
    r2_parts: Array  # (g,), they sum to r2
    r2: float


def shapley_values(game: Array) -> Array:
    """Mean over all orders of what a player adds, exactly.

    game: (..., 2^g), the worth of each coalition; bit i of the index says that player i is in it. Returns (..., g),
    which sums to the worth of all less that of none (Shapley 1953). Raises ValueError beyond six players.
    """
    players = int(game.shape[-1]).bit_length() - 1
    if players > MAX_PLAYERS or game.shape[-1] != 1 << players:
        raise ValueError(f"a game of {game.shape[-1]} coalitions is not one of 0 to {MAX_PLAYERS} players")
    values = np.zeros((*game.shape[:-1], players))
    for coalition in range(1 << players):
        size = coalition.bit_count()
        for player in range(players):
            if not coalition >> player & 1:
                weight = factorial(size) * factorial(players - size - 1) / factorial(players)
                values[..., player] += weight * (game[..., coalition | 1 << player] - game[..., coalition])
    return values


def shapley_r2(y: Array, x: Array, groups: Sequence[int] | None = None) -> Array:
    """R2 of y (n,) on an intercept and x (n, k), shared among the columns or groups of them (Lindeman, Merenda, Gold).

    groups: number of each column's group from 0; without it every column is one. Returns one part per group, not
    negative but for rounding; they sum to R2 (method.md 9 B). Six groups at most.
    """
    moments = _moments(np.column_stack([y, x]), np.full((1, len(y)), 1 / len(y)))
    parts: Array = shapley_values(_games(moments, list(groups or range(x.shape[1])), np.zeros(x.shape[1]))[1])[0]
    return parts


def attribute(
    y: Array, x: Array, groups: Sequence[int], moved: Array, total: float, controls: Sequence[int] = ()
) -> Attribution:
    """Shares of one window's log return `total`, of which the regressors moved by `moved` (k,).

    y (n,) and x (n, k) are the history, one row per interval, in order of time; groups as in shapley_r2. A group's
    contribution is Shapley's value of the game in which a coalition is worth what a regression on it alone would
    have said of this window, without the intercept: drift belongs to the rest. Bounds are the 5th and 95th percentile
    over stationary resamples of the history (mean block 5, fixed seed). The rest is the return less all groups but
    the controls, which are there to be allowed for. Nothing is clipped (method.md 9).
    """
    rows = np.column_stack([y, x])
    weights = np.concatenate([np.full((1, len(y)), 1 / len(y)), resampling_weights(len(y))])
    said, explained = _games(_moments(rows, weights), list(groups), moved)
    contributions = shapley_values(said)
    shares = contributions / total
    told = [group for group in range(shares.shape[1]) if group not in controls]
    with_rest = np.column_stack([shares, 1 - shares[:, told].sum(axis=1)])
    low, high = np.quantile(with_rest[1:], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
    return Attribution(
        contribution=contributions[0],
        share=shares[0],
        share_low=low,
        share_high=high,
        r2_parts=shapley_values(explained[:1])[0],
        r2=float(explained[0, -1]),
    )


def is_identified(low: float, high: float) -> bool:
    """Whether an interval of a share says anything: not when it holds both nothing and a half (method.md 9)."""
    return not (low <= 0 and high >= 0.5)


def _moments(rows: Array, weights: Array) -> Array:
    """Covariance of the columns under each row of weights: (replicates, p, p) in two products.

    Columns are centred first: their means are small beside their spread only by luck.
    """
    n, p = rows.shape
    centred = rows - rows.mean(axis=0)
    means = weights @ centred
    products = weights @ (centred[:, :, None] * centred[:, None, :]).reshape(n, p * p)
    moments: Array = products.reshape(-1, p, p) - means[:, :, None] * means[:, None, :]
    return moments


def _games(moments: Array, groups: list[int], moved: Array) -> tuple[Array, Array]:
    """What each coalition of groups says of the window, and its R2: both (replicates, 2^g).

    moments: (replicates, 1 + k, 1 + k) with y first. A regressor that never moves in a resample explains nothing.
    """
    spread = np.sqrt(np.einsum("rii->ri", moments)).clip(0)
    scale = np.where(spread > 1e-14, spread, np.inf)
    standard = moments / (scale[:, :, None] * scale[:, None, :])
    players = max(groups) + 1
    said, explained = np.zeros((2, len(moments), 1 << players))
    for coalition in range(1, 1 << players):
        inside = [column for column, group in enumerate(groups) if coalition >> group & 1]
        at = [column + 1 for column in inside]
        between = standard[:, at][:, :, at] + RIDGE * np.eye(len(at))
        singular = np.einsum("rii->ri", between) < 0.5
        between += np.eye(len(at)) * singular[:, None, :]
        with_y = standard[:, at, 0]
        betas = np.linalg.solve(between, with_y[:, :, None])[:, :, 0]
        said[:, coalition] = (betas * moved[inside] * spread[:, :1] / scale[:, at]).sum(axis=1)
        explained[:, coalition] = (betas * with_y).sum(axis=1)
    return said, explained
