"""What the UI shows of a built table beside its extent: when its newest row came to be known, and how its main measure
went lately. Two small queries a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from orchestration.catalog import Catalog, Column, Table
from orchestration.extents import Extent, extent_of
from orchestration.identifiers import Sql, ident, idents, literal, statement

BARS = "▁▂▃▄▅▆▇█"
POINTS = 60
NUMBERS = ("double", "bigint", "integer", "float")
# First among a table's measures, and not what it is about.
ASIDE = (
    *("open_price", "high_price", "low_price", "dvol_open_vol_pct"),
    *("price_ceiling_usd", "threshold_ratio", "band_ratio", "resolution_minutes", "efficiency_j_per_th"),
)


class Glance(NamedTuple):
    """newest: when the newest row came to be known. plot: Markdown; empty where there is nothing to draw."""

    extent: Extent
    newest: datetime | None
    plot: str


def glances(warehouse: Path, catalog: Catalog) -> dict[str, Glance]:
    """Every published table of a warehouse at a glance, by `schema.name`."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {table.full_name: glance(connection, table) for table in catalog.tables}


def glance(connection: duckdb.DuckDBPyConnection, table: Table) -> Glance:
    """One table of an open warehouse or release at a glance."""
    extent = extent_of(connection, table)
    if not extent.rows_count:
        return Glance(extent, None, "")
    return Glance(extent, _newest(connection, table), _plot(connection, table))


def spark(numbers: Sequence[float]) -> str:
    """Numbers as bars, from the lowest to the highest.

    >>> spark([1, 2, 4, 8]), spark([3, 3])
    ('▁▂▄█', '▄▄')
    """
    low, high = min(numbers), max(numbers)
    if high == low:
        return BARS[3] * len(numbers)
    return "".join(BARS[round((number - low) / (high - low) * (len(BARS) - 1))] for number in numbers)


def main_measure(table: Table) -> Column | None:
    """The first number with a unit; a count or a duration only where there is no other."""
    measures = [
        column
        for column in table.columns
        if column.unit and column.data_type.lower() in NUMBERS and column.name not in (*table.grain, *ASIDE)
    ]
    return min(measures, key=lambda column: column.name.endswith(("_count", "_days", "_hours")), default=None)


def _newest(connection: duckdb.DuckDBPyConnection, table: Table) -> datetime | None:
    known = next((name for name in ("known_at", "known_from_at") if name in table.column_names), None)
    if known is None:
        return None
    newest: datetime | None = connection.execute(
        statement("select max({known}) from {target}", known=ident(known), target=_name(table))
    ).fetchall()[0][0]
    return newest


def _plot(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    """The last points of the main measure, of that series of the table which has the most of them."""
    types = {column.name: column.data_type.lower() for column in table.columns}
    time = next((name for name in table.grain if types.get(name) in ("date", "timestamp")), None)
    measure = main_measure(table)
    if time is None or measure is None:
        return ""
    others = [name for name in table.grain if name != time]
    rows = connection.execute(
        statement(
            "with points as (select concat_ws(' ', {others}) as series, {time} as moment, {measure} as amount "
            "from {target} where isfinite(cast({measure} as double))), "
            "longest as (select series from points group by series order by count(*) desc, series limit 1) "
            "select series, moment, amount from points semi join longest using (series) order by moment desc limit ?",
            others=idents(others) if others else literal(""),
            time=ident(time),
            measure=ident(measure.name),
            target=_name(table),
        ),
        [POINTS],
    ).fetchall()[::-1]
    return _drawn(measure, rows) if len(rows) > 1 else ""


def _drawn(measure: Column, rows: list[tuple[Any, ...]]) -> str:
    amounts = [amount for _, _, amount in rows]
    of = f" of {rows[0][0]}" if rows[0][0] else ""
    return (
        f"`{spark(amounts)}`\n\n**{measure.name}**{of}, {measure.unit}. The last {len(rows)} points, from {rows[0][1]} "
        f"to {rows[-1][1]}: lowest {min(amounts):,.6g}, highest {max(amounts):,.6g}, last {amounts[-1]:,.6g}."
    )


def _name(table: Table) -> Sql:
    return ident(table.schema, table.name)
