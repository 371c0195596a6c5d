"""What a source sent and nobody could use may hold anything, so only its owner reads it."""

from __future__ import annotations

import os

from ingestion.contract import find
from tests.ingestion.conftest import Desk

SPOT, RETARGETS = find("binance_vision/spot_klines_1h"), find("mempool_space/difficulty_adjustments")


def test_rows_and_answers_put_aside_are_for_their_owner_alone(desk: Desk) -> None:
    desk.exchange.fault("*spot*2026-03-01.zip", "negative_volume")
    desk.exchange.fault("*mempool*", "html200")
    before = os.umask(0o000)
    try:
        for dataset in (SPOT, RETARGETS):
            desk.land(dataset, "2026-03-01", "2026-03-02")
    finally:
        os.umask(before)
    kept = {path: path.stat().st_mode & 0o777 for path in desk.places.quarantine.rglob("*") if path.is_file()}
    assert {path.suffix for path in kept} == {".parquet", ".body", ".txt"}
    assert set(kept.values()) == {0o600}
