"""From rows to shares: which history a window gets, which components it can have, and why not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest

from dbt_project.estimators.rebounds import attribute_windows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2025, 12, 1)
LAMBDAS = {"short_covering": -0.8, "spot_flow": 0.05, "perp_flow": 0.03}
BETAS = {"equity": 2.0, "gold": 0.5}
Rows = list[dict[str, Any]]


def intervals(number: int, sampling: str, coefficients: dict[str, float], noise: float, step: timedelta) -> Rows:
    """Consecutive intervals whose returns are known multiples of what moved beside them."""
    rng = np.random.default_rng(number)
    found = []
    for index in range(number):
        moved = {name: 0.01 * rng.standard_normal() for name in (*BETAS, *LAMBDAS)}
        moved["short_covering"] = -abs(moved["short_covering"])
        told = {f"{name}_ratio": moved[name] if name in coefficients else None for name in moved}
        found.append(
            told
            | {
                "started_at": START + index * step,
                "ended_at": START + (index + 1) * step,
                "sampling": sampling,
                "log_return_ratio": sum(coefficients[name] * moved[name] for name in coefficients)
                + noise * rng.standard_normal(),
                "is_event": False,
            }
        )
    return found


def window(kind: str, start: datetime, end: datetime, returned: float) -> dict[str, Any]:
    return {
        "window_kind": kind,
        "window_started_at": start,
        "window_ended_at": end,
        "hours_from_at": start,
        "history_ended_at": start,
        "window_return_ratio": returned,
    }


def answer(windows: Rows, rows: Rows) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows of the mart by variant and component, through the very relations dbt hands over."""
    import pyarrow as pa

    with duckdb.connect() as connection:
        known = {"asset": "BTC", "known_at": START, "provenance": "measured"}
        moves = pa.Table.from_pylist([known | {"venue": "all", "deviation_ratio": 0.02} | row for row in windows])
        table = pa.Table.from_pylist([known | {"is_below_neutral": True} | row for row in rows])
        doubles = ", ".join(f"{name}::double as {name}" for name in table.column_names if name.endswith("_ratio"))
        rest = "null::double as dollar_ratio, null::double as rate_2y_ratio"
        measured = connection.from_arrow(table).project(f"* replace ({doubles}), {rest}")
        found = attribute_windows(connection.from_arrow(moves), measured).to_pylist()
    return {(row["variant"], row["component"]): row for row in found}


def test_hours_before_the_window_give_back_the_mix_they_were_made_of() -> None:
    rows = intervals(760, "hour", LAMBDAS, 1e-4, HOUR)
    inside = rows[740:752]
    moved = {name: sum(row[f"{name}_ratio"] for row in inside) for name in LAMBDAS}
    found = answer([window("low_to_last", inside[0]["started_at"], inside[-1]["ended_at"], 0.1)], rows)
    told = {name: row for (variant, name), row in found.items() if variant == "all"}
    assert told["short_covering"]["return_ratio"] == pytest.approx(-0.8 * moved["short_covering"], rel=0.05)
    assert told["spot"]["return_ratio"] == pytest.approx(0.05 * moved["spot_flow"], abs=0.001)
    assert sum(row["share_ratio"] or 0 for row in told.values()) == pytest.approx(1, abs=1e-12)
    assert told["cross_asset"]["reason"] == "factors_rest_in_window"
    assert (told["spot"]["lookback_count"], told["spot"]["regressors"]) == (720, "short_covering, spot_flow, perp_flow")


def test_sessions_take_flow_beside_the_factors_or_the_factors_alone() -> None:
    both = intervals(70, "session", BETAS | LAMBDAS, 0.002, DAY)
    last = both[-1]
    asked = [window("close_to_close", last["started_at"], last["ended_at"], 0.08)]
    found = answer(asked, both)["all", "cross_asset"]
    assert found["return_ratio"] == pytest.approx(sum(BETAS[name] * last[f"{name}_ratio"] for name in BETAS), abs=0.004)
    assert found["regressors"] == "equity, gold, short_covering, spot_flow, perp_flow"
    without = [
        row | (dict.fromkeys(("spot_flow_ratio", "short_covering_ratio", "perp_flow_ratio")) if row is not last else {})
        for row in both
    ]
    alone = answer(asked, without)
    assert alone["all", "cross_asset"]["regressors"] == "equity, gold"
    assert alone["all", "spot"]["reason"] == "too_few_observations"
    assert alone["all", "residual"]["share_ratio"] == pytest.approx(1 - alone["all", "cross_asset"]["share_ratio"])


def test_nothing_of_the_window_or_after_it_moves_a_coefficient() -> None:
    rows = intervals(760, "hour", LAMBDAS, 0.001, HOUR)
    asked = [window("low_to_last", rows[740]["started_at"], rows[751]["ended_at"], 0.1)]
    wild = rows[:740] + [row | {"log_return_ratio": 9.0} for row in rows[740:]]
    assert answer(asked, rows) == answer(asked, wild)
    assert answer(asked, rows[:752]) == answer(asked, rows)


def test_a_component_that_cannot_be_had_says_why_and_stays_in_the_residual() -> None:
    rows = intervals(760, "hour", LAMBDAS, 0.001, HOUR)
    asked = [window("low_to_last", rows[740]["started_at"], rows[751]["ended_at"], 0.1)]

    def reasons(changed: Rows) -> tuple[str | None, str | None, float]:
        found = answer(asked, changed)
        return (
            found["all", "short_covering"]["reason"],
            found["all", "spot"]["reason"],
            found["all", "residual"]["share_ratio"],
        )

    dear = [row | {"is_below_neutral": False} for row in rows]
    assert reasons(dear)[0] == "funding_not_below_neutral"
    constant = [row | {"spot_flow_ratio": -0.2} for row in rows]
    assert reasons(constant)[1] == "no_variation_before_window"
    blind = [row | ({"spot_flow_ratio": None} if index >= 740 else {}) for index, row in enumerate(rows)]
    assert reasons(blind)[1] == "missing_in_window"
    short = rows[640:]
    assert reasons(short) == ("too_few_observations", "too_few_observations", 1.0)
    found = answer(asked, short)["all", "residual"]
    assert (found["reason"], found["share_low_ratio"]) == ("nothing_is_attributed", None)


def test_days_that_were_events_themselves_are_left_out_of_the_variant() -> None:
    rows = intervals(760, "hour", LAMBDAS, 0.001, HOUR)
    rows[700] |= {"is_event": True, "log_return_ratio": 5.0}
    found = answer([window("low_to_last", rows[740]["started_at"], rows[751]["ended_at"], 0.1)], rows)
    counts = [found[variant, "spot"]["observations_count"] for variant in ("all", "without_events")]
    assert counts == [720, 719]
    assert found["without_events", "spot"]["r2_ratio"] > 0.9 > found["all", "spot"]["r2_ratio"]


def test_a_move_below_three_deviations_is_no_rebound() -> None:
    rows = intervals(10, "hour", LAMBDAS, 0.001, HOUR)
    asked = window("low_to_last", rows[5]["started_at"], rows[9]["ended_at"], 0.0599)
    assert answer([asked], rows) == {}
