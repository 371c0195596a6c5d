"""Every mart on every daily prefix of June 2026, over real rows of every source that the archive has.

As of the end of a day, the whole archive answers as if nothing had landed that was known later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest
from polars.testing import assert_frame_equal

from ingestion.contract import load_contracts
from ingestion.places import Places
from tests.dbt.compiled_project import CompiledProject, Tables, grain
from tests.mirror.backfill import UnderWay
from tests.mirror.standing import compiled

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror clock")]
FIRST, DAYS = datetime(2026, 6, 1, 21, 30), 30
# What the archive has the sources for; the others are empty on both sides.
SEEN = {
    "fct_price_composite_daily",
    "fct_price_move",
    "fct_level_test",
    "fct_open_interest_hourly",
    "fct_deleveraging_daily",
    "fct_deleveraging_episode",
    "fct_funding_daily",
    "fct_flow_share_daily",
    "fct_etf_flow_daily",
    "fct_difficulty_epoch",
    "fct_miner_stress_daily",
    "fct_source_disagreement_daily",
}


@pytest.fixture(scope="module")
def places(backfill_under_way: UnderWay) -> Places:
    backfill_under_way.child.wait(timeout=280)
    return Places(backfill_under_way.data_dir)


@pytest.fixture(scope="module")
def raw(places: Places) -> Tables:
    folders = {dataset.key: places.raw / dataset.source / dataset.name for dataset in load_contracts()}
    return {key: ds.dataset(sorted(folder.glob("*.parquet"))).to_table() for key, folder in folders.items()}


@pytest.fixture(scope="module")
def project(places: Places, tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    folder: Path = tmp_path_factory.mktemp("prefixes")
    return compiled(places, datetime(2026, 7, 20), folder)[1]


def tables(project: CompiledProject, raw: Tables, as_of: datetime) -> dict[str, pl.DataFrame]:
    with project.materialise(raw, as_of) as connection:
        return {
            node["name"]: connection.execute(
                f"from {node['schema']}.{node['alias']} order by {', '.join(grain(node))}"
            ).pl()
            for node in project.published
        }


@pytest.mark.parametrize("day", range(DAYS))
def test_what_was_known_later_changes_no_answer(project: CompiledProject, raw: Tables, day: int) -> None:
    moment = FIRST + timedelta(days=day)
    known = {key: table.filter(pc.field("known_at") <= moment) for key, table in raw.items()}
    now, then = tables(project, raw, moment), tables(project, known, moment)
    for name, rows in then.items():
        assert_frame_equal(now[name], rows, rel_tol=1e-9)
        if "known_at" in rows.columns and rows.height:
            assert rows["known_at"].max() <= moment, name  # type: ignore[operator]
    assert {name for name in SEEN if not then[name].height} <= {"fct_deleveraging_episode"}
