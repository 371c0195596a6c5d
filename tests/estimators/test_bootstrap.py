"""Draws of the stationary bootstrap against arch's, and what Politis and Romano promise of them."""

from __future__ import annotations

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap

from dbt_project.estimators.bootstrap import resampling_weights


@pytest.mark.parametrize("observations", [1, 2, 5, 60, 261])
@pytest.mark.parametrize("mean_block", [1, 5, 20])
def test_every_draw_is_the_one_that_arch_makes(observations: int, mean_block: int) -> None:
    drawn = StationaryBootstrap(mean_block, np.arange(observations), seed=7)
    expected = [np.bincount(drawn.update_indices(), minlength=observations) / observations for _ in range(50)]
    assert np.array_equal(resampling_weights(observations, 50, mean_block, 7), expected)


def test_every_observation_is_drawn_as_often_as_any_other() -> None:
    weights = resampling_weights(60, 4000)
    assert weights.sum(axis=1) == pytest.approx(1, abs=1e-12)
    assert weights.mean(axis=0) == pytest.approx(1 / 60, rel=0.1)


def test_nobody_can_write_into_the_draws_that_all_share() -> None:
    with pytest.raises(ValueError, match="read-only"):
        resampling_weights(10)[0, 0] = 1
