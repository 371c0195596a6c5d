"""Other markets beside bitcoin over the archived spring of 2026: closes, Mondays, correlations and labels.

The archive has funds to 5 June 2026 (and from January on, as a year is asked whole) and bitcoin from 15 April on:
correlations of 20 sessions, and labels over 90.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from ingestion.contract import find
from ingestion.places import Places
from ingestion.windows import Window
from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.mirror.bundle import land
from tests.mirror.landing import SPOT, read_raw
from tests.mirror.server import Mirror

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror clock")]
CORRELATIONS = "fct_cross_asset_correlation_daily"
DATASETS = (SPOT, find("yahoo/chart_1d"))


@pytest.fixture(scope="module")
def june(
    prefixed: CompiledProject, mirror_process: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    mirror_process.reset()
    places = Places(tmp_path_factory.mktemp("cross") / "data")
    land(mirror_process, places, DATASETS, Window(date(2026, 4, 15), date(2026, 6, 8)), datetime(2026, 6, 9, 13, 25))
    mirror_process.reset()
    raw = {dataset.key: read_raw(places.raw, dataset).to_arrow() for dataset in DATASETS}
    with prefixed.materialise(raw, NEVER, only={CORRELATIONS}) as connection:
        yield connection


def ask(june: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return june.execute(query).fetchall()


def test_june_sessions_close_at_four_in_new_york_and_bitcoin_with_them(june: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        june,
        """select asset, session_date, close_at = session_date + time '20:00', bitcoin_close_at = close_at,
            round(return_ratio - bitcoin_return_ratio, 9) <> 0
        from marts.fct_asset_session_return
        where session_date between '2026-06-01' and '2026-06-05' and asset in ('SPX', 'SPY', 'QQQ')""",
    )
    assert {(asset, day.day) for asset, day, *_ in rows} == {
        (asset, day) for asset in ("SPX", "SPY", "QQQ") for day in range(1, 6)
    }
    assert all(all(checks) for _, _, *checks in rows)


def test_mondays_span_three_days_and_memorial_day_four(june: duckdb.DuckDBPyConnection) -> None:
    spans = ask(
        june,
        """select session_date, min(spanned_days), max(spanned_days) from marts.fct_asset_session_return
        where asset in ('SPX', 'SPY', 'QQQ') and spanned_days > 1 and session_date >= '2026-05-01'
        group by session_date order by session_date""",
    )
    assert {day: (low, high) for day, low, high in spans if day <= date(2026, 6, 5)} == {
        date(2026, 5, 4): (3, 3),
        date(2026, 5, 11): (3, 3),
        date(2026, 5, 18): (3, 3),
        date(2026, 5, 26): (4, 4),
        date(2026, 6, 1): (3, 3),
    }


def test_correlations_are_within_their_intervals(june: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        june,
        f"""select asset, pearson_low_ratio < pearson_ratio and pearson_ratio < pearson_high_ratio
        from marts.{CORRELATIONS} where reason is null""",
    )
    assert {"SPX", "SPY", "QQQ", "GLD", "SLV", "XAU"} <= {row[0] for row in rows}
    assert all(is_within for _, is_within in rows)


def test_no_label_is_off(june: duckdb.DuckDBPyConnection) -> None:
    """SPX and SLV have no yardstick in the archive. The future of gold settles at 13:30, its fund at 16:00: no lag."""
    rows = ask(
        june,
        f"""select asset, bool_or(is_misdated), min(best_lag_sessions_count), max(best_lag_sessions_count)
        from marts.{CORRELATIONS} where reference_asset is not null group by asset order by asset""",
    )
    assert rows == [(asset, False, 0, 0) for asset in ("GLD", "QQQ", "SMH", "SPY", "VIX", "XAU")]
