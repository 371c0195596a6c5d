"""Sixty archived days around a real fall become a release: complete, measured, with its oddities told.

Only relations and counts are asserted; the archive's values stay in the archive.
"""

from __future__ import annotations

import re
from datetime import date

import pytest

from ingestion.contract import Dataset
from tests.mirror.command import Run
from tests.mirror.landing import ABSENT, METRICS, SPOT, named

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror releases")]
FALL = "between date '2026-06-01' and date '2026-06-06'"
DAYS = 60


def test_the_run_publishes_a_release(real_run: Run) -> None:
    assert real_run.code == 0, real_run.told
    assert real_run.release is not None
    assert real_run.release.scope == "live"
    assert f"published release {real_run.release.release_id}" in real_run.told


def test_the_release_is_degraded_by_what_the_archive_lacks_and_by_nothing_else(real_run: Run) -> None:
    assert real_run.release is not None
    reasons = real_run.release.degraded_reasons
    assert [reason.partition(": ")[0] for reason in reasons] == [SPOT.key, METRICS.key]
    assert all(ABSENT in reason and "ETHUSDT" in reason for reason in reasons)


@pytest.mark.parametrize(("page", "february"), [("brief.html", "Feb"), ("brief.zh.html", "年2月")])
def test_its_brief_is_measured_and_says_no_word_of_february(real_run: Run, page: str, february: str) -> None:
    assert real_run.release is not None
    folder = real_run.data_dir / "published" / "releases" / real_run.release.release_id
    text = (folder / page).read_text()
    seen = re.sub(r"<style.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)
    assert february not in seen
    assert "2026-02" not in seen
    sections = re.findall(r'<section id="\w+".*?(?=<section id=|<footer)', text, flags=re.DOTALL)
    assert len(sections) == 10
    # What did not land is absent with a reason, and nothing is half there.
    assert all(("<svg" in one or "<table" in one) != ('class="absent"' in one) for one in sections)
    assert "<svg" in sections[0]
    assert 'class="absent"' in sections[-1]


@pytest.mark.parametrize("table", ["price", "open_interest"])
def test_every_hour_of_every_day_landed(real_run: Run, table: str) -> None:
    [(hours, first, last)] = real_run.query(
        f"select count(*), min(period_start_at), max(period_end_at) from marts.fct_{table}_hourly "
        "where venue = 'binance'"
    )
    assert (hours, str(first), str(last)) == (24 * DAYS, "2026-05-20 00:00:00", "2026-07-19 00:00:00")
    [(days, least)] = real_run.query(
        f"select count(*), min(coverage_ratio) from marts.fct_{table}_daily where venue = 'binance'"
    )
    assert (days, least) == (DAYS, 1.0)


@pytest.mark.parametrize(
    ("dataset", "rows"),
    [
        (SPOT, 24 * DAYS),
        # 288 rows of each day, the file whose labels had moved included.
        (METRICS, 288 * DAYS),
    ],
    ids=named,
)
def test_the_summary_counts_what_landed(real_run: Run, dataset: Dataset, rows: int) -> None:
    cells = real_run.line_of(dataset.key)
    assert cells[1] == "2026-05-20 to 2026-07-18"
    assert cells[2] == f"{rows:,}"
    # A file and its checksum a day; of the coin that the archive lacks what was under way at the first refusal.
    assert 2 * DAYS < int(cells[3]) <= 2 * DAYS + dataset.pace.at_once
    assert cells[5] == "2026-05, 2026-06, 2026-07"
    assert cells[-3:] == ["0", "0", "0"], "restated, put aside, missing"


def test_the_price_falls_in_early_june(real_run: Run) -> None:
    [(close_before, lowest)] = real_run.query(
        "select max(close_price) filter (where observed_date = date '2026-05-31'), "
        f"min(low_price) filter (where observed_date {FALL}) from marts.fct_price_daily"
    )
    assert lowest / close_before - 1 < -0.12  # type: ignore[operator]
    [(deepest,)] = real_run.query(
        f"select min(drawdown_close_ratio) from marts.fct_price_daily where observed_date {FALL}"
    )
    [(deepest_before,)] = real_run.query(
        "select min(drawdown_close_ratio) from marts.fct_price_daily where observed_date < date '2026-06-01'"
    )
    assert deepest < deepest_before - 0.1  # type: ignore[operator]


def test_open_interest_falls_in_coins_and_not_only_with_the_price(real_run: Run) -> None:
    [(deepest,)] = real_run.query(
        "with hours as (select period_start_at, open_interest_coins, max(open_interest_coins) over ("
        "order by period_start_at) as highest from marts.fct_open_interest_hourly "
        f"where venue = 'all' and cast(period_start_at as date) {FALL}) "
        "select min(open_interest_coins / highest - 1) from hours"
    )
    assert deepest < -0.05  # type: ignore[operator]
    [(positions, price, change)] = real_run.query(
        "select sum(position_effect_usd), sum(price_effect_usd), sum(change_usd) "
        f"from marts.fct_open_interest_daily where venue = 'all' and observed_date {FALL}"
    )
    assert positions < 0 > price  # type: ignore[operator]
    assert positions + price == pytest.approx(change, rel=1e-9)  # type: ignore[operator]


@pytest.mark.parametrize(
    "table",
    [
        "marts.fct_price_hourly",
        "marts.fct_price_daily",
        "marts.fct_open_interest_hourly",
        "marts.fct_open_interest_daily",
        "marts.fct_difficulty_epoch",
        "vintages.etf_flow",
    ],
)
def test_every_row_is_measured(real_run: Run, table: str) -> None:
    assert real_run.query(f"select distinct provenance from {table}") == [("measured",)]


def test_the_stamp_that_stands_in_two_files_is_told(real_run: Run) -> None:
    notes = [line for line in real_run.told.splitlines() if line.startswith("note")]
    assert len(notes) == 1, real_run.told
    assert "2026-07-12 00:00" in notes[0]
    assert "2026-07-11 23:55 and 2026-07-12 00:00" in notes[0]


def test_without_a_clock_every_reported_session_is_final(real_run: Run) -> None:
    reported = real_run.query(
        "select distinct status, is_provisional from marts.fct_etf_flow_daily where flow_usd is not null"
    )
    assert reported == [("final", False)]
    [(sessions, gaps)] = real_run.query(
        "select count(*), count(*) filter (where flow_usd is null) from marts.fct_etf_flow_daily "
        "where session_date between date '2026-05-20' and date '2026-07-18'"
    )
    # Forty-three weekdays less Memorial Day, Juneteenth and the third of July.
    assert (sessions, gaps) == (40, 0)


def test_nothing_in_the_release_lies_after_its_moment(real_run: Run) -> None:
    [(as_of,)] = real_run.query("select as_of_at from meta.releases")
    for table in ("fct_price_hourly", "fct_open_interest_hourly", "fct_etf_flow_daily", "fct_difficulty_epoch"):
        [(known,)] = real_run.query(f"select max(known_at) from marts.{table}")
        assert known <= as_of  # type: ignore[operator]


def test_freshness_names_the_last_archived_day(real_run: Run) -> None:
    newest = dict(real_run.query("select dataset, cast(newest_event_at as date) from meta.freshness"))
    assert newest["spot_klines_1h"] == newest["um_metrics_5m"] == date(2026, 7, 18)
