"""Shapley's identities, and shares of moves whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from dbt_project.estimators.attribution import attribute, is_identified, shapley_r2, shapley_values
from dbt_project.estimators.bootstrap import resampling_weights

BETAS = np.array([2.0, -1.5, 0.8])


def r2(y: np.ndarray, x: np.ndarray) -> float:
    design = np.column_stack([np.ones(len(y)), x])
    residuals = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return float(1 - residuals.var() / y.var())


def history(rng: np.random.Generator, rows: int, noise: float = 0.02) -> tuple[np.ndarray, np.ndarray]:
    x = 0.01 * rng.standard_normal((rows, 3))
    return x @ BETAS + noise * rng.standard_normal(rows) + 0.001, x


def test_the_glove_game_has_its_textbook_value() -> None:
    """Two left gloves and a right one: the right one is worth four times a left one."""
    worth = [float(bool(coalition & 4) and bool(coalition & 3)) for coalition in range(8)]
    np.testing.assert_allclose(shapley_values(np.array(worth)), [1 / 6, 1 / 6, 4 / 6])


def test_parts_sum_to_r2_and_are_the_mean_over_all_orders() -> None:
    from itertools import permutations

    rng = np.random.default_rng(2)
    x = rng.standard_normal((80, 4)) + rng.standard_normal((80, 1))
    y = x @ np.array([1.0, 0, -0.5, 0.3]) + rng.standard_normal(80)
    parts = shapley_r2(y, x)
    assert parts.sum() == pytest.approx(r2(y, x), rel=1e-10)
    assert (parts > 0).all()
    orders = list(permutations(range(4)))
    by_hand = np.zeros(4)
    for order in orders:
        for place, column in enumerate(order):
            before = r2(y, x[:, list(order[:place])]) if place else 0.0
            by_hand[column] += (r2(y, x[:, list(order[: place + 1])]) - before) / len(orders)
    np.testing.assert_allclose(parts, by_hand, rtol=1e-9)
    grouped = shapley_r2(y, x, [0, 0, 1, 1])
    assert grouped.sum() == pytest.approx(parts.sum(), rel=1e-10)


def test_twins_share_alike_and_a_seventh_player_is_refused() -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((50, 1))
    y = x[:, 0] + rng.standard_normal(50)
    twins = shapley_r2(y, np.hstack([x, x]))
    np.testing.assert_allclose(twins, r2(y, x) / 2, rtol=1e-9)
    with pytest.raises(ValueError, match="128 coalitions"):
        shapley_values(np.zeros(128))


def test_a_move_without_noise_is_shared_out_whole() -> None:
    y, x = history(np.random.default_rng(4), 250, noise=0.0)
    moved = np.array([0.02, -0.01, 0.05])
    found = attribute(y, x, [0, 1, 2], moved, float(BETAS @ moved))
    assert found.contribution.sum() == pytest.approx(BETAS @ moved, rel=1e-9)
    assert (found.share.sum(), found.r2) == (pytest.approx(1), pytest.approx(1))
    assert found.r2_parts.sum() == pytest.approx(1)
    assert (found.share_low <= found.share_high).all()


def test_a_group_is_one_player_and_one_group_is_the_regression() -> None:
    y, x = history(np.random.default_rng(5), 100)
    moved = np.array([0.02, -0.01, 0.05])
    design = np.column_stack([np.ones(100), x])
    said = np.linalg.lstsq(design, y, rcond=None)[0][1:] @ moved
    assert attribute(y, x, [0, 0, 0], moved, 0.1).contribution == pytest.approx([said], rel=1e-9)
    assert attribute(y, x, [0, 1, 1], moved, 0.1).contribution.sum() == pytest.approx(said, rel=1e-9)


def test_shares_may_exceed_one_and_be_negative() -> None:
    y, x = history(np.random.default_rng(6), 250, noise=0.001)
    found = attribute(y, x, [0, 1, 2], np.array([0.05, 0.05, 0.0]), 0.02)
    assert found.share[0] > 1
    assert found.share[1] < 0


@pytest.mark.parametrize(("rows", "share"), [(60, 0.46), (250, 0.46)])
def test_the_nominal_interval_covers_the_truth(rows: int, share: float) -> None:
    """Mixes as of 6 February: nominal 90 per cent; four in five is what a percentile bootstrap owes at 60 rows."""
    rng = np.random.default_rng(rows)
    moved = np.array([0.0197, -0.02, 0.01])
    total = BETAS[0] * moved[0] / share
    truth = BETAS * moved / total
    runs = [attribute(*history(rng, rows), [0, 1, 2], moved, total) for _ in range(200)]
    truth_and_rest = np.append(truth, 1 - truth.sum())
    covered = np.mean([(run.share_low <= truth_and_rest) & (truth_and_rest <= run.share_high) for run in runs], axis=0)
    assert (covered >= 0.8).all()
    assert np.mean([run.share for run in runs], axis=0) == pytest.approx(truth, abs=0.06)


def test_what_noise_hides_is_not_identified_and_what_it_does_not_is() -> None:
    moved, groups = np.array([0.0197, -0.02, 0.01]), [0, 1, 2]
    rng = np.random.default_rng(8)
    total = float(BETAS @ moved)
    hidden = [attribute(*history(rng, 48, noise=0.2), groups, moved, total) for _ in range(50)]
    clear = [attribute(*history(rng, 250, noise=0.005), groups, moved, total) for _ in range(50)]
    identified = [
        np.mean([is_identified(run.share_low[0], run.share_high[0]) for run in runs]) for runs in (hidden, clear)
    ]
    assert identified[0] < 0.35
    assert identified[1] == 1


def test_choosing_hours_by_the_sign_of_the_price_invents_a_share() -> None:
    """Why closed positions are not picked by rising prices: of pure noise, such a regressor explains a lot."""
    rng = np.random.default_rng(9)
    noise, closed = rng.standard_normal(720), -np.abs(rng.standard_normal(720))
    parts = [shapley_r2(noise, x[:, None])[0] for x in (closed, np.where(noise > 0, closed, 0.0))]
    assert parts[0] < 0.02
    assert parts[1] > 0.2


def test_equal_histories_have_equal_intervals() -> None:
    y, x = history(np.random.default_rng(10), 60)
    moved = np.array([0.02, -0.01, 0.05])
    first, second = (attribute(y, x, [0, 1, 2], moved, 0.1) for _ in range(2))
    np.testing.assert_array_equal(first.share_low, second.share_low)
    np.testing.assert_allclose(resampling_weights(60).sum(axis=1), 1)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 0.5, False), (-0.2, 0.7, False), (0.2, 0.74, True), (0, 0.49, True), (-0.3, -0.1, True)],
)
def test_nothing_and_a_half_together_say_nothing(low: float, high: float, expected: bool) -> None:
    assert is_identified(low, high) is expected
