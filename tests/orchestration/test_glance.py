"""What an operator sees of a table: when its newest row came to be known, and a plot that never fails the build."""

from __future__ import annotations

from datetime import date, datetime

import duckdb
import pytest

from orchestration.catalog import Column, Table
from orchestration.glance import Glance, glance, main_measure

TABLE = Table(
    "marts",
    "fct_price_daily",
    "One row per day and venue.",
    "prices",
    ("observed_date", "venue"),
    (
        Column("observed_date", "date", ""),
        Column("venue", "varchar", ""),
        Column("trades_count", "bigint", "", "count"),
        Column("open_price", "double", "", "quote"),
        Column("close_price", "double", "", "quote"),
        Column("known_at", "timestamp", ""),
    ),
)


def _glance(*rows: str, table: Table = TABLE) -> Glance:
    with duckdb.connect() as connection:
        connection.execute(
            "create schema marts; create table marts.fct_price_daily (observed_date date, venue varchar, "
            "trades_count bigint, open_price double, close_price double, known_at timestamp)"
        )
        for row in rows:
            connection.execute(f"insert into marts.fct_price_daily values ({row})")
        return glance(connection, table)


def test_it_draws_the_longest_series_and_tells_its_ends() -> None:
    found = _glance(
        "'2026-02-04', 'a', 1, 1, 40, '2026-02-05'",
        "'2026-02-05', 'a', 1, 1, 10, '2026-02-06 08:00'",
        "'2026-02-06', 'a', 1, 1, 20, '2026-02-07'",
        "'2026-02-06', 'b', 1, 1, 99, '2026-02-08 09:00'",
    )
    assert found.extent == (4, date(2026, 2, 4), date(2026, 2, 6))
    assert found.newest == datetime(2026, 2, 8, 9)
    assert found.plot.startswith(
        "`█▁▃`\n\n**close_price** of a, quote. The last 3 points, from 2026-02-04 to 2026-02-06"
    )
    assert "lowest 10, highest 40, last 20" in found.plot


def test_an_empty_table_has_no_plot() -> None:
    assert _glance() == Glance(_glance().extent, None, "")


@pytest.mark.parametrize("odd", ["null", "'nan'::double", "'inf'::double"])
def test_what_is_no_number_is_not_drawn(odd: str) -> None:
    rows = [f"'2026-02-0{day}', 'a', 1, 1, {day}, '2026-02-09'" for day in (1, 2)]
    assert "2 points" in _glance(*rows, f"'2026-02-03', 'a', 1, 1, {odd}, '2026-02-09'").plot


def test_one_point_is_no_plot() -> None:
    assert _glance("'2026-02-04', 'a', 1, 1, 40, '2026-02-05'").plot == ""


def test_a_table_of_one_series_needs_no_name_for_it() -> None:
    alone = Table(TABLE.schema, TABLE.name, "", "prices", ("observed_date",), TABLE.columns)
    rows = [f"'2026-02-0{day}', 'a', 1, 1, {day}, '2026-02-09'" for day in (1, 2)]
    assert "**close_price**, quote." in _glance(*rows, table=alone).plot


def test_a_count_is_the_main_measure_only_of_a_table_that_has_no_other() -> None:
    measure = main_measure(TABLE)
    assert measure is not None
    assert measure.name == "close_price"
    counted = Table("marts", "t", "", "prices", ("observed_date",), TABLE.columns[:3])
    measure = main_measure(counted)
    assert measure is not None
    assert measure.name == "trades_count"
