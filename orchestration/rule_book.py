"""Every rule of the project in one list, whatever layer says it. Nothing is judged here.

The rules are declared where they are enforced: contracts (landing), dbt's YAML (build), expectations (audit), and
`comparison.py` (gate). docs/quality_rules.md and `meta.rules` are made from this list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ingestion.contract import Dataset, load_contracts
from ingestion.yaml_file import read_yaml
from orchestration.catalog import Catalog
from orchestration.comparison import COMPARISON_RULES, OWNER, WHY
from orchestration.manifest import DBT_PROJECT
from orchestration.rules import Rule, columns_in, columns_of, load_rules

# What each layer is for: a kind of rule belongs to one of them, save that both last layers look at changes.
LAYERS: Mapping[str, tuple[str, ...]] = {
    "landing": ("shape", "possibility"),
    "build": ("key", "finiteness", "logic", "identity", "relation", "history"),
    "audit": (
        "completeness",
        "plausibility",
        "coverage",
        "continuity",
        "agreement",
        "change",
        "freshness",
        "lineage",
    ),
    "gate": ("change",),
}
# What landing asks of every dataset, so that no contract has to.
_OF_ALL_RAW = {
    "columns_are_there": "A column of the contract that is gone from an answer refuses the whole answer.",
    "values_are_of_their_type": "A text that is not of the column's type puts its row aside.",
    "values_are_there": "A column that the contract does not call nullable has a value in every row.",
    "numbers_are_finite": "NaN and infinity put their row aside: they pass every comparison and spoil every sum.",
    "days_are_those_asked_for": "A row of another partition than the one asked for would overwrite it.",
    "a_fact_has_one_value": "One answer that gives a fact two values is believed in neither.",
    "bad_rows_are_few": "Beyond the contract's tolerance of bad rows the whole answer is refused.",
}
_QUANTIFIED = {"found_in": "relation", "versions_follow": "history", "agree_with_candles": "relation"}


@dataclass(frozen=True, slots=True)
class BookedRule:
    """One rule. `columns` is empty where it is about the table as a whole, `table` is None for the whole release.

    severity: quarantine (the row or answer is put aside), critical (nothing is published) or warning.
    says: the condition itself, as the layer states it, None where `why` is all there is to say.
    """

    id: str
    layer: str
    table: str | None
    columns: tuple[str, ...]
    kind: str
    severity: str
    owner: str
    says: str | None
    why: str


def rule_book(catalog: Catalog, rules: Iterable[Rule] | None = None) -> tuple[BookedRule, ...]:
    """Every rule, layer by layer in the order data pass them."""
    return (
        *landing_rules(),
        *build_rules(),
        *_of_audit(catalog, load_rules() if rules is None else rules),
        *_of_gate(),
    )


@cache
def build_rules() -> tuple[BookedRule, ...]:
    """The data tests of the dbt project, each condition of a `sound` test as a rule of its own."""
    return tuple(
        rule
        for path in sorted([*(DBT_PROJECT / "models").rglob("*.yml"), *(DBT_PROJECT / "seeds").glob("*.yml")])
        for part in ("models", "seeds")
        for node in (read_yaml(path) or {}).get(part, ())
        for test in node.get("data_tests", ())
        for rule in _of_test(_schema(path.relative_to(DBT_PROJECT).parts), node, *next(iter(test.items())))
    )


def _schema(parts: tuple[str, ...]) -> str:
    return parts[1] if parts[0] == "models" else parts[0]


def _of_test(schema: str, node: Mapping[str, Any], test: str, body: Mapping[str, Any]) -> Iterator[BookedRule]:
    columns = {column["name"]: str(column.get("data_type", "")) for column in node.get("columns", ())}
    given = body["arguments"]

    severity = "warning" if body.get("config", {}).get("severity") == "warn" else "critical"

    def booked(name: str, about: Iterable[str], kind: str, says: str | None, why: str) -> BookedRule:
        owner = node.get("config", {}).get("meta", {}).get("topic") or schema
        table = f"{schema}.{node['name']}"
        return BookedRule(f"{node['name']}.{name}", "build", table, tuple(about), kind, severity, owner, says, why)

    if test != "sound":
        about = given.get("columns") or given.get("key") or ()
        yield booked(body["name"].rpartition("__")[2], about, _QUANTIFIED[test], None, _in_words(body["name"]))
        return
    yield booked("grain_is_unique", given["grain"], "key", None, "No key twice.")
    yield booked("grain_is_complete", given["grain"], "key", None, "No part of a key is NULL.")
    doubles = [name for name, data_type in columns.items() if data_type == "double"]
    if doubles:
        yield booked("<column>_is_finite", doubles, "finiteness", None, "No NaN and no infinity in any measure.")
    for name, condition in (given.get("rules") or {}).items():
        yield booked(name, columns_in(condition, columns), "logic", condition, _in_words(name))
    for name, sides in (given.get("identities") or {}).items():
        says = f"{sides[0]} = {sides[1]}"
        yield booked(name, columns_in(says, columns), "identity", says, _in_words(name))


@cache
def landing_rules() -> tuple[BookedRule, ...]:
    """What the contracts ask of every row."""
    return tuple(_of_landing(load_contracts()))


def _of_landing(datasets: Iterable[Dataset]) -> Iterator[BookedRule]:
    for name, why in _OF_ALL_RAW.items():
        yield BookedRule(f"raw.{name}", "landing", "raw.*", (), "shape", "quarantine", "ingestion", None, why)
    for dataset in datasets:
        names = [column.name for column in dataset.columns]
        taken: dict[str, int] = {}
        for rule in dataset.rules:
            name = re.sub(r"\W+", "_", rule.otherwise)
            taken[name] = taken.get(name, 0) + 1
            yield BookedRule(
                f"{dataset.key}.{name}" + (f"_{taken[name]}" if taken[name] > 1 else ""),
                "landing",
                f"raw.{dataset.key}",
                columns_in(rule.that, names),
                "possibility",
                "quarantine",
                dataset.topic,
                rule.that,
                f"Else put aside as: {rule.otherwise}.",
            )


def _of_audit(catalog: Catalog, rules: Iterable[Rule]) -> Iterator[BookedRule]:
    for rule in rules:
        columns = columns_of(rule, catalog)
        yield BookedRule(
            rule.id,
            "audit",
            rule.full_name,
            columns,
            rule.kind,
            rule.severity,
            rule.owner,
            None,
            " ".join(rule.why.split()),
        )


def _of_gate() -> Iterator[BookedRule]:
    for name in COMPARISON_RULES:
        severity = "warning" if name == "release_growth" else "critical"
        yield BookedRule(name, "gate", None, (), "change", severity, OWNER, None, WHY[name])


def _in_words(name: str) -> str:
    """A rule's name is its sentence.

    >>> _in_words("etf_flow__versions_follow")
    'Versions follow.'
    """
    words = name.rpartition("__")[2].replace("_", " ")
    return f"{words[0].upper()}{words[1:]}."
