"""Readings of an article's claims: what marts, publications and the article's own figures make of each.

A claim comes with up to three pieces of SQL. Here they are judged as text, asked, and handed back with the query that
an outsider can ask again. Which reading decides, and what it says, is fct_claim_check's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from dbt_project.estimators.arrays import write_table

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

FIGURE = re.compile(r"\bfigure\('([^']*)'\)")
CLAIMED = re.compile(r"\bclaimed\((\d+)\)")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
# What percentages are made with; any other number would be evidence that nobody published.
ALLOWED_NUMBERS = {"1", "100"}
SCHEMA = {
    "article": "varchar",
    "claim_id": "bigint",
    "as_of_at": "timestamp",
    "reading_number": "bigint",
    "kind": "varchar",
    "value": "double",
    "provenance": "varchar",
    "publishers": "varchar",
    "known_at": "timestamp",
    "query": "varchar",
}


class ClaimError(ValueError):
    """A claim's SQL cannot be asked; the message names article and claim."""


class Figure(NamedTuple):
    """One quoted figure; known_at is None where nobody could have known it yet."""

    publisher: str
    role: str
    known_at: datetime | None


class Reading(NamedTuple):
    """One answer to a claim. NULL where nothing tells, or tells yet."""

    kind: str
    value: float | None = None
    provenance: str | None = None
    publishers: str | None = None
    known_at: datetime | None = None
    query: str | None = None


def measure_claims(claims: DuckDBPyRelation, quoted: DuckDBPyRelation, session: DuckDBPyConnection) -> pa.Table:
    """Readings of all claims, each in its claim's unit: always one of the marts, then publications, then arithmetic.

    claims: rows of stg_seeds__article_claims; quoted: fact_id, publisher and role of every figure there is, known yet
    or not; session: where the marts are. Raises ClaimError.
    """
    rows = _dicts(claims.order("article, claim_id"))
    known: dict[str, datetime] = {}
    if rows:
        known = dict(session.execute("select figure_id, known_at from marts.dim_quoted_figure").fetchall())
    figures = {
        row["fact_id"]: Figure(row["publisher"], row["role"], known.get(row["fact_id"]))
        for row in _dicts(quoted.project("fact_id, publisher, role"))
    }
    own = {(row["article"], row["claim_id"]): row["claimed_value"] for row in rows}
    found = []
    for claim in rows:
        key = (claim["article"], claim["claim_id"], claim["asked_at"])
        try:
            readings = [
                _measured(claim, session),
                *_published(claim, figures, session),
                *_reckoned(claim, own, session),
            ]
        except Exception as error:
            raise ClaimError(f"{claim['article']}, claim {claim['claim_id']}: {error}") from error
        found += [(*key, number, *reading) for number, reading in enumerate(readings)]
    return _table(found)


def sources(claim: Mapping[str, Any]) -> list[str]:
    """Whom the claim quotes, who are therefore no evidence for it.

    >>> sources({"source_named": "Reuters/CoinGlass"})
    ['Reuters', 'CoinGlass']
    """
    return [name.strip() for name in (claim["source_named"] or "").split("/") if name.strip()]


def expand_figures(expression: str, own_sources: list[str]) -> str:
    """Publications' SQL with each figure('…') as a question to the release: never one of the claim's own source."""
    others = "".join(f" and publisher <> '{_quoted(name)}'" for name in own_sources)
    return FIGURE.sub(
        lambda found: (
            f"(select value from marts.dim_quoted_figure where figure_id = '{found[1]}' "
            f"and role = 'checks_article'{others})"
        ),
        expression,
    )


def expand_claimed(expression: str, article: str) -> str:
    """Arithmetic's SQL with each claimed(…) as a question to the release."""
    return CLAIMED.sub(
        lambda found: (
            f"(select claimed_value from marts.fct_claim_check where article = '{_quoted(article)}' "
            f"and claim_id = {found[1]} and is_final)"
        ),
        expression,
    )


def _measured(claim: Mapping[str, Any], session: DuckDBPyConnection) -> Reading:
    query = claim["measure"]
    if not query:
        return Reading("marts")
    _refuse_all_but_one_select(query)
    columns = "cast(value as double), cast(provenance as varchar), cast(known_at as timestamp)"
    answers = session.execute(f"select {columns} from ({query}) as asked").fetchall()
    if len(answers) != 1:
        raise ClaimError(f"its measure returns {len(answers)} rows, not one")
    value, provenance, known_at = answers[0]
    return Reading("marts", value, provenance, None, known_at, query)


def _published(
    claim: Mapping[str, Any], figures: Mapping[str, Figure], session: DuckDBPyConnection
) -> Iterator[Reading]:
    own_sources, asked = sources(claim), []
    for expression in filter(None, map(str.strip, (claim["publications"] or "").split(";"))):
        names = FIGURE.findall(expression)
        if not names:
            raise ClaimError(f"a publication names no figure('<figure_id>'): {expression}")
        if unknown := [name for name in names if name not in figures]:
            raise ClaimError(f"there is no quoted figure {', '.join(unknown)}")
        usable = [
            figures[name]
            for name in names
            if figures[name].role == "checks_article" and figures[name].publisher not in own_sources
        ]
        # Without a figure of somebody else an expression could say anything.
        if usable:
            asked.append((expand_figures(expression, own_sources), usable))
    if not asked:
        return
    values = [f"cast({expression} as double)" for expression, _ in asked]
    _refuse_all_but_one_select(f"select {', '.join(values)}")
    listed = ", ".join(f"({value})" for value in values)
    # The middle one, or the lower of two in the middle, so that it is one that somebody stands for.
    query = f"select quantile_disc(value, 0.5) as value from (values {listed}) as readings(value)"
    answers = session.execute(f"select {', '.join(values)}").fetchall()[0]
    for value, (_, usable) in zip(answers, asked, strict=True):
        known = [figure for figure in usable if figure.known_at is not None]
        publishers = ", ".join(sorted({figure.publisher for figure in known or usable}))
        known_at = max((figure.known_at for figure in known if figure.known_at is not None), default=None)
        yield Reading("publication", value, "published", publishers, known_at, query)


def _reckoned(
    claim: Mapping[str, Any], own: Mapping[tuple[str, int], float], session: DuckDBPyConnection
) -> Iterator[Reading]:
    expression, article = claim["arithmetic"], claim["article"]
    if not expression:
        return
    if foreign := set(NUMBER.findall(CLAIMED.sub("", expression))) - ALLOWED_NUMBERS:
        raise ClaimError(f"its arithmetic has figures that are not the article's: {', '.join(sorted(foreign))}")
    numbers = [int(number) for number in CLAIMED.findall(expression)]
    if missing := [number for number in numbers if (article, number) not in own]:
        raise ClaimError(f"its arithmetic names claims that the article does not have: {missing}")
    filled = CLAIMED.sub(lambda found: f"cast({own[article, int(found[1])]!r} as double)", expression)
    _refuse_all_but_one_select(f"select {filled}")
    value = session.execute(f"select cast({filled} as double)").fetchall()[0][0]
    query = f"select {expand_claimed(expression, article)} as value"
    yield Reading("arithmetic", value, "published", None, None, query)


def _refuse_all_but_one_select(query: str) -> None:
    """Claims are questions: a file of them must not be able to change or write anything."""
    import duckdb

    statements = duckdb.extract_statements(query)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise ClaimError("its SQL is not one SELECT")


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _dicts(relation: DuckDBPyRelation) -> list[dict[str, Any]]:
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in SCHEMA]
    return write_table(dict(zip(SCHEMA, columns, strict=True)), SCHEMA)
