"""How often what is asked of an event came true after events like it: episodes found in daily closes, and counted.

Everything rests on closes of UTC days: a fall, the rebound of the day after, and the lowest close of the days that
follow. A rate never leaves here without its count; words and Wilson's interval are the mart's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dbt_project.estimators.arrays import PROVENANCES, Columns, read_columns, weakness, write_table

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyRelation

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
KINDS = ("retest", "hold")
FALLS_PCT = (8, 10, 12)
REBOUNDS_PCT = (8, 10)
HORIZONS_DAYS = (7, 30, 90)
DAYS_APART = 30
CONFIDENCE = 0.95
# A price of 1.10 times another is a rebound of 10 %, whatever the last binary digit says.
ROUNDING = 1e-12
DAY, NOT_A_TIME = np.timedelta64(1, "D"), np.datetime64("NaT", "us")
SCHEMA = {
    "question_kind": "varchar",
    "fall_pct": "bigint",
    "rebound_pct": "bigint",
    "horizon_days": "bigint",
    "stated_at": "timestamp",
    "price_series": "varchar",
    "history_from_date": "date",
    "history_to_date": "date",
    "episode_dates": "varchar",
    "episodes_count": "bigint",
    "hits_count": "bigint",
    "open_count": "bigint",
    "jeffreys_low_ratio": "double",
    "jeffreys_high_ratio": "double",
    "resolves_date": "date",
    "threshold_price": "double",
    "lowest_close_price": "double",
    "known_at": "timestamp",
    "provenance": "varchar",
}
NOTHING_STATED = {
    "stated_at": NOT_A_TIME,
    "resolves_date": NOT_A_TIME.astype("datetime64[D]"),
    "threshold_price": np.nan,
    "lowest_close_price": np.nan,
}


class Sequel(NamedTuple):
    """What followed each episode. NaN in lowest: the horizon has not elapsed, or a day of it has no close."""

    low: Array  # close of the day of the fall
    level: Array  # round level at or below the close of the day of the rebound
    lowest: Array  # lowest close of the days after the rebound, as many as the horizon has

    def threshold(self, kind: str) -> Array:
        return self.low if kind == "retest" else self.level

    def came_true(self, kind: str) -> npt.NDArray[np.bool_]:
        """retest: a close at or below that of the fall. hold: no close below the level. False where lowest is NaN."""
        return self.lowest <= self.low if kind == "retest" else self.lowest >= self.level


def find_episodes(closes: Array, fall_pct: float, rebound_pct: float) -> Indices:
    """Days that closed fall_pct or more below the day before and rebound_pct or more below the next (method.md 10).

    closes: one price a day, NaN where there is none. Of days within DAYS_APART of one that counts, none counts.
    """
    change = closes[1:] / closes[:-1]
    is_fall, is_rebound = change <= 1 - fall_pct / 100 + ROUNDING, change >= 1 + rebound_pct / 100 - ROUNDING
    kept: list[int] = []
    for day in np.flatnonzero(is_fall[:-1] & is_rebound[1:]) + 1:
        if not kept or day - kept[-1] >= DAYS_APART:
            kept.append(int(day))
    return np.array(kept, dtype=np.int64)


def follow(closes: Array, episodes: Indices, horizon: int) -> Sequel:
    """What the closes did in the `horizon` days after the rebound of each episode, the day of whose fall is given."""
    padded = np.concatenate([closes, np.full(horizon + 2, np.nan)])
    windows = episodes[:, None] + 2 + np.arange(horizon)
    return Sequel(padded[episodes], round_level(padded[episodes + 1]), padded[windows].min(axis=1))


def round_level(prices: Array) -> Array:
    """The highest round price at or below; steps as in the macro next_round_level."""
    step = 10.0 ** (np.round(np.log10(prices)) - 1)
    level: Array = np.floor(prices / step) * step
    return level


def jeffreys_interval(hits: int, episodes: int) -> tuple[float, float]:
    """Equal-tailed interval of a rate under Jeffreys' prior Beta(1/2, 1/2), at CONFIDENCE; NaN without episodes.

    Brown, Cai and DasGupta (2001), Interval Estimation for a Binomial Proportion, without their change at 0 and n.
    """
    if episodes == 0:
        return np.nan, np.nan
    from scipy.special import betaincinv

    low, high = betaincinv(hits + 0.5, episodes - hits + 0.5, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def estimate_base_rates(composite: DuckDBPyRelation, valuation: DuckDBPyRelation, rules: DuckDBPyRelation) -> pa.Table:
    """A row per question, horizon and moment of statement: each event's anchor, and now (stated_at NULL).

    Bitcoin's closes are the longer of the composite's (fct_price_composite_daily) and the vendors'
    (fct_valuation_daily). An event's own episode is never among those it is asked with.
    """
    series = {
        "composite": composite.filter("asset = 'BTC' and is_final").project(
            "observed_date, close_price_usd as price, known_at, provenance"
        ),
        "vendors": valuation.filter("asset = 'BTC' and price_usd > 0").project(
            "observed_date, price_usd as price, known_at, provenance"
        ),
    }
    read = {name: read_columns(relation, "observed_date") for name, relation in series.items()}
    name = max(read, key=lambda one: len(read[one]["price"]))
    found: list[dict[str, Any]] = []
    if len(read[name]["price"]):
        anchors = np.unique(read_columns(rules, "anchor_at")["anchor_at"]).astype("datetime64[us]")
        found = [row | {"price_series": name} for row in _rows(read[name], anchors)]
    return write_table({column: [row[column] for row in found] for column in SCHEMA if found}, SCHEMA)


def _rows(prices: Columns, anchors: npt.NDArray[np.datetime64]) -> Iterator[dict[str, Any]]:
    dates = prices["observed_date"].astype("datetime64[D]")
    offsets = (dates - dates[0]) // DAY
    closes = np.full(offsets[-1] + 1, np.nan)
    closes[offsets] = prices["price"]
    rebounds = (anchors.astype("datetime64[D]") - dates[0]) // DAY
    own = {int(day) for rebound in rebounds for day in (rebound - 1, rebound)}

    def counted(kind: str, fall: int, rebound: int, horizon: int, last: int) -> dict[str, Any]:
        """Over closes up to the day `last`."""
        known = closes[: last + 1]
        episodes = find_episodes(known, fall, rebound)
        episodes = episodes[[int(day) not in own for day in episodes]]
        sequel = follow(known, episodes, horizon)
        elapsed = np.isfinite(sequel.lowest)
        hits = int(sequel.came_true(kind).sum())
        low, high = jeffreys_interval(hits, int(elapsed.sum()))
        return {
            "question_kind": kind,
            "fall_pct": fall,
            "rebound_pct": rebound,
            "horizon_days": horizon,
            "history_from_date": dates[0],
            "history_to_date": dates[offsets <= last][-1],
            "episode_dates": ", ".join(str(dates[0] + int(day)) for day in episodes[elapsed]),
            "episodes_count": int(elapsed.sum()),
            "hits_count": hits,
            "open_count": int((~elapsed).sum()),
            "jeffreys_low_ratio": low,
            "jeffreys_high_ratio": high,
        }

    def lineage(last: int) -> dict[str, Any]:
        used = offsets <= last
        return {
            "known_at": prices["known_at"][used].max(),
            "provenance": PROVENANCES[weakness(prices["provenance"][used]).max()],
        }

    for kind, fall, rebound, horizon in product(KINDS, FALLS_PCT, REBOUNDS_PCT, HORIZONS_DAYS):
        last = len(closes) - 1
        yield counted(kind, fall, rebound, horizon, last) | lineage(last) | NOTHING_STATED
        for anchor, day in zip(anchors, rebounds, strict=True):
            # Stated with the closes before the day of the anchor, the day of the rebound.
            if not 2 <= day <= len(closes):
                continue
            sequel = follow(closes, np.array([day - 1]), horizon)
            resolved = day + horizon if np.isfinite(sequel.lowest[0]) else day - 1
            outcome = {
                "stated_at": anchor,
                "resolves_date": dates[0] + int(day) + horizon,
                "threshold_price": sequel.threshold(kind)[0],
                "lowest_close_price": sequel.lowest[0],
            }
            yield counted(kind, fall, rebound, horizon, day - 1) | lineage(resolved) | outcome
