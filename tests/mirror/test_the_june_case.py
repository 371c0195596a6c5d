"""docs/case_june_2026.md against the archive: every query runs, and what the page concludes is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from tests.conftest import PROJECT
from tests.dbt.compiled_project import NEVER, CompiledProject, Tables

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror clock")]
PAGE = (PROJECT / "docs" / "case_june_2026.md").read_text()
QUERIES = re.findall(r"## ([^\n]*)\n(?:(?!## ).)*?```sql\n(.*?)```", PAGE, flags=re.S)
# Of a release, not of the marts alone.
PUBLISHED = ("marts_asof", "meta.")


@pytest.fixture(scope="module")
def june(prefixed: CompiledProject, archived: Tables) -> Iterator[duckdb.DuckDBPyConnection]:
    with prefixed.materialise(archived, NEVER) as connection:
        yield connection


def ask(june: duckdb.DuckDBPyConnection, title: str) -> list[tuple]:
    [query] = [query for name, query in QUERIES if name.startswith(title)]
    return june.execute(query).fetchall()


def test_every_query_has_an_answer(june: duckdb.DuckDBPyConnection) -> None:
    asked = [query for _, query in QUERIES if not any(schema in query for schema in PUBLISHED)]
    assert len(asked) == 7
    assert all(june.execute(query).fetchall() for query in asked)


def test_the_fall_was_price(june: duckdb.DuckDBPyConnection) -> None:
    [(price, dollars, coins, share)] = ask(june, "The fall was price")
    assert (round(price, 2), round(dollars, 2), round(coins, 2), round(share, 2)) == (-0.17, -0.2, -0.03, 0.86)


def test_dollars_name_the_wrong_side(june: duckdb.DuckDBPyConnection) -> None:
    told = {day.day: (ours, theirs) for day, ours, theirs in ask(june, "A chart in dollars")}
    assert told[2] == told[5] == ("new_shorts", "long_liquidation")
    assert told[7] == told[11] == ("short_covering", "new_longs")
    # The archive of this test begins a day later than that of the page.
    [(days, differ, against)] = june.execute(
        "select count(*), count(*) filter (where quadrant <> quadrant_by_usd), "
        "count(*) filter (where quadrant <> quadrant_by_usd and quadrant in ('new_shorts', 'short_covering')) "
        "from marts.fct_deleveraging_daily where asset = 'BTC' and quadrant is not null "
        "and observed_date between '2026-05-20' and '2026-07-18'"
    ).fetchall()
    assert (days, differ, against) == (58, 18, 9)


def test_positions_went_before_the_low(june: duckdb.DuckDBPyConnection) -> None:
    first, second = ask(june, "When positions")
    assert first[:2] == (date(2026, 6, 2), date(2026, 6, 4))
    assert first[3:7] == (date(2026, 6, 12), date(2026, 6, 15), "recovered", "mild")
    assert -0.1 < first[7] < -0.09
    assert second[1].month == 7
    assert second[7] > first[7]


def test_longs_paid_until_the_positions_were_gone(june: duckdb.DuckDBPyConnection) -> None:
    paid = {day: (rate, share) for day, rate, share, *_ in ask(june, "Who paid")}
    fall = [paid[date(2026, 6, day)] for day in range(1, 7)]
    assert [share for _, share in fall[:3]] == [0, 0, 0]
    assert fall[4][1] == 1
    assert sum(rate < 0 for rate, _ in fall) == 2


def test_takers_sold_to_the_low_and_then_bought(june: duckdb.DuckDBPyConnection) -> None:
    days = {day.day: (spot, perp) for day, spot, perp, _ in ask(june, "Who sold")}
    assert all(spot < 0 and perp < spot for spot, perp in (days[day] for day in range(1, 7)))
    assert min(days[7]) > 0


def test_the_streak_of_the_funds(june: duckdb.DuckDBPyConnection) -> None:
    flows = {day: row for day, *row in ask(june, "What the funds")}
    assert flows[date(2026, 6, 3)][1] == -13
    assert 0 < flows[date(2026, 6, 4)][0] < 10e6
    assert flows[date(2026, 6, 5)][0] < 0
    assert round(flows[date(2026, 6, 5)][2] / 1e9, 1) == -1.7


def test_the_round_levels(june: duckdb.DuckDBPyConnection) -> None:
    told = [(level, opened.day, state) for level, opened, _, state in ask(june, "Levels")]
    assert told == [(70_000, 2, "lost"), (70_000, 2, "failed"), (60_000, 5, "lost"), (60_000, 5, "reclaimed")]
