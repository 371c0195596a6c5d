"""Builds in this process: the moment reaches staging, repeated builds parse once, and a failure leaves nothing."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingestion.cases.case import load_case, replay
from ingestion.contract import find
from ingestion.ingest import ingest
from ingestion.places import Places
from orchestration.catalog import Catalog, read_catalog
from orchestration.digest import table_digest
from orchestration.manifest import MANIFEST
from orchestration.warehouse import DATABASE, BuildFailed, WarehouseBuild, database_of, dbt_build, failed, prune

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


def _build(places: Places, run_id: str, as_of: datetime, earlier: tuple[datetime, ...] = ()) -> Path:
    path = places.warehouse / run_id / DATABASE
    results = dbt_build(places, path, as_of, earlier)
    assert not failed(results)
    # Exposures and recipes are in the project and cost a build nothing.
    assert {result.unique_id.partition(".")[0] for result in results} == {"model", "seed", "test"}
    return path


def _digests(warehouse: Path, catalog: Catalog) -> dict[str, str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {table.full_name: table_digest(connection, table.schema, table) for table in catalog.tables}


@pytest.mark.long
@pytest.mark.xdist_group("warehouse")
def test_each_build_answers_for_its_own_moment_though_the_project_is_parsed_once(places: Places) -> None:
    assert _last_day(_build(places, "one", AT_NIGHT)) == date(2026, 2, 5)
    assert _last_day(_build(places, "two", NEWEST)) == date(2026, 2, 12)
    assert not (places.warehouse / "building").exists()


@pytest.mark.long
@pytest.mark.xdist_group("warehouse")
def test_an_earlier_moment_of_a_build_has_what_a_build_of_that_moment_has(places: Places) -> None:
    newest = _build(places, "both", NEWEST, earlier=(AT_NIGHT,))
    alone = _build(places, "alone", AT_NIGHT)
    catalog = read_catalog(alone.with_name(MANIFEST))
    then, answers = _digests(database_of(newest, AT_NIGHT), catalog), _digests(alone, catalog)
    assert then == answers
    assert then != _digests(newest, catalog)
    with duckdb.connect(str(newest), read_only=True) as connection:
        moments = connection.execute(
            "select as_of_at, is_final, count(*) from marts.fct_claim_check group by all order by all"
        ).fetchall()
    # What claims measured then stands beside what they measure in the end.
    assert [(moment, is_final) for moment, is_final, _ in moments] == [(AT_NIGHT, False), (NEWEST, True)]


@pytest.mark.long
@pytest.mark.xdist_group("warehouse")
def test_a_row_that_was_wrong_only_then_stops_the_build_and_says_when(places: Places, tmp_path: Path) -> None:
    shutil.copytree(places.data_dir, tmp_path, dirs_exist_ok=True)
    copied = Places(tmp_path, "feb_2026")
    february = copied.raw / "binance_vision/spot_klines_1h/2026-02.parquet"
    rows = pl.read_parquet(february)
    wrong = rows.filter(pl.col("known_at") > AT_NIGHT).head(1)
    an_hour_before = pl.lit(AT_NIGHT - timedelta(hours=1)).cast(pl.Datetime("us"))
    wrong = wrong.with_columns(high_price=pl.col("low_price") / 2, known_at=an_hour_before, _fetched_at=an_hour_before)
    pl.concat([rows, wrong]).write_parquet(february)
    results = dbt_build(copied, copied.warehouse / "wrong" / DATABASE, NEWEST, (AT_NIGHT,))
    messages = {result.unique_id.split(".")[2]: result.message for result in failed(results)}
    prices = "prices_are_ordered (open_price, high_price, low_price, close_price): 1 row"
    assert messages["fct_price_hourly__is_sound"] == f"as of {AT_NIGHT}: {prices}"


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
