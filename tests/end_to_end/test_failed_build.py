"""A model that fails half-way: what was built of it is no warehouse, and readers keep their release."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.places import Places
from orchestration.defs import warehouse as wiring
from orchestration.release import publish
from orchestration.warehouse import BuildFailed, NodeResult, WarehouseBuild
from tests.end_to_end.in_process import Desk, errors_of
from tests.end_to_end.questions import ask
from tests.orchestration.releasing import sealed

BROKEN = "model.unwind.fct_price_daily"


@pytest.mark.long
def test_a_broken_build_is_no_warehouse_and_nothing_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parsed_project: Path
) -> None:
    sealed(tmp_path, "r1")
    publish(tmp_path / "published", "r1")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "published").rglob("*")}

    def half(places: Places, path: Path, as_of: datetime, **_: Any) -> list[NodeResult]:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"half a warehouse")
        return [NodeResult(BROKEN, "error", "out of range", 0.1, None)]

    monkeypatch.setattr(wiring, "dbt_build", half)
    models = [key.to_user_string() for key in wiring.warehouse.keys]
    result = Desk(tmp_path).steps([*models, "release/candidate", "release/published"], with_checks=False)
    assert not result.success
    assert f"{BROKEN}: out of range" in errors_of(result)
    assert {event.step_key for event in result.all_events if event.is_step_start} == {"dbt_build"}
    with pytest.raises(BuildFailed, match="no finished warehouse"):
        WarehouseBuild.newest(Places(tmp_path))
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "published").rglob("*")} == before
    assert ask(tmp_path / "published" / "unwind.duckdb", "select release_id from meta.releases") == [("r1",)]
