"""What landing keeps, what it puts aside, and since when a value counts as known."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.capture import Capture
from ingestion.cases.wire import Retarget, metrics_csv, spot_csv
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.judging import check
from ingestion.landing import raw_schema, write_empty, write_partition
from ingestion.sources import feed
from tests.ingestion.answers import (
    DAY,
    FLOWS,
    METRICS,
    RETARGETS,
    SPOT,
    candles,
    flows,
    metrics,
    open_interest,
    retargets,
    spot,
)

FIRST_POLL = datetime(2026, 2, 6, 3)


def land(tmp_path: Path, dataset: Dataset, *captures: Capture) -> pl.DataFrame:
    """Land captures into one partition and read it back."""
    good = [check(dataset, feed(dataset).parse(dataset, one), one, 1).good for one in captures]
    write_partition(tmp_path, dataset, "p", good, "inputs")
    return pl.read_parquet(tmp_path / dataset.source / dataset.name / "p.parquet")


@pytest.mark.parametrize(
    ("cell", "value", "reason"),
    [
        pytest.param(1, "NaN", "open_price is not finite", id="NaN"),
        pytest.param(2, "Infinity", "high_price is not finite", id="infinity"),
        pytest.param(3, "abc", "low_price is not of type double", id="no number"),
        pytest.param(4, "", "close_price is missing", id="empty"),
        pytest.param(5, "-1", "negative volume or count", id="negative volume"),
        pytest.param(2, "98", "high below open, close or low", id="high below low"),
        pytest.param(3, "100.5", "low above open or close", id="low above open"),
        pytest.param(4, "0", "price is not positive", id="zero price"),
        pytest.param(9, "11", "taker volume outside the total", id="taker above volume"),
        pytest.param(8, "1.5", "trades_count is not of type bigint", id="half a trade"),
    ],
)
def test_an_impossible_row_is_put_aside_with_its_reason(cell: int, value: str, reason: str) -> None:
    lines = [line.split(",") for line in spot_csv(candles()).splitlines()]
    lines[7][cell] = value
    answer = spot("\n".join(",".join(line) for line in lines))
    checked = check(SPOT, feed(SPOT).parse(SPOT, answer), answer, 1)
    assert checked.bad["reason"].to_list() == [reason]
    assert checked.good.height == 23


def test_too_many_bad_rows_refuse_the_answer_as_a_whole() -> None:
    text = spot_csv(candles()).replace(",101.00000000,", ",-101.00000000,")
    with pytest.raises(UnreadableBody, match="24 of 24 rows are bad"):
        check(SPOT, feed(SPOT).parse(SPOT, spot(text)), spot(text), 1)


def test_a_crash_is_not_bad_input() -> None:
    fall = [
        one._replace(open=100 - h * 4, high=101 - h * 4, low=0.5, close=99 - h * 4) for h, one in enumerate(candles())
    ]
    answer = spot(fall)
    assert check(SPOT, feed(SPOT).parse(SPOT, answer), answer, 1).bad.height == 0


def test_the_same_row_twice_is_one_row_and_two_values_for_one_fact_are_none() -> None:
    rows = metrics_csv("BTCUSDT", open_interest(), "period_end").splitlines()
    twice = "\n".join([*rows, rows[5]])
    answer = metrics(twice)
    assert check(METRICS, feed(METRICS).parse(METRICS, answer), answer, 1).good.height == 288
    other = "\n".join([*rows, rows[5].replace("1004.000", "1005.000")])
    checked = check(METRICS, feed(METRICS).parse(METRICS, metrics(other)), metrics(other), 1)
    assert checked.bad["reason"].to_list() == ["one answer gives this fact two different values"] * 2
    assert checked.good.height == 287


def test_a_period_that_was_not_over_is_left_for_the_next_answer() -> None:
    early = spot(candles(), received_at=datetime(2026, 2, 5, 22, 30))
    checked = check(SPOT, feed(SPOT).parse(SPOT, early), early, 1)
    assert (checked.good.height, checked.running, checked.bad.height) == (22, 2, 0)


def test_a_height_that_is_no_retarget_refuses_the_chain() -> None:
    rows = [Retarget(datetime(2026, 2, 7, 14, 20), 935_429, 1.25e14, 0.8884)]
    answer = retargets(rows, datetime(2026, 2, 7, 15))
    with pytest.raises(UnreadableBody, match="height is not a retarget"):
        check(RETARGETS, feed(RETARGETS).parse(RETARGETS, answer), answer, 1)


def test_a_restated_session_is_two_vintages_known_at_their_own_times(tmp_path: Path) -> None:
    second = FIRST_POLL + timedelta(hours=9)
    rows = land(tmp_path, FLOWS, flows({DAY: -258.8e6}, FIRST_POLL), flows({DAY: -434.15e6}, second))
    assert rows["net_flow_usd"].to_list() == [-258.8e6, -434.15e6]
    assert rows["known_at"].to_list() == [FIRST_POLL, second]
    assert not rows["is_known_at_estimated"].any()


def test_a_value_changed_and_changed_back_is_three_vintages(tmp_path: Path) -> None:
    polls = [flows({DAY: v}, FIRST_POLL + timedelta(hours=h)) for h, v in enumerate([1.0, 2.0, 2.0, 1.0])]
    assert land(tmp_path, FLOWS, *polls)["net_flow_usd"].to_list() == [1.0, 2.0, 1.0]


def test_an_absent_value_told_again_is_no_vintage(tmp_path: Path) -> None:
    text = metrics_csv("BTCUSDT", open_interest(), "period_end").replace("1.00000000\n", "\n")
    later = datetime(2026, 2, 6, 9)
    rows = land(tmp_path, METRICS, metrics(text), metrics(text, received_at=later))
    assert rows["taker_buy_sell_ratio"].null_count() == rows.height == 288


def test_a_first_value_fetched_late_counts_from_its_publication_and_says_so(tmp_path: Path) -> None:
    rows = land(tmp_path, FLOWS, flows({DAY: 1.0}, datetime(2026, 11, 22)))
    assert rows["known_at"].to_list() == [datetime(2026, 2, 6, 12)]
    assert rows["is_known_at_estimated"].all()
    assert rows["is_possibly_restated"].all()


def test_a_daily_file_counts_from_the_morning_after_when_fetched_late(tmp_path: Path) -> None:
    rows = land(tmp_path, SPOT, spot(candles(), received_at=datetime(2026, 11, 22)))
    assert rows["known_at"].unique().to_list() == [datetime(2026, 2, 6, 8)]


def test_a_retarget_is_known_with_its_block_and_never_restated(tmp_path: Path) -> None:
    at = datetime(2026, 2, 7, 14, 20)
    rows = land(tmp_path, RETARGETS, retargets([Retarget(at, 935_424, 1.25e14, 0.8884)], datetime(2026, 11, 22)))
    assert rows["known_at"].to_list() == [at]
    assert rows["is_possibly_restated"].to_list() == [False]


def test_the_file_has_exactly_the_contract_s_columns(tmp_path: Path) -> None:
    land(tmp_path, SPOT, spot(candles()))
    write_empty(tmp_path, SPOT)
    folder = tmp_path / SPOT.source / SPOT.name
    assert pq.read_schema(folder / "p.parquet").equals(raw_schema(SPOT))
    assert pq.read_schema(folder / "schema.parquet").equals(raw_schema(SPOT))


@given(order=st.permutations(range(4)), repeats=st.lists(st.integers(0, 3), max_size=4))
def test_the_order_and_repetition_of_answers_change_nothing(order: list[int], repeats: list[int]) -> None:
    import tempfile

    polls = [flows({DAY: float(h), date(2026, 2, 4): 5.0}, FIRST_POLL + timedelta(hours=h)) for h in range(4)]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        expected = land(Path(one), FLOWS, *polls)
        shuffled = [polls[i] for i in [*order, *repeats]]
        assert land(Path(other), FLOWS, *shuffled).equals(expected)


def test_two_landings_of_the_same_answers_are_the_same_bytes(tmp_path: Path) -> None:
    land(tmp_path / "a", METRICS, metrics(open_interest()))
    land(tmp_path / "b", METRICS, metrics(open_interest()))
    path = f"{METRICS.source}/{METRICS.name}/p.parquet"
    assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()
