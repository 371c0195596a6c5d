"""The brief of the bundled case: in the release, in both languages, every section shown, light enough to be sent."""

from __future__ import annotations

import re

import pytest

from tests.end_to_end.children import Machine
from tests.end_to_end.questions import ask_one

pytestmark = pytest.mark.xdist_group("case")


def sections(page: str) -> dict[str, str]:
    return dict(re.findall(r'<section id="(\w+)"(.*?)(?=<section id=|<footer)', page, flags=re.DOTALL))


@pytest.mark.parametrize("name", ["brief.html", "brief.zh.html"])
def test_every_section_is_shown_and_the_page_is_whole(published_case: Machine, name: str) -> None:
    folder = published_case.data / "published" / "latest"
    page = (folder / name).read_text()
    assert len(page.encode()) < 1_500_000
    assert re.findall(r"""(?:src|href)=["']?(?!data:|#)[^"'\s>]+""", page) == []
    found = sections(page)
    assert len(found) == 10
    assert [section for section, text in found.items() if 'class="absent"' in text] == []


def test_its_first_lines_are_the_numbers_of_the_release(published_case: Machine) -> None:
    page = (published_case.data / "published" / "latest" / "brief.html").read_text()
    first = " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main>") : page.index("<nav")]).split())
    assert first.index("Reconstructed data.") < first.index("5 Feb to 6 Feb 2026") < first.index("What was forced")
    day = "select {} from marts.fct_deleveraging_daily where asset = 'BTC' and observed_date = '2026-02-06'"
    coins = ask_one(published_case.database, day.format("position_effect_coins_ratio"))
    assert f"−{abs(coins):.1%} in coins" in first
    assert "+$371m on 6 Feb" in first
    assert "nobody knew it on 6 Feb 21:30 UTC" in first
    assert "not identified" in first


def test_what_was_told_meanwhile_stands_at_its_minute(published_case: Machine) -> None:
    page = (published_case.data / "published" / "latest" / "brief.html").read_text()
    told = " ".join(re.sub(r"<[^>]+>", " ", sections(page)["prices"]).split())
    assert "6 Feb 03:00 UTC Flow of the funds on 5 Feb told: −$259m." in told
    assert "6 Feb 12:06 UTC Flow of the funds on 5 Feb told anew: −$434m." in told
    assert "6 Feb 08:00 UTC Options of Deribit expire." in told


def test_conditions_stand_as_they_stood_and_a_rate_without_a_case_is_none(published_case: Machine) -> None:
    page = (published_case.data / "published" / "latest" / "brief.html").read_text()
    told = " ".join(re.sub(r"<[^>]+>", " ", sections(page)["scoreboard"]).split())
    assert "C1 The rebound of stocks goes on pending not met" in told
    assert "R3 Money leaves the funds met met" in told
    assert "Of 36 base rates 36 are of no case" in told


def test_a_picture_of_every_chart_is_small_enough_to_be_sent(published_case: Machine) -> None:
    pictures = sorted((published_case.data / "published" / "latest" / "brief").iterdir())
    assert [path.name[:2] for path in pictures] == [f"{number:02}" for number in range(1, 9)]
    assert max(path.stat().st_size for path in pictures) < 150_000


def test_the_command_says_where_it_is(published_case: Machine) -> None:
    latest = (published_case.data / "published" / "latest").resolve()
    assert published_case.unwind("brief").stdout.strip() == str(latest / "brief.html")
    assert published_case.unwind("brief", "--lang", "zh").stdout.strip() == str(latest / "brief.zh.html")
    refused = published_case.unwind("brief", "--lang", "fr")
    assert (refused.returncode, "en and zh, not in fr" in refused.stderr) == (1, True)
