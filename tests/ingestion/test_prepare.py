"""A case's captures are made once, by whoever comes first, and nothing half-made is ever taken for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.cases.case import load_case
from ingestion.cases.prepare import STAMP, prepare_captures, preparing
from ingestion.places import Places

CASE = load_case("feb_2026")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path, CASE.name)


def test_another_process_makes_them_meanwhile_and_they_are_not_made_again(places: Places) -> None:
    with preparing(places):
        pass
    stamp = places.home / "source" / STAMP
    made_at = stamp.stat().st_mtime_ns
    with preparing(places):
        assert prepare_captures(CASE, places) == places.home / "source"
    assert stamp.stat().st_mtime_ns == made_at


def test_two_at_once_end_with_one_whole_set(places: Places) -> None:
    with preparing(places):
        prepare_captures(CASE, places)
    assert [path.name for path in places.home.iterdir()] == ["source"]
    assert (places.home / "source" / STAMP).exists()


def test_what_a_killed_process_left_is_removed(places: Places) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    left = [places.home / f".source.{maker}" for maker in (gone.pid, os.getpid(), "new")]
    for folder in left:
        folder.mkdir(parents=True)
    prepare_captures(CASE, places)
    assert not any(folder.exists() for folder in left)


def test_live_data_have_nothing_to_prepare(tmp_path: Path) -> None:
    with preparing(Places(tmp_path)):
        pass
    assert list(tmp_path.iterdir()) == []
