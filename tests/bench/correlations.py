"""Ten years of correlations of ten markets, against Polars and pandas (G11).

Generated returns, seeded; nothing in them is anybody's data. The SQL is dbt's own, compiled here. Answers are compared
before a time counts.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from tests.bench.found import Found, Size
from tests.bench.measure import in_turns, run
from tests.bench.places import dbt
from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.dbt.raw_factory import write_raw

ASSETS, SESSIONS, WINDOWS = 10, 2520, (20, 40, 60, 90)
ROUNDS: dict[Size, int] = {"full": 7, "quick": 3, "tiny": 1}
MART, RETURNS = "fct_cross_asset_correlation_daily", "marts.fct_asset_session_return"
WINDOWED = "intermediate.int_macro__correlate_windows"
PEARSON = f"select asset, session_date, window_sessions_count, pearson_ratio from {WINDOWED}"


def measure(size: Size, home: Path) -> Found:
    project = _compile(home)
    rows = generate()
    with project.materialise({}, NEVER, only={MART}) as connection:
        connection.execute("set threads = 2")
        connection.register("rows_in", rows)
        connection.execute(f"insert into {RETURNS} by name from rows_in")
        frame = pl.DataFrame(pl.from_arrow(rows))
        table = frame.to_pandas()
        found = {
            "ours": lambda: connection.execute(PEARSON).to_arrow_table(),
            "polars": lambda: with_polars(frame),
            "pandas": lambda: with_pandas(table),
        }
        _compare({name: _ordered(answer()) for name, answer in found.items()})
        costs = in_turns(found | {"mart": lambda: _whole(project, connection)}, ROUNDS[size])
    return Found(
        {
            "own correlations": costs["mart"],
            "G11 polars": costs["polars"] / costs["ours"],
            "G11 pandas": costs["pandas"] / costs["ours"],
        },
        told=[
            f"{ASSETS} markets x {SESSIONS} sessions x {len(WINDOWS)} windows, {ROUNDS[size]} rounds, two threads",
            *(f"{name} {1000 * seconds:.0f} ms" for name, seconds in costs.items()),
        ],
    )


def generate() -> pa.Table:
    """Returns of ten markets that hang on bitcoin more or less, one in fifty of bitcoin's missing."""
    rng = np.random.default_rng(20260205)
    bitcoin = rng.standard_t(4, SESSIONS) * 0.02
    moves = rng.standard_t(4, (ASSETS, SESSIONS)) * 0.01 + np.linspace(-0.3, 0.3, ASSETS)[:, None] * bitcoin
    dates = np.busday_offset("2016-01-04", np.arange(SESSIONS)).astype("datetime64[D]")
    closes = dates.astype("datetime64[us]") + np.timedelta64(21, "h")
    is_gap = rng.random(SESSIONS) < 0.02
    # Names of markets with a yardstick among them, so that labels are checked too.
    names = ("SPX", "IXIC", "DJI", "SOX", "SPY", "QQQ", "SMH", "VIX", "XAU", "GLD")
    size = ASSETS * SESSIONS
    columns = {
        "session_date": np.tile(dates, ASSETS),
        "asset": np.repeat(names, SESSIONS).astype(object),
        "venue": ["yahoo"] * size,
        "close_at": np.tile(closes, ASSETS),
        "previous_close_at": np.tile(closes - np.timedelta64(1, "D"), ASSETS),
        "log_return_ratio": moves.ravel(),
        "known_at": np.tile(closes, ASSETS),
        "provenance": ["measured"] * size,
    }
    seen = pa.array(np.tile(bitcoin, ASSETS), mask=np.tile(is_gap, ASSETS))
    return pa.table(columns).append_column("bitcoin_log_return_ratio", seen)


def with_polars(frame: pl.DataFrame) -> pa.Table:
    x, y = pl.col("log_return_ratio"), pl.col("bitcoin_log_return_ratio")
    both = frame.with_columns(pl.when(y.is_not_null()).then(x).alias("x"), y.alias("y"))
    parts = [
        both.select(
            "asset",
            "session_date",
            pl.lit(window).alias("window_sessions_count"),
            pl.rolling_corr("x", "y", window_size=window, min_samples=2).over("asset").alias("pearson_ratio"),
        )
        for window in WINDOWS
    ]
    return pl.concat(parts).to_arrow()


def with_pandas(table: pd.DataFrame) -> pa.Table:
    parts = []
    for asset, rows in table.groupby("asset", sort=False):
        y = rows["bitcoin_log_return_ratio"]
        x = rows["log_return_ratio"].where(y.notna())
        for window in WINDOWS:
            r = x.rolling(window, min_periods=2).corr(y)
            parts.append(
                pd.DataFrame(
                    {
                        "asset": asset,
                        "session_date": rows["session_date"],
                        "window_sessions_count": window,
                        "pearson_ratio": r,
                    }
                )
            )
    return pa.Table.from_pandas(pd.concat(parts), preserve_index=False)


def _whole(project: CompiledProject, connection: duckdb.DuckDBPyConnection) -> None:
    """The mart with what stands under it: ranks, influence and labels too."""
    from dbt_project.estimators.correlation import estimate_windows

    moves = connection.execute(
        f"""select asset, venue, session_date, log_return_ratio as move, bitcoin_log_return_ratio from {RETURNS}
        order by asset, venue, session_date"""
    ).to_arrow_table()
    connection.register("estimates", estimate_windows(moves))
    connection.execute("create or replace table intermediate.int_macro__estimate_correlations as from estimates")
    connection.execute(f"create or replace table marts.{MART} as {project.sql(MART)}")


def _ordered(answer: pa.Table) -> np.ndarray:
    keys = [("asset", "ascending"), ("session_date", "ascending"), ("window_sessions_count", "ascending")]
    values = answer.sort_by(keys)["pearson_ratio"].to_numpy().astype(float)
    return np.where(np.isfinite(values), values, np.nan)


def _compare(answers: dict[str, np.ndarray]) -> None:
    """Windows of two observations and more are everywhere the same to 1e-9."""
    ours = answers["ours"]
    assert (~np.isnan(ours)).sum() > 0.99 * ASSETS * SESSIONS * len(WINDOWS)
    for name, other in answers.items():
        np.testing.assert_allclose(other, ours, rtol=0, atol=1e-9, err_msg=name)


def _compile(folder: Path) -> CompiledProject:
    write_raw(folder / "raw", {})
    settings = {"UNWIND_WAREHOUSE": str(folder / "warehouse.duckdb"), "DO_NOT_TRACK": "1"}
    run(dbt("build", "--exclude-resource-type", "unit_test", target=folder / "t"), settings, folder)
    return CompiledProject(folder / "t", NEVER)
