"""Builds in this process: the moment reaches staging, repeated builds parse once, and a failure leaves nothing."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.cases.case import load_case, replay
from ingestion.contract import find
from ingestion.ingest import ingest
from ingestion.places import Places
from orchestration.warehouse import DATABASE, BuildFailed, WarehouseBuild, dbt_build, failed, prune

AT_NIGHT, NEWEST = datetime(2026, 2, 6, 21, 30), datetime(2026, 3, 11, 12)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """The prices of the bundled case, landed and not yet built."""
    case, landed = load_case("feb_2026"), Places(tmp_path_factory.mktemp("data"), "feb_2026")
    client = replay(case, landed)
    ingest(find("binance_vision/spot_klines_1h"), case.window, client, landed)
    return landed


def _last_day(warehouse: Path) -> date:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute("select max(observed_date) from marts.fct_price_daily").fetchall()[0][0]


def _build(places: Places, run_id: str, as_of: datetime) -> Path:
    path = places.warehouse / run_id / DATABASE
    results = dbt_build(places, path, as_of)
    assert not failed(results)
    # Exposures and recipes are in the project and cost a build nothing.
    assert {result.unique_id.partition(".")[0] for result in results} == {"model", "seed", "test"}
    return path


@pytest.mark.long
@pytest.mark.xdist_group("warehouse")
def test_each_build_answers_for_its_own_moment_though_the_project_is_parsed_once(places: Places) -> None:
    assert _last_day(_build(places, "one", AT_NIGHT)) == date(2026, 2, 5)
    assert _last_day(_build(places, "two", NEWEST)) == date(2026, 2, 12)
    assert not (places.warehouse / "building").exists()


@pytest.mark.xdist_group("warehouse")
def test_a_build_can_be_found_again_and_old_ones_go(places: Places) -> None:
    with pytest.raises(BuildFailed, match="no finished warehouse"):
        WarehouseBuild.newest(Places(places.data_dir, "other"))
    for run_id in ("a", "b", "c", "d"):
        path = places.warehouse / run_id / DATABASE
        path.parent.mkdir(parents=True)
        path.touch()
        WarehouseBuild(run_id, NEWEST, path, Path("m"), {AT_NIGHT: path}, "key").save()
    assert WarehouseBuild.newest(places).run_id == "d"
    assert WarehouseBuild.newest(places).instants == {AT_NIGHT: places.warehouse / "d" / DATABASE}
    prune(places, keep=2)
    assert sorted(folder.name for folder in places.warehouse.iterdir()) == ["c", "d"]
