"""Five million option quotes to a volatility surface (G9).

Two things are measured: what `dbt build` costs from the raw file to `fct_vol_surface`, and what reading the smiles off
the quotes costs in our SQL beside a scan of the same columns, Polars, numpy, and pandas on a slice. A peer's time
counts only after its answers were found equal.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from tests.bench.found import Found, Size
from tests.bench.measure import in_turns, run, seconds_of
from tests.bench.places import dbt
from tests.dbt.raw_factory import raw_schemas, write_raw

# Snapshots, rounds.
SIZES: dict[Size, tuple[int, int]] = {"full": (5_000, 5), "quick": (1_000, 3), "tiny": (50, 1)}
FIRST_DAY = date(2025, 6, 1)
QUOTES_PER_SNAPSHOT = 1_000
PANDAS_SHARE = 0.02
KEYS = ["venue", "asset", "snapshot_at", "expiry_at"]
POINTS = {"atm": ("log_moneyness", 0.0), "call25": ("call_delta", 0.25), "put25": ("call_delta", 0.75)}
# Hours, ten expiries of fifty strikes, both types; one bid in twenty is missing.
CHAINS = """
    with snapshots as (
        select timestamp '2025-06-01' + to_hours(n) as observed_at, 70000 + 6000 * sin(n / 300.0) as spot
        from range({first}, {after}) as hours (n)
    ),

    options as (
        select
            observed_at,
            date_trunc('day', observed_at) + to_hours(24 * days::int + 8) as expiry_at,
            30000.0 + 2000 * strike as strike_price,
            option_type,
            spot * (1 + 0.0001 * days) as underlying_price,
            ln(strike_price / underlying_price) / sqrt((days + 0.5) / 365) as deviations
        from snapshots
        cross join (values (2), (4), (8), (15), (22), (30), (60), (90), (180), (270)) as expiries (days)
        cross join range(50) as strikes (strike)
        cross join (values ('call'), ('put')) as types (option_type)
    )

    select
        'BTC-' || strftime(expiry_at, '%d%b%y') || '-' || strike_price::int || '-' || option_type[1] as instrument_name,
        'BTC' as currency,
        expiry_at,
        strike_price,
        option_type,
        observed_at,
        observed_at as quoted_at,
        least(0.6 - 0.05 * deviations + 0.03 * deviations ^ 2, 4) as mark_iv_ratio,
        0.0102 as mark_price_coins,
        case when hash(instrument_name) % 20 > 0 then 0.01 end as bid_price_coins,
        0.0104 as ask_price_coins,
        10.0 as open_interest_coins,
        0.0 as volume_24h_coins,
        underlying_price,
        observed_at as known_at,
        false as is_known_at_estimated,
        false as is_possibly_restated,
        'measured' as provenance,
        '0000' as _capture_id,
        observed_at as _fetched_at,
        1 as _parser_version
    from options
"""
SMILES = "int_options__read_chains"


def measure(size: Size, home: Path) -> Found:
    snapshots, rounds = SIZES[size]
    generate(home / "raw", snapshots)
    settings = {"UNWIND_WAREHOUSE": str(home / "warehouse.duckdb"), "DO_NOT_TRACK": "1"}
    wanted = ["--select", "+fct_vol_surface", "--exclude-resource-type", "unit_test"]
    build = run(dbt("build", *wanted, target=home / "t"), settings, home)
    [compiled] = (home / "t").rglob(f"compiled/**/{SMILES}.sql")
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("set threads = 2")
        took = _time(connection, compiled.read_text(), rounds)
    figures = {f"G9 {peer}": took[peer] / took["ours"] for peer in ("polars", "numpy", "pandas")}
    figures["G9 scan"] = took["ours"] / took["scan"]
    if size == "full":
        figures["own surface"] = build.wall
    return Found(
        figures,
        absent={} if size == "full" else {"own surface": "only of five million quotes"},
        told=[
            f"{snapshots * QUOTES_PER_SNAPSHOT:,} quotes, {rounds} rounds, two threads; pandas {PANDAS_SHARE:.0%}",
            f"the build {build.cpu:.1f} CPU s, {build.wall:.1f} s",
            *(f"{name} {seconds:.2f} s" for name, seconds in took.items()),
        ],
    )


def generate(root: Path, snapshots: int) -> None:
    """Raw files of nothing but one venue's chains, one a day as landing writes them."""
    write_raw(root, {})
    schema = raw_schemas()["deribit_options/book_summary"]
    folder = root / "deribit_options" / "book_summary"
    with duckdb.connect() as connection:
        connection.register("shape", schema.empty_table())
        for first in range(0, snapshots, 24):
            query = CHAINS.format(first=first, after=min(first + 24, snapshots))
            file = folder / f"{FIRST_DAY + timedelta(days=first // 24)}.parquet"
            connection.execute(f"copy (from shape union all by name ({query})) to '{file}' (compression zstd)")


