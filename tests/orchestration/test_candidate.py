"""The database file of a candidate: what is in it, in which form, and what may not be."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.candidate import build_candidate
from orchestration.refusals import CandidateExists, ContractMismatch, UnpublishableColumn, UnsafeIdentifier
from tests.orchestration import good_warehouse, releasing

INSTANT = datetime(2026, 2, 6, 21, 30)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("candidate")
    warehouse = good_warehouse.build(folder / "run.duckdb")
    manifest = good_warehouse.write_manifest(folder / "manifest.json")
    return build_candidate(warehouse, manifest, folder / "published", "r1", {INSTANT: warehouse}).database


def ask(file: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_holds_tables_only_in_the_promised_schemas(file: Path) -> None:
    schemas = {row[0] for row in ask(file, "select distinct schema_name from duckdb_tables()")}
    assert schemas == {"marts", "vintages", "marts_asof_20260206t2130z"}
    assert ask(file, "select view_name from duckdb_views() where not internal") == []


def test_every_table_and_column_carries_its_description(file: Path) -> None:
    assert ask(file, "select table_name from duckdb_tables() where coalesce(comment, '') = ''") == []
    bare = "select schema_name, table_name, column_name from duckdb_columns() "
    assert ask(file, bare + "where not internal and coalesce(comment, '') = ''") == []
    [(comment,)] = ask(
        file,
        "select comment from duckdb_columns() where schema_name = 'marts' "
        "and table_name = 'fct_open_interest_daily' and column_name = 'open_interest_coins'",
    )
    assert comment.endswith("Unit: coins.")


def test_storage_is_readable_by_older_clients_and_small(file: Path) -> None:
    [(tags,)] = ask(file, "select tags from duckdb_databases() where database_name = 'unwind'")
    assert tags["storage_version"].startswith("v1.4.0")
    assert ask(file, "select block_size from pragma_database_size()") == [(16384,)]


def test_rows_stand_in_grain_order(file: Path) -> None:
    rows = ask(file, "select period_start_at, asset, venue from marts.fct_open_interest_hourly")
    assert rows == sorted(rows)


def test_as_of_macros_agree_with_the_predicate(file: Path) -> None:
    for moment in ("2026-02-07 00:00:00", "2026-02-08 12:00:00", "2026-02-13 00:00:00"):
        sugar = ask(file, f"select * from as_of.etf_flow(timestamp '{moment}') order by all")
        plain = ask(
            file,
            f"select * from vintages.etf_flow where known_from_at <= timestamp '{moment}' "
            f"and timestamp '{moment}' < known_to_at order by all",
        )
        assert sugar == plain
        assert sugar
    first = "select flow_usd from as_of.etf_flow(timestamp '{}') where session_date = date '2026-02-05'"
    before, after = (ask(file, first.format(moment)) for moment in ("2026-02-07", "2026-02-12"))
    assert before != after


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        ("decimal(18,2)", "1"),
        ("hugeint", "1"),
        ("timestamptz", "'2026-02-01'"),
        ("integer[]", "[1]"),
        ("float", "1"),
    ],
)
def test_refuses_types_that_readers_get_wrong(tmp_path: Path, data_type: str, value: str) -> None:
    spoil = (
        "alter table marts.fct_price_daily drop column trades_count;"
        f"alter table marts.fct_price_daily add column trades_count {data_type} default {value}"
    )
    with pytest.raises(UnpublishableColumn, match=r"marts\.fct_price_daily\.trades_count is"):
        releasing.candidate(tmp_path, "r1", spoil)
    assert list((tmp_path / "published" / "candidates").iterdir()) == []


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        ("alter table marts.fct_price_daily add column extra double", "the undocumented extra"),
        ("alter table marts.fct_price_daily drop column low_at", "fct_price_daily lacks low_at"),
        ("drop table vintages.etf_flow", "vintages.etf_flow lacks"),
    ],
)
def test_refuses_what_differs_from_its_documentation(tmp_path: Path, spoil: str, named: str) -> None:
    with pytest.raises(ContractMismatch, match=named):
        releasing.candidate(tmp_path, "r1", spoil)


def test_an_id_is_used_once_but_an_abandoned_build_starts_over(tmp_path: Path) -> None:
    releasing.candidate(tmp_path, "r1")
    releasing.candidate(tmp_path, "r1")
    releasing.sealed(tmp_path, "r2")
    with pytest.raises(CandidateExists, match="r2 is already among the candidates"):
        releasing.candidate(tmp_path, "r2")
    with pytest.raises(UnsafeIdentifier):
        build_candidate(tmp_path / "w.duckdb", tmp_path / "manifest.json", tmp_path / "published", "r3/../r4")
