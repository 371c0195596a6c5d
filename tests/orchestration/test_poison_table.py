"""The poison table keeps its promises, and the README quotes it as it is."""

from __future__ import annotations

import pytest

from orchestration.rule_book import rule_book
from tests import poison_table
from tests.orchestration import good_warehouse, releasing
from tests.poison_table import FAULTS, Fault

BOOK = {(rule.table, rule.id.rpartition(".")[2]): rule for rule in rule_book(releasing.catalog())}


@pytest.mark.parametrize("fault", [one for one in FAULTS if one.layer == "landing"], ids=lambda fault: fault.what)
def test_an_impossible_answer_is_put_aside(fault: Fault) -> None:
    caught = poison_table.in_an_answer(fault.what)
    assert poison_table.is_as_promised(fault, caught), caught


@pytest.mark.parametrize(
    "fault", [one for one in FAULTS if one.layer in ("build", "audit")], ids=lambda fault: fault.what
)
def test_who_catches_it_looks_at_its_column(fault: Fault) -> None:
    """That it is caught is shown where the poisons of its layer stand."""
    if fault.caught_by.endswith("_is_finite"):
        rule = BOOK[fault.table, "<column>_is_finite"]
    else:
        rule = BOOK[fault.table, fault.caught_by]
    assert rule.layer == fault.layer
    assert fault.column in rule.columns or (not fault.column and not rule.columns)
    assert rule.severity == {"blocked": "critical", "warned": "warning"}[fault.level]


def test_every_poison_of_a_build_table_is_one_that_is_tested() -> None:
    assert {(one.table, one.caught_by) for one in FAULTS if one.layer == "build"} <= set(poison_table.BUILD_POISONS)


def test_the_page_and_the_readme_quote_the_table() -> None:
    assert poison_table.PAGE.read_text() == poison_table.page(), "run `make poison`"
    readme = (good_warehouse.PROJECT / "README.md").read_text()
    assert f"{len(FAULTS)} of {len(FAULTS)} faults" in readme
    quoted = [line for line in readme.splitlines() if line.startswith("|") and line.endswith("** |")]
    assert quoted
    assert set(quoted) <= set(poison_table.table().splitlines())
