"""docs/metrics.md and docs/metrics/<table>.md, made from the models: what every published number is.

`python -m orchestration.metrics_page` writes them (`make docs`), asking the bundled case's release for the examples;
tests say when they are out of date. Names and descriptions live in the models' YAML, never here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ingestion.contract import TOPICS
from ingestion.settings import PROJECT
from orchestration.catalog import Catalog, Table, read_catalog
from orchestration.manifest import manifest_path
from orchestration.meta_schema import META_TABLES
from orchestration.metric_cards import MetricCard, cards_of, metric_cards
from orchestration.printed_answers import answer_to, block, open_case
from orchestration.recipes_page import recipes

INDEX = PROJECT / "docs" / "metrics.md"
FOLDER = PROJECT / "docs" / "metrics"
METHOD = PROJECT / "docs" / "method.md"
FIRST_DAY = "2026-02-05"  # examples begin where the bundled case falls
SHOWN_ROWS, SHOWN_METRICS = 5, 5

INTRODUCTION = """# Metrics

Made from the models by `make docs`; change their YAML, not this page.

{metrics} metrics in {tables} tables. Every table has a page: its grain, what each number is, its sign, when it is
NULL, the raw datasets behind it, and a query with its answer. The same words stand in the database, as comments of
tables and columns, and in `catalog.json` of a release.

