"""How trades are stored (G14): bytes beside pyarrow's own file, and a scan beside a table of the engine's own."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import duckdb
import pyarrow.parquet as pq

from dbt_project.rollups import SETTINGS
from tests.bench.found import Found, Size
from tests.bench.made_trades import generate, scan_of

# Trades, rounds.
SIZES: dict[Size, tuple[int, int]] = {"full": (2_000_000, 15), "quick": (2_000_000, 7), "tiny": (5_000, 1)}


def measure(size: Size, home: Path) -> Found:
    trades, rounds = SIZES[size]
    ours, usual = home / "ours.parquet", home / "pyarrow.parquet"
    generate(ours, trades, 0)
    pq.write_table(pq.read_table(ours), usual)
    with duckdb.connect(str(home / "native.duckdb"), config=SETTINGS) as connection:
        connection.execute(f"create table native as from read_parquet('{ours}')")
        connection.execute("checkpoint")
        relations = {"native table": "native", "ours": f"read_parquet('{ours}')", "pyarrow": f"read_parquet('{usual}')"}
        took: dict[str, list[float]] = {name: [] for name in relations}
        answers = set()
        for _ in range(rounds + 1):
            for name, relation in relations.items():
                started = time.process_time()
                connection.execute(scan_of(relation)).fetchall()
                took[name].append(time.process_time() - started)
                answers.add(str(connection.execute("select bit_xor(hash(scanned)) from scanned").fetchall()))
    assert len(answers) == 1, "what is stored in three ways is not the same"
    cost = {name: median(ones[1:] or ones) for name, ones in took.items()}
    sizes = {"ours": ours.stat().st_size, "pyarrow": usual.stat().st_size}
    return Found(
        {"G14 size": sizes["ours"] / sizes["pyarrow"], "G14 scan": cost["ours"] / cost["native table"]},
        told=[
            f"{trades:,} trades, {rounds} rounds, one thread",
            *(f"{name} {count / trades:.2f} B/row" for name, count in sizes.items()),
            *(f"scan of {name} {1000 * seconds:.0f} ms" for name, seconds in cost.items()),
        ],
    )
