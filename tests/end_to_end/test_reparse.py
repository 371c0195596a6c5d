"""Raw made anew from what was captured: the same content without a network, or another once a parser has changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingestion.places import Places
from ingestion.sources import feed
from orchestration.reparse_command import raw_digest
from tests.end_to_end.children import Machine
from tests.ingestion.answers import FLOWS, METRICS, SPOT
from tests.ingestion.conftest import Desk
from tests.loopback.exchange import Exchange

FIRST, LAST = "2026-02-27", "2026-03-03"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def desk(machine: Machine) -> Iterator[Desk]:
    with Exchange(now="2026-03-10T12:00:00") as exchange:
        yield Desk(exchange, Places(machine.data))


def test_raw_that_was_lost_comes_back_from_the_captures_alone(desk: Desk, machine: Machine) -> None:
    for dataset in (SPOT, FLOWS):
        assert desk.land(dataset, FIRST, LAST).landed
    # A restated session, and the sums of those after it, have two vintages, and both come back.
    desk.exchange.now = "2026-03-11T12:00:00"
    desk.exchange.fault("*sosovalue*", "restated", session="2026-03-03", flow=-1.0)
    assert sum(partition.vintages for partition in desk.land(FLOWS, FIRST, LAST).landed) > 0
    before = {dataset.key: (raw_digest(desk.places, dataset), desk.raw(dataset)) for dataset in (SPOT, FLOWS)}
    questions = len(desk.exchange.log)
    shutil.rmtree(desk.places.raw)

    done = machine.unwind("reparse", "--dataset", SPOT.key, "--dataset", FLOWS.key)
    assert done.returncode == 0, done.stdout + done.stderr
    for dataset in (SPOT, FLOWS):
        digest, rows = before[dataset.key]
        assert raw_digest(desk.places, dataset) == digest
        assert desk.raw(dataset).equals(rows)
        assert f"({digest[:12]})" in done.stdout
    assert (len(desk.exchange.log), machine.hosts_sought()) == (questions, [])

    again = machine.unwind("reparse")
    told = dict(line.split(": ", 1) for line in again.stdout.splitlines())
    assert set(told) == {SPOT.key, FLOWS.key}, "datasets without captures are not worth a line"
    assert told[SPOT.key].startswith("2 partitions, 120 rows, the same content as before")


def test_an_answer_that_cannot_be_read_any_more_is_named(desk: Desk, machine: Machine) -> None:
    desk.exchange.fault("*metrics*2026-03-01.zip", "drop_column", column="sum_open_interest")
    desk.land(METRICS, FIRST, LAST)
    done = machine.unwind("reparse", "--dataset", METRICS.key)
    assert done.returncode == 1
    assert f"refused    {METRICS.key}:" in done.stdout
    assert "['sum_open_interest']" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--dataset", "binance_vision/spot_klines"), "no dataset binance_vision/spot_klines; there are"),
        (("--case", "feb_2062"), "no bundled case 'feb_2062'; there are: feb_2026"),
    ],
)
def test_a_name_that_is_not_there_is_told_plainly(machine: Machine, arguments: tuple[str, ...], told: str) -> None:
    done = machine.unwind("reparse", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"unwind: {told}")
    assert not machine.data.exists(), "nothing is made for a name that was mistyped"


def test_a_newer_parser_lands_the_captures_again_and_no_value_becomes_a_restatement(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.land(FLOWS, FIRST, LAST)
    rows, captured = desk.raw(FLOWS), sorted(desk.places.capture.rglob("*.parquet"))
    newer = replace(feed(FLOWS), version=feed(FLOWS).version + 1)
    monkeypatch.setattr("ingestion.ingest.feed", lambda _: newer)
    report = desk.land(FLOWS, FIRST, LAST)
    assert report.landed
    assert sum(partition.vintages for partition in report.landed) == 0
    assert set(desk.raw(FLOWS)["_parser_version"]) == {newer.version}
    assert desk.raw(FLOWS).drop("_parser_version").equals(rows.drop("_parser_version"))
    assert sorted(desk.places.capture.rglob("*.parquet")) == captured
    assert desk.land(FLOWS, FIRST, LAST).landed == []
