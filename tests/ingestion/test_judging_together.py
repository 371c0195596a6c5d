"""Many answers judged in one statement come out as each would alone, and one that is refused takes no other with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from ingestion.bodies import as_text, records_frame, rows_frame
from ingestion.capture import Capture, CaptureStore
from ingestion.cases.wire import spot_csv
from ingestion.errors import CorruptFile, UnreadableBody
from ingestion.ingest import IngestReport
from ingestion.judging import check, judge, judge_together
from ingestion.landing import write_partition
from ingestion.places import Places
from ingestion.reparse import project
from ingestion.sources import feed
from tests.ingestion.answers import DAY, SPOT, candles, morning_after, spot

CELLS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text()
# What may be wrong with an answer: nothing, a row, its end, its day, a row said twice, or twice and differently.
KINDS = ("whole", "bad row", "early", "other day", "repeated", "contradicted", "empty")


def answer(kind: str, number: int) -> Capture:
    received_at = morning_after(DAY) + timedelta(minutes=number)
    lines = spot_csv(candles()).splitlines()
    if kind == "bad row":
        lines[3] = lines[3].replace(",101.00000000,", ",NaN,")
    if kind == "early":
        received_at = datetime(2026, 2, 5, 22, 30, number)
    if kind in ("repeated", "contradicted"):
        lines.append(lines[5] if kind == "repeated" else lines[5].replace(",101.00000000,", ",100.50000000,"))
    if kind == "empty":
        lines = lines[:1]
    return spot("\n".join(lines), received_at=received_at)


@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
def test_answers_judged_together_are_what_each_is_alone(kinds: list[str]) -> None:
    captures = [answer(kind, number) for number, kind in enumerate(kinds)]
    frames = [feed(SPOT).parse(SPOT, one) for one in captures]
    frames = [frame.clear() if kind == "empty" else frame for frame, kind in zip(frames, kinds, strict=True)]
    other_day = pl.col("period_start_at") + timedelta(days=40)
    frames = [
        frame.with_columns(other_day) if kind == "other day" else frame
        for frame, kind in zip(frames, kinds, strict=True)
    ]
    together = judge_together(SPOT, frames, captures, 1)
    for frame, capture_, one in zip(frames, captures, together, strict=True):
        alone = judge(SPOT, frame, capture_, 1)
        assert_frame_equal(one.good, alone.good)
        assert_frame_equal(one.bad, alone.bad)
        assert (one.running, one.judged) == (alone.running, alone.judged)


def test_an_answer_that_is_refused_takes_no_other_with_it(tmp_path: Path) -> None:
    before, bad, gone, after = (
        answer("whole", 0),
        spot(
            spot_csv(candles()).replace(",101.00000000,", ",NaN,"), received_at=morning_after(DAY) + timedelta(hours=1)
        ),
        spot("1,2,3", received_at=morning_after(DAY) + timedelta(hours=2)),
        answer("bad row", 200),
    )
    places, store = Places(tmp_path), CaptureStore(tmp_path / "capture")
    store.append([before, bad, gone, after])
    report = IngestReport(SPOT.key)
    project(SPOT, feed(SPOT), store, places, report)
    [landed] = report.partitions
    assert landed.rows == 24
    assert landed.quarantined == {"high_price is not finite": 1}
    aside = pl.read_parquet(places.quarantine / SPOT.key / "*.parquet")
    refused = aside.filter(pl.col("scope") == "capture")
    assert refused["capture_id"].to_list() == [bad.capture_id, gone.capture_id]
    # The newest answer can be read, so that they are told and stop nothing.
    assert (report.unreadable, len(report.notices)) == ([], 2)


def test_partitions_before_an_answer_that_breaks_the_run_are_written(tmp_path: Path) -> None:
    days = [date(2026, month, 5) for month in (1, 2, 3)]
    first, second, broken = (spot(candles(day), day) for day in days)
    places, store = Places(tmp_path), CaptureStore(tmp_path / "capture")
    store.append([first, second, replace(broken, body=b"something else")])
    report = IngestReport(SPOT.key)
    with pytest.raises(CorruptFile, match="has changed on disk"):
        project(SPOT, feed(SPOT), store, places, report)
    assert [(one.partition, one.rows) for one in report.partitions] == [("2026-01", 24), ("2026-02", 24)]
    assert sorted(path.stem for path in (places.raw / SPOT.key).glob("*.parquet")) == ["2026-01", "2026-02"]


def test_many_small_partitions_are_what_each_is_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    captures = [
        spot(candles(date(2026, month, day)), date(2026, month, day)) for month in range(1, 6) for day in (1, 2)
    ]
    written = []
    for number, together in enumerate((100, 3, 1)):
        monkeypatch.setattr("ingestion.judging.JUDGED_TOGETHER", together)
        monkeypatch.setattr("ingestion.reparse.JUDGED_TOGETHER", together)
        monkeypatch.setattr("ingestion.judging.ROWS_TOGETHER", 50 if number == 1 else 100_000)
        places = Places(tmp_path / str(together))
        CaptureStore(places.capture).append(captures)
        report = IngestReport(SPOT.key)
        project(SPOT, feed(SPOT), CaptureStore(places.capture), places, report)
        files = sorted((places.raw / SPOT.key).glob("*.parquet"))
        written.append((report, [(path.stem, path.read_bytes()) for path in files]))
    assert [one.rows for one in written[0][0].partitions] == [48] * 5
    assert written[0] == written[1] == written[2]


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8))
def test_cells_are_text_as_the_source_printed_them(rows: list[list[object]]) -> None:
    names = ["a", "b", "c"]
    expected = [tuple(as_text(cell) for cell in row) for row in rows]
    assert rows_frame(rows, names).rows() == expected
    assert rows_frame(rows, ["a", None, "c"]).rows() == [(first, last) for first, _, last in expected]
    records = [dict(zip(names, row, strict=True)) for row in rows]
    assert records_frame(records, {name: name for name in names}).rows() == expected


@pytest.mark.parametrize("rows", [[[1, 2]], [[1, 2, 3], [1, 2]], [{"a": 1}], None])
def test_rows_of_another_shape_are_no_rows(rows: object) -> None:
    with pytest.raises(UnreadableBody, match="expected"):
        rows_frame(rows, ["a", "b", "c"])


def test_numbers_are_stored_as_differences(tmp_path: Path) -> None:
    one = answer("whole", 0)
    write_partition(tmp_path, SPOT, "p", [check(SPOT, feed(SPOT).parse(SPOT, one), one, 1).good], "inputs")
    group = pq.ParquetFile(tmp_path / SPOT.key / "p.parquet").metadata.row_group(0)
    stored = {group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)}
    assert {column.compression for column in stored.values()} == {"ZSTD"}
    assert "DELTA_BINARY_PACKED" in stored["period_start_at"].encodings
    assert "RLE_DICTIONARY" in stored["symbol"].encodings
    assert "RLE_DICTIONARY" not in stored["close_price"].encodings
