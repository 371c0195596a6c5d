"""docs/metrics.md, docs/metrics/ and docs/recipes.md say what the models and the recipes say.

The answers printed in them are taken as they stand; tests/end_to_end/test_printed_answers.py asks again.
"""

from __future__ import annotations

import re

import pytest

from ingestion.contract import TOPICS
from orchestration import metrics_page, recipes_page
from orchestration.catalog import Catalog, Column, Table, read_catalog
from orchestration.manifest import manifest_path
from orchestration.metric_cards import metric_cards
from orchestration.printed_answers import printed
from orchestration.recipes_page import recipes

OUT_OF_DATE = "run `make run` and then `make docs`"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return read_catalog(manifest_path())


def test_the_index_is_what_the_models_say(catalog: Catalog) -> None:
    assert metrics_page.INDEX.read_text() == metrics_page.index(catalog), OUT_OF_DATE


def test_every_table_has_its_page_and_nothing_else_has(catalog: Catalog) -> None:
    for table in catalog.tables:
        text = metrics_page.page_path(table).read_text()
        answers = printed(text)
        assert metrics_page.example(table) in answers, f"{table.name}: {OUT_OF_DATE}"
        assert text == metrics_page.page(table, answers.__getitem__), f"{table.name}: {OUT_OF_DATE}"
    assert set(metrics_page.FOLDER.iterdir()) == {metrics_page.page_path(table) for table in catalog.tables}


def test_the_index_names_every_table_and_every_metric(catalog: Catalog) -> None:
    text = metrics_page.INDEX.read_text()
    assert {table.topic for table in catalog.tables} <= set(TOPICS)
    for table in catalog.tables:
        assert f"(metrics/{table.name}.md)" in text
    for card in metric_cards(catalog):
        assert f"| `{card.column_name}` | " in text


def test_a_card_tells_apart_what_a_description_says() -> None:
    column = Column("x_ratio", "DOUBLE", "X over y (method.md 2.2); negative is down. NULL without y. A hint.", "ratio")
    table = Table("marts", "fct_x", "X (method.md 3).", "prices", ("day_date",), (column,))
    (card,) = metric_cards(Catalog((table,)))
    assert (card.meaning, card.missing) == ("X over y; negative is down. A hint.", "NULL without y.")
    assert (card.sign, card.method, card.unit) == ("negative is down", "2.2", "ratio")


def test_the_recipes_are_what_their_files_say(catalog: Catalog) -> None:
    text = recipes_page.PAGE.read_text()
    answers = printed(text)
    assert {recipe.query for recipe in recipes()} == set(answers), OUT_OF_DATE
    assert text == recipes_page.page(catalog, answers.__getitem__), OUT_OF_DATE


def test_a_recipe_asks_explains_and_runs_in_any_session() -> None:
    found = recipes()
    assert len({recipe.question for recipe in found}) == len(found) >= 15
    for recipe in found:
        assert recipe.question.endswith("?"), recipe.name
        assert recipe.meaning.endswith("."), recipe.name
        assert recipe.tables, recipe.name
        assert not re.search(r"\{\{|select\s+\*|now\(\)|current_", recipe.query), recipe.name


def test_every_link_to_a_recipe_meets_its_heading(catalog: Catalog) -> None:
    headings = {recipe.anchor for recipe in recipes()}
    pages = [recipes_page.PAGE, *(metrics_page.page_path(table) for table in catalog.tables)]
    linked = {
        anchor for page in pages for anchor in re.findall(r"\]\((?:\.\./recipes\.md)?#([^)]+)\)", page.read_text())
    }
    assert linked == headings
