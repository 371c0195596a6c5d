"""Faults as readers meet them: a broken shape is never published, a host that is down is published as degraded.

Both runs come after a good release, with days that it has not.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.mirror.command import Run, copy_of, run_live
from tests.mirror.landing import ABSENT, METRICS, SPOT
from tests.mirror.server import Mirror

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror releases")]
NEW_FIRST, NEW_LAST = "2026-07-18", "2026-07-19"
LAST_PRICE = "select max(observed_date)::varchar from marts.fct_price_daily"
LAST_POSITIONS = "select max(observed_date)::varchar from marts.fct_open_interest_daily"


@pytest.fixture(scope="module")
def drifted(real_run: Run, mirror_process: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A column of the open interest is gone from the new file."""
    mirror_process.reset()
    mirror_process.faults("path=*metrics*,kind=drift_drop:sum_open_interest")
    data = copy_of(real_run, tmp_path_factory.mktemp("faulty") / "data")
    run = run_live(data, mirror_process.url, NEW_FIRST, NEW_LAST)
    assert mirror_process.faults_fired
    return run


@pytest.fixture(scope="module")
def degraded(drifted: Run, mirror_process: Mirror) -> Run:
    """The file is well again, and the host of the flows sends a page for browsers."""
    mirror_process.faults("host=api.sosovalue.xyz,kind=html200")
    run = run_live(drifted.data_dir, mirror_process.url, NEW_FIRST, NEW_LAST)
    assert mirror_process.faults_fired
    mirror_process.reset()
    return run


def test_a_lost_column_publishes_nothing(real_run: Run, drifted: Run) -> None:
    assert drifted.code == 1
    assert real_run.release is not None
    assert f"not published; the current release stays: {real_run.release.release_id}" in drifted.told
    assert drifted.release == real_run.release


def test_the_summary_names_the_file_and_the_column(drifted: Run) -> None:
    refused = [line for line in drifted.told.splitlines() if line.startswith("refused")]
    assert len(refused) == 1, drifted.told
    assert "BTCUSDT-metrics-2026-07-19.zip" in refused[0]
    assert "sum_open_interest" in refused[0]


def test_readers_see_the_earlier_release_untouched(real_run: Run, drifted: Run) -> None:
    for query in (LAST_PRICE, LAST_POSITIONS):
        assert drifted.query(query) == real_run.query(query) == [("2026-07-18",)]


def test_a_host_that_is_down_degrades_the_release_and_is_named(degraded: Run, drifted: Run) -> None:
    assert degraded.code == 0, degraded.told
    assert degraded.release is not None
    assert degraded.release != drifted.release
    assert degraded.release.is_degraded
    [reason] = [told for told in degraded.release.degraded_reasons if ABSENT not in told]
    assert reason.startswith("sosovalue/etf_flow_totals: ")
    assert "HTML page" in reason
    [(is_degraded, told)] = degraded.query("select is_degraded, degraded_reasons from meta.releases")
    assert is_degraded
    assert "sosovalue" in str(told)


def test_what_could_be_had_is_in_the_degraded_release(degraded: Run) -> None:
    for query in (LAST_PRICE, LAST_POSITIONS):
        assert degraded.query(query) == [("2026-07-19",)]
    freshness = dict(degraded.query("select source || '/' || dataset, is_degraded from meta.freshness"))
    named = {dataset for dataset, is_degraded in freshness.items() if is_degraded}
    assert named == {"sosovalue/etf_flow_totals", SPOT.key, METRICS.key}, "the two lack one of their coins"


def test_the_flows_that_were_landed_are_all_still_there(real_run: Run, degraded: Run) -> None:
    query = "select session_date, flow_usd, status from marts.fct_etf_flow_daily where flow_usd is not null order by 1"
    assert degraded.query(query) == real_run.query(query)


def test_the_current_link_leads_to_the_degraded_release(degraded: Run) -> None:
    file: Path = degraded.data_dir / "published" / "unwind.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        assert connection.execute(LAST_PRICE).fetchall() == [("2026-07-19",)]
