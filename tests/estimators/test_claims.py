"""Readings of claims: what is asked, what is refused, and that nobody vouches for himself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb
import pytest

from dbt_project.estimators.claims import SCHEMA, ClaimError, measure_claims

NOW, THEN = datetime(2026, 2, 8), datetime(2026, 2, 6)
FIGURES = """(values
    ('low_a', 60075.0, 'Vendor A', 'checks_article', timestamp '2026-02-06'),
    ('low_b', 60001.0, 'Vendor B', 'checks_article', timestamp '2026-02-07'),
    ('low_article', 60000.0, 'The Paper', 'claimed_by_article', timestamp '2026-02-07')
) as figures(figure_id, value, publisher, role, known_at)"""
MEASURE = "select 3.5 as value, 'reconstructed' as provenance, timestamp '2026-02-05' as known_at"


@pytest.fixture
def session() -> duckdb.DuckDBPyConnection:
    """A warehouse of the seventh; the seed knows a figure of later, too."""
    connection = duckdb.connect()
    connection.execute(f"create schema marts; create table marts.dim_quoted_figure as from {FIGURES}")
    connection.execute(
        f"create table seed as select figure_id as fact_id, publisher, role from {FIGURES} "
        "union all values ('low_late', 'Vendor C', 'checks_article')"
    )
    return connection


def readings(session: duckdb.DuckDBPyConnection, **changes: Any) -> list[dict[str, Any]]:
    """What one claim comes to, the marts' reading first."""
    claims = [changes] if changes else []
    names = ["claim_id", "source_named", "measure", "publications", "arithmetic"]
    session.execute(
        "create or replace table claims (article varchar, asked_at timestamp, claimed_value double, claim_id integer, "
        "source_named varchar, measure varchar, publications varchar, arithmetic varchar)"
    )
    for claim in [{"claim_id": 6}, *claims] if claims else []:
        session.execute(
            "insert into claims values ('paper', $now, 60000, $claim_id, $source_named, $measure, $publications, "
            "$arithmetic)",
            {"now": NOW, **dict.fromkeys(names), "claim_id": 7, **claim},
        )
    rows = measure_claims(session.table("claims"), session.table("seed"), session).to_pylist()
    return [row for row in rows if row["claim_id"] == 7]


def test_without_claims_there_are_typed_columns_and_no_rows(session: duckdb.DuckDBPyConnection) -> None:
    session.execute("create table claims (article varchar, claim_id integer)")
    table = measure_claims(session.table("claims"), session.table("seed"), session)
    assert (table.num_rows, table.column_names) == (0, list(SCHEMA))


def test_a_measure_keeps_its_provenance_and_its_time(session: duckdb.DuckDBPyConnection) -> None:
    (reading,) = readings(session, measure=MEASURE)
    assert (reading["kind"], reading["value"], reading["provenance"]) == ("marts", 3.5, "reconstructed")
    assert (reading["known_at"], reading["query"]) == (datetime(2026, 2, 5), MEASURE)


def test_every_publication_is_a_reading_and_the_query_gives_the_middle_one(session: duckdb.DuckDBPyConnection) -> None:
    _, first, second = readings(session, publications="figure('low_a'); figure('low_b')")
    assert [(r["publishers"], r["value"]) for r in (first, second)] == [("Vendor A", 60075.0), ("Vendor B", 60001.0)]
    assert second["known_at"] == datetime(2026, 2, 7)
    assert session.execute(first["query"]).fetchall() == [(60001.0,)]


def test_what_is_printed_later_says_nothing_yet(session: duckdb.DuckDBPyConnection) -> None:
    _, late = readings(session, publications="figure('low_late')")
    assert (late["value"], late["known_at"]) == (None, None)


@pytest.mark.parametrize("source", ["Vendor A", "Reuters/Vendor A", "Reuters / Vendor A"])
def test_the_claims_own_source_is_no_publication(session: duckdb.DuckDBPyConnection, source: str) -> None:
    assert len(readings(session, publications="figure('low_a')", source_named=source)) == 1
    _, mixed = readings(session, publications="coalesce(figure('low_a'), figure('low_b'))", source_named=source)
    assert (mixed["value"], mixed["publishers"]) == (60001.0, "Vendor B")


def test_what_an_article_claims_never_checks_it(session: duckdb.DuckDBPyConnection) -> None:
    assert len(readings(session, publications="figure('low_article')")) == 1
    assert len(readings(session, publications="cast(figure('low_article') is null as integer)")) == 1


def test_arithmetic_is_over_the_articles_own_claims(session: duckdb.DuckDBPyConnection) -> None:
    _, reading = readings(session, arithmetic="(claimed(6) / claimed(7) - 1) * 100")
    assert (reading["kind"], reading["value"]) == ("arithmetic", 0.0)
    assert "from marts.fct_claim_check where article = 'paper' and claim_id = 6 and is_final" in reading["query"]


@pytest.mark.parametrize(
    ("claim", "complaint"),
    [
        ({"measure": "drop table claims"}, "not one SELECT"),
        ({"measure": f"{MEASURE}; {MEASURE}"}, "not one SELECT"),
        ({"measure": "select 1 as value"}, "provenance"),
        ({"measure": "select no_such as value from marts.dim_quoted_figure"}, "no_such"),
        ({"measure": f"{MEASURE} union all {MEASURE}"}, "returns 2 rows"),
        ({"publications": "figure('low_x')"}, "no quoted figure low_x"),
        ({"publications": "figure('low_a') +"}, "syntax error"),
        ({"publications": "60000"}, "names no figure"),
        ({"arithmetic": "claimed(6) * 1.17"}, "not the article's: 1.17"),
        ({"arithmetic": "claimed(8)"}, "does not have: .8."),
        ({"arithmetic": "(select 1); delete from claims"}, "not one SELECT"),
    ],
)
def test_a_claim_that_cannot_be_asked_is_named(
    session: duckdb.DuckDBPyConnection, claim: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ClaimError, match=f"^paper, claim 7: .*{complaint}"):
        readings(session, **claim)
    assert session.execute("select count(*) from claims").fetchall() == [(2,)]
