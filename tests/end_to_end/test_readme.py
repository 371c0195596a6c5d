"""The README's queries give the output printed below them, and its paths and commands exist."""

from __future__ import annotations

import os
import re

import pytest

from tests.end_to_end.children import PROJECT, Machine

README = PROJECT / "README.md"
QUERIES = re.findall(r"```sql\n(.*?)```\n```text\n(.*?)```", README.read_text(), re.DOTALL)


@pytest.mark.xdist_group("case")
def test_every_query_gives_the_output_below_it(published_case: Machine) -> None:
    assert len(QUERIES) >= 3
    answers = [published_case.unwind("sql", "--csv", query).stdout for query, _ in QUERIES]
    if os.environ.get("UPDATE_README"):
        text = README.read_text()
        for (query, printed), answer in zip(QUERIES, answers, strict=True):
            text = text.replace(f"{query}```\n```text\n{printed}```", f"{query}```\n```text\n{answer}```")
        README.write_text(text)
        return
    assert answers == [printed for _, printed in QUERIES]


def test_every_link_leads_somewhere() -> None:
    for page in [README, *sorted((PROJECT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_make_target_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z-]+)", README.read_text())) <= targets
