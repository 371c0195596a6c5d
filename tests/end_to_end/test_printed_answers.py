"""What docs/ prints below a query is what the bundled case answers, in a plain DuckDB session."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import duckdb
import pytest

from orchestration.catalog import Catalog
from orchestration.metric_cards import metric_cards
from orchestration.metrics_page import FOLDER
from orchestration.printed_answers import NO_ROWS, answer_to, printed
from orchestration.recipes_page import PAGE
from tests.end_to_end.children import Machine

pytestmark = pytest.mark.xdist_group("case")


@pytest.fixture
def release(published_case: Machine) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(published_case.database), read_only=True) as connection:
        yield connection


def test_every_printed_answer_is_the_one_a_reader_gets(release: duckdb.DuckDBPyConnection) -> None:
    pages = [PAGE, *sorted(FOLDER.glob("*.md"))]
    wrong = [
        f"{page.name}: {query}"
        for page in pages
        for query, answer in printed(page.read_text()).items()
        if answer_to(release, query) != answer or answer == NO_ROWS
    ]
    assert wrong == [], "run `make run` and then `make docs`"


def test_a_metric_that_is_silent_about_null_has_none(
    release: duckdb.DuckDBPyConnection, published_case: Machine
) -> None:
    catalog = Catalog.from_json((published_case.data / "published" / "latest" / "catalog.json").read_bytes())
    silent = [card for card in metric_cards(catalog) if not card.missing and card.table_schema != "meta"]
    with_null = []
    for table, cards in groupby(silent, key=lambda card: f"{card.table_schema}.{card.table_name}"):
        names = [card.column_name for card in cards]
        counts = release.execute(
            f"select {', '.join(f'count(*) - count({name})' for name in names)} from {table}"
        ).fetchone()
        with_null += [f"{table}.{name}" for name, count in zip(names, counts or (), strict=True) if count]
    assert with_null == []
