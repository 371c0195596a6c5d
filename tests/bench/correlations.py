"""`python -m tests.bench.correlations`: ten years of correlations of ten markets, against Polars and pandas (G11).

Generated returns, seeded; nothing in them is anybody's data. The SQL is dbt's own, compiled here. Answers are compared
before a time counts, rounds are interleaved, and a missed bar is printed and is the exit code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.dbt.raw_factory import DBT_PROJECT, write_raw

ASSETS, SESSIONS, WINDOWS = 10, 2520, (20, 40, 60, 90)
LIMIT_SECONDS, POLARS_BAR, PANDAS_BAR = 2.0, 2.0, 1.1
MART, RETURNS = "fct_cross_asset_correlation_daily", "marts.fct_asset_session_return"
WINDOWED = "intermediate.int_macro__correlate_windows"
PEARSON = f"select asset, session_date, window_sessions_count, pearson_ratio from {WINDOWED}"


def main(count: int) -> int:
    with tempfile.TemporaryDirectory(prefix="unwind-correlations-") as folder:
        project = _compile(Path(folder))
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
        costs = _rounds(found | {"mart": lambda: _whole(project, connection)}, count)
    for name, seconds in costs.items():
        print(f"{name:<8} {1000 * seconds:8.1f} ms")
    goals = [
        ("all of the mart, seconds", costs["mart"], LIMIT_SECONDS, False),
        ("Pearson, Polars / ours", costs["polars"] / costs["ours"], POLARS_BAR, True),
        ("Pearson, pandas / ours", costs["pandas"] / costs["ours"], PANDAS_BAR, True),
    ]
    missed = 0
    for what, figure, bar, at_least in goals:
        is_met = figure >= bar if at_least else figure <= bar
        missed += not is_met
        print(f"G11 {what:<26} {figure:6.2f} (bar {'>=' if at_least else '<='} {bar}) {'met' if is_met else 'MISSED'}")
    return 1 if missed else 0


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


def _rounds(actions: dict[str, Callable[[], object]], count: int) -> dict[str, float]:
    """Median wall seconds; every round runs each once, so that drift hits all alike."""
    took: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(count + 1):
        for name, action in actions.items():
            started = time.monotonic()
            action()
            took[name].append(time.monotonic() - started)
    return {name: median(ones[1:]) for name, ones in took.items()}


def _compile(folder: Path) -> CompiledProject:
    write_raw(folder / "raw", {})
    places = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(folder / "t")]
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "build", *places]
    settings = {"UNWIND_WAREHOUSE": str(folder / "warehouse.duckdb"), "DO_NOT_TRACK": "1"}
    excluded = ["--exclude-resource-type", "unit_test"]
    subprocess.run([*command, *excluded], cwd=folder, env=os.environ | settings, check=True)
    return CompiledProject(folder / "t", NEVER)


if __name__ == "__main__":
    sys.exit(main(3 if "--quick" in sys.argv else 15))
