"""docs/quality_rules.md holds every rule once, and no rule is said by two layers."""

from __future__ import annotations

from collections import Counter

import pytest

from orchestration.rule_book import LAYERS, BookedRule, rule_book
from orchestration.rules import KINDS, load_rules
from orchestration.rules_page import PAGE, page
from tests.orchestration import releasing


@pytest.fixture(scope="module")
def book() -> tuple[BookedRule, ...]:
    return rule_book(releasing.catalog())


def test_the_page_is_up_to_date(book: tuple[BookedRule, ...]) -> None:
    assert PAGE.read_text() == page(book), "run `make docs`"


def test_every_rule_has_a_name_of_its_own_an_owner_and_a_reason(book: tuple[BookedRule, ...]) -> None:
    assert [name for name, count in Counter(rule.id for rule in book).items() if count > 1] == []
    assert [rule.id for rule in book if not (rule.owner and rule.why and rule.kind in LAYERS[rule.layer])] == []
    assert LAYERS["audit"] == KINDS


def test_what_is_impossible_is_said_by_the_build_and_what_is_implausible_by_the_audit(
    book: tuple[BookedRule, ...],
) -> None:
    """Finite, positive, unique: a row that breaks this is no matter of plausibility, so the audit never asks again."""
    assert [rule.id for rule in book if (rule.kind, rule.severity) == ("plausibility", "critical")] == []
    queries = {rule.id: str(rule.kwargs.get("unexpected_rows_query", "")) for rule in load_rules()}
    assert [rule_id for rule_id, query in queries.items() if "isfinite(" in query or "count(distinct" in query] == []


def test_no_condition_is_said_twice(book: tuple[BookedRule, ...]) -> None:
    def bare(text: str) -> str:
        return "".join(text.split()).lower()

    queries = {
        rule.id: (rule.full_name, bare(str(rule.kwargs.get("unexpected_rows_query", "")))) for rule in load_rules()
    }
    said = [rule for rule in book if rule.layer == "build" and rule.says]
    assert [
        name for name, count in Counter((rule.table, bare(str(rule.says))) for rule in said).items() if count > 1
    ] == []
    repeated = [
        (rule.id, rule_id)
        for rule in said
        for rule_id, (table, query) in queries.items()
        if table == rule.table and bare(str(rule.says)) in query
    ]
    assert repeated == []
