"""`unwind claims`: what became of an article's claims, as it stood and as it ended. Verdicts are fct_claim_check's."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import duckdb
from rich.markup import escape
from rich.table import Table

from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.connect import open_release
from orchestration.console import out, told_plainly
from orchestration.run_scope import parse_instant

COLOURS = {
    "ties": "green",
    "ties_as_of": "yellow",
    "partly": "yellow",
    "contradicted": "red",
    "ambiguous": "magenta",
    "unverifiable": "dim",
}


class Claim(NamedTuple):
    """One line of the table."""

    article: str
    claim_id: int
    statement: str
    unit: str
    comparison: str
    claimed_value: float
    verdict: str
    evidence: str | None
    reason: str
    evidence_then: float | None
    computed_then: float | None
    evidence_in_the_end: float | None
    computed_in_the_end: float | None


@told_plainly
def show(as_of: str | None, only: str | None) -> int:
    """Print a table per article, the newest verdicts or those of one moment. Exit code 0 whatever they are."""
    if only is not None and only not in COLOURS:
        raise ValueError(f"{only!r} is no verdict; there are {', '.join(COLOURS)}")
    path = Places(Settings().data_dir).published / "unwind.duckdb"
    with open_release(path) as connection:
        moment = _moment(connection, as_of)
        claims = _claims(connection, moment)
        release = connection.execute("select release_id, scope, provenance from meta.releases").fetchall()[0]
    for article, group in groupby(claims, key=lambda claim: claim.article):
        _print_article(article, list(group), only)
    out.print("verdicts at " + f"{moment:%Y-%m-%d %H:%MZ}" + f" by release {release[0]} ({release[1]}, {release[2]})")
    if release[2] == "reconstructed":
        out.print(
            "values in brackets come of reconstructed rows alone, made to fit published figures: they confirm no claim",
            soft_wrap=True,
        )
    return 0


def _moment(connection: duckdb.DuckDBPyConnection, as_of: str | None) -> datetime:
    try:
        rows = connection.execute("select distinct as_of_at from marts.fct_claim_check order by 1").fetchall()
    except duckdb.CatalogException:
        raise ValueError("this release is of a version that checked no claims; `unwind run` makes a new one") from None
    moments: list[datetime] = [row[0] for row in rows]
    if not moments:
        raise ValueError("no article speaks of a moment before this release's")
    if as_of is None:
        return moments[-1]
    asked = parse_instant(as_of)
    if asked not in moments:
        there = ", ".join(f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments)
        raise ValueError(f"claims were not measured as of {as_of}; there is {there}. `unwind run --as-of` adds one")
    return asked


def _claims(connection: duckdb.DuckDBPyConnection, moment: datetime) -> list[Claim]:
    """Of each claim the row of a moment, with its values at the earliest instant (if any) and in the end."""
    rows = connection.execute(
        """
        select article, claim_id, statement, unit, comparison, claimed_value, verdict, evidence, reason,
            arg_min_null(evidence_value, as_of_at) filter (where not is_final) over claim as evidence_then,
            arg_min_null(computed_value, as_of_at) filter (where not is_final) over claim as computed_then,
            max(evidence_value) filter (where is_final) over claim as evidence_in_the_end,
            max(computed_value) filter (where is_final) over claim as computed_in_the_end
        from marts.fct_claim_check
        window claim as (partition by article, claim_id)
        qualify as_of_at = $moment
        order by article, claim_id
        """,
        {"moment": moment},
    ).fetchall()
    return [Claim(*row) for row in rows]


def _print_article(article: str, claims: list[Claim], only: str | None) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", title=escape(article), title_justify="left")
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("claim", overflow="fold", ratio=3)
    for name in ("claimed", "as it stood", "as it ended"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("verdict", "evidence"):
        table.add_column(name, no_wrap=True)
    table.add_column("reason", overflow="fold", ratio=4)
    for claim in claims:
        if only in (None, claim.verdict):
            table.add_row(
                str(claim.claim_id),
                escape(claim.statement),
                _claimed(claim),
                _found(claim, claim.evidence_then, claim.computed_then),
                _found(claim, claim.evidence_in_the_end, claim.computed_in_the_end),
                f"[{COLOURS[claim.verdict]}]{claim.verdict}[/]",
                (claim.evidence or "none").replace("_", " "),
                escape(claim.reason),
            )
    if table.row_count:
        out.print(table)
    counts = Counter(claim.verdict for claim in claims)
    out.print(f"{len(claims)} claims: " + ", ".join(f"{counts[name]} {name}" for name in COLOURS if counts[name]))


def _claimed(claim: Claim) -> str:
    if claim.comparison == "is_true":
        return "true"
    sign = {"at_least": "≥ ", "at_most": "≤ "}.get(claim.comparison, "")
    return f"{sign}{_number(claim.claimed_value)} {claim.unit}"


def _found(claim: Claim, evidence: float | None, computed: float | None) -> str:
    """The evidence; in brackets what the marts show where there is none."""
    value = computed if evidence is None else evidence
    if value is None:
        return "-"
    shown = f"{value:.0%}" if claim.comparison == "is_true" else _number(value)
    return f"({shown})" if evidence is None else shown


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:,.6g}"
