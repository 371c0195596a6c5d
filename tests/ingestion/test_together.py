"""Many datasets in one landing: who is asked at the same time, and what one broken dataset does to the others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from itertools import groupby
from typing import Any

import pytest

from ingestion.ingest import IngestReport
from ingestion.together import ingest_all
from ingestion.windows import Window
from tests.ingestion.answers import FLOWS, METRICS, RETARGETS, SPOT
from tests.ingestion.conftest import Desk

ALL = [SPOT, METRICS, FLOWS, RETARGETS]
DAYS = Window(date(2026, 3, 1), date(2026, 3, 3))


def land(desk: Desk) -> dict[str, IngestReport | Exception]:
    with desk.client() as client:
        return {dataset.key: report for dataset, report in ingest_all(ALL, DAYS, client, desk.places)}


def until_every_host_is_asked(answer: Callable[[str], Any], hosts: int) -> Callable[[str], Any]:
    """Answers that wait, for the first question to each host, until all hosts have been asked their first."""
    everybody, seen, lock = threading.Barrier(hosts), set[str](), threading.Lock()

    def waiting(path: str) -> Any:
        host = path.split("/")[1]
        with lock:
            is_first = host not in seen
            seen.add(host)
        if is_first:
            everybody.wait(timeout=10)
        return answer(path)

    return waiting


def test_hosts_are_asked_at_the_same_time_and_the_datasets_of_one_in_turn(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = {dataset.host for dataset in ALL}
    assert len(hosts) == 3
    monkeypatch.setattr(desk.exchange, "answer", until_every_host_is_asked(desk.exchange.answer, len(hosts)))
    reports = land(desk)
    for report in reports.values():
        assert isinstance(report, IngestReport)
        assert (report.failures, report.missing_days) == ([], [])
    of_one_host = ["spot" in seen.path for seen in desk.exchange.log if seen.host == SPOT.host]
    assert [is_spot for is_spot, _ in groupby(of_one_host)] == [True, False]


def test_a_dataset_that_breaks_is_told_and_the_others_are_landed(desk: Desk) -> None:
    desk.places.raw.mkdir(parents=True)
    (desk.places.raw / RETARGETS.source).write_text("somebody's file where a folder belongs")
    (desk.places.raw / SPOT.source).mkdir()
    (desk.places.raw / SPOT.source / SPOT.name).write_text("likewise")
    reports = land(desk)
    assert {key for key, report in reports.items() if isinstance(report, OSError)} == {RETARGETS.key, SPOT.key}
    for key in (METRICS.key, FLOWS.key):
        report = reports[key]
        assert isinstance(report, IngestReport)
        assert report.landed, "also what comes after the broken one at its own host"


def test_nothing_to_land_is_no_trouble(desk: Desk) -> None:
    with desk.client() as client:
        assert list(ingest_all([], DAYS, client, desk.places)) == []
