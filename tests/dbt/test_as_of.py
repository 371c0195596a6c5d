"""Every published table is a function of the as-of time: what became known later never moves an answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.dbt.compiled_project import AS_OF, NEVER, CompiledProject
from tests.dbt.raw_factory import Raw, Row, stamp

INSTANTS = [datetime.fromisoformat(AS_OF), datetime(2026, 2, 8, 9)]


def known_by(raw: Raw, moment: datetime) -> Raw:
    return {key: [row for row in rows if row["known_at"] <= moment] for key, rows in raw.items()}


def with_later_rows(raw: Raw, moment: datetime) -> Raw:
    """A second after the moment every fact is restated, and as many new ones land, 60 days on."""
    later = moment + timedelta(seconds=1)

    def once_more(row: Row) -> Row:
        return stamp(row, later) | {"_capture_id": f"later {row['_capture_id']}"}

    return {
        key: rows + [once_more(change(row)) for row in rows for change in (restated, moved)]
        for key, rows in raw.items()
    }


def restated(row: Row) -> Row:
    return {name: value * 1.5 if isinstance(value, float) else value for name, value in row.items()}


def moved(row: Row) -> Row:
    """Event times two months later; a retarget sixty epochs later, an event of its own under its own name."""
    shift = timedelta(days=60)
    changes = {name: value + shift for name, value in row.items() if hasattr(value, "year")}
    changes |= {"height": row["height"] + 60 * 2016} if "height" in row else {}
    return row | changes | {name: f"{row[name]} moved" for name in ("event_id", "trade_id") if name in row}


@pytest.mark.parametrize("moment", INSTANTS, ids=lambda moment: f"{moment:%d-%b-%Hh%M}")
def test_rows_known_later_change_no_answer(project: CompiledProject, raw: Raw, moment: datetime) -> None:
    then = project.answers(known_by(raw, moment), moment)
    assert project.answers(raw, moment) == then
    assert project.answers(with_later_rows(raw, moment), moment) == then


@pytest.fixture(scope="module")
def later(project: CompiledProject, raw: Raw) -> dict[str, list[tuple[Any, ...]]]:
    """The newest answers when every fact was restated."""
    return project.answers(with_later_rows(raw, INSTANTS[0]), NEVER)


def test_later_rows_do_change_the_newest_answer(
    project: CompiledProject, raw: Raw, later: dict[str, list[tuple[Any, ...]]]
) -> None:
    """The property above is worth nothing if the added rows were ignored anyway."""
    now = project.answers(raw, NEVER)
    # What publications printed is made of no raw row.
    assert [name for name in now if now[name] == later[name]] == ["dim_quoted_figure"]


def test_an_instant_before_everything_has_no_rows(project: CompiledProject, raw: Raw) -> None:
    assert set(map(len, project.answers(raw, "2020-01-01 00:00:00").values())) == {0}


def test_order_of_rows_in_the_files_does_not_matter(
    project: CompiledProject, raw: Raw, later: dict[str, list[tuple[Any, ...]]]
) -> None:
    backwards = {key: rows[::-1] for key, rows in with_later_rows(raw, INSTANTS[0]).items()}
    assert project.answers(backwards, NEVER) == later


def test_vintages_answer_every_moment_like_a_build_of_that_moment(project: CompiledProject, raw: Raw) -> None:
    with project.materialise(raw, NEVER, ["etf_flow"]) as connection:
        for moment in INSTANTS:
            from_history = connection.execute(
                "select session_date, flow_usd from vintages.etf_flow "
                "where known_from_at <= $1 and $1 < known_to_at order by 1",
                [moment],
            ).fetchall()
            rebuilt = flows(project, raw, moment)
            assert from_history == [row for row in rebuilt if row[1] is not None]


def flows(project: CompiledProject, raw: Raw, moment: datetime) -> list[tuple[Any, ...]]:
    return project.ask(raw, "select session_date, flow_usd from marts.fct_etf_flow_daily order by 1", moment)


def test_a_restated_flow_answers_twice(project: CompiledProject, raw: Raw) -> None:
    """4 February was first printed as -500 million at 03:00 and as -544.9 at 12:00 the day after."""
    fourth = datetime(2026, 2, 4).date()
    before = dict(flows(project, raw, datetime(2026, 2, 5, 11, 59)))[fourth]
    after = dict(flows(project, raw, datetime(2026, 2, 5, 12)))[fourth]
    assert (before, after) == (-500e6, -544.9e6)
