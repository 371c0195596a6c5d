"""Open interest, the probability beside it, our 30-day variance and the term structure, against other ways to them."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import QuantLib as ql
from scipy.integrate import quad

from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.dbt.raw_factory import Raw, Row, stamp

AT = datetime(2026, 2, 5, 23, 30)
FORWARD = 65_000.0
YEAR = timedelta(days=365)
OI_TABLES = {"fct_option_open_interest", "fct_option_expiry_open_interest"}
CHAINS = 40


def flat(strike: float, years: float) -> float:
    return 0.7


def skewed(strike: float, years: float) -> float:
    return 0.75 - 0.15 * math.tanh(math.log(strike / FORWARD) / years**0.5)


SMILES = {"BTC": flat, "ETH": skewed}
EXPIRIES = [AT + timedelta(days=days) for days in (20, 45)]


def black(strike: float, years: float, iv: float) -> float:
    """Of the side out of the money, by QuantLib."""
    side = ql.Option.Call if strike > FORWARD else ql.Option.Put
    return float(ql.blackFormula(side, strike, FORWARD, iv * years**0.5))


@pytest.fixture(scope="module")
def chains() -> Raw:
    """Marks of two expiries at many strikes, one coin with a flat smile and one with a skewed one."""
    rows = [
        stamp(_option(asset, expiry, strike, iv(strike, (expiry - AT) / YEAR)), AT)
        for asset, iv in SMILES.items()
        for expiry in EXPIRIES
        for strike in np.arange(15_000, 250_000, 1_000.0).tolist()
    ]
    return {"deribit_options/book_summary": rows}


def _option(asset: str, expiry: datetime, strike: float, iv: float) -> Row:
    option_type = "call" if strike >= FORWARD else "put"
    return {
        "instrument_name": f"{asset}-{expiry:%d%b%y}-{strike:.0f}-{option_type}",
        "currency": asset,
        "expiry_at": expiry,
        "strike_price": strike,
        "option_type": option_type,
        "observed_at": AT,
        "quoted_at": AT,
        "mark_iv_ratio": iv,
        "open_interest_coins": 1.0,
        "underlying_price": FORWARD,
    }


@pytest.fixture(scope="module")
def positions() -> Raw:
    """Calls and puts at random on strikes unequally far apart; every other chain is in fives, so that some tie."""
    rng = random.Random(20260227)
    rows = []
    for number in range(CHAINS):
        for strike in sorted(rng.sample(range(20, 150), rng.randint(1, 40))):
            calls, puts = (5 * rng.randint(0, 2) if number % 2 else rng.randint(0, 9_999) / 10 for _ in range(2))
            row = {
                "currency": "BTC",
                "expiry_at": EXPIRIES[0],
                "strike_price": 1_000.0 * strike,
                "observed_at": AT - timedelta(days=CHAINS - number),
                "call_open_interest_coins": float(calls),
                "put_open_interest_coins": float(puts),
                "call_volume_coins": 0.0,
                "put_volume_coins": 0.0,
            }
            rows.append(stamp(row, row["observed_at"]))
    return {"okx_options/open_interest_by_strike": rows}


def test_max_pain_is_the_strike_that_pays_least(project: CompiledProject, positions: Raw) -> None:
    with project.materialise(positions, NEVER, OI_TABLES) as connection:
        told = connection.execute(
            "select snapshot_at, list({'k': strike_price, 'paid': payout_usd} order by strike_price), "
            "max(strike_price) filter (where is_max_pain), count(*) filter (where is_max_pain_tied) "
            "from marts.fct_option_open_interest group by snapshot_at"
        ).fetchall()
    found = {moment: (points, pain, tied) for moment, points, pain, tied in told}
    ties = 0
    for moment, rows in _by_moment(positions).items():
        strikes = np.array([row["strike_price"] for row in rows])
        calls = np.array([row["call_open_interest_coins"] for row in rows])
        puts = np.array([row["put_open_interest_coins"] for row in rows])
        gains = strikes[:, None] - strikes[None, :]
        paid = np.maximum(gains, 0) @ calls + np.maximum(-gains, 0) @ puts
        points, pain, tied = found[moment]
        assert np.allclose([point["paid"] for point in points], paid, rtol=1e-9, atol=1e-3)
        least = np.isclose(paid, paid.min(), rtol=0, atol=1e-9 * paid.max())
        has_positions = calls.sum() + puts.sum() > 0
        assert pain == (strikes[least][0] if has_positions else None)
        assert tied == (least.sum() if has_positions and least.sum() > 1 else 0)
        ties += tied > 1
    assert ties > 2


def _by_moment(positions: Raw) -> dict[datetime, list[Row]]:
    found: dict[datetime, list[Row]] = {}
    for row in positions["okx_options/open_interest_by_strike"]:
        found.setdefault(row["observed_at"], []).append(row)
    return {moment: sorted(rows, key=lambda row: row["strike_price"]) for moment, rows in found.items()}


def test_strikes_add_up_to_the_chain_and_a_zone_is_a_difference(project: CompiledProject, positions: Raw) -> None:
    with project.materialise(positions, NEVER, OI_TABLES) as connection:
        expiries = connection.execute(
            "select snapshot_at, call_open_interest_coins, put_open_interest_coins, strikes_count "
            "from marts.fct_option_expiry_open_interest"
        ).fetchall()
        zones = connection.execute(
            "select snapshot_at, coalesce(max(put_share_at_or_below_ratio) filter (where strike_price <= 60000), 0) "
            "- coalesce(max(put_share_at_or_below_ratio) filter (where strike_price < 50000), 0) "
            "from marts.fct_option_open_interest where put_share_of_expiry_ratio is not null group by snapshot_at"
        ).fetchall()
    chains = _by_moment(positions)
    assert len(expiries) == CHAINS
    for moment, calls, puts, count in expiries:
        assert calls == pytest.approx(sum(row["call_open_interest_coins"] for row in chains[moment]), rel=1e-12)
        assert puts == pytest.approx(sum(row["put_open_interest_coins"] for row in chains[moment]), rel=1e-12)
        assert count == len(chains[moment])
    for moment, share in zones:
        puts = {row["strike_price"]: row["put_open_interest_coins"] for row in chains[moment]}
        inside = sum(coins for strike, coins in puts.items() if 50_000 <= strike <= 60_000)
        assert share == pytest.approx(inside / sum(puts.values()), abs=1e-12)


def test_eight_times_the_coins_scale_coins_and_what_they_are_worth_alone(project: CompiledProject, raw: Raw) -> None:
    scaled = {
        key: [row | {name: 8 * row[name] for name in row if name.endswith("open_interest_coins")} for row in rows]
        for key, rows in raw.items()
        if key.split("/")[0] in ("deribit_options", "derive", "okx_options", "tardis")
    }
    with (
        project.materialise(raw, NEVER, OI_TABLES) as before,
        project.materialise(scaled, NEVER, OI_TABLES) as after,
    ):
        for node in (node for node in project.published if node["name"] in OI_TABLES):
            for name, column in node["columns"].items():
                times = 8 if column["config"]["meta"].get("unit") in ("coins", "usd") else 1
                query = f"select {name} from marts.{node['name']} order by {', '.join(node['config']['meta']['grain'])}"
                old, new = (connection.execute(query).fetchall() for connection in (before, after))
                assert [
                    (a, b)
                    for (a,), (b,) in zip(old, new, strict=True)
                    if (a * times if isinstance(a, float) else a) != b
                ] == [], f"{node['name']}.{name}"


def test_probability_is_the_slope_of_call_prices(project: CompiledProject, chains: Raw) -> None:
    """One plus dC/dK along the smile; on a flat one, N(-d2)."""
    told = project.ask(
        chains,
        "select asset, expiry_at, strike_price, probability_below_ratio from marts.fct_option_open_interest "
        "where probability_below_ratio is not null",
    )
    assert len(told) > 100
    normal = ql.CumulativeNormalDistribution()
    for asset, expiry, strike, probability in told:
        years = (expiry - AT) / YEAR

        def call(at: float, years: float = years, iv: Any = SMILES[asset]) -> float:
            return float(ql.blackFormula(ql.Option.Call, at, FORWARD, iv(at, years) * years**0.5))

        assert probability == pytest.approx(1 + (call(strike + 1) - call(strike - 1)) / 2, abs=2e-4)
        if asset == "BTC":
            deviation = 0.7 * years**0.5
            d2 = np.log(FORWARD / strike) / deviation - deviation / 2
            assert probability == pytest.approx(normal(-d2), abs=1e-12)


def test_our_index_is_the_volatility_of_a_flat_smile_and_the_integral_of_another(
    project: CompiledProject, chains: Raw
) -> None:
    """Strikes a thousand dollars apart: within 0.05 points of what strikes without end would say."""
    told = dict(project.ask(chains, "select asset, vswap_30d_own_vol_pct from marts.fct_implied_vol_index_daily"))
    assert told["BTC"] == pytest.approx(70, abs=0.05)
    totals = []
    for expiry in EXPIRIES:
        years = (expiry - AT) / YEAR

        def weight(strike: float, years: float = years) -> float:
            return black(strike, years, skewed(strike, years)) / strike**2

        halves = ((10_000, FORWARD), (FORWARD, 400_000))
        totals.append(2 * sum(quad(weight, *half, limit=200)[0] for half in halves))
    month = totals[0] + (totals[1] - totals[0]) * 10 / 25
    assert told["ETH"] == pytest.approx(100 * (month * 365 / 30) ** 0.5, abs=0.05)


@pytest.fixture(scope="module")
def surfaces() -> list[tuple[datetime, dict[int, float | None]]]:
    """Curves that wander about flat, now and then without a tenor."""
    rng = random.Random(20260205)
    level, slope, found = 60.0, 0.0, []
    for number in range(200):
        level, slope = level + rng.gauss(0, 1), 0.9 * slope + rng.gauss(0, 0.8)
        curve: dict[int, float | None] = {
            days: level + slope * (90 - days) / 60 if rng.random() > 0.05 else None for days in (7, 14, 30, 60, 90, 180)
        }
        found.append((AT + timedelta(minutes=15 * number), curve))
    return found


def _terms(
    project: CompiledProject, surfaces: list[tuple[datetime, dict[int, float | None]]], prefixes: list[int]
) -> list[list[dict[str, Any]]]:
    """The term structure after so many snapshots each."""
    curves = pa.Table.from_pylist(
        [{"moment": at, "days": days, "vol": vol} for at, curve in surfaces for days, vol in curve.items()],
        schema=pa.schema([("moment", pa.timestamp("us")), ("days", pa.float64()), ("vol", pa.float64())]),
    )
    found = []
    with duckdb.connect() as connection:
        connection.register("curves", curves)
        connection.execute("create schema marts")
        for count in prefixes:
            connection.execute(
                "create or replace table marts.fct_vol_surface as select 'deribit' as venue, 'BTC' as asset, "
                "moment as snapshot_at, days as tenor_days, vol as atm_iv_vol_pct, false as is_extrapolated, "
                "'constant_maturity' as tenor_kind, 'chain' as surface_method, "
                "if(vol is null, 'no_expiry', null) as atm_reason, moment as known_at, 'measured' as provenance "
                "from curves where moment <= ?",
                [surfaces[count - 1][0]],
            )
            rows = connection.execute(f"from ({project.sql('fct_vol_term_structure')}) order by snapshot_at").fetchall()
            names = [column[0] for column in connection.description or ()]
            found.append([dict(zip(names, row, strict=True)) for row in rows])
    return found


def test_no_later_snapshot_changes_a_state_and_states_are_those_of_a_plain_loop(
    project: CompiledProject, surfaces: list[tuple[datetime, dict[int, float | None]]]
) -> None:
    *prefixes, everything = _terms(project, surfaces, [1, *range(13, 200, 17), 200])
    assert all(then == everything[: len(then)] for then in prefixes)
    state, states = None, []
    for _, curve in surfaces:
        if curve[7] is not None and curve[30] is not None and abs(curve[7] - curve[30]) > 1:
            state = curve[7] > curve[30]
        states.append(state)
    assert [row["is_inverted"] for row in everything] == states
    assert sum(a != b for a, b in pairwise(states)) > 5


def test_forward_variances_add_up_and_depth_is_the_worst_pair(
    project: CompiledProject, surfaces: list[tuple[datetime, dict[int, float | None]]]
) -> None:
    [everything] = _terms(project, surfaces, [200])
    complete = 0
    for row, (_, curve) in zip(everything, surfaces, strict=True):
        known = [(days, vol) for days, vol in curve.items() if vol is not None]
        pairs = [a - b for i, (_, a) in enumerate(known) for _, b in known[i + 1 :]]
        assert row["inversion_depth_vol_pct"] == pytest.approx(max(pairs), abs=1e-9)
        if len(known) == 6:
            complete += 1
            tenors = list(curve)
            steps = list(pairwise(tenors))
            variance = known[0][1] ** 2 * 7 / 1e4
            variance += sum(row[f"forward_variance_{a}_{b}_ratio"] * (b - a) for a, b in steps)
            assert variance == pytest.approx(known[-1][1] ** 2 * 180 / 1e4, rel=1e-12)
            down = sum(curve[a] > curve[b] for a, b in steps)  # type: ignore[operator]
            assert row["inverted_share_ratio"] == pytest.approx(down / 5)
    assert complete > 50
