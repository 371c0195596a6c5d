"""What counts as changed, and as rewritten, between two database files."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.candidate import Candidate
from orchestration.changes import TableChange, compare
from tests.orchestration import releasing


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    return releasing.candidate(tmp_path_factory.mktemp("first"), "r1")


def changes(first: Candidate, folder: Path, spoil: str) -> dict[str, TableChange]:
    second = releasing.candidate(folder, "r2", spoil)
    with duckdb.connect(str(second.database), read_only=True) as connection:
        return {change.table: change for change in compare(connection, second.catalog, first.database)}


def test_nothing_changed(first: Candidate, tmp_path: Path) -> None:
    found = changes(first, tmp_path, "")
    assert len(found) == len(first.catalog.tables)
    for change in found.values():
        assert change.rows_before == change.rows_now > 0
        assert (change.rows_gone, change.rows_changed, change.rows_rewritten) == (0, 0, 0)


def test_other_figures_without_news_are_rewritten(first: Candidate, tmp_path: Path) -> None:
    found = changes(first, tmp_path, "update marts.fct_price_daily set close_price = close_price + 1")
    assert found["marts.fct_price_daily"].rows_rewritten == 16


def test_news_may_change_its_neighbours_too(first: Candidate, tmp_path: Path) -> None:
    news = (
        "update marts.fct_etf_flow_daily set month_to_date_usd = month_to_date_usd + 1 "
        "where session_date > '2026-02-05';"
        "update marts.fct_etf_flow_daily set flow_usd = flow_usd + 1, known_at = '2026-02-13' "
        "where session_date = '2026-02-06'"
    )
    change = changes(first, tmp_path, news)["marts.fct_etf_flow_daily"]
    assert change.rows_changed == 5
    assert change.rows_rewritten == 0


def test_a_stored_version_never_changes(first: Candidate, tmp_path: Path) -> None:
    spoil = (
        "update vintages.etf_flow set flow_usd = flow_usd + 1 where vintage_number = 1 and not is_newest;"
        "update vintages.etf_flow set known_from_at = '2026-02-13' where session_date = '2026-02-11'"
    )
    assert changes(first, tmp_path, spoil)["vintages.etf_flow"].rows_rewritten == 1


def test_flags_follow_the_clock_and_do_not_count(first: Candidate, tmp_path: Path) -> None:
    spoil = "update marts.fct_etf_flow_daily set is_provisional = true, status = 'provisional'"
    assert changes(first, tmp_path, spoil)["marts.fct_etf_flow_daily"].rows_changed == 0


def test_rows_that_came_and_went(first: Candidate, tmp_path: Path) -> None:
    spoil = "delete from marts.fct_price_daily where observed_date = '2026-02-12'"
    change = changes(first, tmp_path, spoil)["marts.fct_price_daily"]
    assert (change.rows_before, change.rows_now, change.rows_gone) == (16, 15, 1)