Some things are the same everywhere. Times are UTC and end in `_at`; a day ends in `_date` and is a UTC day, a
`session_date` an exchange's. The unit is the last word of a name. `_ratio` is a fraction and `_pct` percentage
points. A missing value is NULL and never zero. `known_at` is the first moment at which the row could have been known,
and `provenance` is `measured`, `published` (a quoted figure) or `reconstructed` (simulated), the weakest among the
rows used. Every table of `marts` stands again in `marts_asof_<instant>`, as it stood. *Method* is the section of the
[method](method.md) that has the formula, its edge cases and where it is from."""
# "method.md 3.5", "method.md 1 and 8.1", "method.md 4.3 to 4.5".
_CITATION = re.compile(r"method\.md\s+\d+(?:\.\d+)?(?:(?:,| and| to) \d+\.\d+)*")
_SECTION = re.compile(r"\d+(?:\.\d+)?")
UNITS = {
    "usd": "US dollars",
    "coins": "coins of the asset",
    "quote": "quote currency per coin",
    "ratio": "fraction",
    "pct": "percentage points",
    "bps": "basis points",
    "vol_pct": "points of annual volatility",
    "eh_s": "exahashes per second",
    "usd_per_ph_day": "USD per PH/s and day",
    "sats_per_ph_day": "satoshis per PH/s and day",
    "usd_per_kwh": "USD per kWh",
    "j_per_th": "joules per terahash",
    "as_unit_says": "the row's column `unit`",
}


def index(catalog: Catalog) -> str:
    """The list of all tables by topic, and of all names."""
    return "\n".join(_index(catalog)) + "\n"


def page(table: Table, answer: Callable[[str], str]) -> str:
    """The page of one table; `answer` gives what its example query answers."""
    return "\n".join(_page(table, answer))


def page_path(table: Table) -> Path:
    return FOLDER / f"{table.name}.md"


def example(table: Table) -> str:
    """The example query: the grain, the first metrics, a few rows from the fall on.

    >>> from orchestration.catalog import Column
    >>> columns = (Column("observed_date", "DATE", "Day."), Column("close_price_usd", "DOUBLE", "Close.", "usd"))
    >>> print(example(Table("marts", "fct_x", "", "prices", ("observed_date",), columns)))
    select observed_date, close_price_usd
    from marts.fct_x
    where observed_date >= '2026-02-05'
    order by observed_date
    limit 5
    """
    types = {column.name: column.data_type for column in table.columns}
    others = [column for column in table.columns if column.name not in (*table.grain, "provenance")]
    shown = ([column for column in others if column.unit] or others)[:SHOWN_METRICS]
    names = [*table.grain, *(column.name for column in shown), *(["provenance"] if "provenance" in types else [])]
    times = [name for name in table.grain if types[name] in ("DATE", "TIMESTAMP")]
    return "\n".join(
        [
            f"select {', '.join(names)}",
            f"from {table.full_name}",
            *([f"where {times[0]} >= '{FIRST_DAY}'"] if times else []),
            f"order by {', '.join(key if times else f'{key} desc' for key in table.grain)}",
            f"limit {SHOWN_ROWS}",
        ]
    )


def method_sections(text: str) -> list[str]:
    """The sections of the method that a text cites, in its order."""
    return [section for citation in _CITATION.findall(text) for section in _SECTION.findall(citation)]


def method_anchors() -> set[str]:
    """What a link to the method can lead to. Anchors are written out there, so that a heading may be reworded."""
    return set(re.findall(r'<a id="([^"]+)"></a>', METHOD.read_text()))


def linked(text: str, method: str) -> str:
    """The text with a link from every section it cites, `method` being the way to the page.

    >>> linked("By method.md 4.3 to 4.5.", "../method.md")
    'By method.md [4.3](../method.md#4.3) to [4.5](../method.md#4.5).'
    """
    return _CITATION.sub(lambda found: _SECTION.sub(lambda section: _section(section[0], method), found[0]), text)


def _section(number: str, method: str) -> str:
    return f"[{number}]({method}#{number})"


def _index(catalog: Catalog) -> Iterator[str]:
    cards = metric_cards(catalog)
    yield INTRODUCTION.format(metrics=len(cards), tables=len(catalog.tables))
    for topic in TOPICS:
        if tables := [table for table in catalog.tables if table.topic == topic]:
            yield from ("", f"## {topic.capitalize()}", "")
            yield from ("| table | what | grain |", "|---|---|---|")
            for table in tables:
                yield _row(
                    _link(table), linked(_first_sentence(table.description), "method.md"), ", ".join(table.grain)
                )
    yield from ("", "## About the release itself", "", "| table | what |", "|---|---|")
    for table in META_TABLES:
        yield _row(f"`{table.full_name}`", table.description)
    yield from ("", "## All metrics by name", "", "| name | unit | in |", "|---|---|---|")
    for name in sorted({card.column_name for card in cards}):
        same = [card for card in cards if card.column_name == name]
        units = sorted({_unit(card) for card in same})
        yield _row(
            f"`{name}`", ", ".join(units), ", ".join(f"[{_short(card)}](metrics/{card.table_name}.md)" for card in same)
        )


def _page(table: Table, answer: Callable[[str], str]) -> Iterator[str]:
    cards = list(cards_of(table))
    measured = {card.column_name for card in cards}
    others = [column for column in table.columns if column.name not in measured]
    yield f"# {table.full_name}"
    yield ""
    yield f"[Metrics](../metrics.md) / {table.topic}. Made from the model by `make docs`."
    yield ""
    yield linked(table.description, "../method.md")
    yield ""
    yield f"**Grain**: {', '.join(f'`{name}`' for name in table.grain)}."
    yield ""
    if cards:
        yield from ("## Metrics", "", "| metric | unit | what it is | NULL | method |", "|---|---|---|---|---|")
        for card in cards:
            missing = (card.missing or "").removeprefix("NULL ")
            method = _section(card.method, "../method.md") if card.method else ""
            yield _row(f"`{card.column_name}`", _unit(card), card.meaning, missing, method)
        yield ""
    yield from ("## Keys, times, words and flags", "", "| column | type | what it is |", "|---|---|---|")
    for column in others:
        yield _row(f"`{column.name}`", column.data_type.lower(), linked(column.description, "../method.md"))
    yield from ("", "## Example", "")
    query = example(table)
    yield block(query, answer(query))
    if asked := [recipe for recipe in recipes() if table.full_name in recipe.tables]:
        yield from ("## Asked of it", "")
        yield from (f"- [{recipe.question}](../recipes.md#{recipe.anchor})" for recipe in asked)
        yield ""
    yield "## Made from"
    yield ""
    yield from (f"- `{source}/{dataset}`" for source, dataset in table.upstream)
    if not table.upstream:
        yield "Figures kept with the code in `dbt_project/seeds`, each with whom it is from."
    yield from ("", "Terms, lag and traps of each dataset: [sources](../sources.md).", "")


def _unit(card: MetricCard) -> str:
    return UNITS.get(card.unit, card.unit)


def _short(card: MetricCard) -> str:
    return card.table_name.removeprefix("fct_").removeprefix("dim_")


def _link(table: Table) -> str:
    return f"[{table.full_name}](metrics/{table.name}.md)"


def _first_sentence(description: str) -> str:
    """What a table is, without its caveats.

    >>> _first_sentence("Flows by day (method.md 6): one row per day. A gap is NULL.")
    'Flows by day: one row per day.'
    """
    return re.sub(r" \(method\.md [^)]*\)", "", re.split(r"(?<=\.)\s+(?=[A-Z])", description)[0])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def main() -> None:
    catalog = read_catalog(manifest_path())
    with open_case() as release:
        pages = {page_path(table): page(table, lambda query: answer_to(release, query)) for table in catalog.tables}
    FOLDER.mkdir(exist_ok=True)
    for stale in set(FOLDER.glob("*.md")) - set(pages):
        stale.unlink()
    for path, text in {INDEX: index(catalog), **pages}.items():
        path.write_text(text)


if __name__ == "__main__":
    main()
