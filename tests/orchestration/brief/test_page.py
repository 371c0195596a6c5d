"""The page: every section shows something or says why not, what is made up says so, nothing comes from outside."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.brief.render import SECTIONS, render_brief, write_brief
from orchestration.brief.words import PAGES, Language
from tests.orchestration.brief.hand_made import FIRST, claim, condition, make_release

# The two days of the fall of `FIRST`, whose low is before noon.
FALL = FIRST - timedelta(days=1)
STOOD = FIRST + timedelta(hours=20)


def words(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", page, flags=re.S).split())


def section(page: str, name: str) -> str:
    [found] = re.findall(rf'<section id="{name}".*?(?=<section id=|<footer)', page, flags=re.S)
    return found


PRICES = ("fct_price_hourly",)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Language, str]:
    """The page of one release in both languages, its charts drawn once."""
    folder = tmp_path_factory.mktemp("live")
    write_brief(make_release(folder), folder)
    return {language: (folder / name).read_text() for language, name in PAGES.items()}


@pytest.fixture(scope="module")
def page(pages: dict[Language, str]) -> str:
    return pages["en"]


def test_the_first_lines_say_what_was_forced_bought_and_not_identified(page: str) -> None:
    text = words(page)
    for part in (
        "Bitcoin, 2 Jun to 3 Jun 2026: what was forced, what was bought, what is not identified",
        "Bitcoin fell 14.3% in",
        "+3.0% in coins (−2.0% in dollars) on 3 Jun",
        "At least $700m of longs and $200m of shorts",
        "US spot funds: +$0m on 2 Jun; −$100m on 3 Jun",
        "short covering 40% [20% to 60%]; spot buying not identified (too few observations)",
        "7 passed, 2 warned",
        "one/a",
        "The steepest fall within 24 hours of the 60 days",
    ):
        assert part in text, part
    assert text.index("What was forced") < text.index("What was bought") < text.index("What is not identified")
    assert text.index("What is not identified") < text.index("48 hours of bitcoin")


@pytest.mark.parametrize("language", PAGES)
def test_it_needs_nothing_from_outside(pages: dict[Language, str], language: Language) -> None:
    page = pages[language]
    assert re.findall(r"""(?:src|href|action)=["']?(?!data:|#)[^"'\s>]+""", page) == []
    assert re.findall(r"@import|url\((?!#)|<script", page) == []
    assert set(re.findall(r"https?://[^\"'\s<]+", page)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_every_section_shows_something_or_says_why_not(page: str) -> None:
    shown = {"prices", "deleveraging", "positions", "etf_flows"}
    for module in SECTIONS:
        name = module.__name__.rpartition(".")[2]
        is_shown = "<svg" in section(page, name) or "<table" in section(page, name)
        assert is_shown == (name in shown), name
        assert ("Not in this release." in section(page, name)) != is_shown, name


def test_an_empty_table_is_absent_with_the_reason_of_the_release(page: str) -> None:
    told = words(section(page, "miners"))
    assert (
        "fct_hashprice_daily: one/a, one/b, one/c and 1 more (asked, but not had); two/a (needs the key TWO_KEY)"
        in told
    )
    assert "fct_claim_check: this release has no such table" in words(section(page, "claims"))


def test_the_change_of_two_days_is_that_of_one_upon_the_other(page: str) -> None:
    assert "changed by +3.0% in coins and by −4.0% in dollars (venues: 2)" in words(section(page, "deleveraging"))


def test_a_pane_without_data_is_named(page: str) -> None:
    assert "No pane of liquidations: this release has no such table." in words(section(page, "deleveraging"))


def test_every_chart_has_a_caption_and_a_description(page: str) -> None:
    figures = re.findall(r"<figure>.*?</figure>", page, flags=re.S)
    assert len(figures) == 4
    for figure in figures:
        assert "Release r1, as of 2026-07-03 00:00 UTC; measured; 7 checks passed, 2 warned" in figure
        assert figure.count('role="img" aria-label="') == figure.count("<svg") == 2
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_is_made_up_says_so_first_and_on_every_chart(tmp_path: Path) -> None:
    page = render_brief(make_release(tmp_path, PRICES, provenance="reconstructed"))
    assert words(page).index("Reconstructed data.") < words(page).index("What was forced")
    assert page.count("RECONSTRUCTED") == page.count("<figure>") == 1
    assert "reconstructed" in words(page)


def test_what_is_measured_does_not_speak_of_anything_made_up(page: str) -> None:
    assert "econstructed" not in page
    assert "RECONSTRUCTED" not in page


@pytest.mark.parametrize("language", PAGES)
def test_a_release_of_other_days_says_nothing_of_february(tmp_path: Path, language: Language) -> None:
    february = datetime(2026, 2, 6, 21, 30)
    database = make_release(
        tmp_path,
        PRICES,
        fct_claim_check=[claim(february), claim(FIRST + timedelta(days=30), is_final=True, verdict="unverifiable")],
        fct_condition_scoreboard=[condition(february, event_name="february_2026")],
    )
    page = render_brief(database, language)
    assert re.findall(r"Feb|(?<!\d)02-\d\d|(?<!\d)2月", page) == []
    assert "It fell." not in page
    assert "Stocks go on" not in page


def test_claims_and_conditions_of_these_days_stand_beside_how_they_ended(tmp_path: Path) -> None:
    database = make_release(
        tmp_path,
        PRICES,
        instants=[STOOD],
        fct_claim_check=[
            claim(STOOD, verdict="ties_as_of"),
            claim(FIRST + timedelta(days=30), is_final=True, verdict="contradicted"),
        ],
        fct_condition_scoreboard=[condition(STOOD + timedelta(days=3))],
        as_it_stood={"fct_condition_scoreboard": [condition(STOOD - timedelta(hours=1), status="pending")]},
    )
    page = render_brief(database)
    told = words(section(page, "claims"))
    assert "1 claims as of 3 Jun 20:00 UTC: 1 ties as of then." in told
    assert "It fell. −14 % −14.1 % ties as of then Two composites say so. As it ended: contradicted." in told
    assert "C1 Stocks go on pending met 3 3 All three." in words(section(page, "scoreboard"))
    assert "下跌了。" in render_brief(database, "zh")


def test_what_comes_from_data_stays_text(tmp_path: Path) -> None:
    database = make_release(
        tmp_path, PRICES, instants=[STOOD], fct_claim_check=[claim(STOOD, statement="<script>x</script>")]
    )
    assert "<script" not in render_brief(database)


def test_a_release_without_prices_has_a_page(tmp_path: Path) -> None:
    text = words(render_brief(make_release(tmp_path, ("fct_funding_daily",))))
    assert "Brief of release r1" in text
    assert text.count("Not in this release.") == len(SECTIONS)


def test_chinese_has_no_english_sentence_left(pages: dict[Language, str]) -> None:
    page = pages["zh"]
    for part in ("What was", "Open interest", "Not in this", "longs", "Price by"):
        assert part not in page, part
    assert "未平仓量" in page
    assert '<html lang="zh">' in page


def test_a_claim_of_several_parts_is_told_by_how_many_hold(tmp_path: Path) -> None:
    parts = claim(STOOD, comparison="is_true", claimed_value=1.0, evidence_value=0.67, unit="share", verdict="partly")
    told = words(
        section(render_brief(make_release(tmp_path, PRICES, instants=[STOOD], fct_claim_check=[parts])), "claims")
    )
    assert "It fell. true 67% partly" in told
