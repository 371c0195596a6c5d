"""Files of both label conventions land on the right five minutes: prices inside the series say so.

A snapshot of open interest carries its own price (value over coins). At the end of an hour that price must be the
one the hour closed at; a series that is five minutes off compares with a price five minutes away.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from tests.mirror.command import Run
from tests.mirror.landing import METRICS, SPOT, read_raw

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror releases")]
SWITCH = datetime(2026, 7, 12)
STEP = timedelta(minutes=5)


@pytest.fixture(scope="module")
def snapshots(real_run: Run) -> pl.DataFrame:
    return read_raw(real_run.data_dir / "raw", METRICS)


@pytest.fixture(scope="module")
def closes(real_run: Run) -> pl.DataFrame:
    return read_raw(real_run.data_dir / "raw", SPOT).select("period_end_at", "close_price")


def distance(snapshots: pl.DataFrame, closes: pl.DataFrame, shift: timedelta) -> float:
    """Mean distance, as a ratio, between the hours' closes and the series' own price, moved by `shift`."""
    own = snapshots.select(
        pl.col("period_end_at") + shift,
        (pl.col("open_interest_quote") / pl.col("open_interest_coins")).alias("own_price"),
    )
    paired = closes.join(own, on="period_end_at")
    assert paired.height >= 24 * 7 - 1, "a week of hours at least"
    return float((paired["own_price"] / paired["close_price"] - 1).abs().mean())  # type: ignore[arg-type]


def test_each_side_of_the_switch_has_its_own_convention(snapshots: pl.DataFrame) -> None:
    before = snapshots.filter(pl.col("period_start_at") < SWITCH)
    after = snapshots.filter(pl.col("period_start_at") >= SWITCH)
    assert before["label_convention"].unique().to_list() == ["period_end"]
    assert after["label_convention"].unique().to_list() == ["period_start"]


@pytest.mark.parametrize("convention", ["period_end", "period_start"])
def test_no_other_alignment_fits_the_spot_closes_better(
    snapshots: pl.DataFrame, closes: pl.DataFrame, convention: str
) -> None:
    kind = snapshots.filter(pl.col("label_convention") == convention)
    by_shift = {shift: distance(kind, closes, shift * STEP) for shift in (-2, -1, 0, 1, 2)}
    ours = by_shift.pop(0)
    assert ours < 0.75 * min(by_shift.values()), by_shift


def test_the_series_has_no_seam_at_the_switch(snapshots: pl.DataFrame) -> None:
    steps = snapshots["period_start_at"].diff().drop_nulls().unique().to_list()
    assert steps == [STEP]
    assert (snapshots["period_end_at"] - snapshots["period_start_at"]).unique().to_list() == [STEP]


def test_the_shared_stamp_stands_on_two_periods_with_two_values(snapshots: pl.DataFrame) -> None:
    twice = snapshots.filter(pl.col("source_label_at") == SWITCH)
    assert twice["period_start_at"].to_list() == [SWITCH - STEP, SWITCH]
    assert twice["open_interest_coins"].n_unique() == 2
    others = snapshots.filter(pl.col("source_label_at") != SWITCH)
    assert others["source_label_at"].is_unique().all()


def test_the_hourly_mart_takes_the_snapshot_that_ends_the_hour(real_run: Run, snapshots: pl.DataFrame) -> None:
    hourly = dict(
        real_run.query(
            "select period_end_at, open_interest_coins from marts.fct_open_interest_hourly where venue = 'binance'"
        )
    )
    at_the_end = snapshots.filter(pl.col("period_end_at").dt.minute() == 0)
    assert hourly == dict(at_the_end.select("period_end_at", "open_interest_coins").iter_rows())
