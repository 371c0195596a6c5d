"""docs/security.md claims nothing without a test: each one it names exists, and each claim names one."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PAGE = (PROJECT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)))
CLAIMS = [line for line in PAGE.splitlines() if line.startswith("| ") and not re.match(r"\| (claim|fault) \|", line)]
# How the page says which tests do not run by themselves.
MARKS = ("long", "soak", "clients")


@cache
def _tests_of(name: str) -> dict[str, set[str]]:
    """Tests of a file, with the marks that hold them back."""
    tree = ast.parse((PROJECT / "tests" / name).read_text())
    of_file = {
        mark
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
        for mark in MARKS
        if f"pytest.mark.{mark}" in ast.unparse(node.value)
    }
    return {
        node.name: of_file
        | {mark for mark in MARKS for by in node.decorator_list if f"pytest.mark.{mark}" in ast.unparse(by)}
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize(("file", "test"), NAMED, ids=lambda part: part)
def test_a_named_test_exists_and_is_not_held_back_without_a_word(file: str, test: str) -> None:
    tests = _tests_of(file)
    assert test in tests, f"{file} has no {test}"
    said = set(re.findall(rf"\*(\w+)\* `{re.escape(file)}::{test}`", PAGE))
    assert said == tests[test]


def test_every_claim_has_a_proof() -> None:
    assert len(CLAIMS) >= 30
    assert [line for line in CLAIMS if not re.search(r"\.py::test_\w+`.*\|$", line)] == []


def test_the_statements_are_as_many_as_it_says() -> None:
    from tests.orchestration.test_connect import BLOCKED

    assert f"{len(BLOCKED)} statements" in PAGE
