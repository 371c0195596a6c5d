"""Models that are no rollups and tagged `portable`, on other engines: the same files give the same cells as on DuckDB.

Each is run over what DuckDB made of all before it, so that a difference is the model's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl
import polars.testing
import pytest

from dbt_project import elsewhere
from tests.dbt.raw_factory import build_raw, write_raw
from tests.distributed.conftest import run_dbt
from tests.distributed.raw import SPOT, crowded, tied

QUOTES = "deribit_options/book_summary"


class Built(NamedTuple):
    """Files of DuckDB's rows, and the grain of every model that is compared."""

    given: Path
    grains: dict[str, list[str]]


@pytest.fixture(scope="module")
def built(packages: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    home = tmp_path_factory.mktemp("portable")
    raw = build_raw()
    write_raw(home / "raw", {**raw, SPOT: crowded(1), QUOTES: [*raw[QUOTES], *tied(raw[QUOTES])]})
    target = run_dbt(home, "build", "--select", "+tag:portable", "--exclude-resource-type", "test", "unit_test")
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    ours = [node for node in nodes.values() if "portable" in node["config"]["tags"]]
    (home / "given").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)  # where views find their files
        with duckdb.connect("warehouse.duckdb", read_only=True) as connection:
            for key in {key for node in ours for key in (node["unique_id"], *node["depends_on"]["nodes"])}:
                schema, name = nodes[key]["schema"], nodes[key]["name"]
                connection.execute(f"copy {schema}.{name} to 'given/{name}.parquet'")
        yield Built(home / "given", {node["name"]: node["config"]["meta"]["grain"] for node in ours})


def compare(target: str, built: Built, room: Path) -> None:
    """Every row, column, type and cell; sums may have been added in another order."""
    elsewhere.answer(target, list(built.grains), built.given, room)
    for name, grain in built.grains.items():
        wanted, given = (pl.read_parquet(path) for path in (built.given / f"{name}.parquet", room / name / "*.parquet"))
        assert len(wanted) > 0, f"{name} has nothing to compare"
        pl.testing.assert_frame_equal(given.sort(grain), wanted.sort(grain), rel_tol=1e-9, abs_tol=0, check_exact=False)


def test_points_that_are_read_share_their_places(built: Built) -> None:
    quotes = pl.read_parquet(built.given / "int_options__quotes.parquet").filter(pl.col("reject_reason").is_null())
    place = (pl.col("strike_price") / pl.col("forward_price")).alias("place")
    ties = quotes.group_by("venue", "snapshot_at", "expiry_at", place).agg(pl.col("iv_ratio").n_unique(), pl.len())
    assert set(ties.filter(pl.col("len") > 1)["iv_ratio"]) == {1, 2}


def test_sail_gives_the_cells_of_duckdb(built: Built, tmp_path: Path) -> None:
    compare("sail", built, tmp_path / "sail")


@pytest.mark.spark
def test_a_spark_cluster_gives_the_cells_of_duckdb(built: Built, spark: None, tmp_path: Path) -> None:
    compare("spark", built, tmp_path / "spark")
