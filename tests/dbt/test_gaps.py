"""What did not land is said to be missing: no row is invented and nothing is measured across the hole."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.dbt.compiled_project import CompiledProject
from tests.dbt.raw_factory import Raw, Row

LOST = date(2026, 2, 5)


def without(raw: Raw, day: date) -> Raw:
    """The same data when every file of one UTC day never came."""

    def is_of_the_day(row: Row) -> bool:
        return "period_start_at" in row and row["period_start_at"].date() == day

    return {key: [row for row in rows if not is_of_the_day(row)] for key, rows in raw.items()}


def test_a_lost_day_has_no_row_and_the_next_day_no_change(project: CompiledProject, raw: Raw) -> None:
    lost = without(raw, LOST)
    for table, change in (
        ("fct_price_daily", "return_close_close_ratio"),
        ("fct_open_interest_daily", "position_effect_usd"),
    ):
        answer = dict(project.ask(lost, f"select observed_date, {change} from marts.{table} where asset = 'BTC'"))
        assert LOST not in answer
        assert answer[LOST + timedelta(days=1)] is None
        assert answer[LOST + timedelta(days=2)] is not None


def test_a_lost_hour_shows_in_the_day_and_breaks_the_return(project: CompiledProject, raw: Raw) -> None:
    """02-02 05:00 is missing in the synthetic data."""
    day = project.ask(
        raw,
        "select hours_count, is_final, coverage_ratio * 24, return_close_close_ratio is null "
        "from marts.fct_price_daily where observed_date = '2026-02-02' and asset = 'BTC' and venue = 'binance'",
    )
    assert day == [(23, False, 23.0, False)]
    hours = dict(
        project.ask(
            raw,
            "select period_start_at, return_ratio is null from marts.fct_price_hourly "
            "where asset = 'BTC' and venue = 'binance' order by 1",
        )
    )
    broken = [at for at, is_null in hours.items() if is_null]
    assert datetime(2026, 2, 2, 5) not in hours
    assert broken == [datetime(2026, 1, 30), datetime(2026, 2, 2, 6)]


def test_a_day_that_breaks_off_has_a_level_but_no_change(project: CompiledProject, raw: Raw) -> None:
    end = datetime(2026, 2, 4, 20)
    cut = {
        key: [row for row in rows if not end <= row.get("period_start_at", end - end.resolution) < datetime(2026, 2, 5)]
        for key, rows in raw.items()
    }
    prices = project.ask(
        cut,
        "select day(observed_date), is_final, return_close_close_ratio is null from marts.fct_price_daily "
        "where observed_date between '2026-02-03' and '2026-02-06' and asset = 'BTC' and venue = 'binance' order by 1",
    )
    assert prices == [(3, True, False), (4, False, True), (5, True, True), (6, True, False)]
    open_interest = project.ask(
        cut,
        "select day(observed_date), open_interest_usd is null, change_usd is null, snapshot_at "
        "from marts.fct_open_interest_daily "
        "where venue = 'all' and asset = 'BTC' and observed_date between '2026-02-04' and '2026-02-06' order by 1",
    )
    assert open_interest == [
        (4, False, True, end),
        (5, False, True, datetime(2026, 2, 6)),
        (6, False, False, datetime(2026, 2, 7)),
    ]


def test_missing_snapshots_lower_the_coverage(project: CompiledProject, raw: Raw) -> None:
    """02-02 05:00 to 05:30 is missing in the synthetic data."""
    hourly = project.ask(
        raw,
        "select period_start_at, coverage_ratio from marts.fct_open_interest_hourly "
        "where coverage_ratio < 1 and venue = 'binance'",
    )
    daily = project.ask(
        raw,
        "select coverage_ratio from marts.fct_open_interest_daily where coverage_ratio < 1 and venue = 'binance'",
    )
    assert hourly == [(datetime(2026, 2, 2, 5), 0.5)]
    assert daily == [(282 / 288,)]


def test_a_session_without_a_print_is_missing_and_not_zero(project: CompiledProject, raw: Raw) -> None:
    flows = [row for row in raw["sosovalue/etf_flow_totals"] if row["session_date"] != date(2026, 2, 3)]
    answer = project.ask(
        raw | {"sosovalue/etf_flow_totals": flows},
        "select day(session_date), flow_usd is null, status, streak_sessions_count, "
        "month_to_date_is_provisional from marts.fct_etf_flow_daily "
        "where session_date >= '2026-02-02' order by 1",
    )
    assert answer == [
        (2, False, "final", 1, False),
        (3, True, "missing", None, True),
        (4, False, "final", None, True),
        (5, False, "final", None, True),
        (6, False, "final", 1, True),
    ]


def test_a_high_after_the_low_is_no_drawdown(project: CompiledProject, raw: Raw) -> None:
    """A series that only rises falls no further than within its own hours."""
    candles = raw["binance_vision/spot_klines_1h"][:24]
    rising = [
        row | {"open_price": base, "low_price": base, "high_price": base + 10.0, "close_price": base + 10.0}
        for row, base in zip(candles, range(1000, 2000, 10), strict=False)
    ]
    answer = project.ask(
        {"binance_vision/spot_klines_1h": rising},
        "select drawdown_intraday_ratio, low_price / high_price - 1 from marts.fct_price_daily",
    )
    assert answer == [(1000 / 1010 - 1, 1000 / 1240 - 1)]
