"""All text of the brief, in English and Chinese, and how numbers are written in each.

A sentence is a template of `words.<language>.yml`; numbers enter it with a form, as in `{fall:pct}`.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Literal

from ingestion.yaml_file import read_yaml
from orchestration.brief.section import Cell, Figure, Said

Language = Literal["en", "zh"]
PAGES: dict[Language, str] = {"en": "brief.html", "zh": "brief.zh.html"}
LANGUAGES: tuple[Language, ...] = tuple(PAGES)
MINUS = "\u2212"


def _signed(form: Callable[[float], str]) -> Callable[[float], str]:
    return lambda value: ("+" if value >= 0 else MINUS) + form(abs(value))


def _plain(form: Callable[[float], str]) -> Callable[[float], str]:
    return lambda value: ("" if value >= 0 else MINUS) + form(abs(value))


def _dollars(value: float) -> str:
    return f"${value / 1e9:.2f}bn" if value >= 1e9 else f"${value / 1e6:,.0f}m"


_COMMON: dict[str, Callable[[Any], str]] = {
    "share": _plain(lambda value: f"{value:.0%}"),
    "pct": _plain(lambda value: f"{value:.1%}"),
    "change": _signed(lambda value: f"{value:.1%}"),
    "points": _signed(lambda value: f"{value:.2f}%"),
    "premium": _signed(lambda value: f"{value:.2%}"),
    "per_8h": _signed(lambda value: f"{value:.4%}"),
    "number": _plain(lambda value: f"{value:,.2f}"),
    "tenths": _signed(lambda value: f"{value:.1f}"),
    "bps": _signed(lambda value: f"{value:.0f} bp"),
    "count": lambda value: f"{value:,}",
    "hours": lambda value: f"{value:,.0f}",
    "plain": _plain(lambda value: f"{value:,.6g}"),
    "iso": lambda value: f"{value:%Y-%m-%d}",
}
_FORMS: dict[Language, dict[str, Callable[[Any], str]]] = {
    "en": _COMMON | {
        "price": _plain(lambda value: f"${value:,.0f}"),
        "cents": _plain(lambda value: f"${value:,.2f}"),
        "coins": _plain(lambda value: f"{value:,.0f} BTC"),
        "signed_coins": _signed(lambda value: f"{value:,.0f} BTC"),
        "dollars": _plain(_dollars),
        "signed_dollars": _signed(_dollars),
        "day": lambda value: f"{value.day} {value:%b}",
        "days": lambda value: f"{value.day} {value:%b %Y}",
        "moment": lambda value: f"{value.day} {value:%b %H:%M} UTC",
        "as_of": lambda value: f"{value:%Y-%m-%d %H:%M} UTC",
    },
    "zh": _COMMON | {
        "price": _plain(lambda value: f"{value:,.0f} 美元"),
        "cents": _plain(lambda value: f"{value:,.2f} 美元"),
        "coins": _plain(lambda value: f"{value:,.0f} BTC"),
        "signed_coins": _signed(lambda value: f"{value:,.0f} BTC"),
        "dollars": _plain(lambda value: f"{value / 1e8:,.2f} 亿美元"),
        "signed_dollars": _signed(lambda value: f"{value / 1e8:,.2f} 亿美元"),
        "day": lambda value: f"{value.month}月{value.day}日",
        "days": lambda value: f"{value.year}年{value.month}月{value.day}日",
        "moment": lambda value: f"{value.month}月{value.day}日 {value:%H:%M} UTC",
        "as_of": lambda value: f"{value:%Y-%m-%d %H:%M} UTC",
    },
}  # fmt: skip


@cache
def _texts(language: Language) -> dict[str, Any]:
    texts: dict[str, Any] = read_yaml(Path(__file__).with_name(f"words.{language}.yml"))
    return texts


class Words(string.Formatter):
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.texts = _texts(language)
        self.labels: dict[str, str] = self.texts["labels"]

    @property
    def from_english(self) -> dict[str, str]:
        """What each English word inside a picture is in this language, both as they are written in SVG."""
        english = Words("en").labels if self.language != "en" else {}
        return {escape(word, quote=False): escape(self.labels[name], quote=False) for name, word in english.items()}

    def say(self, sentence: Said) -> str:
        """The sentence with its numbers. An unknown key is our bug, and raises."""
        return str(self.vformat(self.texts["sentences"][sentence.key], (), sentence.values))

    def speak(self, sentences: Iterable[Said]) -> str:
        """Several sentences after another."""
        return str(self.texts["between_sentences"]).join(self.say(sentence) for sentence in sentences)

    def show(self, cell: Cell | date | datetime) -> str:
        """A cell of a table, or a value inside a sentence."""
        match cell:
            case None:
                return str(self.texts["unknown"])
            case Said():
                return self.say(cell)
            case Figure():
                return self.format_field(cell.value, cell.form)
            case _:
                return str(cell)

    def label(self, name: str) -> str:
        """A word for what data call `name`; the name itself, readable, where nobody has given it one."""
        return str(self.labels.get(name, name.replace("_", " ") if name.islower() else name))

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return str(self.texts["unknown"])
        if format_spec == "label":
            return self.label(str(value))
        if format_spec == "names":
            return ", ".join(value)
        if format_spec == "list":
            return str(self.texts["between_items"]).join(self.show(item) for item in value)
        if format_spec in _FORMS[self.language]:
            return str(_FORMS[self.language][format_spec](value))
        if format_spec:
            raise ValueError(f"no such form of a number: {format_spec}")
        return self.show(value)
