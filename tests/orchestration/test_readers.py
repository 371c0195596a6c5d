"""A published release as other tools read it: SQLAlchemy as BI tools do, Polars and plain DuckDB."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
import sqlalchemy

from orchestration.meta_schema import META_TABLES
from orchestration.release import publish
from tests.orchestration import good_warehouse
from tests.orchestration.releasing import sealed


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readers")
    sealed(folder, "r1", is_whole=True)
    publish(folder / "published", "r1")
    return folder / "published"


def test_a_bi_tool_finds_tables_columns_and_comments(published: Path) -> None:
    engine = sqlalchemy.create_engine(f"duckdb:///{published / 'unwind.duckdb'}", connect_args={"read_only": True})
    try:
        inspector = sqlalchemy.inspect(engine)
        tables = inspector.get_table_names(schema="marts")
        assert {
            "fct_price_daily",
            "fct_open_interest_daily",
            "fct_etf_flow_daily",
            "fct_difficulty_epoch",
        } <= set(tables)
        columns = {column["name"]: column for column in inspector.get_columns("fct_price_daily", schema="marts")}
        assert isinstance(columns["close_price"]["type"], sqlalchemy.Float)
        assert isinstance(columns["observed_date"]["type"], sqlalchemy.Date)
        with engine.connect() as connection:
            rows = connection.execute(
                sqlalchemy.text(
                    "select observed_date, close_price from marts.fct_price_daily where venue = :venue order by 1"
                ),
                {"venue": "binance"},
            ).all()
        assert len(rows) == 16
        assert rows[0].observed_date == good_warehouse.FIRST
    finally:
        engine.dispose()


def test_polars_reads_the_parquet_files_to_the_same_figures(published: Path) -> None:
    folder = published / "latest" / "parquet"
    with duckdb.connect(str(published / "unwind.duckdb"), read_only=True) as connection:
        for path in sorted(folder.glob("*.parquet")):
            name = path.stem if "." in path.stem else f"marts.{path.stem}"
            table = connection.sql(f"select * from {name}").pl()
            frame = pl.read_parquet(path)
            assert frame.columns == table.columns
            assert frame.sort(frame.columns).equals(table.sort(table.columns)), name
    hours = pl.scan_parquet(folder / "fct_price_hourly.parquet").select("period_start_at").collect()
    assert hours["period_start_at"].is_sorted()
    assert hours.schema["period_start_at"] == pl.Datetime("us")


def test_plain_duckdb_in_another_process_reads_it_attached(published: Path) -> None:
    code = (
        "import duckdb, sys; c = duckdb.connect(); c.execute(f\"attach '{sys.argv[1]}' as r (read_only)\");"
        "print(c.execute('select count(*) from r.marts.fct_price_hourly').fetchall()[0][0],"
        " c.execute(\"select count(*) from r.vintages.etf_flow where known_from_at <= timestamp '2026-02-07' "
        "and timestamp '2026-02-07' < known_to_at\").fetchall()[0][0])"
    )
    command = [sys.executable, "-I", "-c", code, str(published / "unwind.duckdb")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "384 7\n"


def test_meta_tells_the_whole_story(published: Path) -> None:
    with duckdb.connect(str(published / "unwind.duckdb"), read_only=True) as connection:

        def ask(query: str) -> list[tuple]:
            return connection.execute(query).fetchall()

        assert ask("select scope, provenance, is_degraded from meta.releases") == [("live", "published", False)]
        assert ask("select count(*) from meta.check_results where status = 'pass'")[0][0] >= 50
        assert ask("select dataset, age_hours from meta.freshness where source = 'funds'") == [("totals", 13.0)]
        assert ask(
            "select source, dataset from meta.lineage where table_name = 'fct_open_interest_daily' order by all"
        ) == [("exchange", "candles"), ("exchange", "positions")]
        # From a published table to the very bytes it was read from.
        assert ask(
            "select c.url from meta.lineage as l join meta.captures as c using (source, dataset) "
            "where l.table_name = 'fct_difficulty_epoch'"
        ) == [("https://chain.test/retargets",)]
        licences = ask("select subject_name, licence, is_redistributable from meta.licences where subject = 'table'")
        assert ("etf_flow", "vendor-terms", False) in licences
        assert ("fct_difficulty_epoch", "chain-facts", True) in licences
        assert ("fct_open_interest_daily", "CC-BY-NC-SA-4.0", False) in licences
        types = {row[0] for row in ask("select distinct data_type from duckdb_columns() where not internal")}
        assert types <= {"VARCHAR", "DOUBLE", "BIGINT", "INTEGER", "DATE", "TIMESTAMP", "BOOLEAN"}
        bare = "select table_name, column_name from duckdb_columns() "
        bare += "where not internal and coalesce(comment, '') = ''"
        assert ask(bare) == []
        assert {row[0] for row in ask("select table_name from duckdb_tables() where schema_name = 'meta'")} == {
            table.name for table in META_TABLES
        }
        [card] = ask("select distinct unit, sign from meta.metric_cards where column_name = 'open_interest_coins'")
        assert card == ("coins", None)
        issue = (
            "select caveat = why, from_date from meta.metric_cards join meta.known_issues using (table_name) "
            "where table_name = 'fct_open_interest_daily' and column_name = 'open_interest_usd'"
        )
        assert ask(issue) == [(True, date(2022, 1, 1))]
        assert ask("select distinct layer from meta.rules order by 1") == [
            ("audit",), ("build",), ("gate",), ("landing",),
        ]  # fmt: skip
        spoken = "select rule_id from meta.check_results except "
        assert ask(spoken + "select rule_id from meta.rules where layer in ('audit', 'gate')") == []
        [(tags,)] = ask("select tags from duckdb_databases() where database_name = 'unwind'")
        assert tags["storage_version"].startswith("v1.4.0")
