"""docs/quality_rules.md, made from the rules themselves: what is asked of which column, by which layer, and why.

`python -m orchestration.rules_page` writes it (`make docs`); a test says when it is out of date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from ingestion.settings import PROJECT
from orchestration.catalog import read_catalog
from orchestration.manifest import manifest_path
from orchestration.rule_book import BookedRule, rule_book

PAGE = PROJECT / "docs" / "quality_rules.md"
INTRODUCTION = """# Quality rules

Made by `make docs` from the contracts, dbt's YAML, `orchestration/expectations/` and the gate; change those, not this
page. A release carries the same list as `meta.rules`, and what each rule of the audit and the gate said as
`meta.check_results`.

{count} rules, each said once, by the first layer that can know:

- **landing** ({landing}): what a source's answer must look like. Bad rows go to the quarantine with the reason.
- **build** ({build}): what is impossible in a table: keys, finiteness, logic, identities, relations. One broken row and
  nothing is published.
- **audit** ({audit}): what is implausible: coverage, agreement between sources, change, age, provenance. Critical rules
  block the release, warnings are published with it. Size alone never blocks.
- **gate** ({gate}): whether this release may replace the last one."""
TITLES = {
    "landing": "Landing: rows of raw datasets",
    "build": "Build: what is impossible in a table",
    "audit": "Audit: what is implausible",
    "gate": "Gate: this release against the last",
}


def page(book: Sequence[BookedRule]) -> str:
    """The whole page as Markdown."""
    return "\n".join(_lines(book)) + "\n"


def _lines(book: Sequence[BookedRule]) -> Iterator[str]:
    counts = {layer: sum(rule.layer == layer for rule in book) for layer in TITLES}
    yield INTRODUCTION.format(count=len(book), **counts)
    for layer, title in TITLES.items():
        yield from ("", f"## {title}")
        ours = [rule for rule in book if rule.layer == layer]
        for table, rules in groupby(ours, key=lambda rule: rule.table):
            yield from ("", f"**{table or 'the release'}**", "")
            yield from ("| rule | column | kind | severity | owner | why |", "|---|---|---|---|---|---|")
            for rule in rules:
                name = rule.id.removeprefix(f"{(table or '').rpartition('.')[2]}.")
                cells = (f"`{name}`", ", ".join(rule.columns) or "-", rule.kind, rule.severity, rule.owner, rule.why)
                yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def main(path: Path = PAGE) -> None:
    path.write_text(page(rule_book(read_catalog(manifest_path()))), encoding="utf-8")


if __name__ == "__main__":
    main()
