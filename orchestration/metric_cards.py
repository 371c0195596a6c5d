"""Metric cards: every published measure with what a reader must know before using it.

A card is the catalog's column, its description sorted by what it answers: what the number is, which sign means what,
when it is NULL, and by which section of the method it is made. Nothing is written here; to change a card, change the
model's YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.catalog import Catalog, Column, Table

# A full stop ends a sentence before a capital only: "2.2", "e.g. coverage" and a name in small letters go on.
_SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z0-9\[-])")
_METHOD = re.compile(r"method\.md (\d+(?:\.\d+)?)")
_REFERENCE = re.compile(r" \(method\.md [\d.]+\)")
_SIGN = re.compile(r"\b(positive|negative|opposite sign|without a sign|call minus put)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MetricCard:
    """One measure of one published table. `sign`, `missing` and `method` are None where the description is silent."""

    table_schema: str
    table_name: str
    column_name: str
    topic: str
    grain: tuple[str, ...]
    data_type: str
    unit: str
    meaning: str
    sign: str | None = None
    missing: str | None = None
    method: str | None = None


def metric_cards(catalog: Catalog) -> tuple[MetricCard, ...]:
    """The cards of all published tables, in the catalog's order."""
    return tuple(card for table in catalog.tables for card in cards_of(table))


def cards_of(table: Table) -> Iterator[MetricCard]:
    """A card for every column with a unit."""
    for column in table.columns:
        if column.unit:
            yield _card(table, column, column.unit)


def _card(table: Table, column: Column, unit: str) -> MetricCard:
    missing, meaning = missing_and_meaning(_REFERENCE.sub("", column.description))
    method = _METHOD.search(column.description) or _METHOD.search(table.description)
    return MetricCard(
        table_schema=table.schema,
        table_name=table.name,
        column_name=column.name,
        topic=table.topic,
        grain=table.grain,
        data_type=column.data_type,
        unit=unit,
        meaning=meaning,
        sign=_sign(meaning),
        missing=missing,
        method=method.group(1) if method else None,
    )


def missing_and_meaning(description: str) -> tuple[str | None, str]:
    """The sentences that say when a value is NULL, and the others.

    >>> missing_and_meaning("Close over open minus 1; positive is up. NULL without an open.")
    ('NULL without an open.', 'Close over open minus 1; positive is up.')
    >>> missing_and_meaning("Trades of the day.")
    (None, 'Trades of the day.')
    """
    sentences = _SENTENCE.split(description)
    missing = [sentence for sentence in sentences if sentence.startswith("NULL")]
    return " ".join(missing) or None, " ".join(sentence for sentence in sentences if sentence not in missing)


def _sign(meaning: str) -> str | None:
    """The clauses that say what a positive or a negative value means.

    >>> _sign("Close over open minus 1, as a fraction; positive is up.")
    'positive is up'
    >>> _sign("Hours that landed.")
    """
    clauses = (clause.strip(" .") for clause in re.split(r";\s|\.\s|\.$", meaning))
    return "; ".join(clause for clause in clauses if _SIGN.search(clause)) or None
