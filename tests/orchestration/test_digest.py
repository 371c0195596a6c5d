"""Two builds of the same content share their digests, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.catalog import Column, Table
from orchestration.digest import data_columns, table_digest
from orchestration.release_manifest import ReleaseManifest
from tests.orchestration import releasing

TABLE = Table(
    "marts",
    "t",
    "A table.",
    "prices",
    ("k",),
    (Column("k", "INTEGER", "Key."), Column("x", "DOUBLE", "Figure."), Column("s", "VARCHAR", "Word.")),
)


def digest(*rows: str, table: Table = TABLE) -> str:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.t (k integer, x double, s varchar)")
        for row in rows:
            connection.execute(f"insert into marts.t values ({row})")
        return table_digest(connection, "marts", table)


def test_order_of_rows_does_not_count() -> None:
    assert digest("1, 1.5, 'a'", "2, 2.5, 'b'") == digest("2, 2.5, 'b'", "1, 1.5, 'a'")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1, 0.1 + 0.2, 'a'", "1, 0.3, 'a'"),
        ("1, -0.0, 'a'", "1, 0.0, 'a'"),
        ("1, 70580.3, 'a'", "1, 70580.30000000001, 'a'"),
    ],
)
def test_noise_behind_twelve_digits_does_not_count(one: str, other: str) -> None:
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    "other",
    ["1, 1.5, 'b'", "1, 1.50000000001, 'a'", "1, null, 'a'", "1, 1.5, null", "1, 'nan', 'a'", "2, 1.5, 'a'"],
)
def test_everything_else_counts(other: str) -> None:
    assert digest("1, 1.5, 'a'") != digest(other)


def test_words_cannot_imitate_borders() -> None:
    assert digest("1, 1.5, 'a'',''b'") != digest("1, 1.5, 'a'", "2, 1.5, 'b'")
    assert digest("1, null, 'null'") != digest("1, null, null")
    assert digest() != digest("1, null, null")


def test_names_and_types_count() -> None:
    renamed = Table("marts", "t", "", "prices", ("k",), (*TABLE.columns[:2], Column("s", "DATE", "")))
    assert digest("1, 1.5, '2026-02-05'") != digest("1, 1.5, '2026-02-05'", table=renamed)


def test_run_columns_do_not_count() -> None:
    stamped = Table("marts", "t", "", "prices", ("k",), (*TABLE.columns, Column("_run_id", "VARCHAR", "")))
    assert data_columns(stamped) == ("k", "x", "s")


def test_two_releases_of_the_same_data_agree(tmp_path: Path) -> None:
    manifests = [
        ReleaseManifest.read(releasing.sealed(tmp_path / release_id, release_id).folder) for release_id in ("r1", "r2")
    ]
    assert manifests[0].tables == manifests[1].tables
    assert len({facts.digest for facts in manifests[0].tables.values()}) == len(manifests[0].tables)
