"""What was claimed of these days in print, each figure beside the evidence, as it stood and as it ended."""

from __future__ import annotations

from collections.abc import Mapping

from orchestration.brief.focus import Focus
from orchestration.brief.reader import Release, Row
from orchestration.brief.section import Cell, Figure, Grid, Section, said

TABLES = ("fct_claim_check",)
NEEDS = TABLES[:1]
VERDICTS = ("ties", "ties_as_of", "partly", "contradicted", "ambiguous", "unverifiable")


def section(release: Release, focus: Focus, labels: Mapping[str, str]) -> Section:
    """Every claim of an article that was written about this window. Nothing made from a claim confirms it."""
    claims = release.rows(_CLAIMS, **focus.values)
    if not claims:
        return Section("claims", TABLES, absent=said("absent.claims"))
    counts = [
        said("claims.verdict", verdict=Figure(verdict, "label"), n=number)
        for verdict in VERDICTS
        if (number := sum(row["verdict"] == verdict for row in claims))
    ]
    reconstructed = sum(row["evidence"] == "reconstructed" for row in claims)
    finding = [said("claims.counted", claims=len(claims), at=claims[0]["as_of_at"], verdicts=counts)]
    if reconstructed:
        finding.append(said("claims.reconstructed", n=reconstructed))
    return Section(
        "claims",
        TABLES,
        finding=tuple(finding),
        grids=(
            Grid(
                ("number", "claim", "claimed", "found", "verdict", "why", "evidence"),
                [_row(claim) for claim in claims],
                tags=(4,),
            ),
        ),
        notes=(said("claims.note"),),
    )


def _row(claim: Row) -> tuple[Cell, ...]:
    ended = claim["ended"]
    changed = ended is not None and ended != claim["verdict"]
    found = claim["evidence_value"] if claim["evidence_value"] is not None else claim["computed_value"]
    # A claim that is true or not is told by how much of it holds.
    of_parts = claim["comparison"] == "is_true"
    return (
        str(claim["claim_id"]),
        said("both", en=claim["statement"], zh=claim["statement_zh"] or claim["statement"]),
        Figure("is_true", "label") if of_parts else _measured(claim["claimed_value"], claim["unit"]),
        Figure(found, "share") if of_parts and found is not None else _measured(found, claim["unit"]),
        Figure(claim["verdict"], "label"),
        said("claims.ended", why=claim["reason"] or "", ended=Figure(ended, "label"))
        if changed
        else claim["reason"] or "",
        Figure(claim["evidence"] or "no_evidence", "label"),
    )


def _measured(value: float | None, unit: str | None) -> Cell:
    return said("measured", value=value, unit=Figure(unit or "", "label")) if value is not None else ""


_CLAIMS = """
with articles as (
    select article, max(as_of_at) as as_of_at from marts.fct_claim_check
    where not is_final and as_of_at >= $from and as_of_at <= $to + interval 7 day
    group by article
)
select
    checked.as_of_at, checked.claim_id, checked.statement, checked.statement_zh, checked.claimed_value, checked.unit,
    checked.comparison, checked.computed_value, checked.evidence_value, checked.verdict, checked.reason,
    checked.evidence, final.verdict as ended
from marts.fct_claim_check as checked
inner join articles using (article, as_of_at)
left join marts.fct_claim_check as final
    on checked.article = final.article and checked.claim_id = final.claim_id and final.is_final
where not checked.is_final
order by checked.article, checked.claim_id
"""
