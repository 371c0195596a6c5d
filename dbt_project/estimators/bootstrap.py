"""Which observations each resample holds: arch draws them, and the estimators weigh their sums with them."""

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
    from arch.bootstrap import StationaryBootstrap

    drawn = StationaryBootstrap(mean_block, np.arange(observations), seed=seed)
    weights = np.stack([np.bincount(drawn.update_indices(), minlength=observations) for _ in range(replicates)])
    shares: Array = weights / observations
    shares.setflags(write=False)
    return shares
