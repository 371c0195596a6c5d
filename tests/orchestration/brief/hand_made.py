"""Small release files by hand: a fall of twelve hours and a rebound, on any two days, with as few tables as wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

FIRST = datetime(2026, 6, 3)
HOUR = timedelta(hours=1)
SUBJECT = {"asset": "BTC", "provenance": "measured"}
WHY_EMPTY = "one/a, one/b, one/c, one/d: asked, but not had; two/a: needs the key TWO_KEY"


def make_release(
    folder: Path,
    tables: Iterable[str] | None = None,
    *,
    first: datetime = FIRST,
    provenance: str = "measured",
    instants: Iterable[datetime] = (),
    as_it_stood: Mapping[str, list[dict[str, Any]]] | None = None,
    **more: list[dict[str, Any]],
) -> Path:
    """A release with `tables` (default: all below) around `first`, plus `more` tables of the marts by name.

    as_it_stood: tables of the marts as they stood at the first of the instants.
    """
    path = folder / "unwind.duckdb"
    made = {name: rows(first) for name, rows in ROWS.items() if tables is None or name in tables} | more
    moments = [moment.isoformat() for moment in instants]
    with duckdb.connect(str(path)) as connection:
        for schema in ("marts", "meta", "vintages", *(f"marts_asof_{moment:%Y%m%dt%H%M}z" for moment in instants)):
            connection.execute(f"create schema {schema}")
        for name, rows in made.items():
            _write(connection, f"marts.{name}", rows)
        for name, rows in (as_it_stood or {}).items():
            _write(connection, f"marts_asof_{next(iter(instants)):%Y%m%dt%H%M}z.{name}", rows)
        told = {
            "release_id": "r1", "created_at": first, "as_of_at": first + timedelta(days=30), "scope": "live",
            "window_from": (first - timedelta(days=9)).date(), "window_to": (first + timedelta(days=9)).date(),
            "code_version": "0", "is_degraded": True, "degraded_reasons": '["one/a: blocked (403)"]',
            "provenance": provenance, "instants": str(moments).replace("'", '"'),
        }  # fmt: skip
        _write(connection, "meta.releases", [told])
        _write(connection, "meta.check_results", [{"status": "pass"}] * 7 + [{"status": "warn"}] * 2)
        _write(connection, "meta.tables", [{"table_name": "fct_hashprice_daily", "why_empty": WHY_EMPTY}])
    return path


def _write(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    connection.register("incoming", pl.DataFrame(rows, infer_schema_length=None).to_arrow())
    connection.execute(f"create table {table} as select * from incoming")
    connection.unregister("incoming")


def price(hour: int) -> float:
    """70,000 for a week, 12 hours down to 60,000, then up by 250 an hour to 66,000."""
    return 70_000.0 if hour < 0 else max(70_000 - hour * 2_500 / 3, 60_000.0) if hour <= 12 else min(
        60_000.0 + 250 * (hour - 12), 66_000.0
    )  # fmt: skip


def prices(first: datetime) -> list[dict[str, Any]]:
    return [
        {
            **SUBJECT, "venue": "binance", "quote_currency": "USDT", "period_start_at": first + hour * HOUR,
            "period_end_at": first + (hour + 1) * HOUR, "open_price": price(hour), "close_price": price(hour + 1),
            "high_price": max(price(hour), price(hour + 1)), "low_price": min(price(hour), price(hour + 1)),
            "volume_quote": 1e6,
        }
        for hour in range(-192, 144)
    ]  # fmt: skip


def days(first: datetime) -> list[dict[str, Any]]:
    coins = {0: 0.03, 1: -0.081}
    return [
        {
            **SUBJECT, "observed_date": (first + timedelta(days=day)).date(), "quadrant": "flat",
            "change_usd": -3e8, "position_effect_usd": 1e8, "price_effect_usd": -4e8,
            "position_effect_coins_ratio": coins.get(day, 0.0), "change_usd_ratio": -0.02,
            "venues_count": 2, "long_liquidated_usd": 3.5e8, "short_liquidated_usd": 1e8,
        }
        for day in range(-8, 6)
    ]  # fmt: skip


def funding(first: datetime) -> list[dict[str, Any]]:
    return [
        {**SUBJECT, "venue": "all", "observed_date": (first + timedelta(days=day)).date(), "rate_8h_ratio": -1e-4 * day}
        for day in range(-8, 6)
    ]


def open_interest(first: datetime) -> list[dict[str, Any]]:
    return [
        {
            **SUBJECT, "venue": "all", "period_end_at": first + hour * HOUR, "open_interest_usd": 6e9 + 1e6 * hour,
            "open_interest_coins": 1e5 - 100 * hour, "open_interest_chained_coins": 1e5 - 100 * hour, "venues_count": 2,
        }
        for hour in range(-192, 144)
    ]  # fmt: skip


def flows(first: datetime) -> list[dict[str, Any]]:
    return [
        {
            **SUBJECT, "fund": "total", "session_date": (first + timedelta(days=day)).date(),
            "flow_usd": -1e8 * (day + 1), "month_to_date_usd": -1e9, "streak_sessions_count": -2, "status": "final",
            "known_at": first + timedelta(days=day + 1, hours=12),
        }
        for day in (-1, 0, 1, 2)
    ]  # fmt: skip


def attribution(first: datetime) -> list[dict[str, Any]]:
    window = {
        **SUBJECT, "window_kind": "low_to_last", "variant": "all", "window_started_at": first + 12 * HOUR,
        "window_ended_at": first + 36 * HOUR, "window_return_ratio": 0.1,
    }  # fmt: skip
    share = {"share_ratio": 0.4, "share_low_ratio": 0.2, "share_high_ratio": 0.6, "is_identified": True, "reason": None}
    none = {"share_ratio": None, "share_low_ratio": None, "share_high_ratio": None, "is_identified": False}
    return [
        {**window, "component": "short_covering", **share},
        {**window, "component": "spot", **none, "reason": "too_few_observations"},
    ]


ROWS = {
    "fct_price_hourly": prices,
    "fct_deleveraging_daily": days,
    "fct_funding_daily": funding,
    "fct_open_interest_hourly": open_interest,
    "fct_etf_flow_daily": flows,
    "fct_rebound_attribution": attribution,
}


def claim(claimed_at: datetime, *, is_final: bool = False, **more: Any) -> dict[str, Any]:
    """One row of fct_claim_check."""
    return {
        "article": "one", "claim_id": 1, "as_of_at": claimed_at, "is_final": is_final, "statement": "It fell.",
        "statement_zh": "下跌了。", "comparison": "equals",
        "claimed_value": -14.0, "computed_value": -14.3, "evidence_value": -14.1, "unit": "pct",
        "verdict": "ties", "reason": "Two composites say so.", "evidence": "independent_publication", **more,
    }  # fmt: skip


def condition(evaluated_at: datetime, **more: Any) -> dict[str, Any]:
    """One row of fct_condition_scoreboard."""
    return {
        "condition_id": "C1", "rule_version": 1, "evaluated_at": evaluated_at, "condition_kind": "hold",
        "title": "Stocks go on", "title_zh": "股市延续", "status": "met", "reason": "All three.", "value": 3.0,
        "unit": "count", "threshold": 3.0, "is_newest": True, **more,
    }  # fmt: skip
