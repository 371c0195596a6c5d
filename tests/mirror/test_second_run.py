"""A second run over the same days asks little, lands nothing, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.contract import find
from tests.mirror.command import FIRST, LAST, Run, copy_of, run_live
from tests.mirror.server import Mirror

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror releases")]
FILES = ("binance_vision/spot_klines_1h", "binance_vision/um_metrics_5m")
POLLS = ("sosovalue/etf_flow_totals", "mempool_space/difficulty_adjustments")
LANDED, ASKED, NEW = 5, 3, 4


@pytest.fixture(scope="module")
def second_run(real_run: Run, mirror_process: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Run:
    mirror_process.reset()
    return run_live(copy_of(real_run, tmp_path_factory.mktemp("again") / "data"), mirror_process.url, FIRST, LAST)


def raw_files(run: Run) -> dict[Path, bytes]:
    raw = run.data_dir / "raw"
    return {path.relative_to(raw): path.read_bytes() for path in sorted(raw.rglob("*.parquet"))}


@pytest.mark.parametrize("dataset", [*FILES, *POLLS])
def test_the_summary_says_that_nothing_is_new(second_run: Run, dataset: str) -> None:
    assert second_run.code == 0, second_run.told
    assert second_run.line_of(dataset)[LANDED] == "nothing new"


@pytest.mark.parametrize("dataset", FILES)
def test_settled_files_are_not_asked_for_again(second_run: Run, dataset: str) -> None:
    cells = second_run.line_of(dataset)
    assert cells[NEW] == "0"
    # The coin that the archive lacks is asked for once a run, and several of its files at the same time.
    assert int(cells[ASKED]) <= find(dataset).pace.at_once


def test_no_raw_file_was_touched(real_run: Run, second_run: Run) -> None:
    assert raw_files(second_run) == raw_files(real_run)


def test_the_marts_say_the_same(real_run: Run, second_run: Run) -> None:
    for table in ("fct_price_hourly", "fct_price_daily", "fct_open_interest_hourly", "fct_open_interest_daily"):
        query = f"select * from marts.{table} order by all"
        assert second_run.query(query) == real_run.query(query), table
