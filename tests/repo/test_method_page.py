"""docs/method.md has every section that is cited, and names no model, test or figure that is not there.

A description may cite several sections by "and", "to" or a comma. A line "- Golden: " gives figures, then the test
that pins them in backquotes; all figures since the test before are its own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ingestion.settings import PROJECT
from orchestration.metrics_page import METHOD, method_anchors, method_sections

DBT, TESTS = PROJECT / "dbt_project", PROJECT / "tests"
TEXT = METHOD.read_text()
CITING = ("dbt_project/models", "dbt_project/macros", "dbt_project/estimators", "orchestration", "docs")
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?=e\d|\b)(?!\.\d)")


def texts(folder: Path, *suffixes: str) -> Iterator[str]:
    return (path.read_text() for path in sorted(folder.rglob("*")) if path.suffix in suffixes)


def numbers(text: str) -> set[str]:
    """Numbers as a reader sees them: no commas of thousands, no dates, no zeros at the end.

    >>> sorted(numbers("-14.36 % of 73,100; [53, 55.0], 2026-02-05 and 561.8e6"))
    ['-14.36', '53', '55', '561.8', '73100']
    """
    plain = re.sub(r"\d{4}-\d\d-\d\d", "", re.sub(r"(?<=\d)[,_](?=\d{3})", "", text))
    return {found.removesuffix(".0") for found in NUMBER.findall(plain)}


def golden() -> list[tuple[str, str]]:
    """Every test of a golden line, with what the line says since the one before."""
    lines = (line.removeprefix("- Golden: ") for line in TEXT.splitlines() if line.startswith("- Golden: "))
    return [(test, said) for line in lines for said, test in re.findall(r"(.*?)`(\w+)`", line)]


@cache
def unit_tests() -> dict[str, str]:
    """The unit tests of all models, each as it is written."""
    blocks = (block for text in texts(DBT / "models", ".yml") for block in re.split(r"(?m)^  - name: ", text))
    return {block.split("\n", 1)[0]: block for block in blocks if "\n    given:" in block}


@cache
def functions() -> dict[str, str]:
    """The test functions that the page names, each with its decorators."""
    found = {}
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    for text in (*texts(TESTS / "dbt", ".py"), *texts(TESTS / "estimators", ".py")):
        if named & set(re.findall(r"(?m)^def (test_\w+)", text)):
            for node in ast.parse(text).body:
                if isinstance(node, ast.FunctionDef):
                    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                    found[node.name] = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    return found


def test_every_section_that_is_cited_has_its_heading() -> None:
    cited = {
        section
        for folder in CITING
        for text in texts(PROJECT / folder, ".sql", ".py", ".yml", ".md")
        for section in method_sections(text)
    }
    assert len(cited) > 30
    assert cited <= method_anchors()
    for number, anchor in re.findall(r'(?m)^#+ (\d[\d.]*) .*<a id="(.*)"></a>$', TEXT):
        assert number == anchor


def test_several_sections_may_be_cited_at_once() -> None:
    text = "method.md 1 and 8.1; (method.md\n 4.3 to 4.5), method.md 9. On the 6th method.md 10 found 3 of 8"
    assert method_sections(text) == ["1", "8.1", "4.3", "4.5", "9", "10"]


def test_every_link_leads_somewhere() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", TEXT):
        path, _, anchor = link.partition("#")
        assert (METHOD.parent / path).exists(), link
        assert path or anchor in method_anchors(), link


def test_every_model_and_test_named_is_there() -> None:
    models = {path.stem for suffix in ("*.sql", "*.py") for path in (DBT / "models").rglob(suffix)}
    named = set(re.findall(r"\b(?:int|fct|dim|stg)_\w+", TEXT))
    assert len(named) > 60
    assert named <= models
    assert set(re.findall(r"`(test_\w+)`", TEXT)) <= set(functions())
    assert {test for test, _ in golden()} <= {*functions(), *unit_tests()}


@pytest.mark.parametrize(("test", "said"), golden(), ids=[test for test, _ in golden()])
def test_a_golden_value_stands_in_its_test(test: str, said: str) -> None:
    assert numbers(said) <= numbers({**unit_tests(), **functions()}[test])
