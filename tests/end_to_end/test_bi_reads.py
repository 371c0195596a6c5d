"""How others read a release: SQLAlchemy as BI tools do, Polars on the Parquet files, pandas, `unwind sql`.

That readers keep their release while another comes is told in tests/orchestration.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
import sqlalchemy

from orchestration.catalog import Catalog
from tests.end_to_end.children import Machine
from tests.end_to_end.questions import ask, ask_one

pytestmark = pytest.mark.xdist_group("case")


@pytest.fixture
def engine(published_case: Machine) -> Iterator[sqlalchemy.Engine]:
    engine = sqlalchemy.create_engine(f"duckdb:///{published_case.database}", connect_args={"read_only": True})
    yield engine
    engine.dispose()


def test_a_bi_tool_finds_tables_columns_and_descriptions(engine: sqlalchemy.Engine) -> None:
    inspector = sqlalchemy.inspect(engine)
    schemas = {name.rpartition(".")[2] for name in inspector.get_schema_names()}
    assert {"marts", "vintages", "meta", "marts_asof_20260206t2130z"} <= schemas
    assert "fct_open_interest_daily" in inspector.get_table_names(schema="marts")
    assert inspector.get_view_names(schema="marts") == []
    columns = {column["name"]: column for column in inspector.get_columns("fct_price_daily", schema="marts")}
    assert isinstance(columns["observed_date"]["type"], sqlalchemy.Date)
    assert isinstance(columns["close_price"]["type"], sqlalchemy.Float)
    assert not isinstance(columns["close_price"]["type"], sqlalchemy.DECIMAL)
    assert columns["known_at"]["type"].timezone is False
    assert inspector.get_table_comment("fct_price_daily", schema="marts")["text"]


def test_a_bi_tool_asks_with_parameters_and_groups(engine: sqlalchemy.Engine) -> None:
    query = sqlalchemy.text(
        "select asset, count(*) as days_count, min(low_price) as low from marts.fct_price_daily "
        "where venue = 'binance' and observed_date >= :first group by asset"
    )
    with engine.connect() as connection:
        rows = connection.execute(query, {"first": date(2026, 2, 5)}).mappings().all()
    assert [dict(row) for row in rows] == [{"asset": "BTC", "days_count": 8, "low": 60_000.0}]


def test_a_bi_tool_cannot_write(engine: sqlalchemy.Engine) -> None:
    with (
        engine.connect() as connection,
        pytest.raises(sqlalchemy.exc.DBAPIError, match="read-only"),
    ):
        connection.execute(sqlalchemy.text("delete from marts.fct_price_daily"))


def test_pandas_reads_dates_and_numbers(engine: sqlalchemy.Engine) -> None:
    import pandas

    frame = pandas.read_sql(
        "select period_start_at, close_price, is_final from marts.fct_price_hourly where venue = 'binance' order by 1",
        engine,
    )
    assert len(frame) == 384
    assert [str(kind)[:10] for kind in frame.dtypes] == ["datetime64", "float64", "bool"]
    assert frame["period_start_at"].dt.tz is None


def test_pandas_reads_the_parquet_files(published_case: Machine) -> None:
    import pandas

    file = published_case.data / "published" / "latest" / "parquet" / "fct_price_daily.parquet"
    frame = pandas.read_parquet(file, columns=["observed_date", "close_price", "known_at", "is_final", "provenance"])
    expected = ask_one(published_case.database, "select sum(close_price) from marts.fct_price_daily")
    assert frame["close_price"].sum() == pytest.approx(expected)
    assert [str(kind)[:10] for kind in frame.dtypes[1:4]] == ["float64", "datetime64", "bool"]
    assert set(frame["provenance"]) == {"reconstructed"}


def test_the_catalog_tells_a_tool_what_the_file_holds(published_case: Machine) -> None:
    catalog = Catalog.from_json((published_case.data / "published" / "latest" / "catalog.json").read_bytes())
    told = {
        (table.schema, table.name, column.name, column.data_type)
        for table in catalog.tables
        for column in table.columns
    }
    query = (
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where not internal and not starts_with(schema_name, 'marts_asof_')"
    )
    assert told == set(ask(published_case.database, query))
    for table in catalog.of_schema("marts"):
        assert table.description, table.name
        assert table.topic, table.name
        assert table.grain, table.name
        assert table.upstream or table.name.startswith("dim_"), table.name
        assert all(column.description for column in table.columns), table.name


def test_parquet_files_hold_the_same_rows_as_the_tables(published_case: Machine) -> None:
    folder = published_case.data / "published" / "latest" / "parquet"
    tables = ask(
        published_case.database,
        "select schema_name, table_name from duckdb_tables() where schema_name in ('marts', 'vintages')",
    )
    expected = {f"{name}.parquet" if schema == "marts" else f"{schema}.{name}.parquet" for schema, name in tables}
    assert {path.name for path in folder.iterdir()} == expected
    with duckdb.connect(str(published_case.database), read_only=True) as connection:
        for schema, name in tables:
            file = folder / (f"{name}.parquet" if schema == "marts" else f"{schema}.{name}.parquet")
            table = connection.sql(f"from {schema}.{name}").pl()
            read = pl.read_parquet(file)
            assert read.sort(pl.all()).equals(table.sort(pl.all())), name


def test_the_command_line_answers(published_case: Machine) -> None:
    asked = published_case.unwind(
        "sql",
        "--csv",
        "select observed_date, close_price from marts.fct_price_daily where venue = 'binance' order by 1 limit 1",
    )
    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout == "observed_date,close_price\n2026-01-28,89300.0\n"
    assert "2026-02-06" in published_case.unwind("sql", "from marts.fct_price_daily where venue = 'binance'").stdout


@pytest.mark.parametrize(
    "query",
    [
        "copy (select 1) to '{folder}/stolen.csv'",
        "select * from read_text('{folder}/secret.txt')",
        "attach '{folder}/other.duckdb'",
        "set enable_external_access = true",
        "delete from marts.fct_price_daily",
        "select no_such_column from marts.fct_price_daily",
    ],
    ids=["copy", "read_text", "attach", "set", "delete", "typo"],
)
def test_the_command_line_refuses_in_one_line(published_case: Machine, query: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("hidden")
    asked = published_case.unwind("sql", query.format(folder=tmp_path))
    assert asked.returncode == 1
    assert "hidden" not in asked.stdout
    assert len(asked.stderr.strip().splitlines()) == 1
    assert asked.stderr.startswith("unwind:")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.txt"]
