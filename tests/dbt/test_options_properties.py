"""Black's formula against independent implementations, and what holds of a surface whatever the quotes are."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

import duckdb
import jinja2
import numpy as np
import polars as pl
import pytest

from dbt_project.estimators.smile import KEYS, empty_smiles, fit_smiles
from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.dbt.raw_factory import DBT_PROJECT, Row, stamp
from tests.dbt.raw_options import black_coins

black: Any = jinja2.Environment().from_string((DBT_PROJECT / "macros" / "black76.sql").read_text()).module
NOW = datetime(2026, 2, 6, 8)
YEARS, FORWARD = 21 / 365, 65_000.0
DENSE = [30_000.0 + 250 * step for step in range(480)]
SPARSE = [40_000.0, 50_000.0, 55_000.0, 60_000.0, 64_000.0, 67_000.0, 72_000.0, 80_000.0, 95_000.0]
PUBLISHED = (0.7, -0.3275, 0.7078)


def price(options: pl.DataFrame) -> pl.DataFrame:
    """What the macros make of columns sign, f, k, s and t."""
    query = f"""
        with placed as (
            select sign, f, k, {black.black_d1("f", "k", "s", "t")} as d1, {black.black_d2("f", "k", "s", "t")} as d2
            from options
        )
        select
            {black.black_price("sign", "f", "k", "d1", "d2")} as price,
            {black.forward_delta("sign", "d1")} as delta,
            {black.premium_adjusted_delta("sign", "f", "k", "d2")} as premium_adjusted,
            {black.normal_cdf("d1")} as cdf,
            {black.normal_pdf("d1")} as pdf,
            d1
        from placed
    """
    with duckdb.connect() as connection:
        connection.register("options", options)
        return connection.sql(query).pl()


def drawn(count: int = 400) -> pl.DataFrame:
    rng = np.random.default_rng(76)
    forward = rng.uniform(1_000, 150_000, count)
    return pl.DataFrame(
        {
            "sign": rng.choice([-1, 1], count),
            "f": forward,
            "k": forward * np.exp(rng.uniform(np.log(0.3), np.log(3), count)),
            "s": rng.uniform(0.1, 2.5, count),
            "t": rng.uniform(1 / 8760, 1, count),
        }
    )


# Strike, type, forward, volatility of the mark, bid, offer, age in seconds, and what is wrong.
QUOTES: list[tuple[float, str, float | None, float | None, float | None, float | None, int, str | None]] = [
    (75_000, "call", FORWARD, 0.7, 0.019, 0.020, 299, None),
    (75_001, "call", FORWARD, 0.7, 0.019, 0.020, 300, "stale"),
    (75_002, "call", FORWARD, 0.7, None, 0.020, 0, "no_bid"),
    (75_003, "call", FORWARD, 0.7, 0.019, None, 0, "no_ask"),
    (75_004, "call", FORWARD, 0.7, 0.020, 0.019, 0, "crossed"),
    (75_005, "call", FORWARD, 0.7, 0.001, 0.004, 0, None),
    (75_006, "call", FORWARD, 0.7, 0.005, 0.025, 0, "wide"),
    (75_000, "put", FORWARD, 0.7, 0.019, 0.020, 0, "in_the_money"),
    (65_000, "call", FORWARD, 0.7, 0.066, 0.068, 0, None),
    (65_000, "put", FORWARD, 0.7, 0.066, 0.068, 0, "in_the_money"),
    (99_000, "call", FORWARD, 0.7, None, None, 0, "far_wing"),
    (55_000, "put", FORWARD, None, None, None, 0, "no_iv"),
    (55_001, "put", FORWARD, 70, 0.012, 0.014, 0, "iv_out_of_range"),
    (55_002, "put", None, 0.7, 0.012, 0.014, 0, "no_forward"),
    (55_003, "put", FORWARD, 0.7, 0.012, 0.014, 0, "expired"),
]


def book_row(quote: tuple[Any, ...], currency: str = "BTC") -> Row:
    strike, kind, forward, mark, bid, ask, age, reason = quote
    return stamp(
        {
            "instrument_name": f"{currency}-{strike}-{kind}", "currency": currency, "observed_at": NOW,
            "expiry_at": NOW + timedelta(days=0 if reason == "expired" else 21),
            "quoted_at": NOW - timedelta(seconds=age),
            "strike_price": float(strike), "option_type": kind, "underlying_price": forward, "mark_iv_ratio": mark,
            "bid_price_coins": bid, "ask_price_coins": ask, "open_interest_coins": 1.0,
        },
        NOW,
    )  # fmt: skip


def test_a_quote_is_rejected_for_the_first_reason(project: CompiledProject) -> None:
    """An offer four times the bid is kept 4 points of volatility away, by a vega of 0.07 coins a point of one, not 28.

    The second chain has no quote at all, and is not asked for any.
    """
    unquoted = (55_000, "put", FORWARD, 0.7, None, None, 0, None)
    rows = [*(book_row(quote) for quote in QUOTES), book_row(unquoted, "ETH")]
    query = "select asset, strike_price, option_type, hygiene_mode, reject_reason from intermediate.int_options__quotes"
    assert sorted(project.ask({"deribit_options/book_summary": rows}, query), key=repr) == sorted(
        [
            *(("BTC", float(quote[0]), quote[1], "two_sided", quote[7]) for quote in QUOTES),
            ("ETH", 55_000.0, "put", "mark_iv_only", None),
        ],
        key=repr,
    )


def test_deltas_and_prices_are_those_of_other_hands() -> None:
    import QuantLib as ql
    from scipy.stats import norm
    from vollib.black import black as vollib_price

    options = drawn()
    ours = price(options)
    np.testing.assert_allclose(ours["cdf"], norm.cdf(ours["d1"]), rtol=1e-11)
    np.testing.assert_allclose(ours["pdf"], norm.pdf(ours["d1"]), rtol=1e-12)
    for option, own in zip(options.iter_rows(named=True), ours.iter_rows(named=True), strict=True):
        side = ql.Option.Call if option["sign"] == 1 else ql.Option.Put
        deviation = option["s"] * math.sqrt(option["t"])
        for convention, mine in ((ql.DeltaVolQuote.Fwd, "delta"), (ql.DeltaVolQuote.PaFwd, "premium_adjusted")):
            calculator = ql.BlackDeltaCalculator(side, convention, option["f"], 1.0, 1.0, deviation)
            # A difference of two prices on their side has lost what is below 1e-12 of the forward.
            assert own[mine] == pytest.approx(calculator.deltaFromStrike(option["k"]), rel=1e-9, abs=1e-12)
        letter = "c" if option["sign"] == 1 else "p"
        theirs = vollib_price(letter, option["f"], option["k"], option["t"], 0, option["s"])
        assert own["price"] == pytest.approx(theirs, rel=1e-9, abs=1e-11 * option["f"])


def test_options_of_the_method_have_their_price_and_deltas() -> None:
    cases = {
        (1, 75_000.0): (1281.2371, 0.221147, 0.201436),
        (-1, 55_000.0): (842.6319, -0.140318, -0.153282),
        (1, 65_000.0): (4348.8534, 0.533453, 0.466547),
        (-1, 65_000.0): (4348.8534, -0.466547, -0.533453),
    }
    options = [{"sign": sign, "f": FORWARD, "k": strike, "s": 0.7, "t": YEARS} for sign, strike in cases]
    for own, expected in zip(price(pl.DataFrame(options)).iter_rows(), cases.values(), strict=True):
        assert own[:3] == pytest.approx(expected, abs=6e-5)
        assert own[1:3] == pytest.approx(expected[1:], abs=6e-7)
    haug = pl.DataFrame({"sign": [1], "f": [19.0], "k": [19.0], "s": [0.28], "t": [0.75]})
    assert price(haug)["price"][0] * math.exp(-0.1 * 0.75) == pytest.approx(1.701050725, abs=1e-9)
    other = pl.DataFrame({"sign": [1], "f": [100.0], "k": [100.0], "s": [0.2], "t": [0.5]})
    assert price(other)["price"][0] * math.exp(-0.02 * 0.5) == pytest.approx(5.581106724604811, rel=1e-12)


def chain(
    asset: str, strikes: list[float], curve: tuple[float, float, float], scale: float = 1.0, days: float = 21
) -> list[Row]:
    """Marks of one expiry on a curve in log moneyness, both types."""
    forward = FORWARD * scale
    rows = []
    for strike in strikes:
        moneyness = math.log(strike / FORWARD)
        iv = curve[0] + curve[1] * moneyness + curve[2] * moneyness**2
        for option_type in ("call", "put"):
            rows.append(
                {
                    "instrument_name": f"{asset}-{days}-{strike}-{option_type}",
                    "currency": asset,
                    "expiry_at": NOW + timedelta(days=days),
                    "strike_price": strike * scale,
                    "option_type": option_type,
                    "observed_at": NOW,
                    "quoted_at": NOW,
                    "mark_iv_ratio": iv,
                    "underlying_price": forward,
                    "open_interest_coins": 1.0,
                    "volume_24h_coins": 0.0,
                }
            )
    return [stamp(row, NOW) for row in rows]


@pytest.fixture(scope="module")
def surface(project: CompiledProject) -> dict[tuple[str, str], Row]:
    """Several smiles, each a coin of its own, by coin and kind of tenor."""
    chains: dict[str, list[Row]] = {
        "dense": chain("dense", DENSE, PUBLISHED),
        "sparse": chain("sparse", SPARSE, PUBLISHED),
        "scaled": chain("scaled", SPARSE, PUBLISHED, scale=0.05),
        "wider": chain("wider", [52_000.0, *SPARSE, 85_000.0], PUBLISHED),
        "flat": chain("flat", SPARSE, (0.7, 0, 0)),
        "mirrored": chain("mirrored", [FORWARD**2 / strike for strike in SPARSE], (0.7, 0.3275, 0.7078)),
        "calls": chain("calls", [strike for strike in SPARSE if strike > 60_000], PUBLISHED),
    }
    chains["term"] = [
        row for days, iv in ((7, 0.95), (28, 0.7)) for row in chain("term", SPARSE, (iv, 0, 0), days=days)
    ]
    rows = {"deribit_options/book_summary": [row for some in chains.values() for row in some]}
    with project.materialise(rows, NEVER, {"fct_vol_surface"}) as connection:
        found = connection.sql("from marts.fct_vol_surface where tenor_kind = 'expiry' or tenor_days = 14").pl()
    return {(row["asset"], row["tenor_kind"]): row for row in found.iter_rows(named=True)}


def test_the_convention_of_delta_is_worth_what_the_method_says(surface: dict[tuple[str, str], Row]) -> None:
    """-7.11 and -7.68 on one smile. Strikes 250 apart read its curvature to a few thousandths of a point."""
    row = surface["dense", "expiry"]
    assert row["atm_iv_vol_pct"] == pytest.approx(70, abs=0.005)
    assert row["rr25_vol_pct"] == pytest.approx(-7.11, abs=0.01)
    assert row["rr25_premium_adjusted_vol_pct"] == pytest.approx(-7.68, abs=0.01)
    assert row["delta_convention"] == "forward_unadjusted"


def test_nothing_beyond_twenty_percent_is_read(surface: dict[tuple[str, str], Row]) -> None:
    row = surface["dense", "constant_maturity"]
    assert (row["atm_iv_vol_pct"], row["atm_reason"]) == (None, "no_expiry")


def test_money_has_no_scale(surface: dict[tuple[str, str], Row]) -> None:
    ours, scaled = surface["sparse", "expiry"], surface["scaled", "expiry"]
    for name in ours:
        if isinstance(ours[name], float) and name != "forward_price":
            assert ours[name] == pytest.approx(scaled[name], rel=1e-9), name


def test_a_far_strike_changes_nothing(surface: dict[tuple[str, str], Row]) -> None:
    ours, wider = surface["sparse", "expiry"], surface["wider", "expiry"]
    assert {name for name in ours if ours[name] != wider[name]} == {"asset", "quotes_count"}


def test_a_flat_smile_has_no_reversal(surface: dict[tuple[str, str], Row]) -> None:
    row = surface["flat", "expiry"]
    names = ["rr25_vol_pct", "rr25_ratio", "butterfly25_vol_pct", "rr25_premium_adjusted_vol_pct"]
    assert [row[name] for name in names] == pytest.approx([0] * 4, abs=1e-10)
    assert row["atm_iv_vol_pct"] == pytest.approx(70, rel=1e-12)


def test_a_mirrored_smile_reverses_the_reversal(surface: dict[tuple[str, str], Row]) -> None:
    """Not at the very strikes, since a delta knows up from down; in sign and size."""
    ours, mirrored = surface["sparse", "expiry"]["rr25_vol_pct"], surface["mirrored", "expiry"]["rr25_vol_pct"]
    assert ours < 0 < mirrored
    assert mirrored == pytest.approx(-ours, rel=0.25)


def test_without_a_put_there_is_no_reversal(surface: dict[tuple[str, str], Row]) -> None:
    row = surface["calls", "expiry"]
    assert row["call25_iv_vol_pct"] == surface["sparse", "expiry"]["call25_iv_vol_pct"]
    names = ["put25_iv_vol_pct", "put25_reason", "rr25_vol_pct", "rr25_ratio", "rr25_premium_adjusted_reason"]
    assert [row[name] for name in names] == [None, "no_bracket", None, None, "no_bracket"]


def test_two_weeks_lie_between_one_and_four(surface: dict[tuple[str, str], Row]) -> None:
    """In total variance (method.md 4.5); a line through the volatilities themselves would say 86.67."""
    row = surface["term", "constant_maturity"]
    assert row["tenor_days"] == 14
    assert row["atm_iv_vol_pct"] == pytest.approx(79.215, abs=0.0005)
    assert row["call25_iv_vol_pct"] == pytest.approx(79.215, abs=0.0005)
    assert not row["is_extrapolated"]


def test_a_percentile_counts_days_before_and_only_their_last_snapshot(project: CompiledProject) -> None:
    """A reversal that falls by a point a day: 60 days before the 61st, all higher. On the 62nd it ends as low as one
    day of 61; an hour before it was far lower, which nobody after it sees."""
    falling = [(NOW + timedelta(days=day), -float(day)) for day in range(61)]
    falling += [(NOW + timedelta(days=61, hours=-1), -100.0), (NOW + timedelta(days=61), -59.5)]
    falling += [(NOW + timedelta(days=62), -99.0), (NOW + timedelta(days=61 + 730), -59.75)]
    points = ("atm", "call25", "put25", "call25_premium_adjusted", "put25_premium_adjusted")
    keys = {"venue": "deribit", "asset": "BTC", "surface_method": "chain", "hygiene_mode": "two_sided"}
    tenors = pl.DataFrame(
        [
            keys
            | {"snapshot_at": at, "tenor_days": 30, "is_extrapolated": False, "known_at": at, "provenance": "measured"}
            | {f"{point}_reason": None for point in points}
            | {f"{point}_total_variance": 4 * 30 / 365 for point in points}
            | {"call25_total_variance": (2 + reversal / 100) ** 2 * 30 / 365}
            for at, reversal in falling
        ],
        schema_overrides={f"{point}_reason": pl.String for point in points},
    )
    empty = tenors.clear().with_columns(
        expiry_at=pl.lit(NOW), years_to_expiry=0.0, forward_price=0.0, quotes_count=0, fit_rmse_vol_pct=0.0
    )
    with duckdb.connect() as connection:
        connection.execute("create schema intermediate")
        for name, table in (("smiles", empty), ("interpolate_tenors", tenors)):
            connection.register("given", table)
            connection.execute(f"create table intermediate.int_options__{name} as from given")
        rows = connection.execute(
            "select rr25_percentile_730d_pct, rr25_history_days_count, rr25_percentile_reason "
            f"from ({project.sql('fct_vol_surface')}) order by snapshot_at"
        ).fetchall()
    assert rows[:60] == [(None, day, "short_history") for day in range(60)]
    assert rows[60:64] == [
        (0, 60, None),
        (0, 61, None),
        (pytest.approx(100 / 61), 61, None),
        (0, 62, None),
    ]
    # Of 730 days ago and of the day after.
    assert rows[64:] == [(None, 2, "short_history")]


def trades(curve: tuple[float, float, float], carry: float = 0.004, strikes: list[float] = SPARSE) -> pl.DataFrame:
    """Two trades of every out-of-the-money strike exactly on a curve, whose forward is not told."""
    rows = []
    for number, strike in enumerate([*strikes, *strikes]):
        index = 64_000.0 + 10 * number
        forward = index * math.exp(carry)
        moneyness = math.log(strike / forward)
        iv = curve[0] + curve[1] * moneyness + curve[2] * moneyness**2
        option_type, sign = ("call", 1) if moneyness >= 0 else ("put", -1)
        rows.append(
            dict(zip(KEYS, ("deribit", "BTC", NOW, NOW + timedelta(days=21)), strict=True))
            | {
                "strike_price": strike,
                "option_type": option_type,
                "price_coins": black_coins(sign, strike, forward, YEARS, iv),
                "iv_ratio": iv,
                "index_price": index,
                "size_coins": 0.1 + number % 3,
                "years_to_trade_expiry": YEARS,
                "years_to_expiry": YEARS,
                "known_at": NOW,
                "provenance": "measured",
            }
        )
    return pl.DataFrame(rows)


def test_trades_on_a_curve_give_the_curve_back() -> None:
    found = fit_smiles(trades(PUBLISHED))
    assert found.schema == empty_smiles().schema
    row = found.row(0, named=True)
    assert row["forward_price"] == pytest.approx(64_085 * math.exp(0.004), rel=1e-6)
    assert row["fit_rmse_vol_pct"] < 1e-4
    ivs = {
        name: 100 * math.sqrt(row[f"{name}_total_variance"] / YEARS)
        for name in ("atm", "call25", "put25", "call25_premium_adjusted", "put25_premium_adjusted")
    }
    assert ivs["atm"] == pytest.approx(70, abs=1e-4)
    assert ivs["call25"] - ivs["put25"] == pytest.approx(-7.11, abs=0.005)
    assert ivs["call25_premium_adjusted"] - ivs["put25_premium_adjusted"] == pytest.approx(-7.68, abs=0.005)


def test_the_order_of_trades_and_other_hours_change_nothing() -> None:
    some = trades(PUBLISHED)
    later = some.with_columns(pl.col("snapshot_at") + timedelta(hours=1), pl.col("iv_ratio") * 1.3)
    together = fit_smiles(pl.concat([later, some]).sample(fraction=1, shuffle=True, seed=1))
    alone = fit_smiles(some)
    for name in alone.columns:
        first, second = alone[name][0], together[name][0]
        assert first == (pytest.approx(second, rel=1e-12) if isinstance(first, float) else second), name


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (trades(PUBLISHED).head(9), "few_trades"),
        (pl.concat([trades(PUBLISHED, strikes=[60_000.0, 64_000.0, 67_000.0])] * 3), "few_trades"),
        (trades(PUBLISHED).with_columns(price_coins=0.9), "no_forward"),
        (trades(PUBLISHED, strikes=[40_000.0, 45_000.0, 48_000.0, 90_000.0, 95_000.0, 99_000.0]), "no_forward"),
        (trades(PUBLISHED).with_columns(iv_ratio=pl.col("iv_ratio") + 0.2 * (pl.col("size_coins") > 2)), "bad_fit"),
    ],
    ids=["nine", "three_strikes", "impossible_price", "wings_alone", "scattered"],
)
def test_a_refusal_has_a_reason(given: pl.DataFrame, reason: str) -> None:
    row = fit_smiles(given).row(0, named=True)
    assert row["reason"] == reason
    assert [value for name, value in row.items() if name.endswith(("_total_variance", "_vol_pct"))] == [None] * 6


def test_one_side_alone_is_read_on_that_side() -> None:
    row = fit_smiles(trades(PUBLISHED, strikes=[s for s in SPARSE if 60_000 <= s <= 80_000])).row(0, named=True)
    assert (row["reason"], row["put25_total_variance"]) == (None, None)
    assert row["call25_total_variance"] > 0