def _time(connection: duckdb.DuckDBPyConnection, smiles: str, rounds: int) -> dict[str, float]:
    def ask(query: str) -> None:
        connection.execute(f"create or replace temp table answer as {query}").fetchall()

    columns = "iv_ratio, delta_ratio, strike_price, forward_price, years_to_expiry"
    scan = (
        f"select {', '.join(KEYS)}, "
        + ", ".join(f"max({column})" for column in columns.split(", "))
        + ", max(option_type), count(*)"
        + f" from intermediate.int_options__quotes where reject_reason is null group by {', '.join(KEYS)}"
    )
    # The peers read three of the five points: what nobody asks for is not computed.
    asked = f"select {', '.join(KEYS)}, {', '.join(f'{point}_total_variance' for point in POINTS)} from ({smiles})"
    own = connection.sql(f"{smiles} order by all").pl()
    frame = connection.sql(
        f"select {', '.join(KEYS)}, option_type, reject_reason, {columns} from intermediate.int_options__quotes"
    ).pl()
    _compare(own, _with_polars(frame))
    _compare(own, pl.DataFrame(_with_numpy(frame)))
    few = own["snapshot_at"].unique().sort()
    last = few[int(len(few) * PANDAS_SHARE)]
    own_slice, slice_ = (rows.filter(pl.col("snapshot_at") < last) for rows in (own, frame))
    plain = slice_.filter(pl.col("reject_reason").is_null()).to_pandas()
    _compare(own_slice, pl.from_pandas(_with_pandas(plain)))
    took = in_turns(
        {
            "ours": lambda: ask(asked),
            "scan": lambda: ask(scan),
            "polars": lambda: _with_polars(frame),
            "numpy": lambda: _with_numpy(frame),
        },
        rounds,
    )
    share = slice_.height / frame.height
    return took | {"pandas": seconds_of(lambda: _with_pandas(plain), 1) / share}


def _compare(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    theirs = theirs.sort(KEYS)
    ours = ours.filter(pl.col("quotes_count") > 0).sort(KEYS)
    assert ours.height == theirs.height
    for point in POINTS:
        mine, other = ours[f"{point}_total_variance"].to_numpy(), theirs[point].to_numpy()
        assert np.isfinite(other).mean() > 0.9
        np.testing.assert_allclose(mine.astype(float), other.astype(float), rtol=1e-9, err_msg=point)


def _with_polars(frame: pl.DataFrame) -> pl.DataFrame:
    axes = {
        "call_delta": pl.col("delta_ratio") + (pl.col("option_type") == "put"),
        "log_moneyness": (pl.col("strike_price") / pl.col("forward_price")).log(),
        "variance": pl.col("iv_ratio") ** 2 * pl.col("years_to_expiry"),
    }
    sides = []
    for point, (axis, target) in POINTS.items():
        place, variance = pl.col(axis), pl.col("variance")
        for side, within, outermost in (("below", place <= target, "max"), ("above", place >= target, "min")):
            inside = place.filter(within)
            index = inside.arg_max() if outermost == "max" else inside.arg_min()
            sides += [
                inside.get(index, null_on_oob=True).alias(f"{point}_{side}"),
                variance.filter(within).get(index, null_on_oob=True).alias(f"{point}_{side}_variance"),
            ]
    usable = frame.lazy().filter(pl.col("reject_reason").is_null())
    nearest = usable.with_columns(**axes).group_by(KEYS).agg(sides)
    return nearest.select(*KEYS, *(_between(point, target) for point, (_, target) in POINTS.items())).collect()


def _between(point: str, target: float) -> pl.Expr:
    below, above = pl.col(f"{point}_below"), pl.col(f"{point}_above")
    low, high = pl.col(f"{point}_below_variance"), pl.col(f"{point}_above_variance")
    line = low + (high - low) * (target - below) / (above - below)
    return pl.when(below == above).then(low).otherwise(line).alias(point)


def _with_numpy(frame: pl.DataFrame) -> dict[str, Any]:
    """One sort per axis, the smiles one behind the other; below a target lie as many points as are not above it."""
    usable = frame.filter(pl.col("reject_reason").is_null())
    columns = {name: usable[name].to_numpy() for name in ("strike_price", "forward_price", "iv_ratio", "delta_ratio")}
    smiles, first, smile = np.unique(
        np.stack([usable[key].to_physical().to_numpy() for key in ("snapshot_at", "expiry_at")]),
        axis=1, return_index=True, return_inverse=True,
    )  # fmt: skip
    axes = {
        "call_delta": columns["delta_ratio"] + (usable["option_type"] == "put").to_numpy(),
        "log_moneyness": np.log(columns["strike_price"] / columns["forward_price"]),
    }
    variance = columns["iv_ratio"] ** 2 * usable["years_to_expiry"].to_numpy()
    count = smiles.shape[1]
    found: dict[str, Any] = {key: usable[key].gather(first) for key in KEYS}
    orders = {axis: np.lexsort((place, smile)) for axis, place in axes.items()}
    starts = np.searchsorted(smile[orders["call_delta"]], np.arange(count + 1))
    for point, (axis, target) in POINTS.items():
        order = orders[axis]
        place, value = axes[axis][order], variance[order]
        below = starts[:-1] + np.add.reduceat(place <= target, starts[:-1]) - 1
        above = np.where(place[below] == target, below, below + 1)
        inside = (below >= starts[:-1]) & (above < starts[1:])
        low, high = below, np.minimum(above, len(place) - 1)
        width = np.where(high > low, place[high] - place[low], 1)
        line = value[low] + (value[high] - value[low]) * (target - place[low]) / width
        found[point] = np.where(inside, line, np.nan)
    return found


def _with_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """Group by group, as notebooks have it."""
    frame = frame.assign(
        call_delta=frame["delta_ratio"] + (frame["option_type"] == "put"),
        log_moneyness=np.log(frame["strike_price"] / frame["forward_price"]),
        variance=frame["iv_ratio"] ** 2 * frame["years_to_expiry"],
    )

    def read(smile: pd.DataFrame) -> pd.Series[Any]:
        found = {}
        for point, (axis, target) in POINTS.items():
            ordered = smile.sort_values(axis)
            found[point] = np.interp(target, ordered[axis], ordered["variance"], left=np.nan, right=np.nan)
        return pd.Series(found)

    return frame.groupby(KEYS).apply(read, include_groups=False).reset_index()
