"""From a published row to the very answers it was read from, and whether their bytes are still those that came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ingestion.capture import Capture, CaptureStore
from ingestion.judging import check
from ingestion.landing import write_partition
from ingestion.places import Places
from ingestion.sources import feed
from orchestration.catalog import Column, Table
from orchestration.doctor_data import Finding, of_captures
from orchestration.trace import CaptureProof, captures_of_row
from tests.ingestion.answers import DAY, SPOT, candles, spot

DAYS = Table("marts", "days", "Days.", "prices", ("observed_date",), (Column("observed_date", "DATE", "UTC day."),))


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Two days of candles, landed."""
    places, answers = Places(tmp_path), [spot(candles(day), day) for day in (DAY, DAY + timedelta(days=1))]
    CaptureStore(places.capture).append(answers)
    good = [check(SPOT, feed(SPOT).parse(SPOT, one), one, 1).good for one in answers]
    write_partition(places.raw, SPOT, "2026-02", good, "inputs")
    return places


def proofs(places: Places) -> list[CaptureProof]:
    return [proof_of(one) for one in CaptureStore(places.capture).read(SPOT.source, SPOT.name)]


def proof_of(one: Capture) -> CaptureProof:
    return CaptureProof(
        one.source, one.dataset, one.capture_id, one.url, one.received_at, one.body_sha256, one.provenance, 24
    )


def test_a_row_leads_to_the_answers_about_its_day(places: Places) -> None:
    [proof] = captures_of_row(SPOT, places, DAYS, {"observed_date": DAY}, proofs(places))
    assert DAY.isoformat() in proof.url
    assert proof.is_intact
    assert list(captures_of_row(SPOT, places, DAYS, {"observed_date": date(2020, 1, 1)}, proofs(places))) == []


def test_bytes_that_changed_are_named_and_bytes_that_are_gone_too(places: Places) -> None:
    known = proofs(places)
    [stored] = places.capture.rglob("*.parquet")
    answers = CaptureStore(places.capture).read(SPOT.source, SPOT.name)
    stored.unlink()
    [gone] = captures_of_row(SPOT, places, DAYS, {"observed_date": DAY}, known)
    assert gone.is_intact is None
    CaptureStore(places.capture).append([replace(one, body=one.body + b" ") for one in answers])
    [rotten] = captures_of_row(SPOT, places, DAYS, {"observed_date": DAY}, known)
    assert rotten.is_intact is False
    assert list(of_captures(places, is_deep=False)) == []
    [finding] = of_captures(places, is_deep=True)
    assert finding.is_well is False
    assert "has changed on disk" in finding.text


def test_an_archive_that_is_gone_is_found_without_reading_any(places: Places) -> None:
    folder = places.capture / "archives"
    folder.mkdir()
    (folder / "nobody").write_bytes(b"left by a killed run")
    [note] = of_captures(places, is_deep=False)
    assert note == Finding(None, "live: 1 archives that no capture names, of runs killed before noting")
