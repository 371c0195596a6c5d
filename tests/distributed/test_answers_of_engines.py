"""What rollups make of an engine's answer: a good one is kept as DuckDB's own, a wrong one leaves what was there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dbt_project import elsewhere
from dbt_project.rollups import roll_up

FOLDER, DATASET = Path("rollup/sums"), "raw/s/a"
QUERY = f"select sold_at, sum(price) as price from read_parquet('{DATASET}/*.parquet') group by sold_at"
SCHEMA = pa.schema([("sold_at", pa.timestamp("us")), ("price", pa.float64())])


def rows(day: str, *prices: float) -> pa.Table:
    return pa.Table.from_pylist(
        [{"sold_at": datetime.fromisoformat(day), "price": price} for price in prices], schema=SCHEMA
    )


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(DATASET).mkdir(parents=True)
    pq.write_table(SCHEMA.empty_table(), f"{DATASET}/schema.parquet")
    for day in ("2026-02-05", "2026-02-06"):
        pq.write_table(rows(day, 1.0, 2.0), f"{DATASET}/{day}.parquet")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, pa.Table]], list[str]]:
    """A rollup by an engine that answers what it is told to."""

    def roll(answer: dict[str, pa.Table]) -> list[str]:
        def run(_target: str, _models: Sequence[str], _datasets: object, _days: Sequence[str], room: Path) -> None:
            for day, table in answer.items():
                (room / "sums" / f"day={day}").mkdir(parents=True)
                pq.write_table(table, room / "sums" / f"day={day}" / "part-0.parquet")

        monkeypatch.setattr(elsewhere, "run", run)
        return roll_up(QUERY, [DATASET], FOLDER, elsewhere.on("sail", "sums", [DATASET]))

    return roll


def kept() -> list[tuple[str, float]]:
    query = f"select strftime(sold_at, '%d'), price from '{FOLDER}/*.parquet' order by all"
    return [(str(day), float(price)) for day, price in duckdb.sql(query).fetchall()]


def test_its_days_are_kept_as_duckdbs_are(made: Callable[[dict[str, pa.Table]], list[str]]) -> None:
    good = {day: rows(day, 3.0) for day in ("2026-02-05", "2026-02-06")}
    assert made(good) == ["2026-02-05", "2026-02-06", "schema"]
    whole = {path.name: path.read_bytes() for path in FOLDER.glob("*.parquet")}
    assert made({}) == [], "nothing has changed, so nobody is asked"
    roll_up(QUERY, [DATASET], Path("by_duckdb"))
    assert {path.name: path.read_bytes() for path in Path("by_duckdb").glob("*.parquet")} == whole


def test_a_day_it_has_no_rows_of_is_empty(made: Callable[[dict[str, pa.Table]], list[str]]) -> None:
    made({"2026-02-06": rows("2026-02-06", 3.0)})
    assert kept() == [("06", 3.0)]
    assert (FOLDER / "2026-02-05.parquet").exists()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        pytest.param({"2026-02-07": rows("2026-02-07", 3.0)}, "2026-02-07", id="a_day_of_another_file"),
        pytest.param({"2026-02-06": rows("2026-02-06", 3.0).drop(["price"])}, "price", id="a_column_less"),
        pytest.param(
            {"2026-02-06": rows("2026-02-06").set_column(0, "sold_at", pa.array([], pa.timestamp("us", "UTC")))},
            "WITH TIME ZONE",
            id="a_time_with_a_zone",
        ),
    ],
)
def test_a_wrong_answer_leaves_what_was_there(
    made: Callable[[dict[str, pa.Table]], list[str]], answer: dict[str, pa.Table], says: str
) -> None:
    roll_up(QUERY, [DATASET], FOLDER)
    before = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    pq.write_table(rows("2026-02-06", 5.0), f"{DATASET}/2026-02-06.parquet")
    with pytest.raises(ValueError, match=says):
        made(answer)
    assert {path.name: path.read_bytes() for path in FOLDER.iterdir()} == before
    assert made({"2026-02-06": rows("2026-02-06", 5.0)}) == ["2026-02-06"]
    assert kept() == [("05", 3.0), ("06", 5.0)]


def test_what_a_killed_run_left_is_gone(made: Callable[[dict[str, pa.Table]], list[str]]) -> None:
    left = FOLDER / f".{2**22 + 1}{elsewhere.ROOM}" / "sums"  # no process has this number
    left.mkdir(parents=True)
    made({})
    assert not left.exists()
