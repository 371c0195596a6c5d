"""Puts the brief together: the sections of a release, drawn once, as a page in each language and as pictures.

Nothing is drawn twice: the Chinese page has the same pictures with their words exchanged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from orchestration.brief import lead as first_lines
from orchestration.brief.focus import Focus, find_focus
from orchestration.brief.page import as_page, caption
from orchestration.brief.picture import draw_svg, frame, png
from orchestration.brief.reader import Facts, Release, reading
from orchestration.brief.section import Said, Section, said
from orchestration.brief.sections import (
    claims,
    cost_basis,
    cross_asset,
    deleveraging,
    etf_flows,
    miners,
    options,
    positions,
    prices,
    scoreboard,
)
from orchestration.brief.words import LANGUAGES, PAGES, Language, Words

SECTIONS = (
    prices, deleveraging, positions, cross_asset, etf_flows, miners, cost_basis, options, scoreboard, claims,
)  # fmt: skip
WIDE, NARROW = 840, 366
PICTURES = "brief"


@dataclass(frozen=True, slots=True)
class Brief:
    """What was found in a release, in no language yet."""

    facts: Facts
    focus: Focus | None
    lead: dict[str, tuple[Said, ...]]
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One chart as SVG, for a desk and for a phone."""

    wide: str
    narrow: str


def render_brief(database: Path, language: Language = "en") -> str:
    """The brief of a finished release as one HTML page that needs nothing from outside."""
    brief = compose(database)
    return as_page(brief, draw(brief), Words(language))


def draw_charts(database: Path, folder: Path) -> list[Path]:
    """A PNG of every chart of the brief, in English, with title and caption inside. Returns what was written."""
    brief = compose(database)
    wide = {section.name: draw_svg(section.draw, WIDE, section.name) for section in brief.sections if section.draw}
    return _paint(brief, wide, folder)


def write_brief(database: Path, folder: Path) -> None:
    """The pages in both languages and the pictures, into the folder of a release."""
    brief = compose(database)
    drawn = draw(brief)
    for language in LANGUAGES:
        (folder / PAGES[language]).write_text(as_page(brief, drawn, Words(language)), encoding="utf-8")
    _paint(brief, {name: found.wide for name, found in drawn.items()}, folder / PICTURES)


def compose(database: Path) -> Brief:
    """Ask the release everything. A section without rows is there all the same, with its reason."""
    labels = Words("en").labels
    with reading(database) as release:
        focus = find_focus(release)
        sections = [_section(release, focus, module, labels) for module in SECTIONS]
        lead = first_lines.lead(release, focus) if focus else {}
        return Brief(release.facts, focus, lead, sections)


def draw(brief: Brief) -> dict[str, Drawn]:
    """Every chart in both widths, with English words."""
    return {
        section.name: Drawn(
            draw_svg(section.draw, WIDE, section.name), draw_svg(section.draw, NARROW, f"{section.name}-narrow")
        )
        for section in brief.sections
        if section.draw
    }


def _section(release: Release, focus: Focus | None, module: ModuleType, labels: Mapping[str, str]) -> Section:
    name = module.__name__.rpartition(".")[2]
    if not any(release.has(table) for table in module.NEEDS):
        reasons = [said("absent.table", table=table, why=release.why_empty(table)) for table in module.NEEDS]
        return Section(name, module.TABLES, absent=said("absent.tables", reasons=reasons))
    if focus is None:
        return Section(name, module.TABLES, absent=said("absent.no_price"))
    found: Section = module.section(release, focus, labels)
    return found


def _paint(brief: Brief, drawn: Mapping[str, str], folder: Path) -> list[Path]:
    words = Words("en")
    folder.mkdir(parents=True, exist_ok=True)
    badge = words.texts["badge"] if brief.facts.provenance == "reconstructed" else None
    paths = []
    for number, section in enumerate(brief.sections, start=1):
        if section.name in drawn:
            title = words.texts["sections"][section.name]
            framed = frame(drawn[section.name], title, caption(brief.facts, words), badge)
            paths.append(folder / f"{number:02}_{section.name}.png")
            paths[-1].write_bytes(png(framed))
    return paths
