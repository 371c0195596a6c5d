"""The response store: appended, never changed, checked on the way out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingestion.capture import ANSWERS_IN_A_GROUP, CaptureStore
from ingestion.errors import CorruptFile
from tests.ingestion.answers import DAY, FLOWS, flows

AT = datetime(2026, 2, 6, 12)


def test_what_is_appended_is_read_back_in_order_of_receipt(tmp_path: Path) -> None:
    store = CaptureStore(tmp_path)
    late, early = flows({DAY: 2.0}, AT + timedelta(hours=1)), flows({DAY: 1.0}, AT)
    store.append([late])
    store.append([early])
    assert store.read(FLOWS.source, FLOWS.name) == [early, late]
    assert store.read(FLOWS.source, FLOWS.name, [late.capture_id]) == [late]
    assert store.index(FLOWS.source, FLOWS.name)["capture_id"].to_list() == [
        early.capture_id,
        late.capture_id,
    ]


def test_appending_touches_no_stored_file(tmp_path: Path) -> None:
    store = CaptureStore(tmp_path)
    store.append([flows({DAY: 1.0}, AT)])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    store.append([flows({DAY: 2.0}, AT + timedelta(hours=1))])
    assert all(path.read_bytes() == content for path, content in before.items())


def test_an_empty_store_answers_with_nothing(tmp_path: Path) -> None:
    store = CaptureStore(tmp_path)
    assert store.read("a", "b") == []
    assert store.index("a", "b").height == 0


def test_a_body_that_changed_on_disk_is_noticed(tmp_path: Path) -> None:
    store = CaptureStore(tmp_path)
    store.append([replace(flows({DAY: 1.0}, AT), body=b"something else")])
    with pytest.raises(CorruptFile, match="has changed on disk"):
        store.read(FLOWS.source, FLOWS.name)


def test_answers_are_given_one_by_one_in_the_order_asked_for_and_the_later_of_two_stands(tmp_path: Path) -> None:
    store = CaptureStore(tmp_path)
    stored = [flows({DAY: float(hour)}, AT + timedelta(hours=hour)) for hour in range(2 * ANSWERS_IN_A_GROUP + 1)]
    store.append([replace(stored[0], status=500)])
    store.append(stored)
    asked = [stored[-1], stored[0], stored[ANSWERS_IN_A_GROUP]]
    assert list(store.each(FLOWS.source, FLOWS.name, [one.capture_id for one in asked])) == asked
    assert store.read(FLOWS.source, FLOWS.name) == stored
    assert list(store.each(FLOWS.source, FLOWS.name, [])) == []


def test_what_is_taken_before_a_changed_body_comes_first(tmp_path: Path) -> None:
    store = CaptureStore(tmp_path)
    whole, changed = flows({DAY: 1.0}, AT), replace(flows({DAY: 2.0}, AT + timedelta(hours=1)), body=b"something else")
    store.append([whole, changed])
    answers = store.each(FLOWS.source, FLOWS.name, [whole.capture_id, changed.capture_id])
    assert next(answers) == whole
    with pytest.raises(CorruptFile, match="has changed on disk"):
        next(answers)
