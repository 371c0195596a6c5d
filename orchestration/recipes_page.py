"""docs/recipes.md, made from dbt_project/analyses: questions an analyst asks, the SQL that answers them, and the
answers.

`python -m orchestration.recipes_page` writes it (`make docs`); tests say when it is out of date. A recipe is one file
of SQL: the question in its first line, what the answer means in the comment lines after it, then a query that runs as
it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingestion.contract import TOPICS
from ingestion.settings import PROJECT
from orchestration.catalog import Catalog, read_catalog
from orchestration.manifest import DBT_PROJECT, manifest_path
from orchestration.printed_answers import answer_to, block, open_case

PAGE = PROJECT / "docs" / "recipes.md"
FOLDER = DBT_PROJECT / "analyses"
RELEASE_ITSELF = "the release itself"

INTRODUCTION = """# Recipes

Made from `dbt_project/analyses` by `make docs`; change those, not this page.

Questions and the SQL that answers them. Each query runs as it stands on a published file: `unwind sql "…"`, `duckdb
-readonly data/published/unwind.duckdb`, or any BI tool; so they name the published tables instead of dbt's
references. They are kept where dbt keeps SQL that is no model, and every one is run by the tests. The answers are
those of the bundled case, which is **reconstructed**: figures that were quoted are met, what lies between is
simulated, and no claim is confirmed by it. What each column means: [metrics](metrics.md)."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One question with what its answer means, and the query."""

    name: str
    question: str
    meaning: str
    query: str

    @property
    def tables(self) -> tuple[str, ...]:
        """The published tables it reads, in the order they are named."""
        return tuple(dict.fromkeys(re.findall(r"\b(?:from|join) ((?:marts|vintages|meta)\.\w+)", self.query)))

    @property
    def anchor(self) -> str:
        """Where its heading stands in the page, as Markdown viewers name it."""
        return re.sub(r"[^\w\- ]", "", self.question.lower()).replace(" ", "-")


def recipes() -> tuple[Recipe, ...]:
    """All recipes, by name."""
    return tuple(read_recipe(path.stem, path.read_text()) for path in sorted(FOLDER.glob("*.sql")))


def read_recipe(name: str, text: str) -> Recipe:
    """A recipe from its file.

    >>> read_recipe("one", "-- Is it one?\\n-- It says\\n-- so.\\nselect 1 as one\\n")
    Recipe(name='one', question='Is it one?', meaning='It says so.', query='select 1 as one')
    """
    lines = text.strip().splitlines()
    end = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    question, *meaning = (line.removeprefix("--").strip() for line in lines[:end])
    return Recipe(name, question, " ".join(meaning), "\n".join(lines[end:]))


def page(catalog: Catalog, answer: Callable[[str], str]) -> str:
    """The whole page; `answer` gives what a query answers."""
    return "\n".join(_lines(_by_topic(catalog), answer))


def _by_topic(catalog: Catalog) -> dict[str, list[Recipe]]:
    """Recipes under the topic of the first table they read."""
    topics = {table.full_name: table.topic for table in catalog.tables}
    found: dict[str, list[Recipe]] = {topic: [] for topic in (*TOPICS, RELEASE_ITSELF)}
    for recipe in recipes():
        found[topics.get(recipe.tables[0], RELEASE_ITSELF)].append(recipe)
    return {topic: ours for topic, ours in found.items() if ours}


def _lines(by_topic: dict[str, list[Recipe]], answer: Callable[[str], str]) -> Iterator[str]:
    yield INTRODUCTION
    yield ""
    for topic, ours in by_topic.items():
        yield f"- {_title(topic)}"
        yield from (f"  - [{recipe.question}](#{recipe.anchor})" for recipe in ours)
    yield ""
    for topic, ours in by_topic.items():
        yield f"## {_title(topic)}"
        yield ""
        for recipe in ours:
            yield f"### {recipe.question}"
            yield ""
            yield f"{recipe.meaning} (`{recipe.name}.sql`: {', '.join(map(_link, recipe.tables))})"
            yield ""
            yield block(recipe.query, answer(recipe.query))


def _title(topic: str) -> str:
    return topic[0].upper() + topic[1:]


def _link(table: str) -> str:
    schema, name = table.split(".")
    return f"`{table}`" if schema == "meta" else f"[{table}](metrics/{name}.md)"


def main() -> None:
    catalog = read_catalog(manifest_path())
    with open_case() as release:
        PAGE.write_text(page(catalog, lambda query: answer_to(release, query)))


if __name__ == "__main__":
    main()
