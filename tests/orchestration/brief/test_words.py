"""The words of both languages: the same sentences with the same numbers, and one word for one thing."""

from __future__ import annotations

import re
import string
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.brief.section import Figure, said
from orchestration.brief.words import LANGUAGES, Words

CODE = Path("orchestration/brief")
ENGLISH, CHINESE = (Words(language) for language in LANGUAGES)


def leaves(texts: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, text in texts.items():
        if isinstance(text, dict):
            yield from leaves(text, f"{above}{key}/")
        else:
            yield f"{above}{key}", text


def test_both_languages_have_the_same_keys() -> None:
    assert dict(leaves(ENGLISH.texts)).keys() == dict(leaves(CHINESE.texts)).keys()


def test_a_sentence_has_the_same_numbers_in_both() -> None:
    def numbers(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english, chinese = ENGLISH.texts["sentences"], CHINESE.texts["sentences"]
    differing = {key for key in english if key != "both" and numbers(english[key]) != numbers(chinese[key])}
    assert differing == set()


def test_one_english_word_of_a_picture_is_one_chinese_word() -> None:
    found = defaultdict(set)
    for name, word in ENGLISH.labels.items():
        found[word].add(CHINESE.labels[name])
    assert {word: several for word, several in found.items() if len(several) > 1} == {}


def test_every_key_that_the_code_names_exists_and_every_sentence_is_said() -> None:
    code = "".join(path.read_text() for path in sorted(CODE.rglob("*.py")))
    named = set(re.findall(r'(?:said|Said|_month)\(\s*"([\w.]+)"', code))
    assert named - ENGLISH.texts["sentences"].keys() == set()
    stems = tuple(re.findall(r'said\(\s*f"([\w.]+?)\{', code))
    unsaid = {key for key in ENGLISH.texts["sentences"] if f'"{key}"' not in code and not key.startswith(stems)}
    assert unsaid == set()
    assert set(re.findall(r'labels\["(\w+)"\]', code)) - ENGLISH.labels.keys() == set()


@pytest.mark.parametrize(
    ("form", "value", "english", "chinese"),
    [
        ("change", -0.0808, "−8.1%", "−8.1%"),
        ("price", 60_000.4, "$60,000", "60,000 美元"),
        ("dollars", 1.34e9, "$1.34bn", "13.40 亿美元"),
        ("signed_dollars", -4.3415e8, "−$434m", "−4.34 亿美元"),
        ("day", date(2026, 6, 5), "5 Jun", "6月5日"),
        ("moment", datetime(2026, 6, 5, 21, 30), "5 Jun 21:30 UTC", "6月5日 21:30 UTC"),
        ("points", -13.37, "−13.37%", "−13.37%"),
        ("price", None, "not known", "未知"),
    ],
)
def test_a_number_is_written_as_its_readers_write_it(form: str, value: Any, english: str, chinese: str) -> None:
    assert (ENGLISH.show(Figure(value, form)), CHINESE.show(Figure(value, form))) == (english, chinese)


def test_an_unknown_form_is_our_bug() -> None:
    with pytest.raises(ValueError, match="no such form"):
        ENGLISH.show(Figure(1, "furlongs"))


def test_sentences_stand_inside_sentences() -> None:
    day = said("lead.day", day=date(2026, 6, 5), coins=0.03, usd=-0.08)
    assert ENGLISH.say(said("lead.open_interest", days=[day, day])).count("+3.0% in coins (−8.0% in dollars)") == 2
