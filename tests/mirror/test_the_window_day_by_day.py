"""Every mart on every daily prefix of June 2026, over real rows of every source that the archive has.

As of the end of a day, the whole archive answers as if nothing had landed that was known later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pyarrow.compute as pc
import pytest
from polars.testing import assert_frame_equal

from tests.dbt.compiled_project import CompiledProject, Tables, grain

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


def tables(project: CompiledProject, raw: Tables, as_of: datetime) -> dict[str, pl.DataFrame]:
    with project.materialise(raw, as_of) as connection:
        return {
            node["name"]: connection.sql(
                f"from {node['schema']}.{node['alias']} order by {', '.join(grain(node))}"
            ).pl()
            for node in project.published
        }


@pytest.mark.parametrize("day", range(DAYS))
def test_what_was_known_later_changes_no_answer(prefixed: CompiledProject, archived: Tables, day: int) -> None:
    moment = FIRST + timedelta(days=day)
    known = {key: table.filter(pc.field("known_at") <= moment) for key, table in archived.items()}
    now, then = tables(prefixed, archived, moment), tables(prefixed, known, moment)
    for name, rows in then.items():
        assert_frame_equal(now[name], rows, rel_tol=1e-9)
        if "known_at" in rows.columns and rows.height:
            assert rows["known_at"].max() <= moment, name  # type: ignore[operator]
    assert {name for name in SEEN if not then[name].height} <= {"fct_deleveraging_episode"}
