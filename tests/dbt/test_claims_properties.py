"""Claims through the models: planted ones get the verdict they deserve, and a second article is a second file."""

from __future__ import annotations

import csv
import io
import re
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.dbt.raw_factory import DBT_PROJECT, Raw, candle, stamp

SEEDS, PAGE = DBT_PROJECT / "seeds", DBT_PROJECT.parent / "docs" / "check_an_article.md"
CLOSE = """select max(close_price) as value, max(provenance) as provenance, max(known_at) as known_at
    from marts.fct_price_daily where asset = 'BTC' and observed_date = date '2026-02-05'"""
PLANTED = {"article": "planted", "topic": "prices", "unit": "usd", "comparison": "equals", "tolerance": 1}
PLANTED |= {"window_from_at": "2026-02-05", "window_to_at": "2026-02-06", "as_of_at": "2026-02-06 21:30"}
YAHOO = {"claimed_value": 62_702, "publications": "figure('price_close_0205_yahoo')"}
CLAIMS: list[dict[str, Any]] = [
    {"claimed_value": 71_000, "measure": CLOSE, "publications": YAHOO["publications"]},
    {"claimed_value": 62_909.9, "measure": CLOSE},
    YAHOO,
    {**YAHOO, "source_named": "Yahoo Finance"},
    {
        "claimed_value": 62_909.9,
        "measure": CLOSE.replace("2026", "2027"),
        "window_from_at": "2027-02-05",
        "window_to_at": "2027-02-06",
    },
]
EXAMPLE = re.findall(r"```csv\n(.*?)```.*?```text\n(.*?)```", PAGE.read_text(), re.DOTALL)[0]


def prices(provenance: str) -> Raw:
    """A day of candles that close at 62,909.9, as they would be measured and as they would be made up."""
    hours = [candle(datetime(2026, 2, 5, hour), (62_909.9,) * 4) for hour in range(24)]
    return {
        "binance_vision/spot_klines_1h": [stamp(row, datetime(2026, 2, 6, 8), provenance=provenance) for row in hours]
    }


def with_articles(folder: Path) -> Path:
    """The claims of the project with two more files: planted ones, and the article of the page."""
    shutil.copy(SEEDS / "article_claims.csv", folder)
    header, _ = (SEEDS / "article_claims.csv").read_text().split("\n", 1)
    with (folder / "article_claims_planted.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, header.split(","))
        writer.writeheader()
        writer.writerows({**PLANTED, **claim, "claim_id": number} for number, claim in enumerate(CLAIMS, 1))
    (folder / "article_claims_example.csv").write_text(EXAMPLE[0])
    return folder


Verdicts = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module", params=["reconstructed", "measured"])
def judged(
    request: pytest.FixtureRequest, project: CompiledProject, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Verdicts]:
    """Provenance of the prices, and what becomes of each article's claims."""
    found: Verdicts = {}
    folder = with_articles(tmp_path_factory.mktemp("claims"))
    with project.materialise(prices(request.param), NEVER, ["fct_claim_check"], folder) as connection:
        assert project.failures(connection, "fct_claim_check") == {}
        query = "select article, verdict, evidence, computed_value, reason, claim_id from marts.fct_claim_check"
        for article, *row in connection.execute(f"{query} order by claim_id").fetchall():
            found.setdefault(article, []).append(tuple(row))
    return request.param, found


def test_a_wrong_claim_is_contradicted_and_one_like_made_up_rows_is_not_confirmed(judged: tuple[str, Verdicts]) -> None:
    provenance, found = judged
    wrong, equal = found["planted"][:2]
    assert (wrong[2], equal[2]) == (62_909.9, 62_909.9)
    if provenance == "reconstructed":
        assert wrong[:2] == ("contradicted", "independent_publication")
        assert equal[:2] == ("unverifiable", "reconstructed")
    else:
        assert wrong[:2] == ("contradicted", "measured")
        assert equal[:2] == ("ties", "measured")


def test_a_claim_is_not_confirmed_by_its_own_source(judged: tuple[str, Verdicts]) -> None:
    another, own = judged[1]["planted"][2:4]
    assert (another[0], own[0]) == ("ties", "unverifiable")


def test_days_that_are_not_there_are_named(judged: tuple[str, Verdicts]) -> None:
    verdict, evidence, computed, reason, _ = judged[1]["planted"][4]
    assert (verdict, evidence, computed) == ("unverifiable", None, None)
    assert "no data for 2027-02-05 00:00 to 2027-02-06 00:00 UTC" in reason


def test_the_second_article_of_the_page_gets_the_verdicts_below_it(judged: tuple[str, Verdicts]) -> None:
    printed = io.StringIO()
    writer = csv.writer(printed, lineterminator="\n")
    writer.writerow(["claim_id", "verdict", "evidence", "reason"])
    for verdict, evidence, _, reason, claim_id in judged[1]["example_2026_02_08"]:
        writer.writerow([claim_id, verdict, evidence, reason])
    assert printed.getvalue() == EXAMPLE[1]


def test_a_second_article_changes_nothing_of_the_first(judged: tuple[str, Verdicts]) -> None:
    assert [len(claims) for _, claims in sorted(judged[1].items())] == [65, 4, 5]


def test_the_claims_of_the_project_have_their_own_numbers(project: CompiledProject) -> None:
    """What facts.csv lists as claimed is what the claim of that number claims, where it claims one number."""
    with (SEEDS / "article_claims.csv").open() as shipped, (SEEDS / "quoted_figures.csv").open() as quoted:
        claims = {row["claim_id"]: row for row in csv.DictReader(shipped)}
        facts = [row for row in csv.DictReader(quoted) if row["role"] == "claimed_by_article"]
    listed: dict[str, set[float]] = {}
    for fact in facts:
        listed.setdefault(fact["claim_id"], set()).add(float(fact["value"]))
    apart = {n for n, values in listed.items() if float(claims[n]["claimed_value"]) not in values}
    # A fall "erased", funding "negative" and puts "concentrated" are claimed in words.
    assert apart == {"15", "24", "32"}
    assert sorted(map(int, claims)) == [n for n in range(1, 67) if n != 51]
    assert date.fromisoformat(claims["12"]["as_of_at"][:10]) == date(2026, 2, 6)


def test_every_mart_is_built_before_claims_are_measured(project: CompiledProject) -> None:
    """The next article may ask any of them; a new mart is one more line in int_stress__measure_claims.py."""
    nodes = {node["unique_id"]: node for node in project.models}
    measuring = next(key for key in nodes if key.endswith(".int_stress__measure_claims"))
    after = {measuring}
    for key, node in nodes.items():
        if after & set(node["depends_on"]["nodes"]):
            after.add(key)
    marts = {key for key, node in nodes.items() if node["schema"] == "marts"}
    missing = marts - after - set(nodes[measuring]["depends_on"]["nodes"])
    assert missing == set()
