"""The article's claims on the bundled case: the verdicts that were worked out by hand, at both moments."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.children import Machine
from tests.end_to_end.questions import ask, ask_one

pytestmark = pytest.mark.xdist_group("case")
THEN, NOW = datetime(2026, 2, 6, 21, 30), datetime(2026, 3, 11, 12)
# Claim by claim from the page of claims, which was checked against public figures before there was code. Marked
# UNVERIFIED there: the three attempts, spot buying, extreme fear, puts of the 27th, SOX and the cluster.
IN_THE_END = {
    "ties": {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 16, 17, 18, 21, 22, 25, 27, 35, 36, 37, 39, 42, 48, 49, 50, 52, 53},
    "partly": {24, 44, 45, 64},
    "contradicted": {12, 15, 23, 41, 46, 54, 55, 57, 66},
    "ambiguous": {11, 19, 20, 26, 29},
    "unverifiable": {13, 28, 30, 31, 32, 33, 34, 38, 40, 43, 47, 56, 58, 59, 60, 61, 62, 63, 65},
}
# Where the evening's verdict was another one: true then, or not known then.
AS_IT_STOOD = {
    "ties": {64},
    "ties_as_of": {12, 54},
    "unverifiable": {25, 27, 39, 42, 45, 66},
}


def verdicts(case: Machine, moment: datetime) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    query = "select verdict, claim_id from marts.fct_claim_check where as_of_at = ?"
    for verdict, claim_id in ask(case.database, query, moment):
        found.setdefault(verdict, set()).add(claim_id)
    return found


def test_verdicts_in_the_end(published_case: Machine) -> None:
    assert verdicts(published_case, NOW) == IN_THE_END


def test_verdicts_as_it_stood(published_case: Machine) -> None:
    moved = set().union(*AS_IT_STOOD.values())
    stayed = {verdict: claims - moved for verdict, claims in IN_THE_END.items()}
    expected = {name: stayed.get(name, set()) | AS_IT_STOOD.get(name, set()) for name in {*stayed, *AS_IT_STOOD}}
    assert verdicts(published_case, THEN) == expected


@pytest.mark.parametrize(
    ("claim_id", "computed", "evidence"),
    [
        (12, (71_425, 71_646), (71_439, 71_670)),  # the high of the day
        (54, (1, 0), (1, 0)),  # flows of 6 February not published yet
        (64, (1, 0.5), (1, 0.5)),  # outflow, until the flow of 6 February
        (52, (15.2042, 12.5560), (15.4335, 12.5556)),  # relief that the forecast promised, and that came
    ],
)
def test_as_it_stood_differs_from_as_it_ended(
    published_case: Machine, claim_id: int, computed: tuple[float, float], evidence: tuple[float, float]
) -> None:
    query = "select computed_value, evidence_value from marts.fct_claim_check where claim_id = ? order by as_of_at"
    rows = ask(published_case.database, query, claim_id)
    assert [row[0] for row in rows] == pytest.approx(computed, rel=1e-5)
    assert [row[1] for row in rows] == pytest.approx(evidence, rel=1e-5)


@pytest.mark.parametrize(
    ("claim_id", "ground"),
    [
        (12, "71,670"),
        (15, "79.3293"),
        (23, "CryptoQuant 1.18"),
        (41, "press -19.1"),
        (46, "sitting president"),
        (55, "561.9 million"),
        (57, "-400"),
    ],
)
def test_a_contradiction_states_its_ground(published_case: Machine, claim_id: int, ground: str) -> None:
    query = "select reason from marts.fct_claim_check where claim_id = ? and is_final"
    assert ground in ask_one(published_case.database, query, claim_id)


def test_no_verdict_rests_on_reconstructed_rows(published_case: Machine) -> None:
    file = published_case.database
    assert ask_one(file, "select count(*) from marts.fct_claim_check where computed_provenance = 'measured'") == 0
    query = "select distinct evidence from marts.fct_claim_check where verdict not in ('ambiguous', 'unverifiable')"
    assert {row[0] for row in ask(file, query)} == {"independent_publication", "arithmetic"}


def test_every_evidence_query_gives_its_value_in_any_duckdb(published_case: Machine) -> None:
    query = "select claim_id, coalesce(evidence_value, computed_value), evidence_query from marts.fct_claim_check "
    with duckdb.connect(str(published_case.database), read_only=True) as connection:
        claims = connection.execute(query + "where evidence_query is not null order by claim_id, as_of_at").fetchall()
        answers = [connection.execute(question).fetchall()[0][0] for _, _, question in claims]
    assert len(claims) > 80
    assert answers == pytest.approx([value for _, value, _ in claims], rel=1e-9)


def test_the_mart_of_that_evening_says_what_it_knew(published_case: Machine) -> None:
    query = "select verdict, is_final from marts_asof_20260206t2130z.fct_claim_check where claim_id = 12"
    assert ask(published_case.database, query) == [("ties", True)]


def test_the_command_shows_them(published_case: Machine) -> None:
    told = published_case.unwind("claims", "--only", "contradicted")
    assert told.returncode == 0, told.stderr
    assert "65 claims: 28 ties, 4 partly, 9 contradicted, 5 ambiguous, 19 unverifiable" in told.stdout
    (line,) = [line for line in told.stdout.splitlines() if line.startswith("12 ")]
    assert all(said in line for said in ("71,422 usd", "71,439", "71,670", "contradicted", "CryptoQuant 71,699"))
    assert "reconstructed" in told.stdout
    then = published_case.unwind("claims", "--as-of", "2026-02-06T21:30Z", "--only", "ties_as_of").stdout
    assert [line[:2] for line in then.splitlines() if "ties_as_of  " in line] == ["12", "54"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--only", "false"], "'false' is no verdict; there are ties, ties_as_of"),
        (["--as-of", "2026-02-05"], "there is 2026-02-06T21:30:00Z, 2026-03-11T12:00:00Z"),
    ],
)
def test_a_wrong_question_is_answered_with_what_there_is(
    published_case: Machine, arguments: list[str], told: str
) -> None:
    asked = published_case.unwind("claims", *arguments)
    assert asked.returncode == 1
    assert told in asked.stderr


def test_without_a_release_it_says_so(tmp_path: Path) -> None:
    asked = Machine(tmp_path).unwind("claims")
    assert asked.returncode == 1
    assert "no release" in asked.stderr
