"""Sets of unspent outputs: from a node's dump to the file, from the file to raw, and nothing of a bad one."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from ingestion import unspent_outputs
from ingestion.large_bodies import FOLDER
from ingestion.sources import utxo
from ingestion.unspent_outputs import NotConverted, convert
from tests.ingestion import node
from tests.ingestion.node import COINS, DATASET, DAY, TIP, TIP_AT, World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(utxo, "ROWS_AT_ONCE", 64)
    monkeypatch.setattr(unspent_outputs, "ROW_GROUP", 64)
    made = World(tmp_path)
    monkeypatch.setenv("UNWIND_UTXO", str(made.sets))
    monkeypatch.setattr("ingestion.http.load_contracts", lambda: (DATASET,))
    return made


def whole() -> pa.Table:
    """A good set as a table, to be spoilt."""
    heights = pa.array(range(1, TIP + 1), pa.int64())
    stamps = [TIP_AT - timedelta(days=2 * (TIP - height)) for height in range(1, TIP + 1)]
    created = pa.array(stamps, pa.timestamp("us"))
    return pa.table([heights, created, pa.array([node.SUBSIDY] * TIP, pa.int64())], list(utxo.COLUMNS))


def test_a_dump_becomes_a_set_sorted_by_height_with_the_time_of_each_block(world: World) -> None:
    path = world.convert()
    assert path.name == "2026-02-05.parquet"
    rows = pl.read_parquet(path)
    assert rows.select("height", "value_sats").rows() == sorted(node.outputs())  # type: ignore[type-var]
    assert rows["created_at"][-1] == TIP_AT
    assert rows.filter(pl.col("height") == TIP - 10)["created_at"][0] == TIP_AT - timedelta(days=20)
    told, name = path.with_name(f"{path.name}.CHECKSUM").read_text().split()
    assert (told, name) == (hashlib.sha256(path.read_bytes()).hexdigest(), path.name)
    before = path.read_bytes()
    assert world.convert().read_bytes() == before


def test_the_command_says_what_it_wrote_or_what_is_wrong(world: World) -> None:
    node.dump(world.home / "utxo.sqlite", node.outputs())
    command = [sys.executable, "-m", "ingestion.unspent_outputs", "utxo.sqlite"]

    def run(*rest: str) -> subprocess.CompletedProcess[str]:
        environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
        return subprocess.run([*command, *rest], cwd=world.home, env=environment, capture_output=True, text=True)

    assert run("headers.bin", "my sets").stdout == "my sets/2026-02-05.parquet\n"
    (world.home / "cut.bin").write_bytes((world.home / "headers.bin").read_bytes()[: 80 * TIP])
    failed = run("cut.bin", "my sets")
    assert (failed.returncode, failed.stderr) == (1, "utxo.sqlite: newest block 300, and cut.bin ends with 299\n")
    assert "SQLITE HEADERS FOLDER" in run("headers.bin").stderr


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda body: body[:-1], "not a number of headers"),
        (lambda body: b"", "not a number of headers"),
        (lambda body: body[80:], "header 0 does not follow"),
        (lambda body: body[: 80 * 7] + body[80 * 8 :], "header 7 does not follow"),
    ],
)
def test_headers_that_are_no_chain_are_refused(world: World, spoil: Callable[[bytes], bytes], said: str) -> None:
    path = world.home / "headers.bin"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(NotConverted, match=said):
        world.convert()
    assert list(world.sets.iterdir()) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "newest block None"),
        ([(TIP + 1, 5)], "newest block 301"),
        ([(-1, 5), (TIP, 5)], "an output of height -1"),
        ([(5, None), (TIP, 5)], "no height or value"),
    ],
)
def test_a_dump_that_is_no_set_is_refused(world: World, rows: list[node.Output], said: str) -> None:
    with pytest.raises(NotConverted, match=said):
        world.convert(rows)
    assert list(world.sets.iterdir()) == []


@pytest.mark.parametrize("body", [b"no database at all", None])
def test_a_file_that_is_no_dump_is_refused(world: World, body: bytes | None) -> None:
    path = world.home / "utxo.sqlite"
    path.write_bytes(body) if body else node.dump(path, [(1, 1)], columns="amount INT, height INT")
    with pytest.raises(NotConverted, match=r"not what utxo_to_sqlite\.py writes"):
        convert(path, world.home / "headers.bin", world.sets)


def test_a_set_lands_once_and_other_days_have_none(world: World) -> None:
    world.convert()
    report = world.land(DAY - timedelta(days=1), DAY + timedelta(days=1))
    assert (report.failures, report.unreadable, report.quarantined) == ([], [], {})
    rows = world.rows()
    assert rows.height == len(node.outputs()) == report.rows
    assert rows["value_sats"].sum() / 1e8 == COINS
    assert rows["output_number"].to_list() == list(range(rows.height))
    assert rows.select(pl.col("observed_at", "known_at", "provenance").unique()).rows() == [
        (TIP_AT, datetime(2026, 2, 6), "measured")
    ]
    assert len(list((world.places.capture / FOLDER).iterdir())) == 1
    again = world.land(DAY - timedelta(days=1), DAY + timedelta(days=1))
    assert (again.captured, again.landed) == (0, [])


def test_nothing_is_looked_for_without_a_folder(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.convert()
    monkeypatch.delenv("UNWIND_UTXO")
    report = world.land()
    assert (report.not_asked, report.asked, report.rows) == ("needs UNWIND_UTXO", 0, 0)


def test_a_set_that_came_on_its_day_is_known_from_when_it_came(world: World) -> None:
    world.now = TIP_AT + timedelta(hours=9)
    world.convert()
    world.land()
    assert world.rows()["known_at"].unique().to_list() == [world.now]


def test_a_file_of_other_bytes_is_a_vintage_beside_the_first(world: World) -> None:
    world.now = TIP_AT + timedelta(days=3)
    world.convert()
    world.land()
    world.now += timedelta(hours=5)
    world.convert(node.outputs()[1:])
    assert world.land().captured == 2
    vintages = world.rows().group_by("known_at").len().sort("known_at").rows()
    count = len(node.outputs())
    assert vintages == [(datetime(2026, 2, 6), count), (world.now, count - 1)]


def test_a_file_that_is_not_the_one_of_its_checksum_is_not_landed(world: World) -> None:
    path = world.convert()
    path.write_bytes(path.read_bytes()[:-9])
    assert "the sha256 of the file is not the published one" in world.land().failures[0]
    assert not list((world.places.raw / "utxo" / "unspent_outputs").glob("2026*"))


def changed(name: str, row: int, value: object) -> pa.Table:
    """The good set with one cell of another value."""
    table = whole()
    cells = table[name].to_pylist()
    cells[row] = value
    return table.set_column(table.schema.get_field_index(name), name, pa.array(cells, table[name].type))


MOST = 21_000_000 * 10**8
BAD = {
    "a column is gone": (whole().drop_columns(["created_at"]), r"columns \['created_at'\] are gone"),
    "no outputs": (whole().slice(0, 0), "no outputs"),
    "unsorted inside a piece": (pa.concat_tables([whole().slice(3, 1), whole()]), "heights fall"),
    "unsorted between pieces": (pa.concat_tables([whole().slice(0, 64), whole()]), "heights fall"),
    "half a set": (whole().slice(150), "7,500 coins up to block 300, where 15,000 were issued: not a whole set"),
    "a set there twice": (pa.concat_tables([whole()] * 2).sort_by("height"), "not a whole set"),
    "more than was issued": (changed("value_sats", 9, node.SUBSIDY + 1), "not a whole set"),
    "a negative value": (changed("value_sats", 9, -1), "negative value"),
    "more than 21 million": (changed("value_sats", 9, MOST + 1), "more coins than there can be|not a whole set"),
    "a value is missing": (changed("value_sats", 9, None), "value_sats is missing|not a whole set"),
    "a height is missing": (changed("height", 9, None), "height is missing"),
    "a negative height": (changed("height", 0, -1), "negative height"),
    "a time is missing": (changed("created_at", 9, None), "created_at is missing"),
    "made after the newest": (changed("created_at", 9, TIP_AT + timedelta(hours=3)), "after the newest block"),
    "made before the first": (changed("created_at", 9, datetime(2008, 1, 1)), "before the first block"),
    "the newest has no time": (changed("created_at", TIP - 1, None), "the last row has no height or no time"),
    "beyond the tip": (changed("height", TIP - 1, 2_000_000), "not a whole set"),
    "of another day": (changed("created_at", TIP - 1, datetime(2026, 2, 7)), "outside the days asked for"),
    "no numbers": (whole().set_column(0, "height", pa.array(["x"] * TIP)), "not a readable Parquet file"),
}


@pytest.mark.parametrize(("table", "said"), BAD.values(), ids=BAD)
def test_a_set_that_is_not_whole_or_not_possible_is_refused_as_a_whole(
    world: World, table: pa.Table, said: str
) -> None:
    world.put(table)
    report = world.land()
    assert len(report.unreadable) == 1
    assert pl.Series(report.unreadable).str.contains(said).all(), report.unreadable
    assert report.rows == 0
    aside = pl.read_parquet(world.places.quarantine / "utxo" / "unspent_outputs" / f"{DAY}.parquet")
    assert aside["scope"].to_list() == ["capture"]


def test_a_bad_set_leaves_the_good_one_before_it_in_its_place(world: World) -> None:
    world.now = TIP_AT + timedelta(days=3)
    world.convert()
    world.land()
    before = world.rows()
    world.put(whole().slice(150))
    assert "not a whole set" in world.land().unreadable[0]
    assert world.rows().equals(before)
