"""Publishing is safe however it is started: alone, without the audit, after a failed one.

A release with impossible figures is made by spoiling a built warehouse between two steps of the job. What the
gate weighs is told in tests/orchestration.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ingestion.places import Places
from orchestration.defs.publish import release_id
from orchestration.warehouse import NOTE, WarehouseBuild
from tests.end_to_end.children import Machine
from tests.end_to_end.in_process import Desk, errors_of
from tests.end_to_end.questions import ask, ask_one

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("case")]
CASE = "feb_2026"
IMPOSSIBLE = (
    "update marts.fct_price_daily set close_price = -1, known_at = timestamp '2030-01-01' "
    "where observed_date = date '2026-02-06'"
)


@dataclass(frozen=True)
class Bench:
    """A copy of a published case whose last warehouse may be tampered with."""

    desk: Desk
    places: Places
    current: str

    def rebuild(self, run_id: str, tamper: str | None = None) -> str:
        """As if the case had been built in another run, and its file changed since. Returns the release id."""
        last = WarehouseBuild.newest(self.places)
        path = self.places.warehouse / run_id / last.path.name
        path.parent.mkdir()
        shutil.copy(last.path, path)
        if tamper:
            with duckdb.connect(str(path)) as connection:
                connection.execute(tamper)
        build = WarehouseBuild(run_id, last.as_of, path, last.manifest, {}, f"inputs of {run_id}")
        build.save()
        return release_id(build)

    def shown(self) -> list[tuple[object, ...]]:
        """What readers see: the release's name, and the figure that was tampered with."""
        query = (
            "select release_id, close_price from meta.releases, marts.fct_price_daily "
            "where venue = 'binance' and observed_date = ?"
        )
        return ask(self.desk.published / "unwind.duckdb", query, datetime(2026, 2, 6).date())

    def shelf(self, name: str) -> list[str]:
        folder = self.desk.published / name
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def bench(published_case: Machine, tmp_path: Path) -> Bench:
    shutil.copytree(published_case.data, tmp_path / "data", symlinks=True)
    places = Places(tmp_path / "data", CASE)
    # A build remembers where its files are, which was elsewhere.
    note = next(places.warehouse.glob(f"*/{NOTE}"))
    note.write_text(note.read_text().replace(str(published_case.data), str(tmp_path / "data")))
    current = (places.published / "latest").readlink().name
    return Bench(Desk(tmp_path / "data"), places, current)


def test_after_a_failed_audit_publishing_alone_is_refused_and_readers_keep_the_old_release(bench: Bench) -> None:
    before = bench.shown()
    spoilt = bench.rebuild("spoilt00", IMPOSSIBLE)

    whole = bench.desk.steps(["release/candidate", "release/published"], case=CASE)
    assert not whole.success
    failed = {check.check_name for check in whole.get_asset_check_evaluations() if not check.passed}
    assert "marts__fct_price_daily" in failed
    started = {event.step_key for event in whole.all_events if event.is_step_start}
    assert "release__published" not in started
    assert spoilt in bench.shelf("candidates") + bench.shelf("rejected")

    for _ in range(2):  # asking again does not wear it down
        alone = bench.desk.steps(["release/published"], case=CASE)
        assert not alone.success
        assert "price_daily_provenance" in errors_of(alone)
        assert f"release {spoilt} is not published" in errors_of(alone)
    assert bench.shelf("rejected") == [spoilt]
    assert bench.shelf("candidates") == []
    assert bench.shelf("releases") == [bench.current]
    assert bench.shown() == before == [(bench.current, 70_580.3)]


def test_without_the_audit_nothing_is_published(bench: Bench) -> None:
    unaudited = bench.rebuild("unaudited")
    result = bench.desk.steps(["release/candidate", "release/published"], with_checks=False, case=CASE)
    assert result.get_asset_check_evaluations() == []
    assert _materialised(result) == {"release/candidate"}
    assert "no receipt" in errors_of(result)
    assert bench.shelf("releases") == [bench.current]
    assert unaudited not in bench.shelf("releases")
    assert bench.shown() == [(bench.current, 70_580.3)]


def test_a_file_changed_after_its_audit_is_not_published(bench: Bench) -> None:
    honest = bench.rebuild("honest00")
    audited = bench.desk.steps(["release/candidate"], case=CASE)
    assert audited.success, errors_of(audited)
    with duckdb.connect(str(bench.desk.published / "candidates" / honest / "unwind.duckdb")) as connection:
        connection.execute(IMPOSSIBLE)
    alone = bench.desk.steps(["release/published"], case=CASE)
    assert not alone.success
    assert "unwind.duckdb was changed after its audit" in errors_of(alone)
    assert bench.shown() == [(bench.current, 70_580.3)]


def test_what_passed_its_audit_may_be_published_later_and_alone(bench: Bench) -> None:
    honest = bench.rebuild("honest01")
    audited = bench.desk.steps(["release/candidate"], case=CASE)
    assert audited.success, errors_of(audited)
    assert bench.shown() == [(bench.current, 70_580.3)]
    alone = bench.desk.steps(["release/published"], case=CASE)
    assert alone.success, errors_of(alone)
    assert bench.shown() == [(honest, 70_580.3)]
    assert ask_one(bench.desk.published / "unwind.duckdb", "select count(*) from marts.fct_price_daily") == 848


def _materialised(result: dg.ExecuteInProcessResult) -> set[str]:
    return {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()}
