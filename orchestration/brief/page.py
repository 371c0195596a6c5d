"""The page of the brief: the found things and the drawn charts, in one language, as one file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.brief.picture import inline, translate
from orchestration.brief.reader import Facts
from orchestration.brief.section import Figure, Grid, Section, said
from orchestration.brief.words import Words

if TYPE_CHECKING:
    from orchestration.brief.render import Brief, Drawn

# Verdicts and statuses by how loud they are; whether one is good news depends on what was asked, so none is cheered.
MEANS = {
    "met": "strong", "ties": "good", "ties_as_of": "good", "contradicted": "bad", "partly": "mixed",
    "pending": "mixed",
}  # fmt: skip


def as_page(brief: Brief, drawn: dict[str, Drawn], words: Words) -> str:
    """The page as text."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    facts = brief.facts
    return environment.get_template("page.html.j2").render(
        t=words.texts,
        language=words.language,
        facts=facts,
        title=_title(brief, words),
        as_of=words.format_field(facts.as_of_at, "as_of"),
        provenance=words.label(facts.provenance),
        checks=words.say(said("checks", passed=facts.passed_count, warned=facts.warned_count)),
        why_these_days=words.say(brief.focus.reason) if brief.focus else None,
        # Why a source is not whole is told on the quality page; here it is named.
        degraded=[reason.partition(": ")[0] for reason in facts.degraded],
        caption=caption(facts, words),
        lead={heading: [words.say(sentence) for sentence in sentences] for heading, sentences in brief.lead.items()},
        sections=[_section(section, drawn, words) for section in brief.sections],
    )


def caption(facts: Facts, words: Words) -> str:
    """What stands below every chart."""
    return words.say(
        said(
            "caption",
            release_id=facts.release_id, as_of=facts.as_of_at, provenance=Figure(facts.provenance, "label"),
            passed=facts.passed_count, warned=facts.warned_count,
        )
    )  # fmt: skip


def _title(brief: Brief, words: Words) -> str:
    if brief.focus is None:
        return words.say(said("title_without_focus", release_id=brief.facts.release_id))
    last = brief.focus.to_at - timedelta(days=1)
    return words.say(said("title", from_at=brief.focus.from_at, to_at=last))


def description_of(section: Section, words: Words) -> str:
    """What a chart shows, for a reader who cannot see it."""
    return f"{words.texts['sections'][section.name]}. {words.speak(section.finding)}"


def _section(section: Section, drawn: dict[str, Drawn], words: Words) -> dict[str, Any]:
    figures = []
    if found := drawn.get(section.name):
        for svg, css_class in ((found.wide, "wide"), (found.narrow, "narrow")):
            figures.append(inline(translate(svg, words.from_english), description_of(section, words), css_class))
    return {
        "name": section.name,
        "title": words.texts["sections"][section.name],
        "absent": words.say(section.absent) if section.absent else None,
        "finding": words.speak(section.finding),
        "figures": figures,
        "grids": [_grid(grid, words) for grid in section.grids],
        "notes": [words.say(note) for note in section.notes],
        "tables": [f"marts.{table}" for table in section.tables],
    }


def _grid(grid: Grid, words: Words) -> dict[str, Any]:
    def cell(position: int, value: Any) -> dict[str, Any]:
        is_tag = position in grid.tags and isinstance(value, Figure)
        return {
            "text": words.show(value),
            "label": words.label(grid.columns[position]),
            "tag": MEANS.get(str(value.value), "plain") if is_tag else None,
            "is_number": isinstance(value, Figure) and value.form not in ("label", "day", "moment"),
        }

    return {
        "title": words.say(grid.title) if grid.title else None,
        "columns": [words.label(column) for column in grid.columns],
        "rows": [[cell(position, value) for position, value in enumerate(row)] for row in grid.rows],
    }
