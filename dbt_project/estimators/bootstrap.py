"""Which observations each resample of the stationary bootstrap holds, as weights for the estimators' sums."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
MEAN_BLOCK = 5
REPLICATES = 400
SEED = 20260206


@cache
def resampling_weights(
    observations: int, replicates: int = REPLICATES, mean_block: int = MEAN_BLOCK, seed: int = SEED
) -> Array:
    """How often each observation stands in each resample of the stationary bootstrap, over their number.

    Shape (replicates, observations); every row sums to 1. Blocks have a geometric length of the given mean, in
    observations, and wrap around (Politis and Romano 1994; method.md 8.2). The draw depends on the arguments alone,
    so the same history gets the same interval in every run. Moments of all resamples are one product with these.
    """
    random = np.random.default_rng(seed)
    places = np.arange(observations)
    weights = np.empty((replicates, observations))
    for row in weights:
        drawn, chance = random.integers(observations, size=observations), random.random(observations)
        begins = chance <= 1 / mean_block
        begins[0] = True
        block = np.maximum.accumulate(np.where(begins, places, 0))
        row[:] = np.bincount((drawn[block] + places - block) % observations, minlength=observations)
    weights /= observations
    weights.setflags(write=False)
    return weights
